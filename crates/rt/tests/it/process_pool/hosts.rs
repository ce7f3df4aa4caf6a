//! What the process that has a pool may do besides, and what becomes of its jobs.

use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use rt::pool::{DeathCause, JobError, worker};
use rustix::process::{Pid, Signal, WaitOptions, kill_process};

use super::{is_alive, quiet, soon};
use crate::child::{in_child, in_child_by};
use crate::faults::system::in_fork;

fn run_until_told() -> u32 {
    while !worker::is_cancelled() {
        std::thread::yield_now();
    }
    0
}

#[test]
fn the_end_of_the_thread_that_sent_a_job_does_not_end_it() {
    // The kernel kills a child at the end of the thread that started it, if so asked.
    let thread = || {
        let pool = quiet(1).build().unwrap();
        let pid = rt::run(async { pool.run(std::process::id, ()).await.unwrap() });
        (pool, pid)
    };
    let (pool, pid) = std::thread::spawn(thread).join().unwrap();
    rt::run(async {
        rt::time::sleep(Duration::from_millis(20)).await;
        assert!(is_alive(pid));
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
    });
}

#[test]
fn a_pool_outlives_the_runtime_and_a_job_moves_to_another() {
    let pool = quiet(1).build().unwrap();
    let runtime = rt::Runtime::new().unwrap();
    let mut job = Box::pin(pool.run(run_until_told, ()).timeout(Duration::from_millis(100)));
    runtime.block_on(async {
        assert!(rt::time::timeout(Duration::from_millis(1), &mut job).await.is_err());
    });
    drop(runtime);
    rt::run(async {
        assert!(job.await.unwrap_err().is_timeout());
        assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1);
    });
}

#[test]
fn a_key_that_interrupts_the_program_does_not_reach_its_workers() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let group = |pid: u32| rustix::process::getpgid(Pid::from_raw(pid as i32)).unwrap();
        assert_ne!(group(pid), group(std::process::id()));
        kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::INT).unwrap();
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
    });
}

#[test]
fn a_program_that_ignores_its_children_is_told_of_a_death_without_its_cause() {
    let command = || {
        let mut command = Command::new("env");
        command.arg("--ignore-signal=CHLD").arg(std::env::current_exe().unwrap());
        command
    };
    let name = "process_pool::hosts::\
                a_program_that_ignores_its_children_is_told_of_a_death_without_its_cause";
    in_child_by(command, name, || {
        rt::run(async {
            let pool = quiet(1).build().unwrap();
            let error = pool.run(|| -> u32 { std::process::exit(3) }, ()).await.unwrap_err();
            let crash = error.as_crash().unwrap_or_else(|| panic!("{error}"));
            assert_eq!(crash.how, DeathCause::Vanished);
            assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1);
            pool.close().await;
        });
    });
}

#[test]
fn a_program_that_waits_for_any_child_may_take_the_cause_but_not_the_error() {
    let name = "process_pool::hosts::\
                a_program_that_waits_for_any_child_may_take_the_cause_but_not_the_error";
    in_child(name, || {
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            while stopped.try_recv() != Err(mpsc::TryRecvError::Disconnected) {
                let _ = rustix::process::wait(WaitOptions::NOHANG);
                std::thread::yield_now();
            }
        });
        rt::run(async {
            let pool = quiet(2).build().unwrap();
            for _ in 0..20 {
                let error = pool.run(|| -> u32 { std::process::exit(3) }, ()).await.unwrap_err();
                let crash = error.as_crash().unwrap_or_else(|| panic!("{error}"));
                let cause = crash.how.exit_code().unwrap_or(3);
                assert_eq!(cause, 3, "{crash}");
            }
            assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1);
            pool.close().await;
        });
        drop(stop);
        thread.join().unwrap();
    });
}

#[test]
fn a_fork_is_told_that_the_pool_is_not_its_own() {
    rt::run(async {
        let pool = std::sync::Arc::new(quiet(1).build().unwrap());
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let forks = std::sync::Arc::clone(&pool);
        let output = rt::task::spawn_blocking(move || {
            let mut job = Box::pin(forks.run(|| 1, ()));
            in_fork(move || {
                let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
                let std::task::Poll::Ready(Err(error)) = job.as_mut().poll(&mut cx) else {
                    panic!("the fork waits for a worker");
                };
                assert!(matches!(error, JobError::Broken { attempts: 0, .. }), "{error}");
                assert!(error.to_string().contains("fork"), "{error}");
            })
        });
        let output = output.await.unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid, "its worker lives on");
    });
}

#[test]
fn a_job_may_fork_and_its_child_is_no_worker() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let shells = || {
            let output = Command::new("sh").args(["-c", "(echo from a fork)"]).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let pid = pool.run(std::process::id, ()).await.unwrap();
        assert_eq!(pool.run(shells, ()).await.unwrap(), "from a fork\n");
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
        soon("the worker has no child", || {
            let children = format!("/proc/{pid}/task/{pid}/children");
            std::fs::read_to_string(children).unwrap_or_default().is_empty()
        })
        .await;
    });
}
