//! The thread that writes and reads values too large for a thread of a runtime.

use std::sync::mpsc::{Sender, channel};

use rt_primitive::sync::Mutex;

/// More than this is not copied on the thread that polls.
pub(crate) const HERE_MAX: usize = 1024 * 1024;

type Errand = Box<dyn FnOnce() + Send>;

/// The thread's address. It is started by the first errand, and ends with the pool.
#[derive(Debug, Default)]
pub(crate) struct Courier {
    errands: Mutex<Option<Sender<Errand>>>,
}

impl Courier {
    /// Has the thread do something, in its turn. Without a thread it is done here.
    pub(crate) fn send(&self, errand: impl FnOnce() + Send + 'static) {
        let mut errands = self.errands.lock();
        let sender = match &*errands {
            Some(sender) => sender.clone(),
            None => {
                let (sender, receiver) = channel::<Errand>();
                let thread = std::thread::Builder::new().name("rt-pool-copy".to_owned());
                let started = thread.spawn(move || receiver.iter().for_each(|errand| errand()));
                if started.is_err() {
                    drop(errands);
                    return errand();
                }
                errands.insert(sender).clone()
            }
        };
        drop(errands);
        let _ = sender.send(Box::new(errand));
    }
}
