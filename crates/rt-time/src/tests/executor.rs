//! Sleeps on a real executor.

use crate::{Instant, MissedTickBehavior, Sleep, Timers, interval, sleep, sleep_until, timeout};
use rt_core::{Config, Executor, GUESTS, spawn};
use rt_primitive::count::Snapshot;
use std::future::{pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn start(config: Config) -> Executor {
    let timers = Timers::new(config.workers + GUESTS);
    Executor::start(config, Arc::new(timers)).expect("2 threads at most")
}

fn executors() -> [Executor; 2] {
    let two_workers = Config { workers: 2, ..Config::multi_thread().unwrap() };
    [start(Config::current_thread()), start(two_workers)]
}

/// Lets `sleep` set its timer for the calling task, and returns.
async fn poll_once(mut sleep: Pin<&mut Sleep>) {
    poll_fn(|cx| {
        assert!(sleep.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[test]
fn sleeps_in_tasks_and_in_block_on_are_never_early() {
    for executor in executors() {
        executor.block_on(async {
            let tasks = (0..200u64).map(|number| {
                spawn(async move {
                    let start = Instant::now();
                    let duration = Duration::from_micros(number * 100);
                    sleep(duration).await;
                    assert!(start.elapsed() >= duration, "{:?}", start.elapsed());
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            let start = Instant::now();
            sleep(ms(3)).await;
            assert!(start.elapsed() >= ms(3));
        });
    }
}

#[test]
fn the_earlier_of_two_deadlines_comes_first() {
    for executor in executors() {
        executor.block_on(async {
            let long = spawn(sleep(HOUR));
            rt_core::yield_now().await;
            sleep(ms(2)).await;
            assert!(!long.is_finished());
        });
    }
}

#[test]
fn a_timeout_ends_what_does_not() {
    for executor in executors() {
        executor.block_on(async {
            assert!(timeout(ms(2), pending::<()>()).await.is_err());
            assert_eq!(timeout(HOUR, async { sleep(ms(2)).await }).await, Ok(()));
        });
    }
}

#[test]
fn a_sleep_of_zero_lets_other_tasks_run() {
    start(Config::current_thread()).block_on(async {
        let other = spawn(async {});
        sleep(Duration::ZERO).await;
        assert!(other.is_finished());
    });
}

#[test]
fn a_reset_sleep_ends_at_its_new_deadline() {
    for executor in executors() {
        executor.block_on(async {
            let start = Instant::now();
            let mut sleep = pin!(sleep(HOUR));
            assert!(timeout(ms(1), sleep.as_mut()).await.is_err());
            sleep.as_mut().reset(start + ms(4));
            sleep.as_mut().await;
            assert!(start.elapsed() >= ms(4));
        });
    }
}

#[test]
fn a_waiting_sleep_that_is_reset_wakes_its_task_at_the_new_deadline() {
    for executor in executors() {
        executor.block_on(async {
            let mut sleep = pin!(sleep(HOUR));
            let mut is_reset = false;
            // Reset after the poll: nothing but the new deadline can wake this.
            poll_fn(|cx| {
                let poll = sleep.as_mut().poll(cx);
                if !std::mem::replace(&mut is_reset, true) {
                    sleep.as_mut().reset(Instant::now() + ms(2));
                }
                poll
            })
            .await;
        });
    }
}

#[test]
fn a_waiting_sleep_can_be_reset_outside_the_runtime() {
    for executor in executors() {
        let start = Instant::now();
        let mut sleep = Box::pin(sleep(HOUR));
        executor.block_on(poll_once(sleep.as_mut()));
        sleep.as_mut().reset(start + ms(2));
        executor.block_on(sleep);
        assert!(start.elapsed() >= ms(2));
    }
}

#[test]
fn a_sleep_on_a_thread_that_entered_the_runtime_is_driven_by_a_worker() {
    let executor = start(Config { workers: 1, ..Config::multi_thread().unwrap() });
    let (sender, receiver) = mpsc::channel();
    let waker = super::wakers::CallingWaker::waker(move || sender.send(()).unwrap());
    let _inside = executor.handle().enter();
    let start = Instant::now();
    let mut sleep = pin!(sleep(ms(2)));
    let cx = &mut std::task::Context::from_waker(&waker);
    assert!(sleep.as_mut().poll(cx).is_pending());
    receiver.recv().expect("the worker wakes this thread");
    assert!(start.elapsed() >= ms(2));
    assert!(sleep.as_mut().poll(cx).is_ready());
}

#[test]
fn an_interval_keeps_its_pace() {
    for executor in executors() {
        executor.block_on(async {
            let mut ticks = interval(ms(2));
            let first = ticks.tick().await;
            for number in 1..5 {
                assert_eq!(ticks.tick().await, first + ms(2) * number);
                assert!(Instant::now() >= first + ms(2) * number);
            }
        });
    }
}

#[test]
fn an_interval_catches_up_at_once_when_it_bursts() {
    start(Config::current_thread()).block_on(async {
        let start = Instant::now();
        let mut ticks = crate::interval_at(start - ms(100), ms(10));
        assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Burst);
        for number in 0..10 {
            assert_eq!(ticks.tick().await, start - ms(100) + ms(10) * number);
        }
    });
}

#[test]
fn a_runtime_that_is_dropped_leaves_its_sleeps_pending() {
    for executor in executors() {
        let task = executor.handle().spawn(sleep(HOUR));
        let mut left = Box::pin(sleep(HOUR));
        executor.block_on(poll_once(left.as_mut()));
        drop(executor);
        assert!(task.is_finished());
        assert!(!left.is_elapsed());
        drop(left);
    }
}

#[test]
fn timers_of_a_block_on_that_has_returned_are_driven_by_a_worker() {
    let executor = start(Config { workers: 1, ..Config::multi_thread().unwrap() });
    let (sender, receiver) = mpsc::channel();
    let waker = super::wakers::CallingWaker::waker(move || sender.send(()).unwrap());
    let mut sleep = Box::pin(sleep(ms(2)));
    executor.block_on(poll_fn(|_| {
        let cx = &mut std::task::Context::from_waker(&waker);
        assert!(sleep.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    }));
    receiver.recv().expect("handed over to the worker");
    assert!(sleep.is_elapsed());
}

#[test]
fn sleep_until_a_deadline_that_many_share_wakes_all() {
    for executor in executors() {
        executor.block_on(async {
            let deadline = Instant::now() + ms(3);
            let tasks: Vec<_> = (0..1_000).map(|_| spawn(sleep_until(deadline))).collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert!(Instant::now() >= deadline);
        });
    }
}

#[test]
fn a_timeout_costs_what_is_promised() {
    start(Config::current_thread()).block_on(async {
        poll_fn(|cx| {
            let start = Snapshot::now();
            assert!(pin!(timeout(HOUR, ready(()))).poll(cx).is_ready());
            let unused = start.since();
            assert_eq!((unused.rmws, unused.fences, unused.allocations), (0, 0, 0));

            let start = Snapshot::now();
            assert!(pin!(timeout(HOUR, pending::<()>())).poll(cx).is_pending());
            let armed = start.since();
            assert!(armed.rmws + armed.fences <= 4, "{armed:?}");
            assert_eq!(armed.allocations, 0);
            Poll::Ready(())
        })
        .await;
    });
}

#[test]
fn a_thread_in_block_on_keeps_its_timers_when_the_runtime_stops() {
    for executor in executors() {
        let handle = executor.handle().clone();
        let (tell, told) = mpsc::channel();
        let sleeper = std::thread::spawn(move || {
            handle.block_on(async {
                let mut short = pin!(sleep(ms(100)));
                poll_once(short.as_mut()).await;
                tell.send(()).unwrap();
                short.await;
                sleep(ms(1)).await;
            });
        });
        told.recv().unwrap();
        drop(executor);
        sleeper.join().unwrap();
    }
}

#[test]
fn a_sleep_without_a_runtime_to_wake_it_panics_and_does_not_hang() {
    let executor = start(Config { workers: 1, ..Config::multi_thread().unwrap() });
    let handle = executor.handle().clone();
    drop(executor);
    let _inside = handle.enter();
    let polled = std::panic::catch_unwind(|| {
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        pin!(sleep(HOUR)).poll(&mut cx).is_pending()
    });
    let panic = polled.unwrap_err();
    let text = panic.downcast_ref::<String>().expect("a text");
    assert!(text.contains("was shut down") && text.contains("executor.rs"), "{text}");
}
