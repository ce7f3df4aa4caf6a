//! A shutdown asks tasks to end, and gives them the time that the builder says.

use std::future::pending;
use std::sync::mpsc;
use std::time::Duration;

use rt::cancel::{CancelExt, mask};
use rt::time::sleep;

use crate::gate::Gate;

const LONG: Duration = Duration::from_secs(3_600);

fn builders() -> Vec<rt::Builder> {
    let mut threads = rt::Builder::new_multi_thread();
    threads.worker_threads(2);
    vec![rt::Builder::new_current_thread(), rt::Builder::new_deterministic(0), threads]
}

#[test]
fn tasks_clean_up_within_the_grace() {
    for mut builder in builders() {
        let runtime = builder.shutdown_grace(LONG).build().unwrap();
        let (tell, told) = mpsc::channel();
        let gate = Gate::default();
        let at = gate.clone();
        let task = runtime.spawn(async move {
            let clean_up = async move {
                sleep(Duration::from_millis(2)).await;
                tell.send("cleaned").unwrap();
            };
            at.wait().on_cancel(clean_up).await
        });
        runtime.block_on(crate::until(|| gate.waiting() == 1));
        let plain = runtime.spawn(pending::<()>());
        let report = runtime.shutdown();
        assert_eq!(told.recv(), Ok("cleaned"));
        assert!(task.is_finished() && plain.is_finished());
        assert_eq!(report.aborted_total, 0, "{report}");
    }
}

#[test]
fn what_is_left_after_the_grace_is_dropped_and_named() {
    for mut builder in builders() {
        let runtime = builder.shutdown_grace(Duration::from_millis(5)).build().unwrap();
        let gate = Gate::default();
        let at = gate.clone();
        let stubborn = runtime.spawn(async move { mask(at.wait()).await });
        runtime.block_on(crate::until(|| gate.waiting() == 1));
        let report = runtime.shutdown();
        assert_eq!(report.aborted[0].id, stubborn.id());
    }
}

#[test]
fn without_a_grace_tasks_are_dropped_at_once() {
    for mut builder in builders() {
        let runtime = builder.build().unwrap();
        let gate = Gate::default();
        let at = gate.clone();
        let task = runtime.spawn(async move {
            let caught = at.wait().catch_cancel().await;
            assert!(caught.is_ok(), "it was asked");
        });
        runtime.block_on(crate::until(|| gate.waiting() == 1));
        assert_eq!(runtime.shutdown().aborted[0].id, task.id());
    }
}
