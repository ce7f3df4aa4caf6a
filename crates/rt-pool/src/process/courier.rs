//! The thread that writes and reads values too large for a thread of a runtime.

use std::sync::mpsc::{Sender, channel};

use rt_primitive::sync::Mutex;

/// More than this is not copied on the thread that polls.
pub(crate) const HERE_MAX: usize = 1024 * 1024;

type Haul = Box<dyn FnOnce() + Send>;

/// The thread's address. It is started by the first haul, and ends with the pool.
#[derive(Debug, Default)]
pub(crate) struct Courier {
    hauls: Mutex<Option<Sender<Haul>>>,
}

impl Courier {
    /// Has the thread do something, in its turn. Without a thread it is done here.
    pub(crate) fn send(&self, haul: impl FnOnce() + Send + 'static) {
        let mut hauls = self.hauls.lock();
        let sender = match &*hauls {
            Some(sender) => sender.clone(),
            None => {
                let (sender, receiver) = channel::<Haul>();
                let thread = std::thread::Builder::new().name("rt-pool-copy".to_owned());
                let started = thread.spawn(move || receiver.iter().for_each(|haul| haul()));
                if started.is_err() {
                    drop(hauls);
                    return haul();
                }
                hauls.insert(sender).clone()
            }
        };
        drop(hauls);
        let _ = sender.send(Box::new(haul));
    }
}
