//! What a builder says of those who look at tasks: handlers of failures, instruments, dumps.

use std::sync::Arc;
use std::time::Duration;

use rt_core::{Config, Executor, Instrument, StartError, Unhandled, UnhandledHook};

use crate::builder::Builder;
use crate::stalls::{Stall, StallHook, StallWatch};

/// What was set.
#[derive(Clone, Default)]
pub(super) struct WatchingOptions {
    on_unhandled: Option<UnhandledHook>,
    instrument: Option<Arc<dyn Instrument>>,
    task_details: bool,
    stalls: Option<(Duration, StallHook)>,
}

impl WatchingOptions {
    /// Starts the watch of an executor that has started.
    pub(super) fn start(&self, executor: &Executor) -> Result<Option<StallWatch>, StartError> {
        let Some((limit, hook)) = &self.stalls else { return Ok(None) };
        StallWatch::start(executor.handle().clone(), *limit, hook.clone()).map(Some)
    }

    pub(super) fn put_into(&self, config: &mut Config) {
        config.on_unhandled = self.on_unhandled.clone();
        config.instrument = self.instrument.clone();
        config.task_details = self.task_details;
    }
}

impl Builder {
    /// Calls `handler` for each failure that no code of the program gets to see: a task that panics
    /// and that nobody awaits, a callback that panics.
    ///
    /// It is called once for each, on the thread where it comes out: when the task fails, or when
    /// its handle is dropped without a look. A panic of the handler is caught. Without a handler
    /// there is what the process's panic hook prints.
    ///
    /// asyncio: `loop.set_exception_handler`, "Task exception was never retrieved".
    ///
    /// ```
    /// let runtime = rt::Builder::new_current_thread()
    ///     .on_unhandled(|failure| eprintln!("{failure}"))
    ///     .build()
    ///     .unwrap();
    /// drop(runtime);
    /// ```
    #[doc(alias = "set_exception_handler")]
    pub fn on_unhandled(
        &mut self,
        handler: impl Fn(&Unhandled<'_>) + Send + Sync + 'static,
    ) -> &mut Builder {
        self.watching.on_unhandled = Some(Arc::new(handler));
        self
    }

    /// Has `instrument` watch the tasks of the runtime; see [`Instrument`].
    ///
    /// ```
    /// use rt::runtime::Instrument;
    ///
    /// struct Quiet;
    /// impl Instrument for Quiet {}
    ///
    /// let quiet = std::sync::Arc::new(Quiet);
    /// let runtime = rt::Builder::new_current_thread().instrument(quiet).build().unwrap();
    /// assert_eq!(runtime.block_on(async { 7 }), 7);
    /// ```
    pub fn instrument(&mut self, instrument: Arc<dyn Instrument>) -> &mut Builder {
        self.watching.instrument = Some(instrument);
        self
    }

    /// Calls `handler` for each task that has kept its worker for longer than `limit`, in one poll,
    /// while it still does: it blocks, or computes without an await.
    ///
    /// A thread of its own looks at the workers, twice within `limit`, and calls the handler there,
    /// once a stall. The future of a `block_on` is not watched. Without this there is no such
    /// thread. asyncio: `slow_callback_duration`, which tells of it afterwards.
    ///
    /// ```
    /// use rt::time::Duration;
    ///
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let runtime = rt::Builder::new_multi_thread()
    ///     .on_stall(Duration::from_millis(10), move |stall| {
    ///         println!("{stall}");
    ///         let _ = tell.send(());
    ///     })
    ///     .build()?;
    /// let task = runtime.spawn(async move { told.recv() }); // which blocks its worker
    /// assert!(runtime.block_on(task).unwrap().is_ok());
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `limit` is zero.
    #[doc(alias = "slow_callback_duration")]
    #[track_caller]
    pub fn on_stall(
        &mut self,
        limit: Duration,
        handler: impl Fn(&Stall) + Send + Sync + 'static,
    ) -> &mut Builder {
        assert!(!limit.is_zero(), "a task stalls after some time; allow more than 0");
        self.watching.stalls = Some((limit, Arc::new(handler)));
        self
    }

    /// Keeps more of each task: who spawned it, how often it was polled, and since when it stands
    /// as it does. [`rt::dump`](crate::dump()) and [`task::all`](crate::task::all) then tell it,
    /// see [`TaskDetails`](crate::task::TaskDetails).
    ///
    /// It costs an allocation a task, and two looks at the clock a poll; without it nothing.
    ///
    /// ```
    /// let runtime = rt::Builder::new_current_thread().task_details(true).build()?;
    /// runtime.block_on(async {
    ///     let task = rt::spawn(std::future::pending::<()>()).task();
    ///     rt::task::yield_now().await;
    ///     assert_eq!(task.info().details.unwrap().polls, 1);
    ///     assert_eq!(task.info().parent, Some(rt::task::id()));
    /// });
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn task_details(&mut self, are_kept: bool) -> &mut Builder {
        self.watching.task_details = are_kept;
        self
    }
}
