//! Wakers, drops, payloads and hooks that panic, or end the runtime that calls them.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};

use super::assert_works;
use crate::gate::Gate;
use crate::on_each_kind;

/// Unwinds without a word to the panic hook: this panic is on purpose.
fn bang() {
    if !std::thread::panicking() {
        resume_unwind(Box::new("on purpose"));
    }
}

/// Unwinds when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        bang();
    }
}

/// A waker whose every wake unwinds, with a payload that unwinds when it is dropped.
struct PanicsOnWake;

impl Wake for PanicsOnWake {
    fn wake(self: Arc<Self>) {
        resume_unwind(Box::new(Bomb));
    }
}

/// A waker that unwinds when the last of its clones is dropped.
struct PanicsOnDrop {
    _bomb: Bomb,
}

impl Wake for PanicsOnDrop {
    fn wake(self: Arc<Self>) {
        std::mem::forget(self);
    }
}

fn panics_on_drop() -> Waker {
    Waker::from(Arc::new(PanicsOnDrop { _bomb: Bomb }))
}

/// Polls a handle with this waker, which the task that it waits for keeps then.
fn poll_with<T>(handle: &mut rt::task::JoinHandle<T>, waker: &Waker) {
    assert!(Pin::new(handle).poll(&mut Context::from_waker(waker)).is_pending());
}

#[test]
fn a_join_waker_that_panics_harms_nobody() {
    on_each_kind(|runtime| {
        let gate = Gate::default();
        let waiting = gate.clone();
        let mut task = runtime.spawn(async move { waiting.wait().await });
        poll_with(&mut task, &Waker::from(Arc::new(PanicsOnWake)));
        gate.open();
        runtime.block_on(async {
            while !task.is_finished() {
                rt::task::yield_now().await;
            }
        });
        runtime.block_on(task).unwrap();
        assert_works(&runtime);

        let mut left = runtime.spawn(pending::<()>());
        poll_with(&mut left, &Waker::from(Arc::new(PanicsOnWake)));
        let handle = runtime.handle().clone();
        assert_eq!(runtime.shutdown().aborted_total, 1);
        assert!(handle.block_on(left).unwrap_err().is_cancelled());
    });
}

#[test]
fn a_join_waker_that_panics_in_its_drop_harms_nobody() {
    on_each_kind(|runtime| {
        let mut task = runtime.spawn(pending::<()>());
        // Each registers in the place of the one before, which is dropped there.
        for _ in 0..3 {
            let waker = panics_on_drop();
            poll_with(&mut task, &waker);
            std::mem::forget(waker.clone());
            std::mem::forget(waker);
        }
        let waker = panics_on_drop();
        poll_with(&mut task, &waker);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(waker))).is_ok(), "the handle has a clone");
        poll_with(&mut task, Waker::noop());

        let waker = panics_on_drop();
        poll_with(&mut task, &waker);
        drop(waker);
        drop(task);
        assert_works(&runtime);
    });
}

#[test]
fn a_panic_whose_payload_panics_harms_nobody() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            // Nobody takes the payload, so the runtime has to drop it.
            drop(rt::spawn(async { resume_unwind(Box::new(Bomb)) }));
            let error = rt::spawn(async { resume_unwind(Box::new(Bomb)) }).await.unwrap_err();
            std::mem::forget(error);
        });
        assert_works(&runtime);
    });
}

#[test]
fn a_value_and_a_future_that_panic_in_their_drops_harm_nobody() {
    /// Ready at once with a value that unwinds when dropped, and unwinds when dropped itself.
    struct Both(Bomb);

    impl Future for Both {
        type Output = Bomb;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Bomb> {
            Poll::Ready(Bomb)
        }
    }

    on_each_kind(|runtime| {
        let error = runtime.block_on(async {
            drop(rt::spawn(Both(Bomb)));
            rt::spawn(Both(Bomb)).await.map(std::mem::forget).unwrap_err()
        });
        assert!(error.is_panic());
        assert_works(&runtime);
    });
}

#[test]
fn futures_that_panic_in_their_drops_do_not_stop_a_shutdown() {
    on_each_kind(|runtime| {
        let token = Arc::new(());
        for _ in 0..100 {
            let (bomb, token) = (Bomb, token.clone());
            drop(runtime.spawn(async move {
                let _held = (token, bomb);
                pending::<()>().await;
            }));
        }
        let report = runtime.shutdown();
        assert_eq!((report.aborted_total, Arc::strong_count(&token)), (100, 1));
    });
}

#[test]
fn hooks_that_panic_harm_nobody() {
    let mut builder = rt::Builder::new_multi_thread();
    builder.worker_threads(3).on_thread_start(bang).on_thread_stop(bang);
    let runtime = builder.build().unwrap();
    assert_works(&runtime);
    assert!(runtime.shutdown().leaked_threads.is_empty());
}

#[test]
fn a_start_hook_is_inside_the_runtime() {
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let hook = move || {
        let tell = tell.lock().unwrap().clone();
        drop(rt::spawn(async move { tell.send("from a hook").unwrap() }));
    };
    let runtime = rt::Builder::new_multi_thread().worker_threads(2).on_thread_start(hook).build();
    let told: Vec<_> = told.iter().take(2).collect();
    assert_eq!(told, ["from a hook"; 2]);
    drop(runtime);
}

#[test]
fn a_start_hook_may_end_the_runtime() {
    let place = Arc::new(Mutex::new(None::<rt::Runtime>));
    let (put, is_put) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let (of_hook, is_put, tell) = (place.clone(), Mutex::new(is_put), Mutex::new(tell));
    let hook = move || {
        let _ = is_put.lock().unwrap().recv();
        drop(of_hook.lock().unwrap().take());
        tell.lock().unwrap().send("went on").unwrap();
    };
    let runtime = rt::Builder::new_multi_thread().worker_threads(1).on_thread_start(hook).build();
    *place.lock().unwrap() = Some(runtime.unwrap());
    drop(put);
    assert_eq!(told.recv(), Ok("went on"));
}
