//! Ctrl-C asks the main future to end, and a second one ends the process.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::mpsc;

use rt::cancel::{CancelExt, ReasonKind};
use rt::runtime::Interrupted;
use rustix::process::{Signal, getpid, kill_process};

use crate::child::in_child;
use crate::on_each_kind;

fn press_ctrl_c() {
    kill_process(getpid(), Signal::INT).unwrap();
}

#[test]
fn ctrl_c_drops_a_future_that_catches_nothing() {
    in_child("interrupt::ctrl_c_drops_a_future_that_catches_nothing", || {
        on_each_kind(|runtime| {
            let ended = runtime.run_interruptible(async {
                press_ctrl_c();
                std::future::pending::<()>().await;
            });
            let _: Interrupted = ended.unwrap().unwrap_err();
        });
    });
}

#[test]
fn ctrl_c_lets_a_region_clean_up_and_go_on() {
    in_child("interrupt::ctrl_c_lets_a_region_clean_up_and_go_on", || {
        on_each_kind(|runtime| {
            let ended = runtime.run_interruptible(async {
                press_ctrl_c();
                let cancelled = std::future::pending::<()>().catch_cancel().await.unwrap_err();
                rt::task::yield_now().await;
                cancelled.reason().kind()
            });
            assert_eq!(ended.unwrap(), Ok(ReasonKind::Interrupt));
        });
    });
}

#[test]
fn without_ctrl_c_nothing_changes() {
    on_each_kind(|runtime| {
        assert_eq!(runtime.run_interruptible(async { 7 }).unwrap(), Ok(7));
    });
}

/// Stands in for a process that is to be killed: the child's part of the next test.
const VICTIM: &str = "RT_TEST_INTERRUPTED_TWICE";

#[test]
fn a_second_ctrl_c_ends_the_process() {
    let name = "interrupt::a_second_ctrl_c_ends_the_process";
    if std::env::var_os(VICTIM).is_some() {
        let runtime = rt::Runtime::new().unwrap();
        let (told, is_told) = mpsc::channel();
        std::thread::spawn(move || {
            is_told.recv().unwrap();
            press_ctrl_c();
        });
        let _ = runtime.run_interruptible(async move {
            press_ctrl_c();
            let _token = std::future::pending::<()>().catch_cancel().await;
            told.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        unreachable!("the process has ended");
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let status = command.args(["--exact", name]).env(VICTIM, "1").output().unwrap().status;
    assert_eq!((status.code(), status.signal()), (Some(130), None));
}
