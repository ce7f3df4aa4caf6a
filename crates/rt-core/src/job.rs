//! A job: a task that a thread of its own runs from beginning to end, and that may block.
//!
//! # Protocol
//!
//! Nobody holds a job while it waits: the queue of its pool has a reference, a [`Job`]. The thread
//! that runs it takes hold of it first, in one exchange, as a waker does. An abort that comes
//! before finds the job idle, holds it, and ends it there and then; the queue finds out when it
//! gets to it, or when it is swept. One that comes later leaves its request in the word, where the
//! job may look for it. A clock that stands still does not jump while there is a `Job`.
//!
//! # Invariants
//!
//! - I1: a `Job` has one reference to its task, which is given up when it is run or dropped.
//! - I2: a job is ready at its first poll, so it is polled once.
//!
//! Models: `a_job_runs_or_is_aborted`, `a_dropped_job_is_told`,
//! `a_job_meets_the_end_of_its_executor`.

pub(crate) mod blocking;
pub(crate) mod list;
pub(crate) mod note;
pub(crate) mod refused;
pub(crate) mod spawn;
pub(crate) mod threads;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use rt_primitive::{mutant, perturb};

use crate::context;
use crate::context::entered;
use crate::handle::EnterGuard;
use crate::hooks::Part;
use crate::shared::{executor_of, owner_of, spawn_follow_up};
use crate::shutdown::report::TaskSite;
use crate::task::Schedule;
use crate::task::callbacks::FollowUp;
use crate::task::cell::allocate_boxed;
use crate::task::header::{Birth, Polled, TaskPtr};
use crate::task::join::JoinHandle;
use crate::task::state::Snapshot;

/// A job that waits for a thread; dropping it ends the job, whose handle then says cancelled.
///
/// ```
/// let (job, handle) = rt_core::Job::new(|| 6 * 7);
/// let thread = std::thread::spawn(move || job.run());
/// assert!(thread.join().unwrap());
/// assert_eq!(handle.join_blocking(None).unwrap().unwrap(), 42);
/// ```
pub struct Job {
    // [C]
    task: TaskPtr,
}

impl Job {
    /// A job of no runtime, and the handle that waits for it.
    ///
    /// ```
    /// let (job, handle) = rt_core::Job::new(|| 6 * 7);
    /// assert!(job.run());
    /// assert_eq!(handle.join_blocking(None).unwrap().unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn new<F, T>(f: F) -> (Job, JoinHandle<T>)
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Job::at(Location::caller(), f)
    }

    /// The same, spawned at some other place.
    ///
    /// ```
    /// use std::panic::Location;
    ///
    /// let here = Location::caller();
    /// let (job, _handle) = rt_core::Job::at(here, || ());
    /// assert_eq!(job.site().spawned_at, here);
    /// ```
    pub fn at<F, T>(spawned_at: &'static Location<'static>, f: F) -> (Job, JoinHandle<T>)
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let birth = Birth::at(spawned_at);
        let task = allocate_boxed::<_, JobSchedule>(Snapshot::JOB, Call(Some(f)), birth);
        (Job { task }, JoinHandle::new(task))
    }

    /// Runs the job on the calling thread, which it may block; false if it was ended before.
    ///
    /// A panic of the job goes into its handle.
    ///
    /// ```
    /// let (job, handle) = rt_core::Job::new(|| unreachable!());
    /// handle.abort();
    /// assert!(!job.run());
    /// ```
    pub fn run(self) -> bool {
        perturb!();
        // If not held by now, it is ended, or about to be by who holds it.
        let is_held = self.task.state().wake_by_ref() || mutant!("job.runs_what_is_ended");
        if is_held {
            match context::poll_job(self.task) {
                Polled::Done => {}
                Polled::Asked => self.task.cancel(),
                Polled::Pending => unreachable!("I2: a job is ready at its first poll"),
            }
            if let Some(shared) = owner_of(self.task) {
                shared.hooks.ran(self.task);
            }
        }
        self.let_go();
        is_held
    }

    /// True once the job has been ended: it need not be run any more.
    ///
    /// ```
    /// let (job, handle) = rt_core::Job::new(|| ());
    /// handle.abort();
    /// assert!(job.is_ended());
    /// ```
    pub fn is_ended(&self) -> bool {
        self.task.state().load().is_complete()
    }

    /// Which job it is, and where it was spawned.
    ///
    /// ```
    /// let (job, handle) = rt_core::Job::new(|| ());
    /// assert_eq!(job.site().id, handle.id());
    /// ```
    pub fn site(&self) -> TaskSite {
        let header = self.task.header();
        TaskSite { id: header.id, spawned_at: header.spawned_at }
    }

    /// Makes the job's runtime the current one on the calling thread, for as long as the guard
    /// lives; `None` for a job of no runtime.
    ///
    /// ```
    /// let (job, _handle) = rt_core::Job::new(|| ());
    /// assert!(job.enter().is_none()); // it is a job of no runtime
    /// ```
    pub fn enter(&self) -> Option<EnterGuard<'static>> {
        executor_of(self.task).map(|shared| EnterGuard::new(entered::enter(&shared)))
    }
}

impl Job {
    /// A job that was just made, or was `into_task` before.
    pub(crate) fn from_task(task: TaskPtr) -> Job {
        Job { task }
    }

    /// The task, with the reference (I1).
    fn into_task(self) -> TaskPtr {
        ManuallyDrop::new(self).task
    }

    /// Gives the reference up (I1), and lets a clock go on that stood still for the job.
    fn let_go(self) {
        let task = self.into_task();
        if let Some(shared) = owner_of(task) {
            shared.end_outside();
        }
        task.release();
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let task = self.task;
        if task.state().wake_by_ref() && !mutant!("job.drop_forgets") {
            end(task);
        }
        Job { task }.let_go();
    }
}

/// Ends a job that the caller holds, without running it.
fn end(task: TaskPtr) {
    list::note_ended();
    match owner_of(task) {
        Some(shared) if shared.is_closed() => shared.abort(task),
        Some(shared) => {
            shared.count_ended();
            task.cancel();
        }
        None => task.cancel(),
    }
}

/// Jobs are in no queue of the executor.
pub(crate) struct JobSchedule;

impl Schedule for JobSchedule {
    /// Only who asks a job to end finds it idle, and comes here to end it. Nobody else has a waker;
    /// if one had, running the job here would block the wrong thread.
    unsafe fn schedule(task: TaskPtr) {
        end(task);
    }

    unsafe fn follow_up(task: TaskPtr, follow_up: FollowUp) {
        match executor_of(task) {
            Some(shared) => spawn_follow_up(&shared, task, follow_up),
            // Of no runtime: what was left before the end is called in the drop, by this thread.
            None => drop(follow_up),
        }
    }

    unsafe fn unhandled(task: TaskPtr, part: Part, panic: &(dyn Any + Send)) {
        if let Some(shared) = owner_of(task) {
            shared.hooks.tell(task, part, panic);
        }
    }
}

/// The future of a job.
pub(crate) struct Call<F>(pub(crate) Option<F>);

// The closure is called by value, and never pinned.
impl<F> Unpin for Call<F> {}

impl<F: FnOnce() -> T, T> Future for Call<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let call = self.0.take().expect("I2: a job is polled once");
        Poll::Ready(call())
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.site()).finish()
    }
}
