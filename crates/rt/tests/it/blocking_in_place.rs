//! A task may block its thread in place: what `block_in_place` promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use rt::task::{self, block_in_place};

use crate::{on_each_kind, panic_text, with_workers};

#[test]
fn it_gives_the_value_and_may_borrow() {
    on_each_kind(|runtime| {
        let task = runtime.spawn(async {
            let text = String::from("borrowed");
            let len = block_in_place(|| text.len());
            task::yield_now().await;
            (text, len)
        });
        assert_eq!(runtime.block_on(task).unwrap(), ("borrowed".to_owned(), 8));
        assert_eq!(runtime.block_on(async { block_in_place(|| 1) }), 1);
    });
    assert_eq!(block_in_place(|| 2), 2);
}

#[test]
fn the_tasks_of_the_only_worker_run_meanwhile() {
    let runtime = with_workers(1);
    let (tell, told) = mpsc::channel();
    let blocks = runtime.spawn(async move {
        // Queued on this very worker, one of them behind a timer of it.
        let sleeper = rt::spawn(async move {
            rt::time::sleep(Duration::from_millis(5)).await;
            tell.send("awake").unwrap();
        });
        let heard = block_in_place(|| told.recv().unwrap());
        sleeper.await.unwrap();
        heard
    });
    assert_eq!(blocks.join_blocking(None).unwrap().unwrap(), "awake");
}

#[test]
fn a_task_goes_on_as_before_when_it_has_blocked() {
    for workers in [1, 2] {
        let runtime = with_workers(workers);
        let polls = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let polls = polls.clone();
                runtime.spawn(async move {
                    for _ in 0..50 {
                        block_in_place(std::thread::yield_now);
                        let child = rt::spawn(async { 1 });
                        task::yield_now().await;
                        polls.fetch_add(child.await.unwrap(), Ordering::Relaxed);
                        block_in_place(|| ());
                    }
                })
            })
            .collect();
        for task in tasks {
            task.join_blocking(None).unwrap().unwrap();
        }
        assert_eq!(polls.load(Ordering::Relaxed), 1_000);
        let handle = runtime.handle().clone();
        drop(runtime);
        assert_eq!(handle.metrics().tasks_alive(), 0);
    }
}

#[test]
fn block_on_is_allowed_inside() {
    let runtime = with_workers(1);
    let task = runtime.spawn(async {
        let own = task::id();
        let inner = block_in_place(|| {
            rt::Handle::current().block_on(async {
                let spawned = rt::spawn(async { 40 });
                rt::time::sleep(Duration::from_millis(1)).await;
                spawned.await.unwrap() + 2
            })
        });
        assert_eq!(task::id(), own);
        assert!(rt::Handle::current().try_block_on(async {}).is_err(), "outside it is not");
        inner
    });
    assert_eq!(task.join_blocking(None).unwrap().unwrap(), 42);
    let nested = runtime.block_on(async {
        let handle = rt::Handle::current();
        block_in_place(|| handle.block_on(async { rt::spawn(async { 7 }).await.unwrap() }))
    });
    assert_eq!(nested, 7);
}

#[test]
fn tasks_in_place_may_wait_for_each_other() {
    let runtime = with_workers(1);
    let (mut chain, mut last) = (Vec::new(), None);
    for number in 0..10 {
        let (tell, told) = mpsc::channel::<usize>();
        let next = last.replace(tell);
        chain.push(runtime.spawn(async move {
            let got = if number == 9 { 9 } else { block_in_place(|| told.recv().unwrap()) };
            next.map(|next| next.send(got)).transpose().unwrap();
            got
        }));
    }
    // The tasks wait for those spawned later, each on a thread of its own.
    drop(last);
    for task in chain.into_iter().rev().skip(1) {
        let _ = task.join_blocking(Some(Duration::from_secs(20))).unwrap();
    }
}

#[test]
fn a_panic_is_the_tasks() {
    let runtime = with_workers(1);
    for _ in 0..10 {
        let task = runtime.spawn(async { block_in_place(|| panic!("no luck")) });
        let error = task.join_blocking(None).unwrap().unwrap_err();
        assert_eq!(panic_text(error.into_panic()), "no luck");
        let next = runtime.spawn(async { 1 });
        assert_eq!(next.join_blocking(None).unwrap().unwrap(), 1);
    }
}

#[test]
fn the_end_of_a_runtime_waits_for_it_and_leaves_nothing() {
    let runtime = with_workers(1);
    let token = Arc::new(());
    let (tell, told) = mpsc::channel();
    for _ in 0..10 {
        let token = token.clone();
        drop(runtime.spawn(async move {
            let _token = token;
            std::future::pending::<()>().await;
        }));
    }
    let blocked = runtime.spawn(async move {
        block_in_place(|| {
            tell.send(()).unwrap();
            // Long enough for a drop that does not wait to be seen.
            let _ = mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(50));
        });
        task::yield_now().await;
    });
    told.recv().unwrap();
    drop(runtime);
    assert!(blocked.is_finished());
    assert!(blocked.join_blocking(None).unwrap().unwrap_err().is_cancelled());
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_clock_that_stands_still_waits_for_it() {
    let runtime = rt::Builder::new_multi_thread().start_paused(true).build().unwrap();
    let hour = Duration::from_secs(3_600);
    runtime.block_on(async {
        let task = rt::spawn(async {
            block_in_place(|| {
                // Time for the clock to jump, if it would.
                let _ = mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(30));
            });
        });
        assert!(rt::time::timeout(hour, task).await.is_ok());
    });
}
