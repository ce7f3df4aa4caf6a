//! A list of jobs, in the order in which they came, that costs no memory of its own.
//!
//! # Invariants
//!
//! - I1: a job in a list is in no other, and the list has its reference.

use std::fmt;

use rt_primitive::Serial;

use crate::job::Job;
use crate::queue::{Chain, Linked};
use crate::task::header::TaskPtr;

/// Counts the jobs of the process that were ended while they waited.
static ENDED: Serial = Serial::new();

/// Tells the lists that there may be a job to take out.
pub(crate) fn note_ended() {
    ENDED.take(1);
}

/// Jobs that wait, the oldest first; dropping the list drops them.
///
/// ```
/// use rt_core::{Job, JobList};
///
/// let mut list = JobList::default();
/// let (one, handle) = Job::new(|| 1);
/// let (two, _) = Job::new(|| 2);
/// list.push(one);
/// list.push(two);
/// handle.abort();
/// assert_eq!((list.take_ended().len(), list.len()), (1, 1));
/// assert!(list.pop().unwrap().run());
/// assert!(list.pop().is_none());
/// ```
#[derive(Default)]
pub struct JobList {
    // [O] Linked through the headers of the jobs (I1).
    chain: Option<Chain<TaskPtr>>,
    // [O] What `ENDED` was at the last sweep.
    swept_at: u64,
}

impl JobList {
    /// Adds a job behind the others.
    ///
    /// ```
    /// use rt_core::{Job, JobList};
    ///
    /// let mut list = JobList::default();
    /// list.push(Job::new(|| ()).0);
    /// assert_eq!(list.len(), 1);
    /// ```
    pub fn push(&mut self, job: Job) {
        let task = job.into_task();
        match &mut self.chain {
            None => self.chain = Some(Chain::one(task)),
            Some(chain) => chain.push(task),
        }
    }

    /// Takes the oldest.
    ///
    /// ```
    /// use rt_core::{Job, JobList};
    ///
    /// let mut list = JobList::default();
    /// assert!(list.pop().is_none());
    /// list.push(Job::new(|| ()).0);
    /// assert!(list.pop().is_some());
    /// ```
    pub fn pop(&mut self) -> Option<Job> {
        let chain = self.chain.as_mut()?;
        let task = chain.first;
        match task.next() {
            None => self.chain = None,
            Some(next) => {
                chain.first = next;
                chain.len -= 1;
            }
        }
        Some(Job::from_task(task))
    }

    /// Takes out the jobs that were ended while they waited. It looks at every job, unless no job
    /// of the process has been since the last time.
    ///
    /// ```
    /// use rt_core::{Job, JobList};
    ///
    /// let (job, handle) = Job::new(|| ());
    /// let mut list = JobList::default();
    /// list.push(job);
    /// handle.abort();
    /// assert_eq!(list.take_ended().len(), 1);
    /// assert!(list.is_empty());
    /// ```
    #[must_use = "what is taken out is best dropped where no lock is held"]
    pub fn take_ended(&mut self) -> JobList {
        let mut ended = JobList::default();
        let now = ENDED.take(0);
        if self.swept_at == now {
            return ended;
        }
        let mut waiting = JobList { swept_at: now, ..JobList::default() };
        while let Some(job) = self.pop() {
            if job.is_ended() { ended.push(job) } else { waiting.push(job) }
        }
        *self = waiting;
        ended
    }

    /// How many there are, those included that were ended since.
    ///
    /// ```
    /// assert_eq!(rt_core::JobList::default().len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.chain.as_ref().map_or(0, |chain| chain.len)
    }

    /// True if there is none.
    ///
    /// ```
    /// assert!(rt_core::JobList::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.chain.is_none()
    }
}

impl Drop for JobList {
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}

impl fmt::Debug for JobList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobList").field("len", &self.len()).finish()
    }
}
