//! Orderings: an access without its comment is reported, wherever in a statement it stands.

use super::reported;

const PATH: &str = "crates/rt-core/src/a.rs";

/// The lines of `body` that are reported; line 1 is the head.
fn lines(body: &str) -> Vec<String> {
    let text = format!("//! A.\n{body}");
    let places = reported("ordering", &[(PATH, &text)]);
    places.iter().map(|place| place.trim_start_matches(PATH)[1..].to_owned()).collect()
}

#[test]
fn an_access_needs_its_comment_directly_above() {
    assert_eq!(lines("// ORDERING: x\na.load(Ordering::Relaxed);\n"), [""; 0]);
    assert_eq!(lines("a.load(Ordering::Relaxed);\n"), ["2"]);
    assert_eq!(
        lines("// ORDERING: x\na.load(Ordering::Relaxed);\nb.load(Ordering::Acquire);\n"),
        ["4"]
    );
    assert_eq!(lines("// ORDERING: x\n\na.load(Ordering::Relaxed);\n"), ["4"]);
    assert_eq!(lines("// just words\na.load(Ordering::Relaxed);\n"), ["3"]);
}

#[test]
fn one_comment_covers_a_statement_of_several_lines() {
    let exchange = "// ORDERING: x\nmatch self.head.compare_exchange(\n    head,\n    next,\n    \
                    Ordering::AcqRel,\n    Ordering::Acquire,\n) {\n    Ok(_) => \
                    b.load(Ordering::Relaxed),\n}\n";
    assert_eq!(lines(exchange), ["9"]);
    let chain = "// ORDERING: x\nlet a = self\n    .head\n    .load(Ordering::Acquire);\n";
    assert_eq!(lines(chain), [""; 0]);
    let literal = "// ORDERING: x\nTotals {\n    polls: a.load(Ordering::Relaxed),\n    parks: \
                   b.load(Ordering::Relaxed),\n}\n";
    assert_eq!(lines(literal), [""; 0]);
    let closure = "// ORDERING: x\nrun(|| {\n    a.load(Ordering::Acquire);\n});\n";
    assert_eq!(lines(closure), ["4"]);
}

#[test]
fn a_broken_ordering_for_a_mutant_has_the_comment_at_the_access() {
    let mutant = "let order = mutant!(\"a.b\", Ordering::Release => Ordering::Relaxed);\n";
    assert_eq!(lines(&format!("{mutant}// ORDERING: x\na.store(1, order);\n")), [""; 0]);
    assert_eq!(lines(&format!("{mutant}a.store(1, order);\n")), ["2"]);
}

#[test]
fn no_access_is_sequentially_consistent_and_a_fence_names_its_partner() {
    assert_eq!(lines("// ORDERING: x\na.load(Ordering::SeqCst);\n"), ["3"]);
    assert_eq!(
        lines("// ORDERING: pairs with the fence in `b`\nfence(Ordering::SeqCst);\n"),
        [""; 0]
    );
    assert_eq!(lines("// ORDERING: strong\nfence(Ordering::SeqCst);\n"), ["3"]);
    assert_eq!(lines("fence(Ordering::Acquire);\ncount::fence();\n"), ["2"]);
    assert_eq!(lines("pub fn fence(order: Ordering) {}\n"), [""; 0]);
}

#[test]
fn an_ordering_is_written_in_full() {
    assert_eq!(lines("use x::Ordering::{Acquire, Relaxed};\n"), ["2"]);
    assert_eq!(lines("use x::{AtomicBool, Ordering};\n"), [""; 0]);
}

#[test]
fn tests_need_no_comment_but_have_no_sequentially_consistent_access_either() {
    let in_test = "#[cfg(test)]\nmod tests {\n    a.load(Ordering::Relaxed);\n}\n\
                   a.load(Ordering::Relaxed);\n";
    assert_eq!(lines(in_test), ["6"]);
    let model = "crates/rt-core/src/tests/loom/a.rs";
    let access = "//! A.\na.load(Ordering::Relaxed);\na.load(Ordering::SeqCst);\n";
    assert_eq!(reported("ordering", &[(model, access)]), [format!("{model}:3")]);
    let twin = (
        "crates/rt-primitive/src/deque/twin.rs",
        "//! A.\n// ORDERING: x\na.load(Ordering::SeqCst);\n",
    );
    assert_eq!(reported("ordering", &[twin]), [""; 0]);
}
