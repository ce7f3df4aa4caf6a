//! Running a program: what `asyncio.run` and the loop's own calls are here.

use std::future::pending;
use std::sync::{Arc, Mutex, mpsc};

use rt::Handle;
use rt::cancel::CancelExt;
use rt::sync::oneshot;
use rt::task::yield_now;
use rt::time::{Duration, call_later, sleep};

use crate::virtual_clock::{SECOND, on_each_paused};
use crate::{on_each_kind, until, with_workers};

#[test]
fn run_cancels_what_is_left_and_waits_for_its_clean_up() {
    let (tell, told) = mpsc::channel();
    let mut builder = rt::Builder::new_current_thread();
    let runtime = builder.shutdown_grace(Duration::from_secs(60)).build().unwrap();
    let answer = runtime.block_on(async {
        drop(rt::spawn(pending::<()>().on_cancel(async move {
            yield_now().await;
            tell.send("cleaned").unwrap();
        })));
        yield_now().await;
        42
    });
    assert_eq!(answer, 42);
    let report = runtime.shutdown();
    assert_eq!((told.recv(), report.aborted_total), (Ok("cleaned"), 0));
}

#[test]
fn runner_runs_many_times_and_refuses_to_nest() {
    on_each_kind(|runtime| {
        let task = runtime.spawn(yield_now());
        assert_eq!(runtime.block_on(async { 1 }), 1);
        assert!(runtime.block_on(task).is_ok(), "it lives on between two runs");
        runtime.block_on(async { assert!(runtime.try_block_on(async {}).is_err()) });
    });
}

#[test]
fn run_coroutine_threadsafe_is_a_spawn_by_a_handle_whose_wait_may_time_out() {
    let runtime = with_workers(1);
    let handle = runtime.handle().clone();
    let thread = std::thread::spawn(move || {
        let answer = handle.spawn(async { 42 }).join_blocking(None).unwrap();
        let slow = handle.spawn(pending::<()>());
        let late = slow.join_blocking(Some(Duration::from_millis(1))).unwrap_err();
        let slow = late.into_handle();
        assert!(!slow.is_finished(), "a wait that times out cancels nothing");
        assert!(slow.cancel());
        (answer, slow.join_blocking(None).unwrap())
    });
    let (answer, slow) = thread.join().unwrap();
    assert_eq!(answer.unwrap(), 42);
    assert!(slow.unwrap_err().is_cancelled());
}

#[test]
fn call_soon_is_a_spawn_which_runs_in_order_on_one_thread() {
    let log = Arc::new(Mutex::new(Vec::new()));
    rt::Builder::new_current_thread().build().unwrap().block_on(async {
        for number in 0..10 {
            let log = log.clone();
            drop(rt::spawn(async move { log.lock().unwrap().push(number) }));
        }
        assert!(log.lock().unwrap().is_empty(), "none runs before the caller waits");
        until(|| log.lock().unwrap().len() == 10).await;
    });
    assert_eq!(*log.lock().unwrap(), Vec::from_iter(0..10));
}

#[test]
fn call_later_calls_each_once_when_it_is_due_unless_it_was_cancelled() {
    on_each_paused(|runtime| {
        let log = Arc::new(Mutex::new(Vec::new()));
        runtime.block_on(async {
            let call = |seconds: u32| {
                let log = log.clone();
                call_later(SECOND * seconds, move || log.lock().unwrap().push(seconds))
            };
            let calls = [3, 1, 2].map(call);
            assert!(calls[2].cancel());
            assert!(!calls[2].cancel(), "once");
            sleep(SECOND * 10).await;
            assert!(!calls[0].cancel(), "it was called");
        });
        assert_eq!(*log.lock().unwrap(), [1, 3]);
    });
}

#[test]
fn create_future_is_a_oneshot_which_cannot_be_set_twice() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (set, future) = oneshot::channel();
            rt::spawn(async move { set.send(7).unwrap() });
            assert_eq!(future.await, Ok(7));
            let (set, future) = oneshot::channel();
            drop(future);
            assert_eq!(set.send(7), Err(7), "nobody waits, so the value comes back");
            let (set, future) = oneshot::channel::<()>();
            drop(set);
            assert!(future.await.is_err());
        });
    });
}

#[test]
fn exception_handler_hears_of_a_failure_once_and_its_own_panic_harms_nothing() {
    let told = Arc::new(Mutex::new(0));
    let tell = told.clone();
    let mut builder = rt::Builder::new_current_thread();
    let runtime = builder
        .on_unhandled(move |_| {
            *tell.lock().unwrap() += 1;
            std::panic::resume_unwind(Box::new("in the handler"));
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        drop(rt::spawn(async { std::panic::resume_unwind(Box::new("in the task")) }));
        yield_now().await;
        assert_eq!(rt::spawn(async { 1 }).await.unwrap(), 1);
    });
    assert_eq!(*told.lock().unwrap(), 1);
}

#[test]
fn get_running_loop_is_the_current_handle_and_an_error_outside() {
    assert!(Handle::try_current().is_err());
    on_each_kind(|runtime| {
        let tasks = runtime.block_on(async { Handle::try_current().unwrap().tasks().len() });
        assert_eq!(tasks, 1, "the future itself");
    });
}

/// There are no eager tasks: all begin as asyncio's do without that factory.
#[test]
fn eager_start_is_not_offered_so_a_task_begins_once_its_spawner_waits() {
    rt::Builder::new_current_thread().build().unwrap().block_on(async {
        let (tell, told) = mpsc::channel();
        let task = rt::spawn(async move { tell.send(()).unwrap() });
        assert!(told.try_recv().is_err());
        task.await.unwrap();
        assert!(told.try_recv().is_ok());
    });
}
