//! What `rt` promises its users, through the public API alone.

mod abort;
mod asyncio;
mod block_on;
mod blocking_end;
mod blocking_in_place;
mod blocking_jobs;
mod blocking_refused;
mod builder;
mod callbacks;
mod cancel_grace;
mod cancel_programs;
mod cancel_rules;
mod cancel_stress;
mod channel_mpmc;
mod channel_mpsc;
mod channel_oneshot;
mod channel_watch;
mod child;
mod context_vars;
mod deadline;
mod deterministic;
mod drop_inside;
mod dump;
mod enter;
mod fairness;
mod faults;
mod gate;
mod gather;
mod group;
mod group_adoption;
mod group_policies;
mod group_start;
mod handles;
mod held;
mod hooks;
mod idle;
mod interrupt;
mod join_select;
mod join_set;
mod leaks;
mod macros;
mod memory;
mod metrics;
mod panics;
mod pool_threads;
mod process;
mod process_pool;
mod queue_jobs;
mod race;
mod shared_join;
mod shutdown;
mod shutdown_grace;
mod sleep;
mod spawn;
mod sync_crowd;
mod sync_debug;
mod sync_guards;
mod sync_locks;
mod sync_marks;
mod sync_once;
mod sync_programs;
mod sync_signals;
mod sync_wakes;
mod tasks;
mod time_limits;
mod timeout;
mod timeout_scope;
mod virtual_clock;

/// Runs `check` on each kind of runtime: one thread, workers in turns, one worker, several.
fn on_each_kind(check: impl Fn(rt::Runtime)) {
    check(rt::Builder::new_current_thread().build().unwrap());
    check(rt::Builder::new_deterministic(0).start_paused(false).build().unwrap());
    for workers in [1, 4] {
        check(with_workers(workers));
    }
}

/// Runs `check` on each kind of runtime, then on executors that are not ours.
fn on_each_executor(check: impl AsyncFn()) {
    on_each_kind(|runtime| runtime.block_on(check()));
    futures::executor::block_on(check());
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
        .block_on(check());
}

/// A runtime with this many workers.
fn with_workers(workers: usize) -> rt::Runtime {
    rt::Builder::new_multi_thread().worker_threads(workers).build().unwrap()
}

/// Lets other tasks have turns until it is so.
async fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        rt::task::yield_now().await;
    }
}

/// What a panic said.
fn panic_text(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().unwrap().to_string(),
    }
}
