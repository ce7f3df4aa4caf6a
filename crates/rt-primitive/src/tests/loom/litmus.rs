//! Pins what loom shows and what it hides, as sets of outcomes.
//!
//! The first group is what a memory model must do; if one of them fails, no other model is to be
//! believed. The second group is what loom gets wrong today; if one of those fails, loom has got
//! better, and the rules in this crate's documentation may be relaxed.

use crate::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use crate::atomic::{AtomicUsize, fence};
use crate::model::{self, Order};
use crate::sync::Arc;
use crate::thread;
use std::collections::BTreeSet;

/// Two words that start at 0.
struct Words {
    // [A] The first word.
    x: AtomicUsize,
    // [A] The second word.
    y: AtomicUsize,
}

/// Runs two threads over two words and collects what they return.
fn results<T: Ord + Send + 'static>(
    name: &'static str,
    first: fn(&Words) -> T,
    second: fn(&Words) -> T,
) -> BTreeSet<(T, T)> {
    model::outcomes(name, None, move |order| run(order, first, second))
}

fn run<T: Send + 'static>(order: Order, first: fn(&Words) -> T, second: fn(&Words) -> T) -> (T, T) {
    let words = Arc::new(Words { x: AtomicUsize::new(0), y: AtomicUsize::new(0) });
    let (a, b) = (Arc::clone(&words), Arc::clone(&words));
    let (a, b) = model::spawn2(order, move || first(&a), move || second(&b));
    (a.join().unwrap(), b.join().unwrap())
}

/// Store buffering: each stores its own word and reads the other's.
#[test]
fn store_buffering_is_shown() {
    let seen = results(
        "store_buffering_is_shown",
        |words| {
            words.x.store(1, Relaxed);
            words.y.load(Relaxed)
        },
        |words| {
            words.y.store(1, Relaxed);
            words.x.load(Relaxed)
        },
    );
    assert_eq!(seen, [(0, 0), (0, 1), (1, 0), (1, 1)].into());
}

/// The paired fences of the idle protocol: at least one side sees the other.
#[test]
fn paired_fences_forbid_store_buffering() {
    let seen = results(
        "paired_fences_forbid_store_buffering",
        |words| {
            words.x.store(1, Relaxed);
            fence(SeqCst);
            words.y.load(Relaxed)
        },
        |words| {
            words.y.store(1, Relaxed);
            fence(SeqCst);
            words.x.load(Relaxed)
        },
    );
    assert_eq!(seen, [(0, 1), (1, 0), (1, 1)].into());
}

/// One fence is not a pair.
#[test]
fn one_fence_alone_forbids_nothing() {
    let seen = results(
        "one_fence_alone_forbids_nothing",
        |words| {
            words.x.store(1, Relaxed);
            fence(SeqCst);
            words.y.load(Relaxed)
        },
        |words| {
            words.y.store(1, Relaxed);
            words.x.load(Relaxed)
        },
    );
    assert!(seen.contains(&(0, 0)), "{seen:?}");
}

fn pass_message(
    name: &'static str,
    give: fn(&Words),
    take: fn(&Words) -> usize,
) -> BTreeSet<usize> {
    model::outcomes(name, None, move |order| {
        let words = Arc::new(Words { x: AtomicUsize::new(0), y: AtomicUsize::new(0) });
        let (a, b) = (Arc::clone(&words), Arc::clone(&words));
        let (a, b) = model::spawn2(order, move || give(&a), move || take(&b));
        a.join().unwrap();
        b.join().unwrap()
    })
}

/// Message passing without orderings: the flag may be seen without the message.
#[test]
fn a_relaxed_message_may_be_missed() {
    let seen = pass_message(
        "a_relaxed_message_may_be_missed",
        |words| {
            words.x.store(1, Relaxed);
            words.y.store(1, Relaxed);
        },
        |words| words.y.load(Relaxed) * 2 + words.x.load(Relaxed),
    );
    assert_eq!(seen, [0, 1, 2, 3].into());
}

/// Message passing with Release and Acquire: no flag without the message.
#[test]
fn a_released_message_is_seen_with_its_flag() {
    let seen = pass_message(
        "a_released_message_is_seen_with_its_flag",
        |words| {
            words.x.store(1, Relaxed);
            words.y.store(1, Release);
        },
        |words| words.y.load(Acquire) * 2 + words.x.load(Relaxed),
    );
    assert_eq!(seen, [0, 1, 3].into());
}

/// Coherence: after the new value of a word, its old value is not read again.
#[test]
fn a_word_does_not_go_back() {
    let seen = pass_message(
        "a_word_does_not_go_back",
        |words| words.x.store(1, Relaxed),
        |words| words.x.load(Relaxed) * 2 + words.x.load(Relaxed),
    );
    assert_eq!(seen, [0, 1, 3].into());
}

fn store_then_rmw(own: &AtomicUsize, other: &AtomicUsize) -> usize {
    own.store(1, Relaxed);
    other.fetch_add(0, AcqRel)
}

/// HIDDEN: a read-modify-write as the reader is no fence on every machine, yet loom lets no store
/// pass it. So a missing fence next to a read-modify-write is not found.
#[test]
fn hidden_a_store_never_passes_a_read_modify_write() {
    let seen = results(
        "hidden_a_store_never_passes_a_read_modify_write",
        |words| store_then_rmw(&words.x, &words.y),
        |words| store_then_rmw(&words.y, &words.x),
    );
    assert!(!seen.contains(&(0, 0)), "loom shows it now: {seen:?}");
}

/// HIDDEN: load buffering. Both may read 1 on real machines.
#[test]
fn hidden_load_buffering() {
    let seen = results(
        "hidden_load_buffering",
        |words| {
            let seen = words.y.load(Relaxed);
            words.x.store(1, Relaxed);
            seen
        },
        |words| {
            let seen = words.x.load(Relaxed);
            words.y.store(1, Relaxed);
            seen
        },
    );
    assert_eq!(seen, [(0, 0), (0, 1), (1, 0)].into(), "loom shows it now");
}

/// FALSE ALARM: with `SeqCst` accesses store buffering is forbidden, but loom shows it.
#[test]
fn false_alarm_seq_cst_accesses_are_weakened() {
    let seen = results(
        "false_alarm_seq_cst_accesses_are_weakened",
        |words| {
            words.x.store(1, SeqCst);
            words.y.load(SeqCst)
        },
        |words| {
            words.y.store(1, SeqCst);
            words.x.load(SeqCst)
        },
    );
    assert!(seen.contains(&(0, 0)), "loom orders them now: {seen:?}");
}

/// FALSE ALARM: a swap that found the lock taken comes before the store that frees it, so the lock
/// ends free. loom lets the swap be the last.
#[test]
fn false_alarm_a_lock_by_swap_stays_locked() {
    fn enter_and_leave(words: &Words) {
        if words.x.swap(1, AcqRel) == 0 {
            words.x.store(0, Release);
        }
    }
    let seen = model::outcomes("false_alarm_a_lock_by_swap_stays_locked", None, |order| {
        let words = Arc::new(Words { x: AtomicUsize::new(0), y: AtomicUsize::new(0) });
        let (a, b) = (Arc::clone(&words), Arc::clone(&words));
        let (a, b) = model::spawn2(order, move || enter_and_leave(&a), move || enter_and_leave(&b));
        a.join().unwrap();
        b.join().unwrap();
        words.x.fetch_add(0, Acquire)
    });
    assert_eq!(seen, [0, 1].into(), "loom keeps the order now");
}

/// Both spawn orders of a reader against a thread that loads before it changes the word.
fn seen_by_order(
    name: &'static str,
    change: fn(&AtomicUsize) -> usize,
) -> BTreeSet<(Order, usize)> {
    model::outcomes(name, None, move |order| {
        let word = Arc::new(AtomicUsize::new(0));
        let (reader, changer) = (Arc::clone(&word), Arc::clone(&word));
        let (read, changed) =
            model::spawn2(order, move || reader.load(Relaxed), move || change(&changer));
        assert_eq!(changed.join().unwrap(), 0);
        (order, read.join().unwrap())
    })
}

fn load_then_store(word: &AtomicUsize) -> usize {
    let value = word.load(Relaxed);
    word.store(1, Relaxed);
    value
}

fn load_then_exchange(word: &AtomicUsize) -> usize {
    let value = word.load(Relaxed);
    word.compare_exchange(value, 1, AcqRel, Relaxed).unwrap()
}

/// What a reader that starts first misses, and one that starts second finds.
const HALF_SEEN: [(Order, usize); 3] =
    [(Order::Forward, 0), (Order::Reverse, 0), (Order::Reverse, 1)];

/// HIDDEN (loom issue 166): the reader that starts first never sees the store. It does in the other
/// spawn order, which is why models run in both.
#[test]
fn hidden_a_load_hides_the_store_after_it() {
    let seen = seen_by_order("hidden_a_load_hides_the_store_after_it", load_then_store);
    assert_eq!(seen, HALF_SEEN.into(), "loom shows it now");
}

/// HIDDEN (loom issue 392): the same with an exchange, the most common shape of lock-free code.
#[test]
fn hidden_a_load_hides_the_exchange_after_it() {
    let seen = seen_by_order("hidden_a_load_hides_the_exchange_after_it", load_then_exchange);
    assert_eq!(seen, HALF_SEEN.into(), "loom shows it now");
}

/// HIDDEN: a reader on the model's main thread misses the store in both spawn orders. So a thread
/// that races is spawned, and the main thread only starts and joins.
#[test]
fn hidden_the_main_thread_always_starts_first() {
    let seen = model::outcomes("hidden_the_main_thread_always_starts_first", None, |_order| {
        let word = Arc::new(AtomicUsize::new(0));
        let changer = Arc::clone(&word);
        let changed = thread::spawn(move || load_then_store(&changer));
        let read = word.load(Relaxed);
        changed.join().unwrap();
        read
    });
    assert_eq!(seen, [0].into(), "loom shows it now");
}
