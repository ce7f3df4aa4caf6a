//! A runtime that ends takes every task with it, whatever it was doing.

mod report;

use std::future::{pending, poll_fn};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::gate::Gate;
use crate::{on_each_kind, with_workers};

const MANY: usize = 100;

#[test]
fn tasks_that_wait_are_dropped() {
    on_each_kind(|runtime| {
        let (gate, token) = (Gate::default(), Arc::new(()));
        runtime.block_on(async {
            for _ in 0..MANY {
                let (gate, token) = (gate.clone(), token.clone());
                drop(rt::spawn(async move {
                    gate.wait().await;
                    drop(token);
                }));
            }
            while gate.waiting() < MANY {
                rt::task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!(Arc::strong_count(&token), 1);
        gate.open();
    });
}

#[test]
fn tasks_that_sleep_are_dropped() {
    on_each_kind(|runtime| {
        let token = Arc::new(());
        let started = Arc::new(Mutex::new(0));
        runtime.block_on(async {
            for _ in 0..MANY {
                let (started, token) = (started.clone(), token.clone());
                drop(rt::spawn(async move {
                    *started.lock().unwrap() += 1;
                    rt::time::sleep(Duration::from_secs(3_600)).await;
                    drop(token);
                }));
            }
            while *started.lock().unwrap() < MANY {
                rt::task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!(Arc::strong_count(&token), 1);
    });
}

#[test]
fn tasks_nobody_has_polled_are_dropped() {
    let token = Arc::new(());
    let spawn = |runtime: &rt::Runtime| {
        for _ in 0..MANY {
            let token = token.clone();
            drop(runtime.spawn(async move { drop(token) }));
        }
    };

    let runtime = rt::Builder::new_current_thread().build().unwrap();
    spawn(&runtime);
    drop(runtime);
    assert_eq!(Arc::strong_count(&token), 1);

    // The one worker is held inside a poll, so that the rest stays queued.
    let runtime = with_workers(1);
    let (inside, held) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    drop(runtime.spawn(async move {
        inside.send(()).unwrap();
        let _ = released.recv();
    }));
    held.recv().unwrap();
    spawn(&runtime);
    let dropper = std::thread::spawn(move || drop(runtime));
    release.send(()).unwrap();
    dropper.join().unwrap();
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn tasks_that_keep_themselves_awake_are_dropped() {
    on_each_kind(|runtime| {
        let token = Arc::new(());
        for _ in 0..MANY {
            let token = token.clone();
            drop(runtime.spawn(async move {
                let _alive = token;
                loop {
                    rt::task::yield_now().await;
                }
            }));
        }
        runtime.block_on(rt::task::yield_now());
        drop(runtime);
        assert_eq!(Arc::strong_count(&token), 1);
    });
}

#[test]
fn tasks_that_spawn_as_they_die_are_dropped() {
    struct Respawn(u32, Arc<()>);
    impl Drop for Respawn {
        fn drop(&mut self) {
            if self.0 > 0 {
                let next = Respawn(self.0 - 1, self.1.clone());
                let _ = rt::task::try_spawn(async move {
                    let _next = next;
                    std::future::pending::<()>().await;
                });
            }
        }
    }
    on_each_kind(|runtime| {
        let token = Arc::new(());
        let respawn = Respawn(10, token.clone());
        drop(runtime.spawn(async move {
            let _respawn = respawn;
            std::future::pending::<()>().await;
        }));
        runtime.block_on(rt::task::yield_now());
        drop(runtime);
        assert_eq!(Arc::strong_count(&token), 1);
    });
}

#[test]
fn a_joiner_elsewhere_is_told() {
    let (dying, other) = (with_workers(1), with_workers(1));
    let task = dying.spawn(std::future::pending::<()>());
    let joiner = other.spawn(task);
    drop(dying);
    assert!(other.block_on(joiner).unwrap().unwrap_err().is_cancelled());
}

#[test]
fn a_spawn_that_comes_too_late_is_cancelled() {
    on_each_kind(|runtime| {
        let handle = runtime.handle().clone();
        drop(runtime);
        let token = Arc::new(());
        let held = token.clone();
        let task = handle.spawn(async move { drop(held) });
        assert_eq!(Arc::strong_count(&token), 1);
        assert!(with_workers(1).block_on(task).unwrap_err().is_cancelled());
    });
}

#[test]
fn shutdown_background_waits_for_no_poll() {
    let runtime = with_workers(1);
    let (inside, held) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        inside.send(()).unwrap();
        released.recv().unwrap();
        tell.send("released").unwrap();
    }));
    held.recv().unwrap();
    runtime.shutdown_background();
    assert!(told.try_recv().is_err(), "returned while the task was inside its poll");
    release.send(()).unwrap();
    assert_eq!(told.recv(), Ok("released"));
}

#[test]
fn a_block_on_that_waits_for_a_task_is_told() {
    on_each_kind(|runtime| {
        let handle = runtime.handle().clone();
        let outside = runtime.spawn(pending::<()>());
        let (inside, held) = mpsc::channel();
        let waiter = std::thread::spawn(move || {
            handle.block_on(async {
                let own = rt::spawn(pending::<()>());
                rt::task::yield_now().await;
                inside.send(()).unwrap();
                (own.await, outside.await)
            })
        });
        held.recv().unwrap();
        drop(runtime);
        let (own, outside) = waiter.join().unwrap();
        assert!(own.unwrap_err().is_cancelled() && outside.unwrap_err().is_cancelled());
    });
}

#[test]
fn wakers_and_handles_may_be_used_after_the_end() {
    on_each_kind(|runtime| {
        let wakers = Arc::new(Mutex::new(Vec::<Waker>::new()));
        let tasks: Vec<_> = runtime.block_on(async {
            let spawn = |_| {
                let wakers = wakers.clone();
                rt::spawn(poll_fn(move |cx| {
                    wakers.lock().unwrap().push(cx.waker().clone());
                    Poll::<()>::Pending
                }))
            };
            let tasks = (0..MANY).map(spawn).collect();
            while wakers.lock().unwrap().len() < MANY {
                rt::task::yield_now().await;
            }
            tasks
        });
        let handle = runtime.handle().clone();
        drop(runtime);

        let wakers = std::mem::take(&mut *wakers.lock().unwrap());
        std::thread::spawn(move || {
            let clones = wakers.clone();
            wakers.iter().for_each(Waker::wake_by_ref);
            wakers.into_iter().for_each(Waker::wake);
            drop(clones);
        })
        .join()
        .unwrap();
        assert_eq!(handle.metrics().tasks_alive(), 0);
        for task in tasks {
            let abort = task.abort_handle();
            abort.abort();
            assert!(abort.is_finished());
            assert!(handle.block_on(task).unwrap_err().is_cancelled());
        }
        assert_eq!(handle.block_on(async { 1 }), 1);
    });
}
