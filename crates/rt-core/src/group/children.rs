//! The owner of children: it hears for them, waits for them, or leaves them to the task.

use std::future::Future;
use std::panic::Location;
use std::task::{Context, Poll};

use rt_primitive::sync::Arc;

use crate::cancel::frame::{self, Signals};
use crate::cancel::reason::{Reason, ReasonKind};
use crate::cancel::region::DELIVERIES_MAX;
use crate::cancel::token::Cancelled;
use crate::context;
use crate::group::adoption;
use crate::group::child_count::Start;
use crate::group::family::Family;
use crate::shared::{self, ExecutorShared};
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::wait::{WaitKind, note_wait};

/// The owner's side of a family. Dropping it asks the children to end, and has the task wait.
#[derive(Debug)]
pub(crate) struct Children {
    family: Arc<Family>,
    made_at: &'static Location<'static>,
    /// The latest request around the owner that the children need not hear of.
    seen: Option<u64>,
    /// Lets the owner wait, once the children were asked to end for one from outside.
    token: Option<Cancelled>,
}

/// What the owner makes of a request from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// There is none, or the children and the body have heard of it.
    Nothing,
    /// The body has no region for it, and is to be dropped.
    DropBody,
}

impl Children {
    pub(crate) fn new(family: Arc<Family>, made_at: &'static Location<'static>) -> Children {
        Children { family, made_at, seen: None, token: None }
    }

    /// Looks for a request around the owner, whose inside, if it has one, reported this and is
    /// pending; tells the children of it.
    pub(crate) fn hear(&mut self, signals: Signals, cx: &Context<'_>) -> Heard {
        let latest = frame::latest_request();
        let first = || if frame::is_cleaning_up() { frame::latest_request() } else { 0 };
        let seen = *self.seen.get_or_insert_with(first);
        let is_told = signals.told >= latest;
        let is_due = latest > seen && (is_told || signals.have_all_heard_of(latest));
        if !is_due || !context::spend_delivery(DELIVERIES_MAX) {
            frame::report(Signals { looked_at: latest, ..Signals::NONE });
            return Heard::Nothing;
        }
        self.seen = Some(latest);
        self.family.ask_all(&Reason::new(ReasonKind::ParentCancelled));
        // The one before goes after the new one is counted, so the owner stays protected.
        let token = Cancelled::deliver(latest, cx.waker());
        self.token = Some(token);
        frame::report(Signals { told: latest, looked_at: latest, ..Signals::NONE });
        if is_told { Heard::Nothing } else { Heard::DropBody }
    }

    /// Ready once all children have ended.
    pub(crate) fn poll_ended(&self, cx: &Context<'_>) -> Poll<()> {
        if self.family.has_ended(cx.waker()) {
            return Poll::Ready(());
        }
        note_wait(WaitKind::Join, self.made_at, 0);
        Poll::Pending
    }

    /// The token of a request from outside, if one came.
    pub(crate) fn take_token(&mut self) -> Option<Cancelled> {
        self.token.take()
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.family.close();
        if self.family.live() == 0 {
            return;
        }
        adoption::adopt(&self.family);
        self.family.ask_all(&Reason::new(ReasonKind::ParentCancelled));
    }
}

/// Spawns a child of a family; gives the future back if there are to be no more.
pub(crate) fn spawn_child<F, C>(
    shared: &Arc<ExecutorShared>,
    family: &Arc<Family>,
    start: Start,
    spawned_at: &'static Location<'static>,
    future: F,
    child_of: impl FnOnce(F) -> C,
) -> Result<JoinHandle<C::Output>, F>
where
    C: Future + Send + 'static,
    C::Output: Send + 'static,
{
    let Some(place) = Family::take_place(family, start) else { return Err(future) };
    let birth = Birth::at(spawned_at).child(place);
    let handle = shared::spawn(shared, child_of(future), birth);
    family.enter(handle.task());
    Ok(handle)
}
