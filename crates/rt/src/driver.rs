//! What a runtime's threads sleep in: for now the timers alone.

use std::sync::Arc;

use rt_core::{Driver, GUESTS};
use rt_time::Timers;

/// A driver with a slot for each worker and for each guest in `block_on`.
pub(crate) fn for_workers(workers: usize) -> Arc<dyn Driver> {
    Arc::new(Timers::new(workers + GUESTS))
}
