//! A clock that stands still: time passes when nothing else can happen, in order, at once.

mod holding;
mod settling;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rt::time::{Instant, advance, interval, pause, resume, sleep, timeout};

use crate::{panic_text, until};

/// Runs `check` on each kind of runtime, with a clock that stands still.
pub(crate) fn on_each_paused(check: impl Fn(rt::Runtime)) {
    check(rt::Builder::new_current_thread().start_paused(true).build().unwrap());
    check(rt::Builder::new_deterministic(0).build().unwrap());
    for workers in [1, 4] {
        let mut builder = rt::Builder::new_multi_thread();
        check(builder.worker_threads(workers).start_paused(true).build().unwrap());
    }
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A million seconds of sleeps in a thousand tasks: real time would be eleven days.
#[test]
fn a_million_seconds_of_sleeps_end_in_order_of_their_deadlines() {
    on_each_paused(|runtime| {
        let (start, begun) = (std::time::Instant::now(), Instant::now());
        let log = Arc::new(Mutex::new(Vec::new()));
        runtime.block_on(async {
            let begun = Instant::now();
            let nap = |number: u32| {
                let log = log.clone();
                async move {
                    for _ in 0..10 {
                        // 1 to 199 s, 100 on average, and no two tasks at the same time.
                        let millis = u64::from(number * 197 + 1_009);
                        sleep(Duration::from_millis(millis)).await;
                        log.lock().unwrap().push(begun.elapsed());
                    }
                }
            };
            let tasks: Vec<_> = (0..1_000).map(|number| rt::spawn(nap(number))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        let log = log.lock().unwrap();
        assert_eq!(log.len(), 10_000);
        assert!(log.is_sorted(), "a sleep ended before one that was due earlier");
        assert_eq!(log.last(), Some(&Duration::from_millis(10 * (999 * 197 + 1_009))));
        assert!(start.elapsed() < SECOND, "real time: {:?} since {begun:?}", start.elapsed());
    });
}

#[test]
fn a_million_sleeps_of_a_second_one_after_the_other_take_no_time() {
    on_each_paused(|runtime| {
        let start = std::time::Instant::now();
        let passed = runtime.block_on(async {
            let begun = Instant::now();
            rt::spawn(async {
                for _ in 0..1_000_000 {
                    sleep(SECOND).await;
                }
            })
            .await
            .unwrap();
            begun.elapsed()
        });
        assert_eq!(passed, SECOND * 1_000_000);
        println!("{:?}", start.elapsed());
    });
}

#[test]
fn time_stands_still_while_a_task_can_run() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let sleeper = rt::spawn(sleep(SECOND));
            for _ in 0..1_000 {
                rt::task::yield_now().await;
                assert_eq!(begun.elapsed(), Duration::ZERO);
            }
            sleeper.await.unwrap();
            assert_eq!(begun.elapsed(), SECOND);
        });
    });
}

#[test]
fn a_timeout_and_an_interval_follow_the_clock() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            timeout(SECOND, std::future::pending::<()>()).await.unwrap_err();
            assert_eq!(begun.elapsed(), SECOND);
            let mut beat = interval(SECOND * 60);
            let first = beat.tick().await;
            assert_eq!(beat.tick().await - first, SECOND * 60);
        });
    });
}

#[test]
fn an_advance_moves_the_clock_and_wakes_who_is_due() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let due = rt::spawn(sleep(SECOND));
            let later = rt::spawn(sleep(SECOND * 10));
            rt::testing::settle().await;
            advance(SECOND * 5).await;
            assert_eq!(begun.elapsed(), SECOND * 5);
            until(|| due.is_finished()).await;
            assert_eq!(begun.elapsed(), SECOND * 5);
            assert!(!later.is_finished());
            later.await.unwrap();
            assert_eq!(begun.elapsed(), SECOND * 10);
        });
    });
}

#[test]
fn a_clock_may_be_stopped_and_go_on_from_where_it_stood() {
    crate::on_each_kind(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            sleep(Duration::from_millis(2)).await;
            pause();
            let paused = Instant::now();
            assert!(paused > begun);
            sleep(SECOND * 3_600).await;
            assert_eq!(paused.elapsed(), SECOND * 3_600);
            resume();
            let resumed = Instant::now();
            assert!(resumed >= paused + SECOND * 3_600);
            // Real again: it takes what it takes, and no more.
            let real = std::time::Instant::now();
            sleep(Duration::from_millis(5)).await;
            assert!(real.elapsed() >= Duration::from_millis(4), "{:?}", real.elapsed());
            assert!(resumed.elapsed() >= Duration::from_millis(5));
            pause();
            sleep(SECOND).await;
        });
    });
}

/// What sleeps while the clock is stopped is told when it goes on.
#[test]
fn a_thread_that_slept_without_end_hears_of_a_clock_that_goes_on() {
    crate::on_each_kind(|runtime| {
        runtime.block_on(async {
            let sleeper = rt::spawn(sleep(Duration::from_millis(5)));
            pause();
            let holding = rt::testing::external();
            rt::testing::settle().await;
            assert!(!sleeper.is_finished());
            resume();
            sleeper.await.unwrap();
            drop(holding);
        });
    });
}

#[test]
fn a_clock_is_its_runtimes_own() {
    let paused = rt::Builder::new_current_thread().start_paused(true).build().unwrap();
    let other = rt::Builder::new_current_thread().build().unwrap();
    let before = std::time::Instant::now();
    paused.block_on(sleep(SECOND * 3_600));
    let now = || Instant::now().into_std();
    assert!(paused.block_on(async { now() }) >= before + SECOND * 3_600);
    assert!(other.block_on(async { now() }) < before + SECOND * 3_600);
    assert!(now() < before + SECOND * 3_600);
}

#[test]
fn wrong_calls_panic_with_advice() {
    let panic_of = |runtime: rt::Runtime, call: fn()| {
        let call = std::panic::AssertUnwindSafe(|| runtime.block_on(async { call() }));
        panic_text(std::panic::catch_unwind(call).unwrap_err())
    };
    let paused = || rt::Builder::new_current_thread().start_paused(true).build().unwrap();
    let moving = || rt::Builder::new_current_thread().build().unwrap();
    let text = panic_of(paused(), || pause());
    assert!(text.contains(file!()) && text.contains("call `resume` first"), "{text}");
    let text = panic_of(moving(), || resume());
    assert!(text.contains(file!()) && text.contains("call `pause` first"), "{text}");
    let moved = std::panic::AssertUnwindSafe(|| moving().block_on(advance(SECOND)));
    let text = panic_text(std::panic::catch_unwind(moved).unwrap_err());
    assert!(text.contains(file!()) && text.contains("call `pause` first"), "{text}");
    let outside = panic_text(std::panic::catch_unwind(pause).unwrap_err());
    assert!(outside.contains("runtime"), "{outside}");
}

/// The last thread to fall asleep may leave the runtime while others still wait.
#[test]
fn tasks_go_on_when_nobody_is_inside() {
    let mut builder = rt::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).start_paused(true).build().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    for round in 0..100 {
        let tell = tell.clone();
        runtime.block_on(async move {
            rt::spawn(async move {
                sleep(SECOND).await;
                tell.send(round).unwrap();
            });
        });
        assert_eq!(told.recv(), Ok(round));
    }
}

#[test]
fn a_seed_decides_about_time_too() {
    let run = |seed| {
        let runtime = rt::Builder::new_deterministic(seed).build().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        runtime.block_on(async {
            let nap = |number: u64| {
                let log = log.clone();
                async move {
                    for round in 1..5 {
                        sleep(Duration::from_millis(number % 3 * round)).await;
                        log.lock().unwrap().push((number, Instant::now()));
                    }
                }
            };
            let begun = Instant::now();
            let tasks: Vec<_> = (0..10).map(|number| rt::spawn(nap(number))).collect();
            for task in tasks {
                task.await.unwrap();
            }
            let log = log.lock().unwrap();
            let log: Vec<_> = log.iter().map(|&(number, at)| (number, at - begun)).collect();
            (log, runtime.schedule().hash)
        })
    };
    let runs: Vec<_> = (0..200).map(|seed| (run(seed), run(seed))).collect();
    assert!(runs.iter().all(|(one, again)| one == again), "a seed gave two traces");
    let traces: std::collections::BTreeSet<_> = runs.iter().map(|(run, _)| &run.0).collect();
    assert!(traces.len() > 100, "{} traces", traces.len());
}
