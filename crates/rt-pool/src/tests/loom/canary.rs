//! A wrong model that must fail: if it passes, no model checker is in charge.

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::model;
use rt_primitive::sync::Arc;

#[test]
#[should_panic(expected = "an increment was lost")]
fn increment_by_load_and_store_is_caught() {
    model::check("pool_canary", None, |order| {
        let count = Arc::new(AtomicUsize::new(0));
        let increment = |count: Arc<AtomicUsize>| {
            move || {
                // ORDERING: Relaxed; the bug is between the two accesses, whatever their order.
                let value = count.load(Ordering::Relaxed);
                // ORDERING: Relaxed; as above.
                count.store(value + 1, Ordering::Relaxed);
            }
        };
        let (a, b) = model::spawn2(order, increment(count.clone()), increment(count.clone()));
        a.join().unwrap();
        b.join().unwrap();
        // ORDERING: Relaxed; both threads were joined.
        assert_eq!(count.load(Ordering::Relaxed), 2, "an increment was lost");
    });
}
