//! Both halves of a oneshot at the same time.

use crate::oneshot::{Receiver, RecvError, channel};
use crate::tests::wakers::Counts;
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::Arc;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// What the checker reports when it is never dropped, or twice.
type Tracked = Arc<usize>;

fn poll<T>(receiver: &mut Receiver<T>, waker: &Waker) -> Poll<Result<T, RecvError>> {
    Pin::new(receiver).poll(&mut Context::from_waker(waker))
}

/// M12: the receiver polls while the value is sent: it has the value, or is woken and has it then.
///
/// Mutants: oneshot.finish_relaxed, oneshot.look_relaxed, oneshot.wait_unseen
#[test]
fn a_sent_value_is_received_or_told() {
    check("oneshot.send_and_poll", None, |order| {
        let (sender, mut receiver) = channel::<Tracked>();
        let counts = Counts::new();
        let waker = counts.waker();
        let (a, b) = spawn2(
            order,
            move || assert!(sender.send(Arc::new(7)).is_ok()),
            move || {
                let polled = poll(&mut receiver, &waker);
                (receiver, polled)
            },
        );
        a.join().unwrap();
        let (mut receiver, polled) = b.join().unwrap();
        match polled {
            Poll::Ready(value) => assert_eq!((*value.unwrap(), counts.wakes()), (7, 0)),
            Poll::Pending => {
                assert_eq!(counts.wakes(), 1, "the receiver was not told");
                let value = poll(&mut receiver, Waker::noop());
                assert!(matches!(value, Poll::Ready(Ok(value)) if *value == 7));
            }
        }
        assert_eq!(counts.drops(), 1);
    });
}

/// M12: the receiver goes while the value is sent: the sender gets it back, or it is dropped once.
///
/// Mutants: oneshot.leave_relaxed
#[test]
fn a_value_whose_receiver_goes_is_returned_or_dropped() {
    check("oneshot.send_and_drop", None, |order| {
        let (sender, receiver) = channel::<Tracked>();
        let value = Arc::new(7);
        let sent = value.clone();
        let (a, b) = spawn2(order, move || sender.send(sent).is_ok(), move || drop(receiver));
        let is_sent = a.join().unwrap();
        b.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1, "sent: {is_sent}");
    });
}

/// A receiver that waits goes while the value is sent: its waker is called or dropped, once.
///
/// Mutants: oneshot.leave_relaxed, oneshot.leave_first, oneshot.stop_unseen
#[test]
fn a_waiting_receiver_may_go() {
    check("oneshot.send_and_drop_waiting", None, |order| {
        let (sender, mut receiver) = channel::<Tracked>();
        let counts = Counts::new();
        assert!(poll(&mut receiver, &counts.waker()).is_pending());
        let value = Arc::new(7);
        let sent = value.clone();
        let (a, b) = spawn2(order, move || sender.send(sent).is_ok(), move || drop(receiver));
        let is_sent = a.join().unwrap();
        b.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1, "sent: {is_sent}");
        assert_eq!(counts.drops(), 1);
    });
}

/// M13: the receiver changes its waker while the value is sent: the later one is called, or the
/// value is there.
///
/// Mutants: oneshot.leave_first, oneshot.stop_unseen, oneshot.wait_unseen
#[test]
fn a_receiver_may_change_its_waker() {
    check("oneshot.send_and_change_waker", None, |order| {
        let (sender, mut receiver) = channel::<Tracked>();
        let (first, second) = (Counts::new(), Counts::new());
        assert!(poll(&mut receiver, &first.waker()).is_pending());
        let waker = second.waker();
        let (a, b) = spawn2(
            order,
            move || assert!(sender.send(Arc::new(7)).is_ok()),
            move || {
                let polled = poll(&mut receiver, &waker);
                (receiver, polled)
            },
        );
        a.join().unwrap();
        let (mut receiver, polled) = b.join().unwrap();
        match polled {
            Poll::Ready(value) => assert_eq!(*value.unwrap(), 7),
            Poll::Pending => {
                assert_eq!(second.wakes(), 1, "the second waker was not called");
                assert!(poll(&mut receiver, Waker::noop()).is_ready());
            }
        }
        assert_eq!((first.drops(), second.drops()), (1, 1));
    });
}

/// The sender waits until nobody wants the value, while the receiver goes: it sees it, or is told.
///
/// Mutants: oneshot.wait_relaxed, oneshot.wait_unseen
#[test]
fn a_sender_is_told_that_the_receiver_went() {
    check("oneshot.closed_and_drop", None, |order| {
        let (mut sender, receiver) = channel::<Tracked>();
        let counts = Counts::new();
        let waker = counts.waker();
        let (a, b) = spawn2(
            order,
            move || {
                let is_ready = sender.poll_closed(&mut Context::from_waker(&waker)).is_ready();
                (sender, is_ready)
            },
            move || drop(receiver),
        );
        let (mut sender, is_ready) = a.join().unwrap();
        b.join().unwrap();
        assert!(is_ready || counts.wakes() == 1, "the sender was not told");
        assert!(sender.poll_closed(&mut Context::from_waker(Waker::noop())).is_ready());
        drop(sender);
        assert_eq!(counts.drops(), 1);
    });
}

/// Both halves wait for each other and go: the memory is freed, and each waker dropped once.
///
/// Mutants: oneshot.stop_unseen, oneshot.leave_relaxed
#[test]
fn both_halves_may_go_at_once() {
    check("oneshot.drop_and_drop", None, |order| {
        let (mut sender, mut receiver) = channel::<Tracked>();
        let (tx, rx) = (Counts::new(), Counts::new());
        assert!(sender.poll_closed(&mut Context::from_waker(&tx.waker())).is_pending());
        assert!(poll(&mut receiver, &rx.waker()).is_pending());
        let (a, b) = spawn2(order, move || drop(sender), move || drop(receiver));
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!((tx.drops(), rx.drops()), (1, 1));
    });
}
