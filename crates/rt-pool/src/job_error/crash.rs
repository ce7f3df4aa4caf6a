//! How a worker process died.

use std::time::Duration;

/// How the worker process of a job died.
///
/// ```no_run
/// # async fn example(pool: rt_pool::ProcessPool) {
/// if let Err(error) = pool.run(|| -> u32 { std::process::abort() }, ()).await {
///     let crash = error.as_crash().expect("it aborted");
///     println!("process {} died: {}", crash.pid, crash.how); // killed by SIGABRT
///     println!("its last words: {}", crash.stderr_tail);
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Crash {
    /// What ended it.
    pub how: DeathCause,
    /// Its number while it lived.
    pub pid: u32,
    /// How long the job had run.
    pub ran_for: Duration,
    /// Processor time of the whole life of the process, as far as the system told.
    pub cpu_time: Option<Duration>,
    /// The end of what it wrote to its standard error since the job began, at most 8 KiB.
    pub stderr_tail: String,
    /// The earlier attempts at the same job, the oldest first, without this one.
    pub attempts: Vec<Attempt>,
    /// It was killed from outside, and the system says that it ran out of memory meanwhile.
    pub likely_oom: bool,
    /// Which element of a piece of a map it was at.
    pub(crate) item: u64,
}

/// An attempt at a job that ended with the death of its process.
///
/// See [`Crash::attempts`].
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
/// let fatal = pool.run(|| -> u32 { std::process::exit(3) }, ()).retries(1);
/// let error = fatal.await.unwrap_err();
/// let crash = error.as_crash().unwrap();
/// assert_eq!(crash.attempts.len(), 1); // it was tried once before, in another process
/// assert_ne!(crash.attempts[0].pid, crash.pid);
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The process that tried.
    pub pid: u32,
    /// What ended it.
    pub how: DeathCause,
    /// How long the job had run.
    pub ran_for: Duration,
}

/// What ended a process.
///
/// ```
/// let exit = rt_pool::DeathCause::Exit(3);
/// assert_eq!((exit.exit_code(), exit.signal()), (Some(3), None));
/// assert_eq!(exit.to_string(), "it exited with code 3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeathCause {
    /// A signal.
    Signal {
        /// Its number.
        number: i32,
        /// True if a core file was written.
        is_core_dumped: bool,
        /// The address that could not be used, when the signal is about one.
        fault_address: Option<u64>,
        /// True if that address is the guard of the job's stack.
        is_stack_overflow: bool,
    },
    /// It ended itself with this code.
    Exit(i32),
    /// It is gone, and somebody else has taken the news: the program ignores `SIGCHLD`, or waits
    /// for every child.
    Vanished,
}

impl DeathCause {
    /// The number of the signal, if one ended the process.
    ///
    /// ```
    /// let exit = rt_pool::DeathCause::Exit(0);
    /// assert_eq!(exit.signal(), None);
    /// ```
    pub fn signal(&self) -> Option<i32> {
        match self {
            DeathCause::Signal { number, .. } => Some(*number),
            _ => None,
        }
    }

    /// The exit code, if the process ended itself.
    ///
    /// ```
    /// let exit = rt_pool::DeathCause::Exit(0);
    /// assert_eq!(exit.exit_code(), Some(0));
    /// ```
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            DeathCause::Exit(code) => Some(*code),
            _ => None,
        }
    }
}
