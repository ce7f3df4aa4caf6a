//! The way of a job into the queue, while its arguments are written.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rt_primitive::sync::Arc;
use serde::Serialize;

use crate::job_error::JobError;
use crate::process::codec::{Encoded, Packet};
use crate::process::deck::{PoolCore, Teller};
use crate::process::roster::{Brief, Entry};
use crate::process::ticket::Ticket;

/// A place in the queue that is kept for a job while its arguments are written.
pub(super) struct Entrance {
    core: Arc<PoolCore>,
    is_open: bool,
}

impl Entrance {
    /// The caller has counted it among those that enter.
    pub(super) fn new(core: &Arc<PoolCore>) -> Entrance {
        Entrance { core: Arc::clone(core), is_open: true }
    }

    /// Sends the job.
    pub(super) fn submit(mut self, ticket: &Arc<Ticket>, packet: Packet, brief: Brief) {
        self.is_open = false;
        let set = ticket.payload.set(packet);
        assert!(set.is_ok(), "the arguments of job {} were written twice", ticket.id);
        self.core.tell(Teller::Other, |deck, now, _| {
            deck.entering -= 1;
            // Taken back while it was written.
            if !ticket.outcome.is_closed() {
                deck.roster.submit(Entry::new(ticket.id, Arc::clone(ticket), brief), now);
            }
        });
    }
}

impl Drop for Entrance {
    fn drop(&mut self) {
        if self.is_open {
            self.core.tell(Teller::Other, |deck, _, _| deck.entering -= 1);
        }
    }
}

/// Writes arguments that are large, away from the thread that polls.
pub(super) fn write_and_submit<A: Serialize>(
    entrance: Entrance,
    ticket: &Arc<Ticket>,
    args: &A,
    brief: Brief,
) {
    let written = catch_unwind(AssertUnwindSafe(|| {
        let encoded = Encoded::new(ticket.call.head.clone(), args, usize::MAX);
        encoded.map_err(|error| format!("{error:?}")).and_then(Encoded::pack)
    }));
    match written.unwrap_or_else(|_| Err("its writer panicked".to_owned())) {
        Ok(packet) => entrance.submit(ticket, packet, brief),
        Err(why) => {
            drop(entrance);
            ticket.outcome.give(Err(JobError::Encode(why))).serve();
        }
    }
}
