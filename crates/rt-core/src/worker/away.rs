//! Lets a task block its worker's thread, while another thread drives the slot.
//!
//! # Protocol
//!
//! The thread puts its seat back, as if it left the slot, and asks for a *substitute*: a thread of
//! the runtime's pool that takes the seat and runs tasks. If the seat is still there when the task
//! has done its blocking, the thread takes it again, and the substitute finds nothing to do. If it
//! is gone, the thread is *away*: it ends the poll it is in, as a thread without a slot would. Then
//! the worker's own thread, which is *at home* there, wants its seat back, and gets it between two
//! polls of the substitute; a substitute that is away has nothing more to do.
//!
//! # Invariants
//!
//! - I1: whoever puts the seat back while the home thread wants it, or stops the slot, wakes that
//!   thread; and it says that it wants the seat before it looks for it.
//! - I2: at most one substitute is on its way to a slot; one that comes and finds no seat leaves.
//! - I3: a thread gives its seat up only within a poll, and while the executor is open: then no
//!   caller up the stack uses what the seat holds. Only a closed executor ends tasks, and so calls
//!   drops of users, from within the queues.
//!
//! Models: `a_substitute_gives_the_seat_back`, `a_shutdown_meets_a_thread_that_is_away`.

use std::ptr;

use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;
use rt_primitive::{mutant, perturb};

use crate::cancel::request;
use crate::context;
use crate::context::aside::MayBlock;
use crate::context::entered;
use crate::queue::Chain;
use crate::shared::{ExecutorShared, Seat};
use crate::shutdown;
use crate::slab;
use crate::task::header::{Polled, TaskPtr};
use crate::task::state::PollEnd;
use crate::worker::WorkerContext;

/// What the home thread of a slot and its substitutes tell each other.
#[derive(Debug, Default)]
pub(crate) struct Home {
    // [A] Where the home thread waits for its seat.
    parker: Parker,
    // [A] It does (I1).
    is_wanted: AtomicBool,
    // [A] The slot has been stopped: there is no seat any more (I1).
    is_stopped: AtomicBool,
    // [A] A substitute is on its way (I2).
    is_lent: AtomicBool,
}

impl Home {
    /// The home thread waits for its seat.
    fn is_wanted(&self) -> bool {
        // ORDERING: Relaxed; the lock of the seat, or the token of the parker, comes before it.
        self.is_wanted.load(Ordering::Relaxed)
    }

    /// The seat has been put back.
    pub(crate) fn tell_free(&self) {
        if self.is_wanted() && !mutant!("away.returns_silently") {
            self.parker.unpark();
        }
    }

    /// The slot has been stopped.
    pub(crate) fn tell_stopped(&self) {
        // ORDERING: Relaxed; the token behind it publishes it.
        self.is_stopped.store(true, Ordering::Relaxed);
        if !mutant!("away.stops_silently") {
            self.parker.unpark();
        }
    }
}

/// Runs a closure that may block on the thread of the current task, while others run the tasks of
/// its worker.
///
/// It is for a piece of blocking work that borrows from the task; what can be moved away is better
/// off in [`spawn_blocking`](crate::spawn_blocking). The task itself does not go on meanwhile, nor
/// do other futures in it. Inside, [`block_on`](crate::ExecutorHandle::block_on) is allowed.
///
/// Where nobody waits for the thread, outside a task or in a job, it just calls the closure. So it
/// does on a runtime without threads of its own, where everything else waits, and where no other
/// thread is to be had.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::multi_thread().unwrap(), Arc::new(NoDriver)).unwrap();
/// let task = executor.handle().spawn(async {
///     let text = String::from("borrowed");
///     rt_core::block_in_place(|| text.len())
/// });
/// assert_eq!(executor.block_on(task).unwrap(), 8);
/// ```
pub fn block_in_place<R>(f: impl FnOnce() -> R) -> R {
    context::with_worker(|worker| match worker {
        Some(worker) if worker.shared.flavor.has_threads() => {
            let _may_block = MayBlock::new();
            let _absence = Absence::begin(worker);
            f()
        }
        _ => f(),
    })
}

/// While it lives, the thread does not drive its slot.
struct Absence<'a> {
    worker: &'a WorkerContext,
    /// The seat was put back.
    has_left: bool,
}

impl<'a> Absence<'a> {
    fn begin(worker: &'a WorkerContext) -> Absence<'a> {
        let shared = &worker.shared;
        // A clock that stands still waits for it, as for a job.
        shared.begin_outside();
        if worker.is_guest() {
            // Workers steal from the deque anyway; nobody else looks at the timers.
            if shared.driver.hand_over(worker.slot, 0) {
                shared.slots[0].parker.unpark();
            }
        }
        let has_left = !worker.is_guest() && worker.leave_seat();
        Absence { worker, has_left }
    }
}

impl Drop for Absence<'_> {
    fn drop(&mut self) {
        // If the seat is gone, the poll ends without it, and a clock waits for that as well.
        if !self.has_left || self.worker.take_seat_again() {
            self.worker.shared.end_outside();
        }
    }
}

impl WorkerContext {
    /// Puts the seat back for a substitute; false if it is kept, because none is to be had.
    fn leave_seat(&self) -> bool {
        let is_in_poll = context::current_task().is_some();
        if !is_in_poll || !self.has_seat() || self.shared.is_closed() {
            return false;
        }
        self.look_after_pushes();
        self.slot().heap.give_back_pending();
        slab::replace_own_heap(ptr::null());
        self.inside.set(Some(entered::enter(&self.shared)));
        context::with(|thread| thread.worker.set(ptr::null()));
        let seat = self.leave_chair();
        *self.slot().seat.lock() = Some(seat);
        perturb!();
        let home = &self.slot().home;
        home.tell_free();
        // ORDERING: Relaxed; a substitute that has not cleared the flag yet will look for the seat,
        // and finds it (I2): had it looked before the seat was put back, the lock of the seat would
        // show the flag cleared here.
        if home.is_lent.swap(true, Ordering::Relaxed) || self.call_substitute() {
            return true;
        }
        if !mutant!("away.refused_stays_lent") {
            // ORDERING: Relaxed; as above.
            home.is_lent.store(false, Ordering::Relaxed);
        }
        // Nobody else may come for the seat: unless the home thread or the closer has, it is kept.
        !self.take_seat_again()
    }

    /// Takes the seat out of the context; nothing that needs it is called before it is back.
    pub(super) fn leave_chair(&self) -> Seat {
        self.tallies().busy.sleep(self.shared.age());
        self.chair.leave()
    }

    /// Finds a thread that drives the slot meanwhile.
    fn call_substitute(&self) -> bool {
        let (shared, slot) = (self.shared.clone(), self.slot);
        let threads = self.shared.job_threads.as_ref();
        threads.is_some_and(|threads| {
            threads.lend(Box::new(move || substitute(&shared, slot))).is_ok()
        })
    }

    /// Takes the seat, if it is free; the thread drives the slot again.
    fn take_seat_again(&self) -> bool {
        let Some(seat) = self.slot().seat.lock().take() else { return false };
        self.tallies().busy.wake(self.shared.age());
        self.chair.take(seat);
        drop(self.inside.take());
        slab::replace_own_heap(&self.slot().heap);
        context::with(|thread| thread.worker.set(self));
        true
    }

    /// Ends a poll within which the thread went away, and has not come back.
    #[cold]
    pub(super) fn end_poll_away(&self, task: TaskPtr, polled: Polled, yielded: bool) {
        match polled {
            Polled::Done => self.shared.count_ended(),
            Polled::Asked => self.end_away(task),
            Polled::Pending => {
                let now = task.state().load();
                if now.is_asked() && request::is_to_be_dropped(task) {
                    self.end_away(task);
                } else if yielded {
                    if now.is_fresh() {
                        task.state().first_poll_yielded();
                    }
                    self.shared.inject(Chain::one(task));
                } else {
                    match task.state().poll_pending() {
                        PollEnd::Idle => {}
                        PollEnd::Requeue => self.shared.inject(Chain::one(task)),
                        PollEnd::Cancel => self.end_away(task),
                    }
                }
            }
        }
        self.shared.end_outside();
        if self.is_home {
            self.come_home();
        } else {
            drop(self.inside.take());
        }
    }

    /// Ends a task that was asked to, on a thread without a slot.
    fn end_away(&self, task: TaskPtr) {
        if self.shared.is_closed() {
            return self.shared.abort(task);
        }
        task.cancel();
        self.shared.count_ended();
    }

    /// Waits for the seat, which a substitute has; in vain if the slot is stopped meanwhile.
    fn come_home(&self) {
        let slot = self.slot();
        if !mutant!("away.comes_silently") {
            // ORDERING: Relaxed; whoever puts the seat back after this thread has looked for it,
            // under the lock, sees it (I1).
            slot.home.is_wanted.store(true, Ordering::Relaxed);
        }
        perturb!();
        while !self.take_seat_again() {
            // ORDERING: Relaxed; the token of `tell_stopped` comes before the last look.
            if slot.home.is_stopped.load(Ordering::Relaxed) {
                drop(self.inside.take());
                return;
            }
            // Whoever has the seat looks whether it is wanted before it sleeps.
            slot.parker.unpark();
            slot.home.parker.park();
        }
        // ORDERING: Relaxed; who sees it late unparks for nothing.
        slot.home.is_wanted.store(false, Ordering::Relaxed);
    }
}

/// Drives the slot of a thread that is away, until it comes home or the executor is closed.
pub(crate) fn substitute(shared: &Arc<ExecutorShared>, slot: usize) {
    let home = &shared.slots[slot].home;
    // ORDERING: Relaxed; the lock of the seat comes behind it, see `leave_seat`.
    home.is_lent.store(false, Ordering::Relaxed);
    perturb!();
    let Some(mut worker) = WorkerContext::take_seat(shared, slot) else { return };
    worker.is_home = false;
    {
        let _seated = worker.sit();
        worker.run_while(|| !home.is_wanted());
        if worker.has_seat() {
            worker.end_search();
            worker.look_after_pushes();
        }
    }
    if worker.has_seat() {
        shutdown::return_seat(worker);
    }
}
