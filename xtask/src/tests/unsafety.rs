//! Unsafe code: a block with no argument, or outside the budget, is reported.

use super::{reported, tree};
use crate::tidy::{BUDGET, budget_of};

const PATH: &str = "crates/rt-core/src/a.rs";
const HEAD: &str = "//! A.\n//!\n//! # Invariants\n//!\n//! - I1: one taker.\n";

fn is_reported(body: &str) -> bool {
    let page = ("crates/rt-core/src/slab/page.rs", "//! B.\n//! - I7: x.\n");
    !reported("unsafe", &[(PATH, &format!("{HEAD}{body}")), page]).is_empty()
}

#[test]
fn a_block_cites_an_invariant_that_exists_or_a_duty() {
    for good in [
        "// SAFETY: I1: this swap took it.\nunsafe { a.take() };\n",
        "// SAFETY: I7 of `page`: a slot stays.\nunsafe { a.take() };\n",
        "// SAFETY: a slot stays (`page.rs` I7).\nunsafe { a.take() };\n",
        "// SAFETY: bullet 1.\nunsafe { a.take() };\n",
        "// SAFETY: the duty of `alloc`: it is not empty.\nlet b =\n    unsafe { alloc(a) };\n",
        "fn f() {\n// SAFETY: I1: ours.\nunsafe { a() };\n// SAFETY: as above.\nunsafe { b() };\n",
        "let text = \"unsafe { x }\"; // unsafe { y }\n",
    ] {
        assert!(!is_reported(good), "{good}");
    }
    for bad in [
        "unsafe { a.take() };\n",
        "// SAFETY: I2: there is no such one.\nunsafe { a.take() };\n",
        "// SAFETY: I1 of `page`: not there.\nunsafe { a.take() };\n",
        "// SAFETY: it works.\nunsafe { a.take() };\n",
        "// SAFETY: I1: obviously.\nunsafe { a.take() };\n",
        "// SAFETY: as above.\nunsafe { a.take() };\n",
        "unsafe impl Send for A {}\n",
    ] {
        assert!(is_reported(bad), "{bad}");
    }
}

#[test]
fn an_unsafe_function_lists_its_duties() {
    let good = "/// Takes.\n///\n/// # Safety\n///\n/// - The caller holds it.\n#[inline]\n\
                unsafe fn f() {}\n";
    assert!(!is_reported(good));
    assert!(is_reported("/// Takes.\nunsafe fn f() {}\n"));
    assert!(is_reported("/// # Safety\n///\n/// Be careful.\nunsafe fn f() {}\n"));
    let of_trait =
        "// SAFETY: I1: x.\nunsafe impl GlobalAlloc for A {\n    unsafe fn alloc() {}\n}\n";
    assert!(!is_reported(of_trait), "the trait has the docs");
    assert!(
        !is_reported("struct Table {\n    drop: unsafe fn(*const ()),\n}\n"),
        "a type, not a function"
    );
}

#[test]
fn the_budget_names_each_file_and_its_number() {
    let text = format!("{HEAD}// SAFETY: I1: x.\nunsafe {{ a() }};\n");
    let places = |budget: &str| reported("unsafe budget", &[(PATH, &text), (BUDGET, budget)]);
    assert_eq!(places(&format!("{PATH} 1\n")), [""; 0]);
    assert_eq!(places(&format!("{PATH} 2\n")), [format!("{PATH}:1")]);
    assert_eq!(places(""), [format!("{PATH}:1")]);
    assert_eq!(places(&format!("{PATH} 1\ncrates/gone.rs 3\n")), [format!("{}:2", BUDGET)]);
    assert_eq!(budget_of(&tree(&[(PATH, &text)])), format!("{PATH} 1\n"));
    let foreign = "//! A.\nunsafe extern \"C\" {\n    fn atfork();\n}\n";
    assert_eq!(budget_of(&tree(&[(PATH, foreign)])), format!("{PATH} 0\n"));
}
