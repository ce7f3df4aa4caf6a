//! A job on its way, and the place where its outcome waits for the task that awaits it.

use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use rt_core::{ExecutorHandle, OutsideWork};
use rt_primitive::sync::Mutex;

use super::codec::{Content, Packet};
use super::frame::{FrameHeader, FrameKind};
use super::roster::JobId;
use crate::job_error::JobError;

/// What is to be run.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) kind: FrameKind,
    /// The offset of a runner in this program.
    pub(crate) offset: u64,
    /// What the body begins with.
    pub(crate) head: Vec<u8>,
}

/// A job that has a number, shared by who awaits it and who runs it.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) id: JobId,
    pub(crate) call: Call,
    /// Its arguments, kept until it is settled, since it may be sent again.
    pub(crate) payload: OnceLock<Packet>,
    pub(crate) outcome: Handoff<Result<Content, JobError>>,
}

impl Ticket {
    pub(crate) fn new(id: JobId, call: Call) -> Ticket {
        Ticket { id, call, payload: OnceLock::new(), outcome: Handoff::for_this_runtime() }
    }

    /// The head of its frame.
    pub(crate) fn header(&self, payload: &Packet) -> FrameHeader {
        let header = FrameHeader::new(self.call.kind, self.id, self.call.offset);
        FrameHeader { parcel: payload.parcel_use, ..header }
    }
}

/// One value from one thread to one task.
///
/// # Protocol
///
/// The giver stores the value and takes the waker out; the taker takes the value or leaves its
/// waker, each under the lock. So a value is either seen by the poll, or its waker is seen by the
/// giver. A clock that stands still waits until the value is there and the waker was called.
#[derive(Debug)]
pub(crate) struct Handoff<T> {
    place: Mutex<HandoffPlace<T>>,
}

#[derive(Debug)]
enum HandoffPlace<T> {
    /// Nothing yet; the waker of who waits, and what holds the clock of its runtime.
    Open(Option<Waker>, Option<OutsideWork>),
    Full(T),
    /// Taken, or nobody will take it.
    Closed,
}

impl<T> Handoff<T> {
    /// For a value that a task of the current runtime waits for, if there is one.
    pub(crate) fn for_this_runtime() -> Handoff<T> {
        let work = ExecutorHandle::try_current().ok().map(|runtime| runtime.external());
        Handoff { place: Mutex::new(HandoffPlace::Open(None, work)) }
    }

    /// Leaves the value. The notice is to be served when no lock is held.
    pub(crate) fn give(&self, value: T) -> Notice {
        let mut place = self.place.lock();
        match std::mem::replace(&mut *place, HandoffPlace::Closed) {
            HandoffPlace::Open(waker, work) => {
                *place = HandoffPlace::Full(value);
                Notice { waker, work }
            }
            HandoffPlace::Full(earlier) => {
                // Exactly one outcome: the first one counts.
                *place = HandoffPlace::Full(earlier);
                Notice::default()
            }
            HandoffPlace::Closed => Notice::default(),
        }
    }

    /// Takes the value, or leaves the waker.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<T> {
        let mut place = self.place.lock();
        match std::mem::replace(&mut *place, HandoffPlace::Closed) {
            HandoffPlace::Full(value) => Poll::Ready(value),
            HandoffPlace::Open(old, work) => {
                let waker = match old {
                    Some(old) if old.will_wake(cx.waker()) => old,
                    _ => cx.waker().clone(),
                };
                *place = HandoffPlace::Open(Some(waker), work);
                Poll::Pending
            }
            HandoffPlace::Closed => panic!("a job's result was taken before"),
        }
    }

    /// Nobody will take the value.
    pub(crate) fn close(&self) {
        let left = std::mem::replace(&mut *self.place.lock(), HandoffPlace::Closed);
        drop(left);
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(*self.place.lock(), HandoffPlace::Closed)
    }
}

/// Who is to be woken, and what holds a clock until that is done.
#[derive(Debug, Default)]
#[must_use = "somebody waits for it"]
pub(crate) struct Notice {
    waker: Option<Waker>,
    work: Option<OutsideWork>,
}

impl Notice {
    pub(crate) fn serve(self) {
        if let Some(waker) = self.waker {
            waker.wake();
        }
        drop(self.work);
    }
}

impl From<Waker> for Notice {
    fn from(waker: Waker) -> Notice {
        Notice { waker: Some(waker), work: None }
    }
}
