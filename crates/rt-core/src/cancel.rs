//! Requests to end: asked from anywhere, caught where the program wants to, never lost.
//!
//! A request is kept at a *node*: a task has one, and each scope. What a task polls lies within
//! regions, scopes and masks, which note themselves on a stack while they poll their inside. A
//! request is delivered at a suspension, to the innermost region, which gets a *token*; while that
//! lives, the code may clean up and wait. Where no region takes it, or no token is left, what was
//! cancelled is dropped at that suspension, as an abort would do.

pub(crate) mod branch;
pub(crate) mod due_scope;
pub(crate) mod frame;
pub(crate) mod grace;
pub(crate) mod mask;
pub(crate) mod node;
pub(crate) mod on_cancel;
pub(crate) mod reason;
pub(crate) mod region;
pub(crate) mod request;
pub(crate) mod scope;
pub(crate) mod token;
