//! A runtime may be dropped where waiting for its workers would be wrong.

use std::sync::mpsc;

use crate::{on_each_kind, with_workers};

/// Tells when it is dropped.
struct TellOnDrop(mpsc::Sender<&'static str>);

impl Drop for TellOnDrop {
    fn drop(&mut self) {
        // The test may be over.
        let _ = self.0.send("dropped");
    }
}

/// A task that never ends, and a receiver that is told when it is dropped.
fn endless(runtime: &rt::Runtime) -> mpsc::Receiver<&'static str> {
    let (tell, told) = mpsc::channel();
    let guard = TellOnDrop(tell);
    drop(runtime.spawn(async move {
        let _guard = guard;
        std::future::pending::<()>().await;
    }));
    told
}

#[test]
fn in_the_block_on_of_another_runtime() {
    on_each_kind(|dropped| {
        let told = endless(&dropped);
        with_workers(1).block_on(async move { drop(dropped) });
        assert_eq!(told.recv(), Ok("dropped"));
    });
}

#[test]
fn in_its_own_block_on() {
    on_each_kind(|runtime| {
        let told = endless(&runtime);
        let handle = runtime.handle().clone();
        handle.block_on(async move {
            drop(runtime);
            rt::task::yield_now().await;
        });
        assert_eq!(told.recv(), Ok("dropped"));
    });
}

#[test]
fn in_a_task_of_its_own() {
    for workers in [1, 4] {
        let runtime = with_workers(workers);
        let told = endless(&runtime);
        let (tell, done) = mpsc::channel();
        let handle = runtime.handle().clone();
        drop(handle.spawn(async move {
            drop(runtime);
            tell.send("went on").unwrap();
        }));
        assert_eq!(done.recv(), Ok("went on"));
        assert_eq!(told.recv(), Ok("dropped"));
    }
}

#[test]
fn in_a_task_of_another_runtime() {
    on_each_kind(|dropped| {
        let told = endless(&dropped);
        let runtime = with_workers(1);
        let task = runtime.spawn(async move { drop(dropped) });
        runtime.block_on(task).unwrap();
        assert_eq!(told.recv(), Ok("dropped"));
    });
}

#[test]
fn in_the_drop_of_a_task_it_runs() {
    let runtime = with_workers(2);
    let told = endless(&runtime);
    let handle = runtime.handle().clone();
    let task = handle.spawn(async move {
        let _held = runtime;
        std::future::pending::<()>().await;
    });
    task.abort();
    assert_eq!(told.recv(), Ok("dropped"));
}
