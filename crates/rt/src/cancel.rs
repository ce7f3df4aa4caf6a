//! Cancellation that cannot be lost: requests, regions that catch them, scopes and masks.
//!
//! [`JoinHandle::cancel`](crate::task::JoinHandle::cancel) asks a task to end. The request reaches
//! it where it is suspended. Code that knows nothing of it is dropped there; a region
//! ([`catch_cancel`](CancelExt::catch_cancel)) gets a token instead, and may clean up and wait for
//! as long as that lives. A token that is merely dropped loses nothing: the task ends at its next
//! suspension.
//!
//! ```
//! use rt::cancel::{CancelExt, Cancelled};
//!
//! async fn transfer() -> Result<(), Cancelled> {
//!     let steps = std::future::pending::<()>();
//!     if let Err(cancelled) = steps.catch_cancel().await {
//!         rt::task::yield_now().await; // a rollback: clean-up may wait
//!         return Err(cancelled);
//!     }
//!     Ok(())
//! }
//!
//! rt::run(async {
//!     let task = rt::spawn(transfer());
//!     rt::task::yield_now().await;
//!     task.cancel();
//!     assert!(task.await.unwrap_err().is_cancelled());
//! });
//! ```
//!
//! The page `docs/guide/cancellation.md` of the source tree has the whole story.

#[doc(inline)]
pub use rt_core::{
    CancelExt, Cancelled, CatchCancel, Checkpoint, Mask, OnCancel, Reason, ReasonKind,
    ScopeCancelled, WasCancelled, cancelled, checkpoint, finally, is_cancelling, mask, uncancel,
};

#[doc(inline)]
pub use rt_time::{Scope, Scoped, scope};
