//! Waiting on a thread that runs no tasks.

use rt_primitive::park::Parker;
use std::future::Future;
use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// Runs `future` on the calling thread, which sleeps while it waits; `name` is what was called.
///
/// # Panics
///
/// Within a task, which would keep its thread from the others.
#[track_caller]
pub(crate) fn block_on<F: Future>(name: &str, future: F) -> F::Output {
    if let Some(task) = rt_core::try_current_task() {
        panic!(
            "cannot {name} at {}: this thread is running {}; await it there instead",
            Location::caller(),
            task.name()
        );
    }
    let sleeper = Arc::new(Sleeper { parker: Parker::new() });
    let waker = Waker::from(sleeper.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        sleeper.parker.park();
    }
}

/// A thread inside [`block_on`].
struct Sleeper {
    parker: Parker,
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.parker.unpark();
    }
}
