//! Takes a task from the thread's own queues, or from the injector.

use rt_primitive::{MODEL, mutant};

use crate::config::{INJECTOR_BATCH, NEXT_BUDGET};
use crate::task::header::TaskPtr;
use crate::worker::WorkerContext;

impl WorkerContext {
    /// The next task in this thread's own queues, or the injector's for a worker.
    #[inline]
    pub(crate) fn next_task(&self) -> Option<TaskPtr> {
        if self.lookout.is_time() {
            let task = self.look_beyond();
            if task.is_some() {
                return task;
            }
        }
        self.next_own_task().or_else(|| self.take_injected())
    }

    /// Looks at all that is not in the thread's own queues, and takes a task from the injector.
    fn look_beyond(&self) -> Option<TaskPtr> {
        // A deterministic executor goes by turns alone.
        let goes_by_time = !MODEL && self.shared.simulation.is_none();
        self.lookout.note_look(goes_by_time.then(|| self.shared.age()));
        self.look_at_memory();
        let had_next = !self.slot().next.is_empty();
        self.shared.driver.turn(self.slot);
        // What it woke runs before a task that `requeue` told nobody of, since there was no other.
        let has_next = !self.slot().next.is_empty() && !mutant!("look.tells_nobody");
        self.pushed.set(self.pushed.get() || has_next && !had_next);
        self.look_after_pushes();
        self.take_injected()
    }

    /// The next slot's task while its budget lasts, else the oldest of the deque.
    #[inline]
    pub(super) fn next_own_task(&self) -> Option<TaskPtr> {
        let Some(newest) = self.slot().next.take() else {
            self.next_turns.set(0);
            return self.queue().pop();
        };
        if self.next_turns.get() < NEXT_BUDGET {
            self.next_turns.set(self.next_turns.get() + 1);
            self.tallies().next_hits.add(1);
            return Some(newest);
        }
        self.next_turns.set(0);
        match self.queue().pop() {
            None => {
                self.tallies().next_hits.add(1);
                Some(newest)
            }
            Some(oldest) => {
                self.push_back(newest);
                Some(oldest)
            }
        }
    }

    /// A batch from the injector: one task to run, the rest into the deque.
    pub(super) fn take_injected(&self) -> Option<TaskPtr> {
        if self.is_guest() || self.shared.injector.is_empty() {
            return None;
        }
        let max = INJECTOR_BATCH.min(self.queue().room() + 1);
        let (batch, left_some) = self.shared.injector.take(self.shared.workers, max);
        if left_some {
            // The queue looked empty while the batch was being split: see `idle/protocol.md`.
            self.shared.wake_one();
        }
        let batch = batch?;
        self.tallies().injector_takes.add(1);
        let mut first = None;
        batch.for_each(|task| {
            if first.is_none() {
                first = Some(task);
            } else {
                self.queue().push(task, |_| unreachable!("the batch was made to fit"));
                self.pushed.set(true);
            }
        });
        first
    }
}
