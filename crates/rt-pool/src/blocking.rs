//! The threads that run the blocking jobs of a runtime.

use std::time::Instant;

use rt_core::{Errand, Job, JobMetrics, JobThreads, Refusal, TaskSite};

use crate::limits::Limits;
use crate::thread::Threads;

/// The threads of one runtime, given to its executor; they leave when this is dropped.
///
/// They are the [`JobThreads`] of an executor.
///
/// ```
/// use rt_core::JobThreads;
/// use rt_pool::{BlockingThreads, Limits};
///
/// let threads = BlockingThreads::new(Limits::default());
/// assert_eq!(threads.metrics().threads, 0); // none before there is a job
/// ```
#[derive(Debug)]
pub struct BlockingThreads {
    threads: Threads,
}

impl BlockingThreads {
    /// No thread is started before it is needed.
    ///
    /// ```
    /// use rt_core::{Config, Executor, NoDriver};
    /// use rt_pool::{BlockingThreads, Limits};
    /// use std::sync::Arc;
    ///
    /// let threads = Arc::new(BlockingThreads::new(Limits::default()));
    /// let config = Config { job_threads: Some(threads), ..Config::current_thread() };
    /// let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
    /// let answer = executor.block_on(async { rt_core::spawn_blocking(|| 6 * 7).await });
    /// assert_eq!(answer.unwrap(), 42);
    /// ```
    pub fn new(limits: Limits) -> BlockingThreads {
        BlockingThreads { threads: Threads::new(limits) }
    }
}

impl JobThreads for BlockingThreads {
    fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
        self.threads.push(make)
    }

    fn lend(&self, errand: Errand) -> Result<(), Errand> {
        self.threads.lend(errand)
    }

    fn close(&self) {
        self.threads.close();
    }

    fn join_until(&self, deadline: Option<Instant>) -> Vec<TaskSite> {
        self.threads.join_until(deadline)
    }

    fn metrics(&self) -> JobMetrics {
        self.threads.metrics()
    }
}

impl Drop for BlockingThreads {
    fn drop(&mut self) {
        self.threads.close();
    }
}
