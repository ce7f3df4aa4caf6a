//! A model that must fail, or loom is not in charge.

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::Arc;

#[test]
#[should_panic(expected = "an increment was lost")]
fn two_increments_by_load_and_store_lose_one() {
    check("sync.canary", None, |order| {
        let count = Arc::new(AtomicUsize::new(0));
        let increment = |count: Arc<AtomicUsize>| {
            move || {
                // ORDERING: Relaxed; the bug is between the two accesses, whatever their order.
                let before = count.load(Ordering::Relaxed);
                // ORDERING: Relaxed; as above.
                count.store(before + 1, Ordering::Relaxed);
            }
        };
        let (one, two) = spawn2(order, increment(count.clone()), increment(count.clone()));
        one.join().unwrap();
        two.join().unwrap();
        // ORDERING: Relaxed; both threads were joined.
        assert_eq!(count.load(Ordering::Relaxed), 2, "an increment was lost");
    });
}
