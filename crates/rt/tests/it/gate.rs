//! A gate that tasks wait at until it is opened.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

#[derive(Clone, Default)]
pub(crate) struct Gate {
    door: Arc<Mutex<Door>>,
}

#[derive(Default)]
struct Door {
    open: bool,
    waiting: Vec<Waker>,
}

impl Gate {
    pub(crate) fn open(&self) {
        let waiting = {
            let mut door = self.door.lock().unwrap();
            door.open = true;
            std::mem::take(&mut door.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Opens, and wakes nobody.
    pub(crate) fn open_quietly(&self) {
        self.door.lock().unwrap().open = true;
    }

    pub(crate) async fn wait(&self) {
        poll_fn(|cx| {
            let mut door = self.door.lock().unwrap();
            if door.open {
                return Poll::Ready(());
            }
            door.waiting.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// How often a task has begun to wait.
    pub(crate) fn waiting(&self) -> usize {
        self.door.lock().unwrap().waiting.len()
    }
}
