//! A wrong model that must fail: if it passes, no model checker is in charge.

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::model;
use rt_primitive::sync::Arc;

#[test]
#[should_panic(expected = "an increment was lost")]
fn increment_by_load_and_store_is_caught() {
    model::check("core_canary", None, |order| {
        let count = Arc::new(AtomicUsize::new(0));
        let increment = |count: Arc<AtomicUsize>| {
            move || {
                let value = count.load(Ordering::Acquire);
                count.store(value + 1, Ordering::Release);
            }
        };
        let (a, b) = model::spawn2(order, increment(count.clone()), increment(count.clone()));
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 2, "an increment was lost");
    });
}
