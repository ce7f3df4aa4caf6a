//! Senders, the receiver, and the end of a channel, at the same time.

use crate::blocking::block_on;
use crate::mpsc::{channel, unbounded_channel};
use rt_primitive::model::{check, spawn2, spawn3};
use rt_primitive::sync::Arc;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// M14: a value is received, or the receiver is woken and receives it then.
///
/// Mutants: mpsc.publish_relaxed, mpsc.take_relaxed, mpsc.no_wake, mpsc.wait_unsaid
#[test]
fn a_sent_value_is_received() {
    check("mpsc.send_and_recv", Some(3), |order| {
        let (sender, mut receiver) = unbounded_channel();
        let (a, b) = spawn2(
            order,
            move || {
                sender.send(Arc::new(1)).unwrap();
                sender
            },
            move || assert_eq!(receiver.blocking_recv().as_deref(), Some(&1)),
        );
        let sender = a.join().unwrap();
        b.join().unwrap();
        drop(sender);
    });
}

/// M14, M17: two senders at the end of a block, of which one makes the next; the receiver gives the
/// first one back.
#[test]
fn a_block_ends_under_two_senders() {
    check("mpsc.block_end", Some(2), |order| {
        let (sender, mut receiver) = unbounded_channel();
        sender.send(Arc::new(1)).unwrap();
        let (one, two) = (sender.clone(), sender.clone());
        let (a, b, c) = spawn3(
            order,
            move || one.send(Arc::new(2)).unwrap(),
            move || two.send(Arc::new(3)).unwrap(),
            move || {
                assert_eq!(*receiver.try_recv().unwrap(), 1);
                let next = receiver.try_recv().map_or(0, |value| *value);
                (receiver, next)
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        let (mut receiver, mut sum) = c.join().unwrap();
        while let Ok(value) = receiver.try_recv() {
            sum += *value;
        }
        assert_eq!(sum, 5, "a value was lost or doubled");
        // The block that was used up is there again.
        for number in 0..3 {
            sender.send(Arc::new(number)).unwrap();
            assert_eq!(*receiver.try_recv().unwrap(), number);
        }
    });
}

/// M15: the last sender goes while the receiver waits, which is told.
///
/// Mutants: mpsc.last_sender_leaves_open
#[test]
fn the_last_sender_goes_and_the_receiver_is_told() {
    check("mpsc.last_sender_and_recv", Some(3), |order| {
        let (sender, mut receiver) = channel::<usize>(1);
        let (a, b) =
            spawn2(order, move || drop(sender), move || assert_eq!(receiver.blocking_recv(), None));
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// M16: a sender looks for room while the receiver makes some: it sees it, or is given it.
///
/// Mutants: mpsc.offer_no_fence, mpsc.wait_no_fence
#[test]
fn room_is_seen_or_given() {
    check("mpsc.room_and_recv", Some(3), |order| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let (a, b) = spawn2(
            order,
            move || {
                assert_eq!(receiver.try_recv(), Ok(1));
                receiver
            },
            move || sender.blocking_send(2).unwrap(),
        );
        let mut receiver = a.join().unwrap();
        b.join().unwrap();
        assert_eq!(receiver.try_recv(), Ok(2));
    });
}

/// M16: of two that wait for room the first gives up: the second gets it.
#[test]
fn room_given_to_one_that_goes_gets_to_the_next() {
    check("mpsc.room_and_drop", Some(2), |order| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let (a, b) = spawn2(
            order,
            move || {
                assert_eq!(receiver.try_recv(), Ok(1));
                receiver
            },
            move || {
                let (mut first, mut second) = (Box::pin(sender.reserve()), pin!(sender.reserve()));
                let both = [poll(first.as_mut()), poll(second.as_mut())].map(|it| it.is_ready());
                drop(first);
                if both == [false, false] {
                    drop(block_on("reserve", second).unwrap());
                }
            },
        );
        let receiver = a.join().unwrap();
        b.join().unwrap();
        drop(receiver);
    });
}

/// M16: who waits for much room at the head gives up while room is made: one behind, for whom there
/// is enough, gets it.
///
/// Mutants: mpsc.withdraw_keeps_room
#[test]
fn room_that_is_too_little_for_one_that_goes_gets_to_the_next() {
    check("mpsc.much_room_and_drop", Some(2), |order| {
        let (sender, mut receiver) = channel(2);
        sender.try_send(1).unwrap();
        sender.try_send(2).unwrap();
        let (a, b) = spawn2(
            order,
            move || {
                assert_eq!(receiver.try_recv(), Ok(1));
                receiver
            },
            move || {
                let mut much = Box::pin(sender.reserve_many(2));
                let mut little = pin!(sender.reserve());
                let is_ready = [poll(much.as_mut()).is_ready(), poll(little.as_mut()).is_ready()];
                drop(much);
                if is_ready == [false, false] {
                    drop(block_on("reserve", little).unwrap());
                }
            },
        );
        let receiver = a.join().unwrap();
        b.join().unwrap();
        drop(receiver);
    });
}

/// M14: a close against a send that waits: it gets its value back.
#[test]
fn a_close_tells_who_waits_to_send() {
    check("mpsc.close_and_send", Some(2), |order| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let (a, b) = spawn2(
            order,
            move || {
                receiver.close();
                receiver
            },
            move || assert!(sender.blocking_send(2).is_err_and(|error| error.0 == 2)),
        );
        drop(a.join().unwrap());
        b.join().unwrap();
    });
}

/// M14: the receiver goes: a sender that waits for that is told.
///
/// Mutants: mpsc.close_unwatched
#[test]
fn a_sender_is_told_that_nobody_receives() {
    check("mpsc.closed_and_drop", Some(3), |order| {
        let (sender, receiver) = channel::<usize>(1);
        let (a, b) =
            spawn2(order, move || drop(receiver), move || block_on("closed", sender.closed()));
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// A closed channel, one permit of which is out, ends when the permit is dropped.
///
/// Mutants: mpsc.last_permit_untold
#[test]
fn a_closed_channel_ends_when_its_last_permit_does() {
    check("mpsc.close_and_permit", Some(3), |order| {
        let (sender, mut receiver) = channel::<usize>(1);
        let permit = sender.clone().try_reserve_owned().unwrap();
        receiver.close();
        let (a, b) =
            spawn2(order, move || drop(permit), move || assert_eq!(receiver.blocking_recv(), None));
        a.join().unwrap();
        b.join().unwrap();
        drop(sender);
    });
}

/// The receiver goes while a value is sent, which comes back or is dropped.
#[test]
fn a_value_that_nobody_receives_is_dropped() {
    check("mpsc.send_and_drop", Some(3), |order| {
        let (sender, receiver) = channel(1);
        let value = Arc::new(1);
        let sent = value.clone();
        let (a, b) = spawn2(order, move || drop(sender.try_send(sent)), move || drop(receiver));
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
    });
}
