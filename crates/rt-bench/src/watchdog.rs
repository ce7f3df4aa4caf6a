//! An end to a rep that hangs.

use std::{
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use crate::measure::wrong;

/// No rep of a working peer takes a twentieth of it.
const LIMIT: Duration = Duration::from_secs(120);

/// Ends the process with `what` hung, unless dropped in time.
pub(crate) struct Watchdog {
    // [O] Its drop tells the thread that the rep has ended.
    ended: Option<Sender<()>>,
    // [O] Joined at the drop, so that no rep runs beside another's watchdog.
    thread: Option<thread::JoinHandle<()>>,
}

impl Watchdog {
    pub(crate) fn new(what: String) -> Watchdog {
        let (ended, receiver) = channel();
        let thread = thread::spawn(move || {
            if receiver.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                wrong(&format!("{what} is not done after {} s", LIMIT.as_secs()));
            }
        });
        Watchdog { ended: Some(ended), thread: Some(thread) }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the watchdog does not panic");
        }
    }
}
