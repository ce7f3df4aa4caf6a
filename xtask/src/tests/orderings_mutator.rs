//! The ordering mutator weakens what is there, and nothing else.

use crate::orderings_mutator::weakenings;
use crate::tidy::Source;

const SAMPLE: &str = r#"//! A sample.
fn publish(word: &AtomicUsize) {
    // Ordering::Release in a comment is none.
    let order = mutant!("a.b", Ordering::Release => Ordering::Relaxed);
    word.swap(1, Ordering::AcqRel);
    fence(Ordering::SeqCst);
    word.load(Ordering::Relaxed);
}
#[cfg(test)]
mod tests {
    fn check(word: &AtomicUsize) {
        word.load(Ordering::Acquire);
    }
}
"#;

#[test]
fn every_ordering_outside_tests_is_weakened() {
    let source = Source::new("crates/rt-core/src/sample.rs", SAMPLE);
    let found: Vec<String> = weakenings(&source).iter().map(ToString::to_string).collect();
    let expected = [
        "4: Ordering::Release to Ordering::Relaxed",
        "5: Ordering::AcqRel to Ordering::Acquire",
        "5: Ordering::AcqRel to Ordering::Release",
        "5: Ordering::AcqRel to Ordering::Relaxed",
        "6: fence(Ordering::SeqCst) to ()",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_weakened_text_differs_in_that_place_only() {
    let source = Source::new("crates/rt-core/src/sample.rs", SAMPLE);
    let weakened = weakenings(&source).pop().unwrap();
    let text = weakened.applied_to(SAMPLE);
    assert_eq!(text, SAMPLE.replace("    fence(Ordering::SeqCst);", "    ();"));
}
