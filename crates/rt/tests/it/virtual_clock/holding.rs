//! What goes on outside holds the clock up, and a second thread inside counts.

use std::sync::mpsc;

use rt::testing::external;
use rt::time::{Instant, sleep};

use super::{SECOND, on_each_paused};

/// A thread works for as long as it likes, and time waits for it.
#[test]
fn work_outside_holds_the_clock() {
    on_each_paused(|runtime| {
        for _ in 0..50 {
            runtime.block_on(async {
                let begun = Instant::now();
                let (tell, told) = mpsc::channel();
                let working = external();
                let handle = rt::Handle::current();
                let thread = std::thread::spawn(move || {
                    std::thread::yield_now();
                    drop(handle.spawn(async move { tell.send(Instant::now()).unwrap() }));
                    drop(working);
                });
                sleep(SECOND).await;
                thread.join().unwrap();
                assert_eq!(told.try_recv(), Ok(begun), "the clock jumped while work went on");
                assert_eq!(begun.elapsed(), SECOND);
            });
        }
    });
}

/// Everybody sleeps already when the work outside ends.
#[test]
fn the_clock_goes_on_when_work_outside_has_ended() {
    on_each_paused(|runtime| {
        for _ in 0..50 {
            let working = runtime.handle().external();
            let sleeper = runtime.spawn(sleep(SECOND));
            let thread = std::thread::spawn(move || drop(working));
            runtime.block_on(sleeper).unwrap();
            thread.join().unwrap();
        }
    });
}

/// On a runtime without threads the second thread waits in line; its future counts as a task.
#[test]
fn threads_inside_all_count() {
    on_each_paused(|runtime| {
        std::thread::scope(|scope| {
            for number in 1..=12 {
                let runtime = &runtime;
                scope.spawn(move || {
                    for _ in 0..20 {
                        runtime.block_on(async {
                            let begun = Instant::now();
                            sleep(SECOND * number).await;
                            assert!(begun.elapsed() >= SECOND * number);
                        });
                    }
                });
            }
        });
    });
}

/// A thread inside wakes one that waits in line, and the clock waits for both.
#[test]
fn a_future_in_line_is_not_jumped_over() {
    on_each_paused(|runtime| {
        let handle = runtime.handle().clone();
        let (gate, opened) = (crate::gate::Gate::default(), crate::gate::Gate::default());
        let (in_line, is_open) = (gate.clone(), opened.clone());
        let second = std::thread::spawn(move || {
            handle.block_on(async move {
                in_line.wait().await;
                let now = Instant::now();
                is_open.open();
                now
            })
        });
        let woken_at = runtime.block_on(async {
            crate::until(|| gate.waiting() > 0).await;
            let now = Instant::now();
            gate.open();
            opened.wait().await;
            sleep(SECOND).await;
            now
        });
        assert_eq!(second.join().unwrap(), woken_at);
    });
}
