//! Channels with many ends: rendezvous, order, and the ends' leaving.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rt::sync::mpmc::{self, RecvError, TrySendError};
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
