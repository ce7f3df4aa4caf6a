//! Who puts against who takes, who gives up, and who shuts the queue down.

use crate::blocking::block_on;
use crate::mpmc;
use crate::queue::{PutError, Queue, ShutDown};
use rt_primitive::model::{Order, check, spawn2, spawn3};
use rt_primitive::sync::Arc;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// One thread puts, the other waits for it.
///
/// Mutants: queue.promise_no_item
#[test]
fn a_put_is_got_by_who_waits() {
    check("queue.put_and_get", None, |order| {
        let queue = Arc::new(Queue::bounded(1));
        let other = queue.clone();
        let (a, b) = spawn2(
            order,
            move || queue.try_put(7).unwrap(),
            move || assert_eq!(block_on("get", other.get()), Ok(7)),
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// Of two that wait for one item, the first gives up: the second gets it.
///
/// Mutants: queue.keep_item
#[test]
fn an_item_promised_to_one_that_goes_gets_to_the_next() {
    check("queue.get_and_drop", Some(3), |order| {
        let queue = Arc::new(Queue::bounded(1));
        let other = queue.clone();
        let (a, b) = spawn2(
            order,
            move || queue.try_put(7).unwrap(),
            move || {
                let (mut first, mut second) = (Box::pin(other.get()), pin!(other.get()));
                let both = [poll(first.as_mut()), poll(second.as_mut())];
                drop(first);
                match both {
                    [Poll::Ready(item), _] | [_, Poll::Ready(item)] => assert_eq!(item, Ok(7)),
                    [Poll::Pending, Poll::Pending] => assert_eq!(block_on("get", second), Ok(7)),
                }
            },
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// Of two that wait for room, the first gives up: the second gets it.
///
/// Mutants: queue.keep_slot
#[test]
fn room_promised_to_one_that_goes_gets_to_the_next() {
    check("queue.put_and_drop", Some(3), |order| {
        let queue = Arc::new(Queue::bounded(1));
        queue.try_put(1).unwrap();
        let other = queue.clone();
        let (a, b) = spawn2(
            order,
            move || assert_eq!(queue.try_get(), Ok(1)),
            move || {
                let (mut first, mut second) = (Box::pin(other.put(2)), pin!(other.put(3)));
                let both = [poll(first.as_mut()), poll(second.as_mut())];
                drop(first);
                match both {
                    [Poll::Ready(put), _] | [_, Poll::Ready(put)] => put.unwrap(),
                    [Poll::Pending, Poll::Pending] => block_on("put", second).unwrap(),
                }
            },
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// A shutdown against a put and a get that wait: both are told, and the item comes back.
///
/// Mutants: queue.shut_untold
#[test]
fn a_shutdown_tells_all_who_wait() {
    check("queue.shutdown_and_wait", Some(2), |order: Order| {
        let full = Arc::new(Queue::bounded(1));
        full.try_put(1).unwrap();
        let empty = Arc::new(Queue::<usize>::bounded(1));
        let (putter, getter) = (full.clone(), empty.clone());
        let (a, b, c) = spawn3(
            order,
            move || {
                full.shutdown();
                empty.shutdown();
            },
            move || assert!(block_on("put", putter.put(2)) == Err(PutError(2))),
            move || assert_eq!(block_on("get", getter.get()), Err(ShutDown)),
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
    });
}

/// A shutdown that empties the queue, against a put and a get: the item is in one place.
#[test]
fn an_emptied_queue_neither_keeps_nor_loses_an_item() {
    check("queue.shutdown_now_and_put", Some(3), |order| {
        let queue = Arc::new(Queue::bounded(1));
        let other = queue.clone();
        let (a, b) = spawn2(
            order,
            move || queue.shutdown_now().len(),
            move || {
                let is_refused = other.try_put(Arc::new(7)).is_err();
                usize::from(is_refused) + usize::from(other.try_get().is_ok())
            },
        );
        assert_eq!(a.join().unwrap() + b.join().unwrap(), 1, "an item was lost or doubled");
    });
}

/// The last item is done while somebody joins.
///
/// Mutants: queue.end_no_joins
#[test]
fn a_join_ends_with_the_last_item() {
    check("queue.join_and_done", None, |order| {
        let queue = Arc::new(Queue::bounded(1));
        queue.try_put(7).unwrap();
        assert_eq!(queue.try_get(), Ok(7));
        let other = queue.clone();
        let (a, b) = spawn2(
            order,
            move || queue.task_done().unwrap(),
            move || block_on("join", other.join()),
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// The last sender goes while a receiver waits, which is told.
///
/// Mutants: mpmc.last_sender_leaves_open
#[test]
fn the_last_sender_goes_while_a_receiver_waits() {
    check("mpmc.last_sender_and_recv", Some(2), |order| {
        let (sender, receiver) = mpmc::channel::<usize>(1);
        let other = sender.clone();
        let (a, b, c) = spawn3(
            order,
            move || drop(sender),
            move || drop(other),
            move || assert!(receiver.blocking_recv().is_err()),
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
    });
}

/// The last receiver goes while a sender waits, which gets its value back.
///
/// Mutants: mpmc.last_receiver_leaves_open
#[test]
fn the_last_receiver_goes_while_a_sender_waits() {
    check("mpmc.last_receiver_and_send", Some(3), |order| {
        let (sender, receiver) = mpmc::channel(1);
        sender.try_send(1).unwrap();
        let (a, b) = spawn2(
            order,
            move || drop(receiver),
            move || assert_eq!(sender.blocking_send(2).unwrap_err().into_inner(), 2),
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// With capacity 0 a sender and a receiver meet.
#[test]
fn a_sender_and_a_receiver_meet() {
    check("mpmc.rendezvous", Some(2), |order| {
        let (sender, receiver) = mpmc::channel(0);
        let (a, b) = spawn2(
            order,
            move || sender.blocking_send(7).unwrap(),
            move || assert_eq!(receiver.blocking_recv(), Ok(7)),
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}
