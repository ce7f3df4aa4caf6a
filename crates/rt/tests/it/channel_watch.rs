//! Watched values, and values for everybody, on any executor.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rt::sync::broadcast::{self, RecvError};
use rt::sync::watch;
use rt::task::yield_now;
use rt::time::timeout;

use crate::{on_each_executor, on_each_kind};

#[test]
fn every_receiver_sees_the_last_value() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (sender, receiver) = watch::channel(0);
            let look = |mut receiver: watch::Receiver<usize>| async move {
                let mut last = 0;
                while receiver.changed().await.is_ok() {
                    let value = *receiver.borrow_and_update();
                    assert!(value > last, "an older value, or one that was seen");
                    last = value;
                }
                last
            };
            let tasks: Vec<_> = (0..50).map(|_| rt::spawn(look(receiver.clone()))).collect();
            drop(receiver);
            for value in 1..=100 {
                sender.send(value).unwrap();
                if value % 7 == 0 {
                    yield_now().await;
                }
            }
            drop(sender);
            for task in tasks {
                assert_eq!(task.await.unwrap(), 100);
            }
        });
    });
}

#[test]
fn a_watch_says_when_nobody_looks_and_when_nobody_sends() {
    on_each_executor(async || {
        let (sender, mut receiver) = watch::channel("a");
        let thread = thread::spawn(move || {
            sender.send("b").unwrap();
            sender
        });
        assert_eq!(*receiver.wait_for(|value| *value == "b").await.unwrap(), "b");
        let sender = thread.join().unwrap();
        let other = sender.clone();
        drop(sender);
        assert_eq!(receiver.has_changed(), Ok(false));
        drop(receiver);
        other.closed().await;
        assert_eq!(other.send("c").unwrap_err().0, "c");
        assert_eq!(other.send_replace("d"), "b");
        let mut late = other.subscribe();
        drop(other);
        assert!(late.changed().await.is_err());
        assert_eq!(*late.borrow(), "d");
    });
}

/// The futures go to other threads.
#[test]
fn a_wait_for_a_value_can_be_a_task() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (sender, mut receiver) = watch::channel(0);
            let task = rt::spawn(async move {
                let value = *receiver.wait_for(|&value| value > 2).await.unwrap();
                (value, receiver.wait_for(|&value| value > 9).await.is_err())
            });
            for value in 1..=3 {
                yield_now().await;
                sender.send(value).unwrap();
            }
            drop(sender);
            assert_eq!(task.await.unwrap(), (3, true));
        });
    });
}

#[test]
fn every_receiver_gets_every_value() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (sender, receiver) = broadcast::channel(1_000);
            let receive = |mut receiver: broadcast::Receiver<usize>| async move {
                let mut next = 0;
                loop {
                    // Now and then a wait is cancelled, which loses nothing.
                    let received = match timeout(Duration::ZERO, receiver.recv()).await {
                        Ok(received) => received,
                        Err(_) => receiver.recv().await,
                    };
                    match received {
                        Ok(value) => assert_eq!(value, next),
                        Err(error) => {
                            assert_eq!(error, RecvError::Closed);
                            return next;
                        }
                    }
                    next += 1;
                }
            };
            let others = (0..50).map(|_| sender.subscribe());
            let tasks: Vec<_> = others.map(|receiver| rt::spawn(receive(receiver))).collect();
            drop(receiver);
            for value in 0..500 {
                assert_eq!(sender.send(value), Ok(50));
                if value % 7 == 0 {
                    yield_now().await;
                }
            }
            drop(sender);
            for task in tasks {
                assert_eq!(task.await.unwrap(), 500);
            }
        });
    });
}

#[test]
fn a_receiver_that_falls_behind_is_told_how_far() {
    on_each_executor(async || {
        let (sender, mut receiver) = broadcast::channel(2);
        for value in 0..5 {
            sender.send(value).unwrap();
        }
        assert_eq!(receiver.recv().await, Err(RecvError::Lagged(3)));
        assert_eq!(receiver.recv().await, Ok(3));
        let mut late = receiver.resubscribe();
        drop(receiver);
        assert_eq!(sender.send(5), Ok(1));
        assert_eq!(late.recv().await, Ok(5));
        drop(sender);
        assert_eq!(late.recv().await, Err(RecvError::Closed));
    });
}

#[test]
fn a_sender_without_receivers_can_be_subscribed_to() {
    on_each_executor(async || {
        let sender = watch::Sender::new(1);
        assert!(sender.is_closed() && sender.send(2).is_err());
        let mut receiver = sender.subscribe();
        sender.send(3).unwrap();
        assert_eq!(*receiver.wait_for(|&value| value > 2).await.unwrap(), 3);
        assert!(!receiver.is_closed());
        drop(sender);
        assert!(receiver.is_closed() && receiver.wait_for(|_| false).await.is_err());

        let sender = broadcast::Sender::new(2);
        assert_eq!(sender.send(1).unwrap_err().0, 1);
        sender.closed().await;
        let mut receiver = sender.subscribe();
        assert_eq!(sender.send(2), Ok(1));
        assert_eq!(receiver.recv().await, Ok(2));
    });
}

#[test]
fn a_broadcast_keeps_a_value_until_all_have_it() {
    on_each_executor(async || {
        let (sender, mut one) = broadcast::channel(4);
        let mut two = sender.subscribe();
        let values: Vec<Arc<usize>> = (0..3).map(Arc::new).collect();
        for value in &values {
            sender.send(value.clone()).unwrap();
        }
        let kept = || values.iter().map(|value| Arc::strong_count(value) - 1).sum::<usize>();
        assert_eq!((sender.len(), kept()), (3, 3));
        drop(one.recv().await.unwrap());
        assert_eq!((sender.len(), kept()), (3, 3));
        drop(two.recv().await.unwrap());
        drop(two.recv().await.unwrap());
        assert_eq!((sender.len(), kept()), (2, 2));
        drop(one);
        assert_eq!((sender.len(), kept()), (1, 1));
        drop(two);
        assert_eq!((sender.is_empty(), kept()), (true, 0));
    });
}

#[test]
fn a_weak_sender_does_not_keep_a_broadcast_from_its_end() {
    on_each_executor(async || {
        let (sender, mut receiver) = broadcast::channel(2);
        let weak = sender.downgrade();
        assert_eq!((receiver.sender_strong_count(), receiver.sender_weak_count()), (1, 1));
        weak.upgrade().unwrap().send("news").unwrap();
        drop(sender);
        assert!(weak.upgrade().is_none() && receiver.is_closed());
        assert_eq!(receiver.recv().await, Ok("news"));
        assert_eq!(receiver.recv().await, Err(RecvError::Closed));
    });
}
