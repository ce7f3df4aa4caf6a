//! Cancellation that cannot be lost: requests, regions that catch them, scopes and masks.
#![doc = include_str!("../../../docs/guide/cancellation.md")]

#[doc(inline)]
pub use rt_core::{
    CancelExt, Cancelled, CatchCancel, Checkpoint, Mask, OnCancel, Reason, ReasonKind, Scope,
    ScopeCancelled, Scoped, checkpoint, is_cancelling, mask, scope, uncancel,
};
