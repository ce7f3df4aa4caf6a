//! Shared state: a head without its sections, and a field without its letter, are reported.

use super::reported;

const PATH: &str = "crates/rt-core/src/a.rs";
const RULE: &str = "shared state";
const TEST: (&str, &str) =
    ("crates/rt-core/src/tests/loom/a.rs", "//! A.\nfn a_task_runs_once() {}\n");

const HEAD: &str =
    "//! A.\n//!\n//! # Protocol\n//!\n//! # Invariants\n//!\n//! Model: `a_task_runs_once`.\n";

fn count(text: &str) -> usize {
    reported(RULE, &[(PATH, text), TEST]).len()
}

#[test]
fn the_head_has_protocol_invariants_and_a_test_that_exists() {
    let body = "struct Word {\n    // [A] The bits.\n    word: AtomicUsize,\n}\n\
                let a = Ordering::Acquire;\n";
    assert_eq!(count(&format!("{HEAD}{body}")), 0);
    assert_eq!(count(&format!("//! A.\n{body}")), 3);
    assert_eq!(count(&format!("{}{body}", HEAD.replace("runs_once", "runs_twice"))), 1);
    assert_eq!(
        count(&format!("{}{body}", HEAD.replace("`a_task_runs_once`", "none; one thread"))),
        0
    );
}

#[test]
fn a_counter_that_publishes_nothing_needs_no_protocol() {
    let counter = "//! A.\nstruct Count {\n    // [A] Polls.\n    polls: AtomicU64,\n}\n";
    assert_eq!(count(&format!("{counter}let a = Ordering::Relaxed;\n")), 0);
    assert_eq!(count(&format!("{counter}let a = Ordering::Release;\n")), 3);
}

#[test]
fn every_field_beside_an_atomic_or_a_cell_says_who_may_touch_it() {
    let good = "pub(crate) struct Slot<T> {\n    // [O] The value.\n    // More.\n    \
                pub(crate) value: UnsafeCell<T>,\n    // [C] Its place.\n    place: usize,\n}\n";
    assert_eq!(count(&format!("{HEAD}{good}")), 0);
    assert_eq!(count(&format!("{HEAD}{}", good.replace("[C] ", ""))), 1);
    assert_eq!(
        count(&format!("{HEAD}{}", good.replace("// [C]", "/// [C]"))),
        1,
        "rustdoc links it"
    );
    let plain = "struct Plain {\n    place: usize,\n}\n";
    assert_eq!(count(&format!("//! A.\n{plain}")), 0);
}
