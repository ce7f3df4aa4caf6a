//! Puts aside what the calling thread is inside, while it does what is no part of that.

use std::panic::Location;

use crate::cancel::frame::{Link, Signals};
use crate::context;
use crate::task::header::TaskPtr;

/// What a thread was inside, put back when this is dropped.
pub(crate) struct Aside {
    task: Option<TaskPtr>,
    dropping: Option<TaskPtr>,
    yielded: bool,
    deliveries: u8,
    signals: Signals,
    frame: Link,
    budget: u32,
    block_on: Option<&'static Location<'static>>,
    may_block: bool,
}

impl Aside {
    /// From here on the calling thread is inside nothing.
    pub(crate) fn new() -> Option<Aside> {
        context::with(|thread| Aside {
            task: thread.task.take(),
            dropping: thread.dropping.take(),
            yielded: thread.yielded.take(),
            deliveries: thread.deliveries.take(),
            signals: thread.signals.replace(Signals::NONE),
            frame: thread.frame.take(),
            budget: thread.budget.take(),
            block_on: thread.block_on.take(),
            may_block: thread.may_block.take(),
        })
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        context::with(|thread| {
            thread.task.set(self.task);
            thread.dropping.set(self.dropping);
            thread.yielded.set(self.yielded);
            thread.deliveries.set(self.deliveries);
            thread.signals.set(self.signals);
            thread.frame.set(self.frame);
            thread.budget.set(self.budget);
            thread.block_on.set(self.block_on);
            thread.may_block.set(self.may_block);
        });
    }
}

/// Lets the calling thread block, whatever it is inside, until this is dropped.
pub(crate) struct MayBlock {
    before: bool,
}

impl MayBlock {
    pub(crate) fn new() -> MayBlock {
        let before = context::with(|thread| thread.may_block.replace(true));
        MayBlock { before: before.unwrap_or(true) }
    }
}

impl Drop for MayBlock {
    fn drop(&mut self) {
        context::with(|thread| thread.may_block.set(self.before));
    }
}
