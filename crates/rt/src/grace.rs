//! What a runtime does for its tasks before a shutdown drops them.

use std::sync::Arc;
use std::time::Duration;

use rt_core::{ExecutorHandle, Reason, ReasonKind, WindDown};

/// Asks all tasks to end, and waits so long for them.
pub(crate) fn wind_down(grace: Duration) -> Option<WindDown> {
    if grace.is_zero() {
        return None;
    }
    Some(Arc::new(move |handle: &ExecutorHandle| {
        let all_ended = handle.cancel_all(Reason::new(ReasonKind::Shutdown));
        // It is refused where the thread cannot wait; then the rest is dropped.
        let _ = handle.try_block_on(rt_time::timeout(grace, all_ended));
    }))
}
