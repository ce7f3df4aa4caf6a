//! What tasks wait for, and a thread outside the runtime that wakes and aborts them.

use std::future::poll_fn;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};

use rt::task::AbortHandle;

use crate::random::Random;

/// Counts how often it was rung; one task waits for a count.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<Rung>,
}

#[derive(Default)]
struct Rung {
    times: u64,
    waiter: Option<Waker>,
}

impl Bell {
    pub(crate) fn ring(&self) {
        let waiter = {
            let mut rung = self.lock();
            rung.times += 1;
            rung.waiter.take()
        };
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// Waits until it was rung so many times.
    pub(crate) async fn wait(&self, times: u64) {
        poll_fn(|cx| {
            let mut rung = self.lock();
            if rung.times >= times {
                return Poll::Ready(());
            }
            rung.waiter = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// A second waker of the task that waits, for wakes that mean nothing.
    fn waiter(&self) -> Option<Waker> {
        self.lock().waiter.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().unwrap()
    }
}

/// What the thread outside is asked to do.
pub(crate) enum Errand {
    Ring(Arc<Bell>),
    Abort(AbortHandle),
}

/// Runs errands until nobody can send one any more.
pub(crate) fn run_errands(errands: &Receiver<Errand>, mut random: Random) {
    let mut kept = Vec::new();
    while let Ok(errand) = errands.recv() {
        match errand {
            Errand::Abort(task) => task.abort(),
            Errand::Ring(bell) => {
                for _ in 0..random.below(3) {
                    if let Some(waiter) = bell.waiter() {
                        waiter.wake_by_ref();
                        // Kept beyond the end of its task, and often of its runtime.
                        kept.push(waiter);
                    }
                }
                bell.ring();
            }
        }
        if kept.len() > 100 {
            kept.drain(..).for_each(Waker::wake);
        }
    }
}
