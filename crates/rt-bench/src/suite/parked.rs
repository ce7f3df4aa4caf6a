//! The weight of a task that waits.
//!
//! A runtime may keep the memory of dead tasks for the next ones, so each peer is weighed in a
//! process that has run nothing else.

use std::{env, future::pending, process::Command, sync::Arc};

use crate::{
    allocator,
    latch::Latch,
    measure::{resident_bytes, warm, wrong},
    peer::{PEERS, Peer, Rt, Smol, Tokio, inside},
    watchdog::Watchdog,
};

pub(crate) const NAME: &str = "bytes_parked";
pub(crate) const DOES: &str = "1 000 000 detached tasks that hold an `Arc` and wait: bytes a task";
pub(crate) const TASKS: usize = 1_000_000;

/// What the tasks weigh together, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// By the count of the global allocator, which does not see mapped pages.
    pub(crate) allocated: usize,
    /// By the growth of the process, which also holds what queues have kept.
    pub(crate) resident: usize,
}

/// Weighs the peer of that number in a new process.
pub(crate) fn weigh_in_child(peer: usize, workers: usize) -> Footprint {
    let program = env::current_exe().expect("the running program has a path");
    let output = Command::new(program)
        .args(["--weigh", PEERS[peer], &workers.to_string()])
        .output()
        .expect("the program starts once more");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<usize>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(allocated)), Some(Ok(resident))) if output.status.success() => {
            Footprint { allocated, resident }
        }
        _ => wrong(&format!(
            "{NAME} of {} ended with {}: {}",
            PEERS[peer],
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// What the new process does: weighs the named peer, or `None` if there is no such peer.
pub(crate) fn weigh(peer: &str, workers: usize) -> Option<Footprint> {
    match peer {
        Rt::NAME => Some(weigh_peer::<Rt>(workers)),
        Tokio::NAME => Some(weigh_peer::<Tokio>(workers)),
        Smol::NAME => Some(weigh_peer::<Smol>(workers)),
        _ => None,
    }
}

fn weigh_peer<P: Peer>(workers: usize) -> Footprint {
    let _watchdog = Watchdog::new(format!("{NAME} on {}", P::NAME));
    let runtime = P::start(workers);
    warm::<P>(&runtime);
    let latch = Latch::new(TASKS);
    let tasks = latch.clone();
    let resident_start = resident_bytes();
    allocator::start();
    inside::<P, _>(&runtime, async move {
        for _ in 0..TASKS {
            let held = tasks.clone();
            P::detach(P::spawn(async move {
                held.count_down();
                pending::<()>().await;
                drop(held);
            }));
        }
    });
    latch.wait();
    let allocated = allocator::stop();
    let resident = resident_bytes().saturating_sub(resident_start);
    if Arc::strong_count(&latch) < TASKS {
        wrong("tasks that wait were dropped");
    }
    drop(runtime);
    if Arc::strong_count(&latch) > 1 {
        wrong("tasks were left behind by their runtime");
    }
    Footprint { allocated, resident }
}
