//! What `join!` keeps of its futures, and how it gives up when it is cancelled.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::cancel::frame::{self, FrameKind, Signals};

pin_project! {
    /// One future of a `join!`, and its output once there is one.
    #[derive(Debug)]
    #[doc(hidden)]
    pub struct Branch<F: Future> {
        // [O] Gone once it has ended.
        #[pin]
        future: Option<F>,
        // [O] There once it has ended.
        output: Option<F::Output>,
        // [O] A region in it was told of a request.
        was_told: bool,
    }
}

/// One poll of all futures of a `join!`.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct BranchRound {
    is_pending: bool,
    /// A branch has ended after it was told of a request.
    has_ended_told: bool,
    /// A pending branch has a region that can hear, or cleans up, or is masked.
    has_hearing: bool,
}

impl<F: Future> Branch<F> {
    /// A branch that was not polled.
    pub fn new(future: F) -> Branch<F> {
        Branch { future: Some(future), output: None, was_told: false }
    }

    /// The output, when the round says that all have one.
    ///
    /// # Panics
    ///
    /// If there is none, or it was taken before.
    pub fn take_output(self: Pin<&mut Self>) -> F::Output {
        self.project().output.take().expect("a branch was asked for an output it does not have")
    }

    /// Drops what there is: the `join!` was cancelled, and only this keeps it from being dropped.
    pub fn give_up(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.future.set(None);
        *this.output = None;
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Branch<F> {
    /// The error, if the branch has ended with one.
    pub fn take_error(self: Pin<&mut Self>) -> Option<E> {
        let output = self.project().output;
        match output.take() {
            Some(Err(error)) => Some(error),
            other => {
                *output = other;
                None
            }
        }
    }

    /// The value, when no branch has an error and all have ended.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn take_value(self: Pin<&mut Self>) -> T {
        match self.take_output() {
            Ok(value) => value,
            Err(_) => unreachable!("errors are looked for after each poll"),
        }
    }
}

impl BranchRound {
    /// Polls one branch in this round.
    pub fn poll<F: Future>(&mut self, branch: Pin<&mut Branch<F>>, cx: &mut Context<'_>) {
        let mut this = branch.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            self.has_ended_told |= *this.was_told;
            return;
        };
        let (polled, signals) = frame::within(FrameKind::Region, || future.poll(cx));
        *this.was_told |= signals.told > 0;
        if let Poll::Ready(output) = polled {
            this.future.set(None);
            *this.output = Some(output);
            self.has_ended_told |= *this.was_told;
            return;
        }
        self.is_pending = true;
        let is_deaf = signals == Signals::NONE && !*this.was_told;
        self.has_hearing |= !is_deaf;
    }

    /// True if some branch has no output yet.
    pub fn is_pending(&self) -> bool {
        self.is_pending
    }

    /// True if the branches are to give up: what is around them was cancelled, the branches that
    /// could hear of it have ended, and the tokens that they ended with protect only others, which
    /// cannot.
    pub fn is_given_up(&self) -> bool {
        let is_stuck = self.is_pending && self.has_ended_told && !self.has_hearing;
        is_stuck && frame::latest_request() != 0
    }
}
