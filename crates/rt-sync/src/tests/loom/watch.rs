//! Changes of a watched value, and values for everybody, against who waits for them.

use crate::blocking::block_on;
use crate::{broadcast, watch};
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::Arc;

/// M19: a change is seen, or who waits is told.
///
/// Mutants: watch.change_untold
#[test]
fn a_change_is_seen_or_told() {
    check("watch.send_and_changed", Some(3), |order| {
        let (sender, mut receiver) = watch::channel(0);
        let (a, b) = spawn2(
            order,
            move || {
                sender.send_replace(1);
                sender
            },
            move || {
                block_on("changed", receiver.changed()).unwrap();
                assert_eq!(*receiver.borrow(), 1);
            },
        );
        let sender = a.join().unwrap();
        b.join().unwrap();
        drop(sender);
    });
}

/// M19: two changes against two waits: the second wait is not ended by the change that the first
/// has seen.
#[test]
fn a_change_that_was_seen_ends_no_other_wait() {
    check("watch.two_changes", Some(2), |order| {
        let (sender, mut receiver) = watch::channel(0);
        let (a, b) = spawn2(
            order,
            move || {
                sender.send_replace(1);
                sender.send_replace(2);
            },
            move || {
                block_on("changed", receiver.changed()).unwrap();
                let first = *receiver.borrow_and_update();
                // The end comes only after the second change.
                let is_changed = block_on("changed", receiver.changed()).is_ok();
                assert_eq!(*receiver.borrow(), 2);
                assert!(is_changed != (first == 2), "seen twice, or not at all");
            },
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// M19: the last sender goes: who waits is told.
///
/// Mutants: watch.last_sender_leaves_open
#[test]
fn the_end_of_a_watch_is_told() {
    check("watch.last_sender", Some(3), |order| {
        let (sender, mut receiver) = watch::channel(0);
        let (a, b) = spawn2(
            order,
            move || drop(sender),
            move || assert!(block_on("changed", receiver.changed()).is_err()),
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// M19: the last receiver goes: a sender that waits for that is told.
///
/// Mutants: watch.last_receiver_untold
#[test]
fn a_sender_is_told_that_nobody_looks() {
    check("watch.last_receiver", Some(3), |order| {
        let (sender, receiver) = watch::channel(0);
        let (a, b) =
            spawn2(order, move || drop(receiver), move || block_on("closed", sender.closed()));
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// M18: a value that is taken the place of while it is received is received whole, or missed.
///
/// Mutants: broadcast.send_untold, broadcast.last_sender_leaves_open
#[test]
fn a_value_for_all_is_received_or_missed() {
    check("broadcast.send_and_recv", Some(2), |order| {
        let (sender, mut receiver) = broadcast::channel(1);
        let (a, b) = spawn2(
            order,
            move || {
                sender.send(1).unwrap();
                sender.send(2).unwrap();
                sender
            },
            move || {
                let mut next = 1;
                while next <= 2 {
                    match receiver.blocking_recv() {
                        Ok(value) => assert_eq!(value, next),
                        Err(error) => {
                            assert_eq!((error, next), (broadcast::RecvError::Lagged(1), 1))
                        }
                    }
                    next += 1;
                }
                receiver
            },
        );
        let sender = a.join().unwrap();
        let receiver = b.join().unwrap();
        let (a, b) = spawn2(
            order,
            move || drop(sender),
            move || {
                let mut receiver = receiver;
                assert_eq!(receiver.blocking_recv(), Err(broadcast::RecvError::Closed));
            },
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// M18: a value is sent and received while another who would have it goes: then nobody keeps it.
///
/// Mutants: broadcast.leaver_keeps_values
#[test]
fn a_value_goes_with_the_last_who_wants_it() {
    check("broadcast.send_and_leave", Some(2), |order| {
        let (sender, mut stays) = broadcast::channel(2);
        let leaves = sender.subscribe();
        let value = Arc::new(1);
        let sent = value.clone();
        let (a, b) = spawn2(
            order,
            move || {
                sender.send(sent).unwrap();
                assert_eq!(stays.try_recv().as_deref(), Ok(&1));
                sender
            },
            move || drop(leaves),
        );
        let sender = a.join().unwrap();
        b.join().unwrap();
        assert!(sender.is_empty());
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

/// M18: the last receiver goes: a sender that waits for that is told.
///
/// Mutants: broadcast.last_receiver_untold
#[test]
fn a_sender_is_told_that_nobody_listens() {
    check("broadcast.last_receiver", Some(3), |order| {
        let (sender, receiver) = broadcast::channel::<u8>(1);
        let (a, b) =
            spawn2(order, move || drop(receiver), move || block_on("closed", sender.closed()));
        a.join().unwrap();
        b.join().unwrap();
    });
}
