//! Channels with one receiver: order, room, permits, and the end, on any executor.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rt::sync::mpsc::{self, Sender, TryRecvError, TrySendError};
use rt::task::yield_now;
use rt::time::timeout;

use crate::{on_each_executor, on_each_kind};

#[test]
fn values_come_in_the_order_of_their_sending() {
    on_each_executor(async || {
        for capacity in [1, 2, 100] {
            let (sender, mut receiver) = mpsc::channel(capacity);
            let thread = thread::spawn(move || {
                for number in 0..1_000 {
                    sender.blocking_send(number).unwrap();
                }
            });
            for number in 0..1_000 {
                assert_eq!(receiver.recv().await, Some(number));
            }
            assert_eq!(receiver.recv().await, None);
            thread.join().unwrap();
        }
    });
}

#[test]
fn a_full_channel_makes_senders_wait_and_permits_keep_room() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (sender, mut receiver) = mpsc::channel(2);
            let permit = sender.reserve().await.unwrap();
            sender.send(1).await.unwrap();
            assert_eq!(sender.capacity(), 0);
            assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
            assert!(timeout(Duration::ZERO, sender.send(2)).await.is_err());
            permit.send(3);
            assert_eq!(receiver.recv().await, Some(1));
            assert_eq!(receiver.recv().await, Some(3));
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));

            let owned = sender.clone().reserve_owned().await.unwrap();
            let sender = owned.send(4);
            drop(sender.reserve().await.unwrap());
            let mut values = Vec::new();
            assert_eq!(receiver.recv_many(&mut values, 10).await, 1);
            assert_eq!((values, sender.capacity()), (vec![4], 2));
        });
    });
}

#[test]
fn room_for_many_is_kept_for_all_of_them_or_given_back() {
    on_each_executor(async || {
        let (sender, mut receiver) = mpsc::channel(3);
        let mut permits = sender.reserve_many(3).await.unwrap();
        assert_eq!((permits.len(), sender.capacity()), (3, 0));
        permits.next().unwrap().send(1);
        drop(permits); // two give their room back
        assert_eq!(sender.capacity(), 2);
        assert!(matches!(sender.try_reserve_many(3), Err(TrySendError::Full(()))));
        assert!(sender.reserve_many(4).await.is_err(), "there never is room for four");

        let much = futures::poll!(Box::pin(sender.reserve_many(3)).as_mut()).is_pending();
        assert!(much && sender.try_reserve_many(2).is_ok(), "what was dropped keeps no place");
        let mut much = Box::pin(sender.reserve_many(3));
        assert!(futures::poll!(much.as_mut()).is_pending());
        let mut little = Box::pin(sender.reserve());
        assert!(futures::poll!(little.as_mut()).is_pending(), "nobody overtakes");
        assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
        assert_eq!(receiver.recv().await, Some(1));
        assert_eq!(much.await.unwrap().count(), 3);
        little.await.unwrap().send(4);
        assert_eq!(receiver.recv().await, Some(4));

        receiver.close();
        assert!(sender.reserve_many(1).await.is_err());
        assert!(matches!(sender.try_reserve_many(1), Err(TrySendError::Closed(()))));
    });
}

#[test]
fn an_owned_permit_that_is_given_up_leaves_its_room() {
    on_each_executor(async || {
        let (sender, mut receiver) = mpsc::channel(1);
        let first = sender.clone().reserve_owned().await.unwrap();
        assert!(first.same_channel_as_sender(&sender));
        let mut waiting = Box::pin(sender.clone().reserve_owned());
        let mut behind = Box::pin(sender.clone().reserve_owned());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        assert!(futures::poll!(behind.as_mut()).is_pending());
        drop(first);
        // It was given the room, and did not take it.
        drop(waiting);
        drop(behind.await.unwrap().send("tea"));
        assert_eq!(receiver.recv().await, Some("tea"));
        assert_eq!(sender.strong_count(), 1);
    });
}

#[test]
fn senders_are_counted_the_weak_ones_apart() {
    let (sender, mut receiver) = mpsc::channel(4);
    let weak = [sender.downgrade(), sender.downgrade().clone()];
    assert_eq!((sender.strong_count(), sender.weak_count()), (1, 2));
    let second = weak[0].upgrade().unwrap();
    assert_eq!((receiver.sender_strong_count(), receiver.sender_weak_count()), (2, 2));
    drop(weak);
    assert_eq!(second.weak_count(), 0);
    for number in 0..3 {
        second.blocking_send(number).unwrap();
    }
    let mut numbers = Vec::new();
    assert_eq!(receiver.blocking_recv_many(&mut numbers, 10), 3);
    assert_eq!(numbers, [0, 1, 2]);

    let (sender, receiver) = mpsc::unbounded_channel::<u8>();
    let weak = sender.downgrade();
    assert_eq!((weak.weak_count(), receiver.sender_weak_count()), (1, 1));
    drop(weak);
    assert_eq!(sender.weak_count(), 0);
}

#[test]
fn a_closed_channel_gives_out_what_it_has_and_values_back() {
    on_each_executor(async || {
        let (sender, mut receiver) = mpsc::channel(3);
        sender.send("kept").await.unwrap();
        let permit = sender.reserve().await.unwrap();
        receiver.close();
        sender.closed().await;
        assert_eq!(sender.send("late").await.unwrap_err().0, "late");
        permit.send("reserved");
        assert_eq!(receiver.recv().await, Some("kept"));
        assert_eq!(receiver.recv().await, Some("reserved"));
        assert_eq!(receiver.recv().await, None);
    });
}

#[test]
fn a_dropped_receiver_drops_what_was_sent_and_tells_senders() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let token = Arc::new(());
            let (sender, receiver) = mpsc::channel(1);
            sender.send(token.clone()).await.unwrap();
            let other = (sender.clone(), token.clone());
            let waiting = rt::spawn(async move { other.0.send(other.1).await.is_err() });
            yield_now().await;
            drop(receiver);
            assert!(waiting.await.unwrap());
            assert_eq!(Arc::strong_count(&token), 1);
        });
    });
}

#[test]
fn a_weak_sender_does_not_keep_the_channel_open() {
    on_each_executor(async || {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let weak = sender.downgrade();
        weak.upgrade().unwrap().send(1).unwrap();
        drop(sender);
        assert!(weak.upgrade().is_none());
        assert_eq!(receiver.recv().await, Some(1));
        assert_eq!(receiver.recv().await, None);
    });
}

#[test]
fn a_large_value_is_no_trouble() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for number in 0..20 {
        sender.send([number; 5_000]).unwrap();
    }
    for number in 0..20 {
        assert_eq!(receiver.try_recv(), Ok([number; 5_000]));
    }
}

#[test]
fn a_capacity_out_of_range_is_refused_in_words() {
    let refused = std::panic::catch_unwind(|| mpsc::channel::<u8>(0)).unwrap_err();
    let text = crate::panic_text(refused);
    assert!(text.starts_with("a channel cannot have a capacity of 0; ask for 1 to"), "{text}");
}

/// Values that each producer sends; many times that in the long run.
fn values_each() -> usize {
    let is_long = std::env::var_os("RT_SOAK_SECONDS").is_some();
    if is_long { 125_000 } else { 3_000 }
}

/// Sends numbers, and gives some of its waits up; a cancelled send sent nothing.
async fn produce(sender: Sender<usize>, first: usize) {
    for number in first..first + values_each() {
        match number % 4 {
            0 => sender.reserve().await.unwrap().send(number),
            1 => {
                while timeout(Duration::ZERO, sender.send(number)).await.is_err() {
                    yield_now().await;
                }
            }
            2 => {
                // A permit that is not used gives its room on.
                drop(sender.reserve().await.unwrap());
                sender.send(number).await.unwrap();
            }
            _ => sender.send(number).await.unwrap(),
        }
    }
}

#[test]
fn a_soak_of_eight_producers_loses_and_doubles_nothing() {
    for capacity in [1, 3, 100] {
        let runtime = crate::with_workers(4);
        runtime.block_on(async move {
            let (sender, mut receiver) = mpsc::channel(capacity);
            for producer in 0..8 {
                drop(rt::spawn(produce(sender.clone(), producer * values_each())));
            }
            drop(sender);
            let (mut next, mut values) = ([0; 8], Vec::new());
            while receiver.recv_many(&mut values, 1 + capacity / 2).await > 0 {
                for value in values.drain(..) {
                    let producer = value / values_each();
                    assert_eq!(value % values_each(), next[producer], "not in order");
                    next[producer] += 1;
                }
            }
            assert_eq!(next, [values_each(); 8], "capacity {capacity}: lost or doubled");
        });
    }
}
