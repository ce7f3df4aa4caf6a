//! Ends the processes that a job left behind.

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// Kills every child of this process, and theirs as they come to it, and takes their status.
///
/// The worker is their reaper, so a process that a job started and that left its group or its
/// parent comes here too.
pub(super) fn end() {
    loop {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        if matches!(waitid(WaitId::All, look), Err(Errno::CHILD)) {
            return;
        }
        for pid in children() {
            let _ = kill_process(pid, Signal::KILL);
        }
        // One at least was killed, or had ended; its children are ours from now on.
        let _ = waitid(WaitId::All, WaitIdOptions::EXITED);
    }
}

/// The children of all threads of this process.
fn children() -> Vec<Pid> {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    let lists = threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let pids = lists.flat_map(|list| {
        list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()
    });
    pids.filter_map(Pid::from_raw).collect()
}
