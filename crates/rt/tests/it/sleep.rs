//! Sleeps are never early, and many at once cost no more time than one.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use rt::time::{interval, sleep, sleep_until};

use crate::{on_each_kind, panic_text, with_workers};

#[test]
fn a_sleep_is_never_early() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let spawn = |step: u32| {
                rt::spawn(async move {
                    let asked = Duration::from_micros(137) * step;
                    let start = Instant::now();
                    sleep(asked).await;
                    (asked, start.elapsed())
                })
            };
            let tasks: Vec<_> = (0..200).map(spawn).collect();
            for task in tasks {
                let (asked, slept) = task.await.unwrap();
                assert!(slept >= asked, "asked for {asked:?}, slept {slept:?}");
            }
        });
    });
}

#[test]
fn a_thousand_sleeps_at_once_take_the_time_of_the_longest() {
    on_each_kind(|runtime| {
        let start = Instant::now();
        runtime.block_on(async {
            let tasks: Vec<_> =
                (0..1_000).map(|n| rt::spawn(sleep(Duration::from_millis(n % 100)))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        // One after the other they take 49.5 s.
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    });
}

#[test]
fn a_sleep_of_zero_yields_once() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut sleep = pin!(sleep(Duration::ZERO));
            let mut polls = 0;
            poll_fn(|cx| {
                polls += 1;
                sleep.as_mut().poll(cx)
            })
            .await;
            assert_eq!(polls, 2);
        });
    });
}

#[test]
fn a_sleep_may_move_to_another_task() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let start = Instant::now();
            let mut moved = Box::pin(sleep(Duration::from_millis(20)));
            poll_fn(|cx| {
                assert!(moved.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            })
            .await;
            rt::spawn(moved).await.unwrap();
            assert!(start.elapsed() >= Duration::from_millis(20));
        });
    });
}

#[test]
fn a_sleep_until_the_past_ends() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            sleep_until(rt::time::Instant::now()).await;
        });
    });
}

#[test]
fn a_sleep_may_last_for_ever() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let endless = rt::spawn(sleep(Duration::MAX));
            let years = rt::spawn(sleep(Duration::from_secs(10 * 365 * 86_400)));
            sleep(Duration::from_millis(5)).await;
            assert!(!endless.is_finished() && !years.is_finished());
            endless.abort();
            assert!(endless.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn an_interval_keeps_its_beat() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let period = Duration::from_millis(5);
            let start = Instant::now();
            let mut beat = interval(period);
            for beats in 0..5 {
                beat.tick().await;
                assert!(start.elapsed() >= period * beats);
            }
        });
    });
}

#[test]
fn a_sleep_outside_a_runtime_panics_with_advice() {
    let mut outside = Box::pin(sleep(Duration::from_millis(1)));
    let mut cx = Context::from_waker(Waker::noop());
    let panic = catch_unwind(AssertUnwindSafe(|| outside.as_mut().poll(&mut cx)));
    let text = panic_text(panic.unwrap_err());
    assert!(text.contains(file!()), "names where the sleep was made: {text}");
    assert!(text.contains("runtime"), "{text}");
}

#[test]
fn sleeps_of_a_foreign_thread_fire() {
    let runtime = with_workers(2);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| runtime.block_on(sleep(Duration::from_millis(20))));
        }
    });
    assert!(start.elapsed() >= Duration::from_millis(20));
}
