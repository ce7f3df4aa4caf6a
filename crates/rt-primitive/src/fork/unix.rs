//! Counts forks on systems that tell the child of one.
#![allow(clippy::disallowed_types, reason = "written in a process that has one thread only")]

use std::ffi::c_int;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

/// Forks between this process and the one that called `forks` first.
static FORKS: AtomicU64 = AtomicU64::new(0);

type Handler = extern "C" fn();

unsafe extern "C" {
    /// POSIX: `prepare` and `parent` are called around each fork, `child` in the new process. It
    /// keeps the three functions and asks nothing else of its caller.
    safe fn pthread_atfork(
        prepare: Option<Handler>,
        parent: Option<Handler>,
        child: Option<Handler>,
    ) -> c_int;
}

/// Runs in the new process, before anything else there.
extern "C" fn count() {
    // ORDERING: Relaxed; the one thread that there is reads it later.
    let forks = FORKS.load(Ordering::Relaxed);
    // ORDERING: Relaxed; as above.
    FORKS.store(forks + 1, Ordering::Relaxed);
}

/// How many forks there have been since the first call, from parent to child.
pub(super) fn forks() -> u64 {
    static REGISTER: Once = Once::new();
    REGISTER.call_once(|| {
        let refused = pthread_atfork(None, None, Some(count));
        assert_eq!(refused, 0, "no memory left to note that forks are to be counted");
    });
    // ORDERING: Relaxed; only a new process writes it, before it goes on.
    FORKS.load(Ordering::Relaxed)
}
