//! A clock that stands still, and is moved when everybody sleeps, against those who wake somebody.

use std::any::{Any, TypeId};
use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::time::Instant;

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::assert_no_page_left;
use crate::config::{Config, Flavor};
use crate::driver::Driver;
use crate::executor::Executor;
use crate::handle::ExecutorHandle;
use crate::shared::ExecutorShared;
use crate::worker::WorkerContext;

/// A clock that says 0 until it has jumped, once, and then 1.
struct Clock {
    now: AtomicUsize,
}

impl Clock {
    fn new() -> std::sync::Arc<Clock> {
        std::sync::Arc::new(Clock { now: AtomicUsize::new(0) })
    }

    fn now(&self) -> usize {
        self.now.load(Ordering::Acquire)
    }
}

impl Driver for Clock {
    fn turn(&self, _slot: usize) -> Option<Instant> {
        None
    }

    fn jump(&self) -> bool {
        self.now.swap(1, Ordering::AcqRel) == 0
    }

    fn hand_over(&self, _from: usize, _to: usize) -> bool {
        false
    }

    fn shutdown(&self, _slot: usize) {}

    fn part(&self, _type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        None
    }
}

/// An executor with one worker, whose sleep is counted.
fn counting(clock: &std::sync::Arc<Clock>) -> Arc<ExecutorShared> {
    let shared = Arc::new(ExecutorShared::new(Flavor::MultiThread, 1, clock.clone()));
    shared.count_sleepers();
    shared
}

/// Runs tasks as the worker until it is so.
fn work_until(shared: &Arc<ExecutorShared>, is_so: impl Fn() -> bool) {
    let worker = WorkerContext::take_seat(shared, 0).expect("no other thread is the worker");
    let seated = worker.sit();
    while !is_so() {
        if let Some(task) = worker.next_task().or_else(|| worker.wait_for_task(&|| false)) {
            worker.run(task);
        }
    }
    drop(seated);
    crate::shutdown::return_seat(worker);
}

/// The time at which a task or a future was polled, when it has been.
#[derive(Clone)]
struct PolledAt(Arc<AtomicUsize>);

impl PolledAt {
    fn new() -> PolledAt {
        PolledAt(Arc::new(AtomicUsize::new(usize::MAX)))
    }

    fn set(&self, now: usize) {
        self.0.store(now, Ordering::Release);
    }

    fn get(&self) -> Option<usize> {
        let at = self.0.load(Ordering::Acquire);
        (at != usize::MAX).then_some(at)
    }
}

/// I2: a thread that spawned a task and then looks at the clock sees no earlier time than the task
/// does: the clock has not jumped while the task was ready.
///
/// Mutants: quiet.push_without_pass, quiet.jump_without_look
#[test]
fn a_push_is_never_jumped_over() {
    model::check("a_push_is_never_jumped_over", Some(2), |order| {
        let clock = Clock::new();
        let shared = counting(&clock);
        let polled_at = PolledAt::new();
        let (worker, pusher) = model::spawn2(
            order,
            {
                let (shared, polled_at) = (shared.clone(), polled_at.clone());
                move || work_until(&shared, || polled_at.get().is_some())
            },
            {
                let (clock, polled_at) = (clock.clone(), polled_at.clone());
                let handle = ExecutorHandle::new(shared.clone());
                move || {
                    let seen = clock.clone();
                    drop(handle.spawn(async move { polled_at.set(seen.now()) }));
                    clock.now()
                }
            },
        );
        worker.join().unwrap();
        let after = pusher.join().unwrap();
        let polled_at = polled_at.get().unwrap();
        assert!(polled_at <= after, "I2: pushed by {after}, polled at {polled_at}");
        crate::shutdown::close(&shared);
        drop(shared);
        assert_no_page_left();
    });
}

/// I3: the same for the future of a `block_on`, which is in no queue.
///
/// Mutants: quiet.root_stays_asleep
#[test]
fn a_woken_root_is_never_jumped_over() {
    model::check("a_woken_root_is_never_jumped_over", Some(2), |order| {
        let clock = Clock::new();
        let executor = Executor::start(Config::current_thread(), clock.clone()).unwrap();
        executor.handle().shared().count_sleepers();
        let waiting: Arc<Mutex<Option<Waker>>> = Arc::new(Mutex::new(None));
        let (inside, outside) = (executor.handle().clone(), waiting.clone());
        let (root, waker) = model::spawn2(
            order,
            {
                let clock = clock.clone();
                let mut polls = 0;
                let wait = poll_fn(move |cx| {
                    polls += 1;
                    if polls == 2 {
                        return Poll::Ready(clock.now());
                    }
                    *waiting.lock() = Some(cx.waker().clone());
                    Poll::Pending
                });
                move || inside.block_on(wait)
            },
            move || {
                while outside.lock().is_none() {
                    rt_primitive::thread::yield_now();
                }
                outside.lock().take().unwrap().wake();
                clock.now()
            },
        );
        let polled_at = root.join().unwrap();
        let after = waker.join().unwrap();
        assert!(polled_at <= after, "I2: woken by {after}, polled at {polled_at}");
    });
}

/// I2: while work goes on outside, the clock stands still; when it has ended, the clock jumps, even
/// if everybody slept already.
///
/// Mutants: quiet.jump_over_outside_work, quiet.no_nudge
#[test]
fn work_outside_holds_the_clock_up() {
    model::check("work_outside_holds_the_clock_up", Some(2), |order| {
        let clock = Clock::new();
        let shared = counting(&clock);
        let (worker, outside) = model::spawn2(
            order,
            {
                let (shared, clock) = (shared.clone(), clock.clone());
                move || work_until(&shared, || clock.now() == 1)
            },
            {
                let handle = ExecutorHandle::new(shared);
                move || {
                    let work = handle.external();
                    let begun = clock.now();
                    assert_eq!(clock.now(), begun, "I2: the clock moved while work went on");
                    drop(work);
                }
            },
        );
        outside.join().unwrap();
        worker.join().unwrap();
    });
}
