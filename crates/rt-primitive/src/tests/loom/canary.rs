//! A wrong model that must fail: if it passes, no model checker is in charge.

use crate::atomic::{AtomicUsize, Ordering};
use crate::model;
use crate::sync::Arc;

#[test]
#[should_panic(expected = "an increment was lost")]
fn increment_by_load_and_store_is_caught() {
    model::check("canary", None, |order| {
        let count = Arc::new(AtomicUsize::new(0));
        let increment = |count: Arc<AtomicUsize>| {
            move || {
                // ORDERING: Acquire; pairs with Release below. No ordering makes two steps one.
                let value = count.load(Ordering::Acquire);
                // ORDERING: Release; pairs with Acquire above.
                count.store(value + 1, Ordering::Release);
            }
        };
        let (a, b) =
            model::spawn2(order, increment(Arc::clone(&count)), increment(Arc::clone(&count)));
        a.join().unwrap();
        b.join().unwrap();
        // ORDERING: Relaxed; the joins order it.
        assert_eq!(count.load(Ordering::Relaxed), 2, "an increment was lost");
    });
}
