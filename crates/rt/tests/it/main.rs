//! What `rt` promises its users, through the public API alone.

mod abort;
mod block_on;
mod builder;
mod child;
mod drop_inside;
mod enter;
mod fairness;
mod gate;
mod idle;
mod leaks;
mod macros;
mod panics;
mod process;
mod shutdown;
mod sleep;
mod spawn;
mod timeout;

/// Runs `check` on each kind of runtime: one thread, one worker, several.
fn on_each_kind(check: impl Fn(rt::Runtime)) {
    check(rt::Builder::new_current_thread().build().unwrap());
    for workers in [1, 4] {
        check(with_workers(workers));
    }
}

/// A runtime with this many workers.
fn with_workers(workers: usize) -> rt::Runtime {
    rt::Builder::new_multi_thread().worker_threads(workers).build().unwrap()
}

/// What a panic said.
fn panic_text(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().unwrap().to_string(),
    }
}
