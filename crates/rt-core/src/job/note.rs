//! A note of the job that a thread is inside.

use std::panic::Location;

use rt_primitive::{Note, Tally};

use crate::job::Job;
use crate::shutdown::report::TaskSite;
use crate::task::id::Id;

/// Which job a thread is inside: its thread writes it, who asks why the thread is stuck reads it.
///
/// ```
/// let note = rt_core::JobNote::default();
/// let (job, _handle) = rt_core::Job::new(|| ());
/// note.enter(&job);
/// assert_eq!(note.read(), Some(job.site()));
/// note.leave();
/// assert_eq!(note.read(), None);
/// ```
#[derive(Debug, Default)]
pub struct JobNote {
    /// The job's number, or 0.
    id: Tally,
    spawned_at: Note<Location<'static>>,
}

impl JobNote {
    /// The thread is about to run this job.
    ///
    /// ```
    /// let note = rt_core::JobNote::default();
    /// let (job, _handle) = rt_core::Job::new(|| ());
    /// note.enter(&job);
    /// assert_eq!(note.read(), Some(job.site()));
    /// ```
    pub fn enter(&self, job: &Job) {
        let TaskSite { id, spawned_at } = job.site();
        self.spawned_at.leave(spawned_at);
        self.id.set(id.number());
    }

    /// The job has ended.
    ///
    /// ```
    /// let note = rt_core::JobNote::default();
    /// note.enter(&rt_core::Job::new(|| ()).0);
    /// note.leave();
    /// assert_eq!(note.read(), None);
    /// ```
    pub fn leave(&self) {
        self.id.set(0);
    }

    /// The job, if the thread is inside one; of two jobs a little of each, if it moves on now.
    ///
    /// ```
    /// assert_eq!(rt_core::JobNote::default().read(), None);
    /// ```
    pub fn read(&self) -> Option<TaskSite> {
        Some(TaskSite { id: Id::from_number(self.id.get())?, spawned_at: self.spawned_at.get()? })
    }
}
