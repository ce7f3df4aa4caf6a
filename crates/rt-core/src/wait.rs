//! What a task waits for, as its leaf futures note it.
//!
//! A note is two plain stores: the poll that begins clears it, the leaf that returns Pending leaves
//! it in the task's header, in the word that links the task while it is in a queue. Which lock or
//! which task is waited for goes beside the rare things, and only that: such a wait is slow anyway.
//!
//! # Invariants
//!
//! - I1: a note of a task is written by the thread that polls it.

use std::fmt;
use std::panic::Location;

use crate::context;
use crate::resource::holder_of;
use crate::task::header::TaskPtr;
use crate::task::id::Id;

/// What a task waits for.
///
/// A [`WaitInfo`] has it.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// let waits = rt_core::spawn(rt_core::spawn(std::future::pending::<()>()));
/// rt_core::settle().await;
/// let wait = waits.task().info().wait.unwrap();
/// assert_eq!(wait.kind, rt_core::WaitKind::Join);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitKind {
    /// For a time to come.
    Sleep,
    /// For another task, a job or the children of a group to end.
    Join,
    /// For a lock.
    Lock,
    /// For a permit of a semaphore or a limiter.
    Permit,
    /// For an event, a condition, a notification, or the others to come to a barrier.
    Signal,
    /// For a value to come through a channel or a queue.
    Receive,
    /// For room in a channel or a queue.
    Send,
}

/// By tag, from 1; there are seven, for three bits.
const KINDS: [WaitKind; 7] = [
    WaitKind::Sleep,
    WaitKind::Join,
    WaitKind::Lock,
    WaitKind::Permit,
    WaitKind::Signal,
    WaitKind::Receive,
    WaitKind::Send,
];

impl WaitKind {
    /// True for what somebody holds, or is: then it matters which one is waited for.
    const fn has_holder(self) -> bool {
        matches!(self, WaitKind::Join | WaitKind::Lock)
    }
}

/// What a task waits for, where, and on which lock or task.
///
/// See [`TaskInfo::wait`](crate::TaskInfo::wait).
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// let slow = rt_core::spawn(std::future::pending::<()>());
/// let id = slow.id();
/// let waits = rt_core::spawn(slow);
/// rt_core::settle().await;
/// assert_eq!(waits.task().info().wait.unwrap().on, Some(id));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitInfo {
    /// What kind of thing.
    pub kind: WaitKind,
    /// Where the waiting call was made; for [`WaitKind::Join`] where the awaited task was spawned.
    pub at: &'static Location<'static>,
    /// For [`WaitKind::Lock`] which lock it is, the same number for all who wait for it.
    pub lock: Option<u64>,
    /// The task that is waited for: the awaited one, or the one that holds the lock.
    pub on: Option<Id>,
}

/// Notes what the current task waits for; a leaf future calls it each time it returns Pending.
///
/// `at` is where the user made the future. `resource` is the [number](crate::Resource::number) of
/// the lock, or 0. Outside a task nothing happens.
///
/// ```
/// use rt_core::{WaitKind, note_wait};
/// use std::future::Future;
/// use std::panic::Location;
/// use std::pin::Pin;
/// use std::task::{Context, Poll};
///
/// /// Waits for news, and says so in dumps.
/// struct News(&'static Location<'static>);
///
/// impl Future for News {
///     type Output = ();
///
///     fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
///         note_wait(WaitKind::Receive, self.0, 0);
///         Poll::Pending
///     }
/// }
/// # let _ = News(Location::caller());
/// ```
#[inline]
pub fn note_wait(kind: WaitKind, at: &'static Location<'static>, resource: usize) {
    if let Some(task) = context::current_task() {
        // I1: the calling thread polls it.
        task.header().next.leave_note(kind as usize + 1, at);
        if kind.has_holder() {
            note_whom(task, resource as u64);
        }
    }
}

/// Notes which lock or task it is; of an earlier wait there may be another number.
fn note_whom(task: TaskPtr, number: u64) {
    let rare = &task.header().rare;
    if number != 0 {
        rare.get_or_make().waits_on.set(number);
    } else if let Some(rare) = rare.get() {
        rare.waits_on.set(0);
    }
}

/// What a task waits for, if its leaf has said so.
///
/// The parts may not fit together while the task is being polled: the caller sees that it is not.
pub(crate) fn note_of(task: TaskPtr) -> Option<WaitInfo> {
    let (tag, at) = task.header().next.note()?;
    let kind = KINDS[tag - 1];
    let rare = task.header().rare.get().filter(|_| kind.has_holder());
    let number = rare.map_or(0, |rare| rare.waits_on.get());
    let lock = (kind == WaitKind::Lock && number != 0).then_some(number);
    let on =
        if kind == WaitKind::Join { Id::from_number(number) } else { lock.and_then(holder_of) };
    Some(WaitInfo { kind, at, lock, on })
}

impl fmt::Display for WaitInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.on) {
            (WaitKind::Join, Some(task)) => write!(f, "join of Task-{task}"),
            (WaitKind::Lock, Some(holder)) => {
                write!(f, "lock at {}, held by Task-{holder}", self.at)
            }
            (kind, _) => write!(f, "{kind} at {}", self.at),
        }
    }
}

impl fmt::Display for WaitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WaitKind::Sleep => "sleep",
            WaitKind::Join => "join",
            WaitKind::Lock => "lock",
            WaitKind::Permit => "permit",
            WaitKind::Signal => "signal",
            WaitKind::Receive => "receive",
            WaitKind::Send => "send",
        })
    }
}
