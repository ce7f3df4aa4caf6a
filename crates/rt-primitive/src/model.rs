//! Runs models: small programs of two or three threads whose every interleaving is tried.
//!
//! Present only under `--cfg rt_loom` and `--cfg rt_shuttle`. A model belongs into
//! `src/tests/loom/<protocol>.rs` of its crate, and its doc comment names the seeded bugs that must
//! turn it red: `/// Mutants: park.no_wake, park.give_relaxed`.
//!
//! | variable | meaning |
//! |---|---|
//! | `RT_BOUND` | loom: preemptions a run may have, for all models; `none` is no bound |
//! | `RT_ITERS` | shuttle: runs per scheduler and spawn order, 5 000 unless said |
//! | `RT_MODEL_LOG` | a file that gets a line `name executions seconds` a passed model |
//! | `RT_MUTANT` | the seeded bug to switch on |

use crate::Tally;
use crate::sync::Arc;
use crate::thread::{self, JoinHandle};
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::future::Future;
use std::io::Write;
use std::time::Instant;

#[cfg(rt_loom)]
#[path = "model/exhaustive.rs"]
mod engine;
#[cfg(rt_shuttle)]
#[path = "model/random.rs"]
mod engine;

pub use engine::Choices;

/// In which order [`spawn2`] and [`spawn3`] start their threads.
///
/// loom may skip interleavings in one order that it finds in the other. The main thread of a model
/// always starts first, so a thread that races is spawned; the main thread only starts and joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// The first one first.
    Forward,
    /// The second one first.
    Reverse,
}

/// Runs `model` in both spawn orders, in every interleaving with at most `bound` preemptions.
///
/// Prints one line, `MODEL <name> bound=<b> executions=<n> seconds=<s> ok`.
///
/// # Panics
///
/// When the model panics, deadlocks or leaks in one of its executions; under shuttle also when its
/// threads have nothing to do with each other.
pub fn check<F>(name: &'static str, bound: Option<usize>, model: F)
where
    F: Fn(Order) + Send + Sync + 'static,
{
    let start = Instant::now();
    let bound = bound_override().unwrap_or(bound);
    let executions = std::sync::Arc::new(Tally::new());
    let model = std::sync::Arc::new(model);
    for order in [Order::Forward, Order::Reverse] {
        let model = std::sync::Arc::clone(&model);
        let executions = std::sync::Arc::clone(&executions);
        engine::explore(bound, move || {
            executions.add(1);
            model(order);
        });
    }
    report(name, bound, executions.get(), start);
}

/// Runs `model` like [`check`] and returns every result it had.
///
/// For tests that say which results exist, and which do not.
pub fn outcomes<T, F>(name: &'static str, bound: Option<usize>, model: F) -> BTreeSet<T>
where
    T: Ord + Send + 'static,
    F: Fn(Order) -> T + Send + Sync + 'static,
{
    let seen = std::sync::Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let in_model = std::sync::Arc::clone(&seen);
    check(name, bound, move |order| {
        let outcome = model(order);
        in_model.lock().unwrap().insert(outcome);
    });
    let mut seen = seen.lock().unwrap();
    std::mem::take(&mut *seen)
}

/// Starts both threads in the given order; the handles come back as the threads were passed.
pub fn spawn2<A, B>(
    order: Order,
    first: impl FnOnce() -> A + Send + 'static,
    second: impl FnOnce() -> B + Send + 'static,
) -> (JoinHandle<A>, JoinHandle<B>)
where
    A: Send + 'static,
    B: Send + 'static,
{
    match order {
        Order::Forward => {
            let first = thread::spawn(first);
            (first, thread::spawn(second))
        }
        Order::Reverse => {
            let second = thread::spawn(second);
            (thread::spawn(first), second)
        }
    }
}

/// Starts three threads, first to last or last to first.
pub fn spawn3<A, B, C>(
    order: Order,
    first: impl FnOnce() -> A + Send + 'static,
    second: impl FnOnce() -> B + Send + 'static,
    third: impl FnOnce() -> C + Send + 'static,
) -> (JoinHandle<A>, JoinHandle<B>, JoinHandle<C>)
where
    A: Send + 'static,
    B: Send + 'static,
    C: Send + 'static,
{
    match order {
        Order::Forward => {
            let (first, second) = spawn2(order, first, second);
            (first, second, thread::spawn(third))
        }
        Order::Reverse => {
            let third = thread::spawn(third);
            let (first, second) = spawn2(order, first, second);
            (first, second, third)
        }
    }
}

/// Wraps a future so that loom reports it when it is never dropped.
pub fn track<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let leak_check = Arc::new(());
    async move {
        let output = future.await;
        drop(leak_check);
        output
    }
}

/// `RT_BOUND`, if it is set.
fn bound_override() -> Option<Option<usize>> {
    let text = std::env::var("RT_BOUND").ok()?;
    if text == "none" {
        return Some(None);
    }
    let bound = text.parse();
    Some(Some(bound.expect("RT_BOUND is a number of preemptions, or `none`")))
}

/// Prints the result, and writes it to the log that the ledger is checked against.
fn report(name: &str, bound: Option<usize>, executions: u64, start: Instant) {
    let bound = bound.map_or("none".to_owned(), |bound| bound.to_string());
    let seconds = start.elapsed().as_secs_f64();
    println!("MODEL {name} bound={bound} executions={executions} seconds={seconds:.2} ok");
    let Some(path) = std::env::var_os("RT_MODEL_LOG") else { return };
    let mut log = OpenOptions::new().create(true).append(true).open(path).expect("RT_MODEL_LOG");
    // One write, so that lines of models that run side by side do not mix.
    log.write_all(format!("{name} {executions} {seconds:.2}\n").as_bytes()).expect("RT_MODEL_LOG");
}
