//! Threads that are refused, threads that end, and processes that fork.

use std::cell::RefCell;
use std::future::pending;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use super::assert_works;
use crate::child::{in_child, in_child_as};
use crate::process::{address_space, threads};
use crate::with_workers;

/// A limit for this process alone.
fn limit(resource: Resource, most: u64) {
    let maximum = getrlimit(resource).maximum;
    setrlimit(resource, Rlimit { current: Some(most), maximum }).unwrap();
}

#[test]
fn a_thread_refused_at_build_is_an_error_and_leaves_none() {
    in_child("faults::system::a_thread_refused_at_build_is_an_error_and_leaves_none", || {
        const STACK: usize = 1 << 30;
        let threads_before = threads();
        // Room for three stacks and a half.
        limit(Resource::As, address_space() + 7 * STACK as u64 / 2);
        let mut builder = rt::Builder::new_multi_thread();
        let refused = builder.worker_threads(8).thread_stack_size(STACK).build().unwrap_err();
        let rt::runtime::StartError::Thread { worker, .. } = refused else {
            panic!("not for its threads: {refused}");
        };
        assert!((1..=3).contains(&worker), "{worker} threads were started");
        let text = refused.to_string();
        assert!(text.contains("ask for fewer workers"), "{text}");
        // A joined thread may stand in the list for a moment more.
        let ended = (0..1_000_000).any(|_| threads() == threads_before);
        assert!(ended, "{} threads, {threads_before} before", threads());
        assert_works(&builder.worker_threads(2).build().unwrap());
    });
}

#[test]
fn a_runtime_needs_no_thread_once_it_is_built() {
    const NOBODY: u32 = 65_533;
    // The system limits the threads of a user, but not those of root.
    let user = getuid().is_root().then_some(NOBODY);
    in_child_as(user, "faults::system::a_runtime_needs_no_thread_once_it_is_built", || {
        let (runtime, dropped) = (with_workers(2), with_workers(2));
        limit(Resource::Nproc, 1);
        assert!(std::thread::Builder::new().spawn(|| ()).is_err(), "the limit has no effect");
        assert!(rt::Builder::new_multi_thread().worker_threads(2).build().is_err());
        assert_works(&runtime);
        runtime.block_on(async {
            drop(dropped);
            rt::time::sleep(Duration::from_millis(1)).await;
        });
        assert!(runtime.shutdown().leaked_threads.is_empty());
        assert_works(&rt::Builder::new_current_thread().build().unwrap());
    });
}

thread_local! {
    /// Dropped when its thread ends, after some of the runtime's own locals.
    static AT_END: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
}

/// Uses a runtime when it is dropped, as the destructor of a thread's local may.
struct AtEnd {
    handle: rt::Handle,
    task: Option<rt::task::JoinHandle<()>>,
    tell: mpsc::Sender<String>,
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        let task = self.task.take().unwrap();
        task.abort();
        drop(task);
        drop(rt::task::try_spawn(async {}));
        let tell = self.tell.clone();
        drop(self.handle.spawn(async move { drop(tell) }));
        let _ = self.handle.metrics();
        let text = match self.handle.try_block_on(async {}) {
            Ok(()) => "ran".to_owned(),
            Err(error) => error.to_string(),
        };
        self.tell.send(text).unwrap();
    }
}

#[test]
fn a_thread_that_ends_may_still_use_a_runtime() {
    let runtime = with_workers(1);
    // Set before and after the thread uses the runtime: locals go in either order.
    for is_first in [true, false] {
        let (tell, told) = mpsc::channel();
        let (handle, task) = (runtime.handle().clone(), runtime.spawn(pending::<()>()));
        let set = {
            let at_end = AtEnd { handle: handle.clone(), task: Some(task), tell };
            move || AT_END.set(Some(at_end))
        };
        let use_it = move || assert_eq!(handle.block_on(async { 1 }), 1);
        let thread = std::thread::spawn(move || {
            if is_first {
                set();
                use_it();
            } else {
                use_it();
                set();
            }
        });
        thread.join().unwrap();
        for text in told.iter() {
            assert!(text == "ran" || text.contains("locals are gone"), "{text}");
        }
    }
    assert_works(&runtime);
}

#[test]
fn a_worker_that_ends_may_still_use_its_runtime() {
    let runtime = with_workers(1);
    let (tell, told) = mpsc::channel();
    let (handle, task) = (runtime.handle().clone(), runtime.spawn(pending::<()>()));
    let at_end = AtEnd { handle, task: Some(task), tell };
    let set = runtime.spawn(async move { AT_END.set(Some(at_end)) });
    runtime.block_on(set).unwrap();
    drop(runtime);
    for text in told.iter() {
        assert!(text == "ran" || text.contains("locals are gone"), "{text}");
    }
}

/// What becomes of a process that forks from this one and calls `body`.
pub(crate) fn in_fork(mut body: impl FnMut() + Send + Sync + 'static) -> Output {
    let mut command = Command::new("true");
    let body = move || {
        body();
        Ok(())
    };
    // SAFETY: the duty of `pre_exec`: the closure uses no lock that another thread may have had at
    // the fork, and the memory of the C library may be used in a fork.
    unsafe { command.pre_exec(body) };
    command.output().unwrap()
}

#[test]
fn a_fork_is_told_that_the_runtime_is_not_its_own() {
    let runtime = with_workers(2);
    let handle = runtime.handle().clone();
    let mut dropped = Some(with_workers(1));
    let output = in_fork(move || {
        let text = handle.try_block_on(async {}).unwrap_err().to_string();
        assert!(text.contains("forked"), "{text}");
        drop(dropped.take());
        assert_works(&rt::Builder::new_current_thread().build().unwrap());
    });
    assert!(output.status.success(), "{output:?}");

    // A panic there ends the process, which prints it.
    let handle = runtime.handle().clone();
    let output = in_fork(move || drop(handle.spawn(async {})));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("cannot spawn at") && text.contains("forked"), "{output:?}");

    let mut task = Some(runtime.spawn(pending::<()>()));
    let output = in_fork(move || drop(task.take().map(|task| task.join_blocking(None))));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("cannot join_blocking at") && text.contains("forked"), "{output:?}");
    assert_works(&runtime);
}
