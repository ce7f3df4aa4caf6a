//! The queue of waiters, on one thread: order, batches, and wakers that misbehave.

use crate::tests::wakers::{CallingWaker, Counts};
use crate::waiters::{WaitQueue, Waiter, wake};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// A queue whose waiters are told a number.
type Queue = WaitQueue<u32>;

fn queued<'q>(queue: &'q Queue, waker: &Waker) -> Pin<Box<Waiter<'q, u32>>> {
    let mut waiter = Box::pin(Waiter::new(queue));
    waiter.as_mut().prepare(0, &Context::from_waker(waker));
    queue.lock().push(waiter.as_ref());
    waiter
}

fn look<'q>(waiter: &mut Pin<Box<Waiter<'q, u32>>>) -> Poll<u32> {
    waiter.as_mut().poll_served(&Context::from_waker(Waker::noop()))
}

/// Serves all who wait, and tells each its turn.
fn serve_all(queue: &Queue) {
    let mut turn = 0;
    let give = |told: &mut u32, _: &mut ()| {
        turn += 1;
        *told = turn;
    };
    queue.lock().serve_all(give, |_| ());
}

#[test]
fn the_oldest_is_served_first() {
    let queue = Queue::new(());
    let mut waiters: Vec<_> = (0..100).map(|_| queued(&queue, Waker::noop())).collect();
    // Gives up from the front, the middle and the end.
    for at in [0, 50, 99] {
        assert!(queue.lock().withdraw(&waiters[at]));
    }
    serve_all(&queue);
    let told: Vec<_> = waiters.iter_mut().map(look).collect();
    let served: Vec<u32> = told
        .iter()
        .filter_map(|told| match told {
            Poll::Ready(turn) => Some(*turn),
            Poll::Pending => None,
        })
        .collect();
    assert_eq!(served, (1..=97).collect::<Vec<_>>());
    assert!(queue.lock().is_empty());
}

#[test]
fn a_waiter_in_front_is_served_before_the_oldest() {
    let queue = Queue::new(());
    let mut first = queued(&queue, Waker::noop());
    let mut urgent = Box::pin(Waiter::new(&queue));
    urgent.as_mut().prepare(0, &Context::from_waker(Waker::noop()));
    queue.lock().push_in_front(urgent.as_ref());
    serve_all(&queue);
    assert_eq!((look(&mut urgent), look(&mut first)), (Poll::Ready(1), Poll::Ready(2)));
}

#[test]
fn a_panicking_waker_keeps_nobody_waiting() {
    let queue = Queue::new(());
    let counts = Counts::new();
    let good = counts.waker();
    let bad = CallingWaker::waker(|| panic!("a waker that panics"));
    let wakers = [&good, &bad, &bad, &good];
    let mut waiters: Vec<_> = wakers.iter().map(|waker| queued(&queue, waker)).collect();
    serve_all(&queue);
    assert_eq!(counts.wakes(), 2);
    assert!(waiters.iter_mut().all(|waiter| look(waiter).is_ready()));
}

#[test]
fn who_comes_while_all_are_served_is_not_one_of_them() {
    static QUEUE: Queue = Queue::new(());
    let late = Arc::new(Mutex::new(Vec::new()));
    let waker = {
        let late = late.clone();
        CallingWaker::waker(move || late.lock().unwrap().push(queued(&QUEUE, Waker::noop())))
    };
    let mut early: Vec<_> = (0..40).map(|_| queued(&QUEUE, &waker)).collect();
    serve_all(&QUEUE);
    assert!(early.iter_mut().all(|waiter| look(waiter).is_ready()));
    let mut late = std::mem::take(&mut *late.lock().unwrap());
    assert_eq!(late.len(), 40);
    assert!(late.iter_mut().all(|waiter| look(waiter).is_pending()));
}

#[test]
fn a_waiter_may_wait_again() {
    let queue = Queue::new(());
    let mut waiter = queued(&queue, Waker::noop());
    assert_eq!(look(&mut waiter), Poll::Pending);
    for turn in 0..3 {
        let waker = queue.lock().serve_if(|told, ()| {
            *told = turn;
            true
        });
        waker.into_iter().for_each(wake);
        assert_eq!(look(&mut waiter), Poll::Ready(turn));
        assert_eq!(look(&mut waiter), Poll::Pending);
        waiter.as_mut().prepare(0, &Context::from_waker(Waker::noop()));
        queue.lock().push(waiter.as_ref());
    }
}

#[test]
fn the_youngest_can_be_served_first() {
    let queue = Queue::new(());
    let (mut old, mut young) = (queued(&queue, Waker::noop()), queued(&queue, Waker::noop()));
    let waker = queue.lock().serve_youngest_if(|_, ()| true);
    waker.into_iter().for_each(wake);
    assert!(look(&mut old).is_pending());
    assert!(look(&mut young).is_ready());
}

#[test]
#[should_panic(expected = "a waiter is used with its own queue")]
fn a_waiter_belongs_to_one_queue() {
    let (one, two) = (Queue::new(()), Queue::new(()));
    let mut waiter = Box::pin(Waiter::new(&two));
    waiter.as_mut().prepare(0, &Context::from_waker(Waker::noop()));
    one.lock().push(waiter.as_ref());
}
