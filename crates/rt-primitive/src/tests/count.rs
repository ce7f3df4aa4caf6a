//! What the counters say, and that they say nothing when they are off.

use crate::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering, fence};
use crate::count::{ENABLED, Snapshot};
use crate::deque::Worker;
use crate::park::Parker;
use crate::sync::{Mutex, TryLock};
use crate::{CachePadded, Serial};

/// Holds `work` to its counts; without the feature, to zero.
#[track_caller]
fn check(expected: Snapshot, work: impl FnOnce()) {
    let start = Snapshot::now();
    work();
    let counted = start.since();
    assert_eq!(counted, if ENABLED { expected } else { Snapshot::default() });
}

const NOTHING: Snapshot =
    Snapshot { rmws: 0, fences: 0, locks: 0, allocations: 0, parks: 0, unparks: 0 };

#[test]
fn each_read_modify_write_is_counted_and_no_load_or_store() {
    let (word, byte) = (AtomicUsize::new(0), AtomicU8::new(0));
    let pointer = AtomicPtr::new(std::ptr::null_mut::<u8>());
    check(Snapshot { rmws: 6, ..NOTHING }, || {
        word.store(word.load(Ordering::Acquire) + 1, Ordering::Release);
        word.fetch_add(1, Ordering::Relaxed);
        word.swap(5, Ordering::Relaxed);
        let _ = word.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
        let _ =
            word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |value| value.checked_add(1));
        byte.fetch_or(1, Ordering::Relaxed);
        pointer.swap(std::ptr::null_mut(), Ordering::Relaxed);
    });
    assert_eq!(word.load(Ordering::Relaxed), 6);
}

#[test]
fn only_a_sequentially_consistent_fence_is_counted() {
    check(Snapshot { fences: 1, ..NOTHING }, || {
        fence(Ordering::Acquire);
        fence(Ordering::SeqCst);
    });
}

#[test]
fn locks_are_counted() {
    check(Snapshot { locks: 1, ..NOTHING }, || drop(Mutex::new(1).lock()));
    check(Snapshot { locks: 1, rmws: 1, ..NOTHING }, || drop(TryLock::new(1).lock()));
}

#[test]
fn a_token_that_waits_costs_one_read_modify_write_and_no_system_call() {
    let parker = Parker::new();
    check(Snapshot { rmws: 1, ..NOTHING }, || parker.unpark());
    check(Snapshot { rmws: 1, ..NOTHING }, || parker.park());
}

#[test]
fn a_queue_costs_what_crossbeam_costs() {
    let (worker, dest) = (Worker::new_fifo(), Worker::new_fifo());
    let stealer = worker.stealer();
    check(NOTHING, || worker.push(1));
    check(Snapshot { rmws: 1, ..NOTHING }, || assert_eq!(worker.pop(), Some(1)));
    check(NOTHING, || assert_eq!(worker.pop(), None));
    check(Snapshot { rmws: 1, ..NOTHING }, || assert!(stealer.steal().is_empty()));
    check(Snapshot { fences: 1, ..NOTHING }, || assert!(stealer.is_empty()));
    (1..=4).for_each(|task| worker.push(task));
    check(Snapshot { rmws: 2, ..NOTHING }, || assert!(stealer.steal().is_success()));
    check(Snapshot { rmws: 2, ..NOTHING }, || {
        assert_eq!(stealer.steal_batch_with_limit_and_pop(&dest, 8).success(), Some(2));
    });
    check(NOTHING, || assert_eq!((worker.len(), dest.is_empty()), (1, false)));
}

#[test]
fn a_number_costs_one_read_modify_write() {
    let serial = Serial::new();
    check(Snapshot { rmws: 1, ..NOTHING }, || assert_eq!(serial.take(5), 1));
    assert_eq!(serial.take(1), 6);
}

#[test]
fn another_thread_counts_for_itself() {
    let word = CachePadded::new(AtomicU32::new(0));
    check(NOTHING, || {
        std::thread::scope(|scope| {
            let counted = scope.spawn(|| {
                check(Snapshot { rmws: 1, ..NOTHING }, || {
                    word.fetch_add(1, Ordering::Relaxed);
                });
            });
            counted.join().unwrap();
        });
    });
}
