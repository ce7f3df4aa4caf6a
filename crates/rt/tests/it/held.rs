//! A job that keeps its thread until it is told to let go.

use std::sync::mpsc;

use rt::task::JoinHandle;

/// Holds a thread until it is told to let go.
pub(crate) struct Held {
    release: mpsc::Sender<()>,
    pub(crate) job: JoinHandle<&'static str>,
}

impl Held {
    /// A job that has begun.
    pub(crate) fn begun(runtime: &rt::Runtime) -> Held {
        let (tell, told) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let job = runtime.spawn_blocking(move || {
            tell.send(()).unwrap();
            let _ = released.recv();
            "released"
        });
        told.recv().unwrap();
        Held { release, job }
    }

    pub(crate) fn release(self) -> JoinHandle<&'static str> {
        drop(self.release);
        self.job
    }
}
