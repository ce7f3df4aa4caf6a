//! A oneshot gives its value once, or says that none will come, on any executor.

use std::sync::Arc;
use std::thread;

use rt::sync::oneshot::{self, TryRecvError};
use rt::task::yield_now;

use crate::{on_each_executor, on_each_kind, panic_text};

#[test]
fn a_value_comes_before_or_after_the_wait_for_it() {
    on_each_executor(async || {
        let (sender, receiver) = oneshot::channel();
        sender.send(1).unwrap();
        assert_eq!(receiver.await, Ok(1));

        let (sender, receiver) = oneshot::channel();
        let thread = thread::spawn(move || sender.send(2));
        assert_eq!(receiver.await, Ok(2));
        thread.join().unwrap().unwrap();
    });
}

#[test]
fn a_dropped_sender_is_an_error_and_not_a_hang() {
    on_each_executor(async || {
        let (sender, receiver) = oneshot::channel::<u32>();
        let thread = thread::spawn(move || drop(sender));
        let error = receiver.await.unwrap_err();
        assert!(error.to_string().contains("sender was dropped"), "{error}");
        thread.join().unwrap();
    });
}

#[test]
fn a_sender_is_told_when_nobody_wants_the_value() {
    on_each_executor(async || {
        let (mut sender, receiver) = oneshot::channel();
        let thread = thread::spawn(move || drop(receiver));
        sender.closed().await;
        thread.join().unwrap();
        assert_eq!(sender.send("tea"), Err("tea"));
    });
}

#[test]
fn a_cancelled_receive_loses_nothing() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (sender, mut receiver) = oneshot::channel();
            for _ in 0..3 {
                let waiting = rt::time::timeout(rt::time::Duration::ZERO, &mut receiver);
                assert!(waiting.await.is_err());
            }
            sender.send(3).unwrap();
            assert_eq!(receiver.await, Ok(3));
        });
    });
}

#[test]
fn a_value_that_nobody_takes_is_dropped() {
    let token = Arc::new(());
    let (sender, receiver) = oneshot::channel();
    sender.send(token.clone()).unwrap();
    drop(receiver);
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn tasks_trade_values_on_all_workers() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let trades = (0..1_000).map(|number| {
                rt::spawn(async move {
                    let (ask, asked) = oneshot::channel();
                    let (answer, answered) = oneshot::channel();
                    drop(rt::spawn(async move {
                        let number: i32 = asked.await.unwrap();
                        yield_now().await;
                        answer.send(number + 1).unwrap();
                    }));
                    ask.send(number).unwrap();
                    assert_eq!(answered.await, Ok(number + 1));
                })
            });
            for trade in trades.collect::<Vec<_>>() {
                trade.await.unwrap();
            }
        });
    });
}

#[test]
fn a_thread_can_wait_but_not_within_a_task() {
    let (sender, receiver) = oneshot::channel();
    let thread = thread::spawn(move || receiver.blocking_recv());
    sender.send(4).unwrap();
    assert_eq!(thread.join().unwrap(), Ok(4));

    let runtime = crate::with_workers(1);
    let task = runtime.spawn(async {
        let (_sender, receiver) = oneshot::channel::<()>();
        receiver.blocking_recv()
    });
    let error = runtime.block_on(task).unwrap_err();
    let text = panic_text(error.into_panic());
    assert!(text.starts_with("cannot blocking_recv at ") && text.contains("await it"), "{text}");
}

#[test]
fn a_receiver_that_has_ended_says_so() {
    let (sender, mut receiver) = oneshot::channel();
    assert!(!receiver.is_terminated() && receiver.is_empty());
    sender.send(5).unwrap();
    assert!(!receiver.is_empty());
    assert_eq!(receiver.try_recv(), Ok(5));
    assert!(receiver.is_terminated());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}
