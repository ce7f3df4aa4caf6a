//! The twin of crossbeam-deque loses no task and gives none away twice.

use crate::atomic::{AtomicUsize, Ordering, fence};
use crate::deque::{Stealer, Worker};
use crate::model;
use crate::sync::Arc;

/// Every task that was pushed, `1..=count`, is in exactly one of the lists.
#[track_caller]
fn check_each_once(lists: &[&[u32]], count: u32) {
    let mut all: Vec<u32> = lists.concat();
    all.sort_unstable();
    assert_eq!(all, (1..=count).collect::<Vec<_>>(), "lists {lists:?}");
}

#[track_caller]
fn check_in_order(list: &[u32]) {
    assert!(list.is_sorted(), "first in was not first out: {list:?}");
}

fn pop_all(worker: &Worker<u32>) -> Vec<u32> {
    std::iter::from_fn(|| worker.pop()).collect()
}

fn steal_times(stealer: &Stealer<u32>, times: usize) -> Vec<u32> {
    (0..times).filter_map(|_| stealer.steal().success()).collect()
}

/// Q1: owner and thief want the same tasks, down to the last one.
///
/// Mutants: deque.push_relaxed, deque.steal_no_exchange, deque.pop_no_rmw, deque.pop_no_correction
#[test]
fn each_task_is_taken_once_by_owner_or_thief() {
    model::check("each_task_is_taken_once_by_owner_or_thief", None, |order| {
        let worker = Worker::new_fifo();
        let stealer = worker.stealer();
        let (owner, thief) = model::spawn2(
            order,
            move || {
                worker.push(1);
                worker.push(2);
                let mut popped: Vec<u32> =
                    [worker.pop(), worker.pop()].into_iter().flatten().collect();
                worker.push(3);
                popped.extend(worker.pop());
                (worker, popped)
            },
            move || steal_times(&stealer, 2),
        );
        let (worker, popped) = owner.join().unwrap();
        let stolen = thief.join().unwrap();
        check_in_order(&popped);
        check_in_order(&stolen);
        check_each_once(&[&popped, &stolen, &pop_all(&worker)], 3);
    });
}

/// Q2: two thieves and the owner want two tasks.
///
/// Mutants: deque.push_relaxed, deque.steal_no_exchange, deque.pop_no_rmw
#[test]
fn two_thieves_and_the_owner_share_without_loss() {
    model::check("two_thieves_and_the_owner_share_without_loss", Some(3), |order| {
        let worker = Worker::new_fifo();
        let (first, second) = (worker.stealer(), worker.stealer());
        let (owner, a, b) = model::spawn3(
            order,
            move || {
                worker.push(1);
                worker.push(2);
                (vec![worker.pop(), worker.pop()], worker)
            },
            move || steal_times(&first, 1),
            move || steal_times(&second, 1),
        );
        let (popped, worker) = owner.join().unwrap();
        let popped: Vec<u32> = popped.into_iter().flatten().collect();
        let (a, b) = (a.join().unwrap(), b.join().unwrap());
        check_in_order(&popped);
        check_each_once(&[&popped, &a, &b, &pop_all(&worker)], 2);
    });
}

/// Q3: the indices wrap around the slots while a thief holds an old one.
///
/// Mutants: deque.steal_no_exchange, deque.pop_no_rmw
#[test]
fn slots_are_used_again_under_a_thief() {
    model::check("slots_are_used_again_under_a_thief", Some(3), |order| {
        let worker = Worker::new_fifo();
        for task in 1..=3 {
            worker.push(task);
        }
        let stealer = worker.stealer();
        let (owner, thief) = model::spawn2(
            order,
            move || {
                let mut popped = vec![];
                for task in 4..=6 {
                    popped.extend(worker.pop());
                    worker.push(task);
                }
                (worker, popped)
            },
            move || steal_times(&stealer, 2),
        );
        let (worker, mut popped) = owner.join().unwrap();
        let stolen = thief.join().unwrap();
        popped.extend(pop_all(&worker));
        check_in_order(&popped);
        check_in_order(&stolen);
        check_each_once(&[&popped, &stolen], 6);
    });
}

/// Q5: a thief takes half into its own queue, the owner pops, and a third steals from the thief.
///
/// Mutants: deque.batch_takes_one_less, deque.push_relaxed, deque.steal_no_exchange
#[test]
fn a_stolen_batch_is_stolen_once() {
    model::check("a_stolen_batch_is_stolen_once", Some(3), |order| {
        let victim = Worker::new_fifo();
        let dest = Worker::new_fifo();
        for task in 1..=3 {
            victim.push(task);
        }
        let (from_victim, from_dest) = (victim.stealer(), dest.stealer());
        let (owner, thief, third) = model::spawn3(
            order,
            move || (victim.pop(), victim),
            move || {
                let got = from_victim.steal_batch_with_limit_and_pop(&dest, 2).success();
                (got, dest)
            },
            move || steal_times(&from_dest, 1),
        );
        let (popped, victim) = owner.join().unwrap();
        let (got, dest) = thief.join().unwrap();
        let third = third.join().unwrap();
        let (popped, got) = (Vec::from_iter(popped), Vec::from_iter(got));
        check_each_once(&[&popped, &got, &third, &pop_all(&dest), &pop_all(&victim)], 3);
    });
}

/// A thief that says something before it looks, and a pusher that fences before it listens: one of
/// the two notices the other.
///
/// Mutants: deque.steal_no_fence
#[test]
fn a_look_by_a_thief_is_a_full_fence() {
    model::check("a_look_by_a_thief_is_a_full_fence", None, |order| {
        let worker = Worker::new_fifo();
        let stealer = worker.stealer();
        let said = Arc::new(AtomicUsize::new(0));
        let heard = Arc::clone(&said);
        let (pusher, thief) = model::spawn2(
            order,
            move || {
                worker.push(1);
                // ORDERING: SeqCst fence; pairs with the one in the thief's look.
                fence(Ordering::SeqCst);
                // ORDERING: Relaxed; the fence above orders it.
                (heard.load(Ordering::Relaxed) == 1, worker)
            },
            move || {
                // ORDERING: Relaxed; the fence in the look below orders it.
                said.store(1, Ordering::Relaxed);
                !stealer.is_empty()
            },
        );
        let (heard, worker) = pusher.join().unwrap();
        let found = thief.join().unwrap();
        drop(worker);
        assert!(heard || found, "pusher and thief missed each other");
    });
}

/// A task that nobody took is dropped with the queue; loom reports it otherwise.
#[test]
fn a_task_left_in_the_queue_is_dropped() {
    model::check("a_task_left_in_the_queue_is_dropped", None, |order| {
        let worker = Worker::new_fifo();
        for task in 1..=3 {
            worker.push(Arc::new(task));
        }
        let stealer = worker.stealer();
        let (owner, thief) = model::spawn2(
            order,
            move || worker.pop().map(|task| *task),
            move || stealer.steal().success().map(|task| *task),
        );
        let (popped, stolen) = (owner.join().unwrap(), thief.join().unwrap());
        assert!(popped.is_some() && popped != stolen);
    });
}
