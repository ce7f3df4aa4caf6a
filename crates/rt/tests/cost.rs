//! What each operation costs in counted work, held under the ceilings of the table below.
//!
//! Counts do not drift with the machine, so a change that costs more fails here. All the work of
//! an operation happens on one thread, whose counters are read: the thread inside `block_on` of a
//! `current_thread` runtime, or the only worker while every other thread waits in a channel.

#[path = "cost/channels.rs"]
mod channels;
#[path = "cost/locks.rs"]
mod locks;

use std::cell::Cell;
use std::fmt::Write as _;
use std::future::{pending, poll_fn, ready};
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::time::Duration;

use rt::cancel::CancelExt;
use rt::task::yield_now;
use rt::time::timeout;
use rt_primitive::count::{CountingAlloc, ENABLED, Snapshot};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

/// Operations of one round: fewer than a worker's deque holds.
const ROUND: usize = 1_000;

/// Rounds that are measured, after as many that only warm up.
const ROUNDS: usize = 20;

/// What rounds share: a yield each, a look at the injector now and then.
const SLACK: f64 = 0.1;

/// A long time from now.
const FAR: Duration = Duration::from_secs(3_600);

/// What one operation costs, on average or at most.
#[derive(Clone, Copy)]
struct Cost {
    allocations: f64,
    rmws_and_fences: f64,
    locks: f64,
}

impl Cost {
    const fn of(allocations: f64, rmws_and_fences: f64, locks: f64) -> Cost {
        Cost { allocations, rmws_and_fences, locks }
    }

    fn average(work: Snapshot, operations: usize) -> Cost {
        let average = |count: u64| count as f64 / operations as f64;
        Cost::of(average(work.allocations), average(work.rmws + work.fences), average(work.locks))
    }

    fn is_within(self, ceiling: Cost) -> bool {
        self.allocations <= ceiling.allocations + SLACK
            && self.rmws_and_fences <= ceiling.rmws_and_fences + SLACK
            && self.locks <= ceiling.locks + SLACK
    }
}

/// Measures what `round` costs for each of its [`ROUND`] operations, on the thread that runs it.
async fn per_operation(mut round: impl AsyncFnMut()) -> Cost {
    for _ in 0..ROUNDS {
        round().await;
    }
    let start = Snapshot::now();
    for _ in 0..ROUNDS {
        round().await;
    }
    Cost::average(start.since(), ROUNDS * ROUND)
}

/// Runs the measurement in the `block_on` of a runtime without workers.
fn in_block_on(measurement: impl Future<Output = Cost>) -> Cost {
    rt::Builder::new_current_thread().build().unwrap().block_on(measurement)
}

thread_local! {
    /// How often a task of a measurement was polled on this thread.
    static POLLS: Cell<usize> = const { Cell::new(0) };
}

fn count_poll() {
    POLLS.set(POLLS.get() + 1);
}

/// Lets `polls` more polls of other tasks happen.
async fn until_polled(before: usize, polls: usize) {
    while POLLS.get() < before + polls {
        yield_now().await;
    }
}

async fn spawn_and_run() {
    let before = POLLS.get();
    for _ in 0..ROUND {
        drop(rt::spawn(async { count_poll() }));
    }
    until_polled(before, ROUND).await;
}

fn spawn_on_a_worker() -> Cost {
    let runtime = rt::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move { tell.send(per_operation(spawn_and_run).await).unwrap() }));
    told.recv().unwrap()
}

fn spawn_in_block_on() -> Cost {
    in_block_on(per_operation(spawn_and_run))
}

/// The thread is outside while it spawns, then runs what it spawned.
fn spawn_from_a_foreign_thread() -> Cost {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    let round = || {
        let before = POLLS.get();
        for _ in 0..ROUND {
            drop(runtime.spawn(async { count_poll() }));
        }
        runtime.block_on(until_polled(before, ROUND));
    };
    (0..ROUNDS).for_each(|_| round());
    let start = Snapshot::now();
    (0..ROUNDS).for_each(|_| round());
    Cost::average(start.since(), ROUNDS * ROUND)
}

/// Tasks that wait for ever are woken, polled, and wait again.
fn wake_poll_pending() -> Cost {
    in_block_on(async {
        let (tell, told) = mpsc::channel::<Waker>();
        let before = POLLS.get();
        for _ in 0..ROUND {
            let mut tell = Some(tell.clone());
            drop(rt::spawn(poll_fn(move |cx| {
                count_poll();
                if let Some(tell) = tell.take() {
                    tell.send(cx.waker().clone()).unwrap();
                }
                Poll::<()>::Pending
            })));
        }
        until_polled(before, ROUND).await;
        let wakers: Vec<Waker> = told.try_iter().collect();
        per_operation(async || {
            let before = POLLS.get();
            wakers.iter().for_each(Waker::wake_by_ref);
            until_polled(before, ROUND).await;
        })
        .await
    })
}

fn yields() -> Cost {
    in_block_on(per_operation(async || {
        for _ in 0..ROUND {
            yield_now().await;
        }
    }))
}

fn join_while_pending() -> Cost {
    in_block_on(per_operation(async || {
        for number in 0..ROUND {
            assert_eq!(rt::spawn(async move { number }).await.unwrap(), number);
        }
    }))
}

fn join_when_complete() -> Cost {
    let mut tasks = Vec::with_capacity(ROUND);
    in_block_on(per_operation(async move || {
        let before = POLLS.get();
        tasks.extend((0..ROUND).map(|_| rt::spawn(async { count_poll() })));
        until_polled(before, ROUND).await;
        for task in tasks.drain(..) {
            task.await.unwrap();
        }
    }))
}

fn timeout_ready_at_once() -> Cost {
    in_block_on(per_operation(async || {
        for _ in 0..ROUND {
            timeout(FAR, ready(())).await.unwrap();
        }
    }))
}

/// In small batches, because a poll has a budget of leaf futures.
fn timeout_armed_then_dropped() -> Cost {
    const BATCH: usize = 100;
    in_block_on(per_operation(async || {
        for _ in 0..ROUND / BATCH {
            poll_fn(|cx| {
                for _ in 0..BATCH {
                    let armed = pin!(timeout(FAR, pending::<()>()));
                    assert!(armed.poll(cx).is_pending());
                }
                Poll::Ready(())
            })
            .await;
            yield_now().await;
        }
    }))
}

fn region_pending_then_dropped() -> Cost {
    in_block_on(per_operation(async || {
        poll_fn(|cx| {
            for _ in 0..ROUND {
                let region = pin!(pending::<()>().catch_cancel());
                assert!(region.poll(cx).is_pending());
            }
            Poll::Ready(())
        })
        .await;
    }))
}

/// What the thread does that spawns the job and awaits it: some 4 if it finds the result while it
/// still spins, 12.5 with its sleep. The other thread's part is not in it.
fn blocking_round_trip() -> Cost {
    in_block_on(per_operation(async || {
        for _ in 0..ROUND {
            rt::task::spawn_blocking(|| ()).await.unwrap();
        }
    }))
}

/// An operation, how it is measured, and the most it may cost.
type Row = (&'static str, fn() -> Cost, Cost);

#[rustfmt::skip]
const OPERATIONS: &[Row] = &[
    ("spawn on a worker, run, detached",    spawn_on_a_worker,           Cost::of(0.0, 4.0, 0.0)),
    ("spawn in block_on, run, detached",    spawn_in_block_on,           Cost::of(0.0, 4.0, 0.0)),
    ("spawn from a foreign thread, run",    spawn_from_a_foreign_thread, Cost::of(0.0, 6.0, 0.0)),
    ("wake, poll, pending",                 wake_poll_pending,           Cost::of(0.0, 3.0, 0.0)),
    ("yield_now",                           yields,                      Cost::of(0.0, 2.0, 0.0)),
    ("spawn, join while pending",           join_while_pending,          Cost::of(0.0, 9.0, 0.0)),
    ("spawn, join when complete",           join_when_complete,          Cost::of(0.0, 4.0, 0.0)),
    ("timeout, ready at first poll",        timeout_ready_at_once,       Cost::of(0.0, 0.0, 0.0)),
    ("region, pending, dropped",            region_pending_then_dropped, Cost::of(0.0, 0.0, 0.0)),
    ("timeout, armed, dropped",             timeout_armed_then_dropped,  Cost::of(0.0, 4.0, 2.0)),
    ("spawn_blocking, awaited",             blocking_round_trip,         Cost::of(0.0, 13.0, 1.0)),
    ("oneshot: create, send, receive",      channels::oneshot_round,     Cost::of(1.0, 2.0, 0.0)),
    ("mpsc: send, receive, no waiter",      channels::mpsc_bounded,      Cost::of(0.0, 3.0, 0.0)),
    ("queue: put, get, no waiter",          channels::queue_round,       Cost::of(0.0, 2.0, 2.0)),
    ("Mutex, lock, unlock",                 locks::mutex,                Cost::of(0.0, 2.0, 0.0)),
    ("Mutex, wait, handed over",            locks::mutex_handed_over,    Cost::of(0.0, 4.0, 2.0)),
    ("Semaphore, acquire, release",         locks::semaphore,            Cost::of(0.0, 2.0, 0.0)),
    ("RwLock, read, unlock",                locks::read,                 Cost::of(0.0, 2.0, 0.0)),
    ("RwLock, write, unlock",               locks::write,                Cost::of(0.0, 2.0, 0.0)),
    ("Notify, notify, wait",                locks::notify,               Cost::of(0.0, 2.0, 0.0)),
    ("Event, wait for what happened",       locks::event,                Cost::of(0.0, 0.0, 0.0)),
];

#[test]
fn no_operation_costs_more_than_its_ceiling() {
    const { assert!(ENABLED, "run with the feature `count`") };
    let mut table = String::from("measured (ceiling)                  ");
    writeln!(table, "{:>16}{:>16}{:>16}", "allocations", "RMW + fences", "locks").unwrap();
    let mut too_much = Vec::new();
    for &(operation, measure, ceiling) in OPERATIONS {
        let cost = measure();
        write!(table, "{operation:<36}").unwrap();
        for (measured, most) in [
            (cost.allocations, ceiling.allocations),
            (cost.rmws_and_fences, ceiling.rmws_and_fences),
            (cost.locks, ceiling.locks),
        ] {
            write!(table, "{:>16}", format!("{measured:.2} ({most:.0})")).unwrap();
        }
        table.push('\n');
        if !cost.is_within(ceiling) {
            too_much.push(operation);
        }
    }
    println!("{table}");
    assert!(too_much.is_empty(), "too much work in {too_much:?}\n{table}");
}
