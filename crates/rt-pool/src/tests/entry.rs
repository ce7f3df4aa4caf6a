//! A worker that is entered from a unit test, and what else the linker has called before `main`.

use std::ffi::{c_char, c_int};

use rt_core::{Config, Executor, NoDriver};
use rt_primitive::atomic::{AtomicU32, Ordering};
use rt_primitive::sync::Arc;

use crate::ProcessPool;

/// How often each of the two has been called in this process.
static CALLS: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

type Constructor = extern "C" fn(c_int, *const *const c_char, *const *const c_char);

/// Comes before a worker's entry: the linker sorts these by their numbers, those without last.
#[used]
#[unsafe(link_section = ".init_array.00500")]
static EARLY: Constructor = call_early;

/// Comes before it or after it.
#[used]
#[unsafe(link_section = ".init_array")]
static LATE: Constructor = call_late;

extern "C" fn call_early(_: c_int, _: *const *const c_char, _: *const *const c_char) {
    // ORDERING: Relaxed; only one thread is there.
    CALLS[0].fetch_add(1, Ordering::Relaxed);
}

extern "C" fn call_late(_: c_int, _: *const *const c_char, _: *const *const c_char) {
    // ORDERING: Relaxed; only one thread is there.
    CALLS[1].fetch_add(1, Ordering::Relaxed);
}

fn calls() -> [u32; 2] {
    // ORDERING: Relaxed; they were made before `main`.
    CALLS.each_ref().map(|calls| calls.load(Ordering::Relaxed))
}

#[test]
fn a_unit_test_has_workers() {
    let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    executor.block_on(async {
        let pool = ProcessPool::builder().workers(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        assert_ne!(pid, std::process::id());
    });
}

#[test]
fn what_runs_before_main_runs_once_in_a_worker() {
    assert_eq!(calls(), [1, 1], "in this process");
    let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    executor.block_on(async {
        let pool = ProcessPool::builder().workers(1).build().unwrap();
        assert_eq!(pool.run(calls, ()).await.unwrap(), [1, 1]);
    });
}
