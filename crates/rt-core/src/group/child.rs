//! What a child of a group is around its future: it waits for its turn, and tells how it ends.

use std::any::Any;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use rt_primitive::sync::Arc;

use crate::cancel::reason::{Reason, ReasonKind};
use crate::cancel::request::is_ending_cancelled;
use crate::group::limit::Turn;
use crate::group::spawner::GroupShared;
use crate::inspect::current_task;

pin_project! {
    /// A child whose value is its own.
    pub(crate) struct PlainChild<F, E> {
        #[pin]
        inside: F,
        turn: OwnTurn<E>,
    }
}

pin_project! {
    /// A child whose error is the group's.
    pub(crate) struct FallibleChild<F, E> {
        #[pin]
        inside: F,
        turn: OwnTurn<E>,
    }
}

/// The child's turn, given up when it is dropped without having had it.
struct OwnTurn<E> {
    group: Arc<GroupShared<E>>,
    turn: Turn,
    /// It has an error and no value, and is about to be dropped.
    is_over: bool,
}

impl<E> OwnTurn<E> {
    fn new(group: Arc<GroupShared<E>>) -> OwnTurn<E> {
        OwnTurn { group, turn: Turn::NotYet, is_over: false }
    }

    /// Polls the child's future when it has its turn; keeps its panic for the group.
    fn poll<F: Future>(&mut self, inside: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        ready!(self.group.family.poll_turn(&mut self.turn, cx));
        match catch_unwind(AssertUnwindSafe(|| inside.poll(cx))) {
            Ok(polled) => polled,
            Err(payload) => {
                let text = text_of(&*payload);
                match self.group.panicked(payload) {
                    Some(later) => resume_unwind(later),
                    None => resume_unwind(Box::new(text)),
                }
            }
        }
    }
}

impl<E> Drop for OwnTurn<E> {
    fn drop(&mut self) {
        self.group.family.give_up(&mut self.turn);
    }
}

impl<F, E> PlainChild<F, E> {
    pub(crate) fn new(inside: F, group: Arc<GroupShared<E>>) -> PlainChild<F, E> {
        PlainChild { inside, turn: OwnTurn::new(group) }
    }
}

impl<F: Future, E> Future for PlainChild<F, E> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(this.turn.poll(this.inside, cx));
        if !is_ending_cancelled() {
            this.turn.group.succeeded();
        }
        Poll::Ready(output)
    }
}

impl<F, E> FallibleChild<F, E> {
    pub(crate) fn new(inside: F, group: Arc<GroupShared<E>>) -> FallibleChild<F, E> {
        FallibleChild { inside, turn: OwnTurn::new(group) }
    }
}

impl<F, T, D, E> Future for FallibleChild<F, E>
where
    F: Future<Output = Result<T, D>>,
    D: Into<E>,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        if this.turn.is_over {
            return Poll::Pending;
        }
        match ready!(this.turn.poll(this.inside, cx)) {
            Ok(value) => {
                this.turn.group.succeeded();
                return Poll::Ready(value);
            }
            // A child that was cancelled by itself is no error.
            Err(token) if is_ending_cancelled() => drop(token),
            Err(error) => this.turn.group.failed(error.into(), current_task().info()),
        }
        // There is no value: the task ends here, as one that asks itself to.
        this.turn.is_over = true;
        current_task().cancel_with(Reason::new(ReasonKind::Failed));
        Pin::new(&mut pending()).poll(cx)
    }
}

/// What a panic says.
fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().map(|&text| text.to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a child of a group panicked".to_owned())
}
