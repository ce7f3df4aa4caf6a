//! What all workers, guests and foreign threads of one executor touch.
//!
//! # Protocol
//!
//! The idle workers, the queues and the heaps have protocols of their own, each in its file. The
//! one of `closed` and the foreign heaps is here: a thread that spawns from outside looks at
//! `closed` again once it has locked a heap, and the shutdown locks each heap after it has set
//! `closed`. So the shutdown's walk finds the task, or the spawner finds the executor closed.
//!
//! # Invariants
//!
//! - I1: a task is made for an `ExecutorShared` and its page keeps that alive, so whoever holds a
//!   task of a page may reach it.
//! - I2: `closed` is set once and never cleared; from then on nobody allocates in a heap.
//!
//! Models: `a_spawn_meets_the_shutdown`, `a_shutdown_ends_every_task`.

pub(crate) mod foreign;
mod owner;
mod wake;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

use rt_primitive::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence};
use rt_primitive::fork::Generation;
use rt_primitive::park::Parker;
use rt_primitive::sync::{Arc, Mutex};
use rt_primitive::{CachePadded, mutant, perturb};

use crate::config::{FOREIGN_HEAPS, Flavor, GUESTS};
use crate::context;
use crate::driver::Driver;
use crate::hooks::{Hooks, Part};
use crate::idle::Idle;
use crate::job::threads::JobThreads;
use crate::metrics::tallies::SlotTallies;
use crate::queue::Chain;
use crate::queue::injector::Injector;
use crate::queue::local::{LocalQueue, Victim, local_queue};
use crate::queue::next::NextSlot;
use crate::quiet::{Quiet, Rest};
use crate::shared::foreign::{ForeignHeap, spawn_from_outside};
use crate::shutdown::report::AbortLog;
use crate::simulate::schedule::Simulation;
use crate::slab::Heap;
use crate::task::Schedule;
use crate::task::callbacks::FollowUp;
use crate::task::cell::{allocate_boxed, vacate};
use crate::task::header::{Birth, TaskPtr};
use crate::task::id::IdBlock;
use crate::task::join::JoinHandle;
use crate::task::state::Snapshot;
use crate::worker::away::Home;
use crate::worker::memory::MemoryLooks;

pub(crate) use owner::{executor_of, owner_of, spawn_follow_up};

/// One executor, as seen by every thread.
pub(crate) struct ExecutorShared {
    // [C]
    pub(crate) flavor: Flavor,
    // [C] There on a deterministic executor only.
    pub(crate) simulation: Option<Simulation>,
    // [C]
    pub(crate) hooks: Hooks,
    // [C] How many of `slots` are workers; the others are guests.
    pub(crate) workers: usize,
    // [C] Workers first, then guests.
    pub(crate) slots: Box<[Slot]>,
    // [A] Which guest slots a thread drives.
    pub(crate) guests: CachePadded<AtomicU64>,
    // [A] Who sleeps and who searches.
    pub(crate) idle: Idle,
    // [A] Whether nobody can go on.
    pub(crate) quiet: Quiet,
    // [A] The queue of all.
    pub(crate) injector: Injector<TaskPtr>,
    // [L] Task memory for the threads that drive no slot. Boxed, since a model has little stack.
    pub(crate) foreign: Box<[CachePadded<ForeignHeap>]>,
    // [C]
    pub(crate) driver: std::sync::Arc<dyn Driver>,
    // [L] Where threads sleep that wait for the one slot of a current-thread executor.
    pub(crate) visitors: Mutex<Vec<Visitor>>,
    // [A] The executor is shutting down (I2).
    closed: CachePadded<AtomicBool>,
    // [A] Parties of the shutdown that have not stopped yet; who stops last finishes it.
    pub(crate) unstopped: AtomicUsize,
    // [A] The tasks that the shutdown ended.
    pub(crate) aborted: AbortLog,
    // [A] Other tasks that ended while no thread with a seat held them.
    ended_outside: AtomicU64,
    // [C] Who runs jobs.
    pub(crate) job_threads: Option<std::sync::Arc<dyn JobThreads>>,
    // [C]
    started: Instant,
    // [C] The process it was made in.
    made_in: Generation,
}

/// What belongs to one worker or guest.
pub(crate) struct Slot {
    // [A] What its thread sleeps in.
    pub(crate) parker: CachePadded<Parker>,
    // [A] Its next slot; guests leave it empty.
    pub(crate) next: CachePadded<NextSlot<TaskPtr>>,
    // [A] Its deque, for thieves.
    pub(crate) victim: Victim<TaskPtr>,
    // [O] Its task memory: of the thread that has the seat.
    pub(crate) heap: Heap,
    // [O] Written by the thread that has the seat, read by anybody.
    pub(crate) tallies: CachePadded<SlotTallies>,
    // [L] The task of the `block_on` that a thread drives the slot for.
    pub(crate) root: Mutex<Option<TaskPtr>>,
    // [L] There while no thread drives the slot.
    pub(crate) seat: Mutex<Option<Seat>>,
    // [A] Where the thread of a worker waits for its seat, if another has it.
    pub(crate) home: Home,
}

/// A thread inside `block_on` without a slot.
pub(crate) struct Visitor {
    pub(crate) parker: Arc<Parker>,
    pub(crate) root: TaskPtr,
    /// Gone once it drives slots.
    pub(crate) rest: Rest,
}

/// What only the thread that drives a slot may touch.
pub(crate) struct Seat {
    pub(crate) queue: LocalQueue<TaskPtr>,
    pub(crate) ids: IdBlock,
    pub(crate) looks: MemoryLooks,
}

impl ExecutorShared {
    pub(crate) fn new(
        flavor: Flavor,
        workers: usize,
        driver: std::sync::Arc<dyn Driver>,
    ) -> ExecutorShared {
        let victims = |slot| if slot < workers { workers + GUESTS } else { 0 };
        ExecutorShared {
            flavor,
            simulation: None,
            hooks: Hooks::default(),
            workers,
            slots: (0..workers + GUESTS).map(|slot| Slot::new(victims(slot))).collect(),
            guests: CachePadded::new(AtomicU64::new(0)),
            idle: Idle::new(workers),
            quiet: Quiet::new(workers + GUESTS),
            injector: Injector::new(),
            foreign: (0..FOREIGN_HEAPS).map(|_| CachePadded::new(ForeignHeap::new())).collect(),
            driver,
            visitors: Mutex::new(Vec::new()),
            closed: CachePadded::new(AtomicBool::new(false)),
            unstopped: AtomicUsize::new(workers),
            aborted: AbortLog::default(),
            ended_outside: AtomicU64::new(0),
            job_threads: None,
            started: Instant::now(),
            made_in: Generation::now(),
        }
    }

    /// How long ago the executor was made.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// When the executor is that old.
    pub(crate) fn at_age(&self, age: Duration) -> Instant {
        self.started + age
    }

    /// Whether this process was forked from the one that made the executor, and so has none of its
    /// threads.
    pub(crate) fn is_forked(&self) -> bool {
        self.made_in != Generation::now()
    }

    /// Counts a task that ended on a thread without a seat.
    pub(crate) fn count_ended(&self) {
        // ORDERING: Relaxed; a number.
        self.ended_outside.fetch_add(1, Ordering::Relaxed);
    }

    /// How many `count_ended` has counted.
    pub(crate) fn ended_outside(&self) -> u64 {
        // ORDERING: Relaxed; a number.
        self.ended_outside.load(Ordering::Relaxed)
    }

    /// Whether the executor is shutting down (I2).
    pub(crate) fn is_closed(&self) -> bool {
        // ORDERING: Relaxed; it publishes nothing. Who must not miss it looks behind a lock or a
        // fence.
        self.closed.load(Ordering::Relaxed)
    }

    /// Refuses new tasks from now on; false if that was so already.
    pub(crate) fn close(&self) -> bool {
        // ORDERING: Relaxed; the exchange decides who is first.
        let is_first = !self.closed.swap(true, Ordering::Relaxed);
        if !mutant!("shutdown.close_no_fence") {
            // ORDERING: SeqCst fence; pairs with the one in `after_push`, between a push and the
            // look at `closed` in `inject`: who finds the executor open has pushed before this
            // fence, and the threads that are unparked after it find the task.
            fence(Ordering::SeqCst);
        }
        is_first
    }

    /// Adds tasks to the injector and wakes a worker for them; after the shutdown they end here.
    pub(crate) fn inject(&self, tasks: Chain<TaskPtr>) {
        match self.injector.push(tasks) {
            Ok(()) => {
                perturb!();
                self.wake_one_from_outside();
                self.quiet.pass();
                if !self.flavor.has_threads() && self.is_closed() {
                    // A thread inside `block_on` waits, and announces no sleep any more.
                    self.slots[0].parker.unpark();
                }
            }
            Err(tasks) => tasks.for_each(|task| self.abort(task)),
        }
    }

    /// A bit for each guest slot that a thread drives.
    pub(crate) fn guests_in_use(&self) -> u64 {
        // ORDERING: Relaxed; a guest claims before it pushes, so the fence after its push orders
        // the claim too before a sleeper's last look.
        self.guests.load(Ordering::Relaxed)
    }
}

/// Makes a task of `future` and queues it.
pub(crate) fn spawn<F>(
    shared: &Arc<ExecutorShared>,
    future: F,
    birth: Birth,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    context::with_worker(|worker| match worker {
        Some(worker) if Arc::ptr_eq(&worker.shared, shared) => worker.spawn(future, birth),
        _ => spawn_from_outside(shared, future, birth),
    })
}

/// A task that has ended before it began, for a runtime that has shut down.
pub(crate) fn spawn_cancelled<F>(future: F, birth: Birth) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let task = allocate_boxed::<F, ExecutorShared>(Snapshot::SPAWNED, future, birth);
    let handle = JoinHandle::new(task);
    task.cancel();
    handle
}

impl Schedule for ExecutorShared {
    unsafe fn schedule(task: TaskPtr) {
        // A boxed task ends before anybody can wake it, so this one has a page.
        let shared = owner::page_owner(task);
        context::with_worker(|worker| match worker {
            Some(worker) if std::ptr::eq(&raw const *worker.shared, shared) => worker.push(task),
            // SAFETY: I1.
            _ => unsafe { &*shared }.inject(Chain::one(task)),
        });
    }

    unsafe fn follow_up(task: TaskPtr, follow_up: FollowUp) {
        // A task without an executor was spawned after the shutdown: nothing runs what follows.
        if let Some(shared) = executor_of(task) {
            spawn_follow_up(&shared, task, follow_up);
        }
    }

    unsafe fn unhandled(task: TaskPtr, part: Part, panic: &(dyn Any + Send)) {
        if let Some(shared) = executor_of(task) {
            shared.hooks.tell(task, part, panic);
        }
    }
}

impl Slot {
    /// A slot whose thread steals from slots with numbers below `victims`.
    fn new(victims: usize) -> Slot {
        let (queue, victim) = local_queue();
        Slot {
            parker: CachePadded::new(Parker::new()),
            next: CachePadded::new(NextSlot::new()),
            victim,
            heap: Heap::new(vacate),
            tallies: CachePadded::new(SlotTallies::new(victims)),
            root: Mutex::new(None),
            seat: Mutex::new(Some(Seat {
                queue,
                ids: IdBlock::default(),
                looks: MemoryLooks::default(),
            })),
            home: Home::default(),
        }
    }
}

impl fmt::Debug for ExecutorShared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutorShared")
            .field("flavor", &self.flavor)
            .field("workers", &self.workers)
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
