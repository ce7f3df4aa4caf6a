//! What users hang into an executor: a handler of failures nobody sees, and an instrument.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::context;
use crate::task::details::DetailsRecord;
use crate::task::header::{Polled, TaskPtr};
use crate::task::info::{Outcome, TaskInfo};
use crate::task::reference::TaskRef;
use crate::wait::{WaitInfo, note_of};
use rt_primitive::contain::contain;

/// A failure that no code of the program gets to see otherwise.
///
/// [`Config`](crate::Config) says who is told; in crate `rt` it is `Builder::on_unhandled`.
///
/// ```
/// use rt_core::{Config, Executor, NoDriver, Unhandled};
/// use std::sync::{Arc, mpsc::channel};
///
/// let (tell, told) = channel();
/// let mut config = Config::current_thread();
/// config.on_unhandled = Some(Arc::new(move |failure: &Unhandled<'_>| {
///     tell.send(failure.message().map(str::to_owned)).unwrap();
/// }));
/// let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     rt_core::spawn(async { panic!("nobody joins me") });
///     rt_core::yield_now().await;
/// });
/// assert_eq!(told.recv().unwrap().as_deref(), Some("nobody joins me"));
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Unhandled<'a> {
    /// A task panicked, and nobody has its handle, or its handle was dropped without a look.
    #[non_exhaustive]
    TaskPanicked {
        /// The task.
        task: &'a TaskInfo,
        /// What the panic carries.
        panic: &'a (dyn Any + Send),
    },
    /// A callback of [`on_finish`](crate::JoinHandle::on_finish) panicked.
    #[non_exhaustive]
    CallbackPanicked {
        /// The task that the callback was left with.
        task: &'a TaskInfo,
        /// What the panic carries.
        panic: &'a (dyn Any + Send),
    },
}

/// Which part of a task failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Future,
    Callback,
}

/// Told of failures that nobody sees.
pub type UnhandledHook = Arc<dyn Fn(&Unhandled<'_>) + Send + Sync>;

/// Watches the tasks of a runtime; each method does nothing unless it is implemented.
///
/// The methods run on the thread that spawns or polls the task, so they must be quick, and must not
/// wait. A panic in one is caught. Without an instrument a poll costs one look more.
///
/// ```
/// # use rt_core::{Config, Executor, Instrument, NoDriver, TaskRef};
/// # use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
/// #[derive(Default)]
/// struct Polls(AtomicU64);
///
/// impl Instrument for Polls {
///     fn poll_ended(&self, _worker: usize, _task: &TaskRef) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// let polls = Arc::new(Polls::default());
/// let instrument: Arc<dyn Instrument> = polls.clone();
/// let config = Config { instrument: Some(instrument), ..Config::current_thread() };
/// let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
/// let task = executor.handle().spawn(rt_core::yield_now());
/// executor.block_on(task).unwrap();
/// assert_eq!(polls.0.load(Ordering::Relaxed), 2);
/// ```
pub trait Instrument: Send + Sync + 'static {
    /// A task was spawned; it is not queued yet. A job is, and may even have ended.
    fn spawned(&self, task: &TaskRef) {
        let _ = task;
    }

    /// A worker is about to poll the task; guests have numbers above those of the workers.
    fn poll_started(&self, worker: usize, task: &TaskRef) {
        let _ = (worker, task);
    }

    /// A worker has polled the task.
    fn poll_ended(&self, worker: usize, task: &TaskRef) {
        let _ = (worker, task);
    }

    /// The poll that just ended left the task waiting, and the leaf that it waits in said for what.
    fn waiting(&self, task: &TaskRef, wait: &WaitInfo) {
        let _ = (task, wait);
    }

    /// The task has ended in a poll, or the job on its thread, where no other method tells of it.
    fn finished(&self, task: &TaskRef, outcome: Outcome) {
        let _ = (task, outcome);
    }
}

/// What an executor was given.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) unhandled: Option<UnhandledHook>,
    pub(crate) watch: Option<Watch>,
}

/// What is done at each spawn and each poll, where something is.
#[derive(Clone)]
pub(crate) struct Watch {
    instrument: Option<Arc<dyn Instrument>>,
    keeps_details: bool,
}

impl Hooks {
    /// Tells the instrument of a task that is not queued yet.
    #[inline]
    pub(crate) fn spawned(&self, task: TaskPtr) {
        if let Some(watch) = &self.watch {
            watch.spawned(task);
        }
    }

    /// Polls `task`, which the caller owns, and tells the instrument.
    #[inline]
    pub(crate) fn poll(&self, worker: usize, task: TaskPtr) -> (Polled, bool) {
        match &self.watch {
            None => context::poll_as_current(task),
            Some(watch) => watch.poll(worker, task),
        }
    }

    /// Tells the instrument of a job that has run.
    pub(crate) fn ran(&self, task: TaskPtr) {
        if let Some(instrument) = self.watch.as_ref().and_then(|watch| watch.instrument.as_ref()) {
            let reference = TaskRef::new(task);
            contain(|| {
                if let Some(outcome) = reference.outcome() {
                    instrument.finished(&reference, outcome);
                }
            });
        }
    }

    /// Tells the handler of a panic; one of the handler's ends here.
    pub(crate) fn tell(&self, task: TaskPtr, part: Part, panic: &(dyn Any + Send)) {
        if let Some(handler) = &self.unhandled {
            let task = &TaskRef::new(task).info();
            contain(|| match part {
                Part::Future => handler(&Unhandled::TaskPanicked { task, panic }),
                Part::Callback => handler(&Unhandled::CallbackPanicked { task, panic }),
            });
        }
    }
}

impl Watch {
    /// What there is to be done; `None` is nothing.
    pub(crate) fn new(
        instrument: Option<Arc<dyn Instrument>>,
        keeps_details: bool,
    ) -> Option<Watch> {
        let is_used = instrument.is_some() || keeps_details;
        is_used.then_some(Watch { instrument, keeps_details })
    }

    #[cold]
    fn spawned(&self, task: TaskPtr) {
        if self.keeps_details {
            task.header().rare.get_or_make().details.get_or_init(DetailsRecord::new);
        }
        if let Some(instrument) = &self.instrument {
            contain(|| instrument.spawned(&TaskRef::new(task)));
        }
    }

    #[cold]
    fn poll(&self, worker: usize, task: TaskPtr) -> (Polled, bool) {
        // The task may be gone after the poll, unless there is a reference.
        let reference = TaskRef::new(task);
        let rare = task.header().rare.get();
        let details = rare.filter(|_| self.keeps_details).and_then(|rare| rare.details.get());
        if let Some(details) = details {
            details.poll_started();
        }
        let ended = match &self.instrument {
            None => context::poll_as_current(task),
            Some(instrument) => poll_watched(&**instrument, worker, &reference),
        };
        if let Some(details) = details {
            details.poll_ended();
        }
        ended
    }
}

fn poll_watched(instrument: &dyn Instrument, worker: usize, reference: &TaskRef) -> (Polled, bool) {
    let task = reference.ptr();
    contain(|| instrument.poll_started(worker, reference));
    let (polled, yielded) = context::poll_as_current(task);
    contain(|| {
        instrument.poll_ended(worker, reference);
        if let Some(outcome) = reference.outcome() {
            instrument.finished(reference, outcome);
        } else if let Some(wait) = note_of(task).filter(|_| polled == Polled::Pending) {
            instrument.waiting(reference, &wait);
        }
    });
    (polled, yielded)
}

impl Unhandled<'_> {
    /// The task that the failure has to do with.
    ///
    /// ```
    /// use rt_core::{Config, Unhandled};
    /// use std::sync::Arc;
    ///
    /// let mut config = Config::current_thread();
    /// config.on_unhandled = Some(Arc::new(|failure: &Unhandled<'_>| {
    ///     eprintln!("{} failed", failure.task());
    /// }));
    /// # let executor = rt_core::Executor::start(config, Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.handle().spawn(async { panic!() });
    /// # executor.block_on(rt_core::yield_now());
    /// ```
    pub fn task(&self) -> &TaskInfo {
        match self {
            Unhandled::TaskPanicked { task, .. } | Unhandled::CallbackPanicked { task, .. } => task,
        }
    }

    /// What was said by the panic, if it is text.
    ///
    /// ```
    /// use rt_core::{Config, Unhandled};
    /// use std::sync::Arc;
    ///
    /// let mut config = Config::current_thread();
    /// config.on_unhandled = Some(Arc::new(|failure: &Unhandled<'_>| {
    ///     eprintln!("{}", failure.message().unwrap_or("no text"));
    /// }));
    /// # let executor = rt_core::Executor::start(config, Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.handle().spawn(async { panic!() });
    /// # executor.block_on(rt_core::yield_now());
    /// ```
    pub fn message(&self) -> Option<&str> {
        let (Unhandled::TaskPanicked { panic, .. } | Unhandled::CallbackPanicked { panic, .. }) =
            self;
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied())
    }
}

impl fmt::Display for Unhandled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = self.task();
        match self {
            Unhandled::TaskPanicked { .. } => write!(f, "{} panicked", task.name)?,
            Unhandled::CallbackPanicked { .. } => {
                write!(f, "a callback of {} panicked", task.name)?
            }
        }
        if let Some(message) = self.message() {
            write!(f, ": {message}")?;
        }
        write!(f, " (spawned at {})", task.spawned_at)
    }
}

impl fmt::Debug for Unhandled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unhandled").field(&self.to_string()).finish()
    }
}
