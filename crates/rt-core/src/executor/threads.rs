//! The worker threads of an executor, and the wait for their end.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::mem;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use rt_primitive::thread;

/// Worker threads that have not been joined.
pub(super) struct WorkerThreads {
    /// By worker number.
    running: BTreeMap<usize, thread::JoinHandle<()>>,
    /// Gets the number of each thread at its end. In a mutex only because executors are `Sync`.
    ended: Mutex<mpsc::Receiver<usize>>,
    tell_ended: mpsc::Sender<usize>,
}

/// Tells of the end of a thread, however it comes.
struct TellEnd {
    worker: usize,
    tell_ended: mpsc::Sender<usize>,
}

impl WorkerThreads {
    pub(super) fn new() -> WorkerThreads {
        let (tell_ended, ended) = mpsc::channel();
        WorkerThreads { running: BTreeMap::new(), ended: Mutex::new(ended), tell_ended }
    }

    /// Starts the thread of a worker.
    pub(super) fn start(
        &mut self,
        worker: usize,
        builder: thread::Builder,
        body: impl FnOnce() + Send + 'static,
    ) -> io::Result<()> {
        let end = TellEnd { worker, tell_ended: self.tell_ended.clone() };
        let thread = builder.spawn(move || {
            let _end = end;
            body();
        })?;
        self.running.insert(worker, thread);
        Ok(())
    }

    /// Waits for all.
    pub(super) fn join(&mut self) {
        mem::take(&mut self.running).into_values().for_each(join);
    }

    /// Waits for those that end before `deadline`; gives the numbers of the others, and lets them
    /// go.
    pub(super) fn join_until(&mut self, deadline: Instant) -> Vec<usize> {
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        while !self.running.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(worker) = ended.recv_timeout(left) else { break };
            self.running.remove(&worker).into_iter().for_each(join);
        }
        mem::take(&mut self.running).into_keys().collect()
    }

    /// Lets go of threads that are another process's.
    pub(super) fn forget(&mut self) {
        mem::forget(mem::take(&mut self.running));
    }
}

impl Drop for TellEnd {
    fn drop(&mut self) {
        // Nobody listens once the executor has let the thread go.
        let _ = self.tell_ended.send(self.worker);
    }
}

fn join(thread: thread::JoinHandle<()>) {
    // A worker catches what tasks and hooks throw; an `Err` has been reported by its thread.
    let _ = thread.join();
}

impl fmt::Debug for WorkerThreads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.running.keys()).finish()
    }
}
