//! Channels with many ends: rendezvous, the ends' leaving, and crowds with random cancels.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::ops::Range;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rt::sync::mpmc::{self, Receiver, RecvError, Sender, TrySendError};
use rt::task::yield_now;
use rt::time::timeout;

use crate::{on_each_executor, on_each_kind};

#[test]
fn with_capacity_0_a_sender_waits_for_a_receiver() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (sender, receiver) = mpmc::channel(0);
            assert_eq!(sender.try_send(0), Err(TrySendError::Full(0)));
            assert!(timeout(Duration::ZERO, sender.send(1)).await.is_err());
            let task = rt::spawn(async move { receiver.recv().await });
            sender.send(2).await.unwrap();
            assert_eq!(task.await.unwrap(), Ok(2));
        });
    });
}

#[test]
fn what_is_left_is_received_after_the_last_sender_is_gone() {
    on_each_executor(async || {
        let (sender, receiver) = mpmc::channel(3);
        let other = sender.clone();
        sender.send(1).await.unwrap();
        other.send(2).await.unwrap();
        drop((sender, other));
        assert_eq!(receiver.recv().await, Ok(1));
        assert_eq!(receiver.recv().await, Ok(2));
        assert_eq!(receiver.recv().await, Err(RecvError));
    });
}

#[test]
fn what_is_left_is_dropped_with_the_last_receiver() {
    on_each_executor(async || {
        let token = Arc::new(());
        let (sender, receiver) = mpmc::unbounded_channel();
        sender.send(token.clone()).await.unwrap();
        drop(receiver.clone());
        assert_eq!(Arc::strong_count(&token), 2);
        drop(receiver);
        assert_eq!(Arc::strong_count(&token), 1);
        assert!(sender.send(token).await.is_err());
    });
}

#[test]
fn waiting_senders_are_served_in_their_order() {
    on_each_executor(async || {
        let (sender, receiver) = mpmc::channel(1);
        sender.send(0).await.unwrap();
        let mut sends: Vec<_> = (1..=5).map(|number| Box::pin(sender.send(number))).collect();
        for send in &mut sends {
            assert!(poll_fn(|cx| Poll::Ready(send.as_mut().poll(cx))).await.is_pending());
        }
        // One of them gives up, and nobody comes in between.
        drop(sends.remove(2));
        for number in [0, 1, 2, 4, 5] {
            assert_eq!(receiver.recv().await, Ok(number));
            assert!(sender.try_send(9).is_err() || number == 5);
            for send in sends.iter_mut().take(1) {
                send.as_mut().await.unwrap();
            }
            sends.drain(..sends.len().min(1));
        }
    });
}

/// Values that each producer sends: a million of all where waits are few, and in the long run.
fn values_each(capacity: usize) -> usize {
    let is_long = std::env::var_os("RT_SOAK_SECONDS").is_some();
    let is_quick = capacity >= 100 && !cfg!(debug_assertions);
    if is_long || is_quick { 125_000 } else { 2_000 }
}

/// Sends these numbers, and cancels some of its waits; a cancelled send sent nothing.
async fn produce(sender: Sender<usize>, numbers: Range<usize>) {
    for number in numbers {
        loop {
            let sent = if number % 3 == 0 {
                timeout(Duration::ZERO, sender.send(number)).await
            } else {
                Ok(sender.send(number).await)
            };
            match sent {
                Ok(sent) => break sent.unwrap(),
                Err(_) => yield_now().await,
            }
        }
    }
}

/// Receives until the channel ends, and cancels some of its waits.
async fn consume(receiver: Receiver<usize>) -> Vec<usize> {
    let mut received = Vec::new();
    loop {
        let got = if received.len() % 3 == 0 {
            timeout(Duration::ZERO, receiver.recv()).await
        } else {
            Ok(receiver.recv().await)
        };
        match got {
            Ok(Ok(number)) => received.push(number),
            Ok(Err(RecvError)) => return received,
            Err(_) => yield_now().await,
        }
    }
}

/// 8 producers and 8 consumers, with cancels: what goes in comes out, once.
#[test]
fn a_soak_of_a_crowd_with_cancels_loses_and_doubles_nothing() {
    for capacity in [0, 1, 3, 100] {
        let runtime = crate::with_workers(4);
        runtime.block_on(async move {
            let (sender, receiver) = mpmc::channel(capacity);
            let each = values_each(capacity);
            for producer in 0..8 {
                let numbers = producer * each..(producer + 1) * each;
                drop(rt::spawn(produce(sender.clone(), numbers)));
            }
            drop(sender);
            let consumers: Vec<_> = (0..8).map(|_| rt::spawn(consume(receiver.clone()))).collect();
            let (mut all, mut count) = (BTreeSet::new(), 0);
            for consumer in consumers {
                let received = consumer.await.unwrap();
                count += received.len();
                all.extend(received);
            }
            assert_eq!(count, 8 * each, "capacity {capacity}: lost or doubled");
            assert!(all.into_iter().eq(0..8 * each), "capacity {capacity}: others came out");
        });
    }
}
