//! How jobs, pools and their parents end.

use std::time::Duration;

use rt::pool::{CancelledBy, JobError, worker};
use rustix::process::{Pid, Signal, kill_process};

use super::{is_alive, quiet, soon};

/// The test that is a parent when this variable says how its worker is to be.
const PARENT_TEST: &str = "process_pool::ends::a_parent_to_be_killed";
const PARENT_STATE: &str = "RT_TEST_PARENT_STATE";

fn spin() -> u32 {
    loop {
        std::hint::spin_loop();
    }
}

/// Sleeps in a system call that does not end.
fn block() -> u32 {
    let (reader, _writer) = std::os::unix::net::UnixStream::pair().unwrap();
    std::io::Read::read(&mut &reader, &mut [0]).unwrap() as u32
}

fn run_until_told() -> u32 {
    while !worker::is_cancelled() {
        std::thread::yield_now();
    }
    0
}

fn kill(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
}

#[test]
fn a_dropped_job_leaves_the_queue() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let busy = rt::spawn(pool.run(run_until_told, ()));
        soon("the worker is busy", || pool.stats().busy == 1).await;
        let waiting = rt::spawn(pool.run(|| 1, ()));
        soon("one waits", || pool.stats().queued == 1).await;
        waiting.abort();
        soon("none waits", || pool.stats().queued == 0).await;
        busy.abort();
        assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
        assert_eq!(pool.stats().succeeded, 1, "the one that was dropped never ran");
    });
}

#[test]
fn a_dropped_job_that_does_not_end_is_killed() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let busy = rt::spawn(pool.run(spin, ()));
        soon("the worker is busy", || pool.stats().busy == 1).await;
        busy.abort();
        soon("it was killed", || !is_alive(pid)).await;
        assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
        assert_eq!(pool.stats().crashed, 0, "nobody is told of a crash");
    });
}

#[test]
fn a_kill_from_outside_fails_one_job() {
    rt::run(async {
        let pool = quiet(2).build().unwrap();
        let spin = || rt::spawn(pool.run(spin, ()).timeout(Duration::from_secs(1)));
        let jobs = [spin(), spin()];
        soon("both workers are busy", || pool.stats().busy == 2).await;
        let pid = pool.worker_pids()[0];
        kill(pid, Signal::KILL);
        let mut timeouts = 0;
        for job in jobs {
            let error = job.await.unwrap().unwrap_err();
            match error.as_crash() {
                None => timeouts += u32::from(error.is_timeout()),
                Some(crash) => {
                    assert_eq!((crash.how.signal(), crash.pid), (Some(9), pid), "{error}")
                }
            }
        }
        assert_eq!(timeouts, 1, "the other job went on until its time was up");
    });
}

#[test]
fn an_idle_worker_that_is_killed_is_replaced_in_silence() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        for _ in 0..20 {
            let pid = pool.run(std::process::id, ()).await.unwrap();
            kill(pid, Signal::KILL);
            assert_ne!(pool.run(std::process::id, ()).await.unwrap(), pid);
        }
    });
}

#[test]
fn a_closed_pool_does_what_waits_and_leaves_no_process() {
    rt::run(async {
        let pool = quiet(2).build().unwrap();
        let jobs: Vec<_> = (0..20).map(|n| rt::spawn(pool.run(|n: u32| n + 1, (n,)))).collect();
        soon("they were sent", || pool.stats().submitted == 20).await;
        let pids = pool.worker_pids();
        pool.close().await;
        for (n, job) in jobs.into_iter().enumerate() {
            assert_eq!(job.await.unwrap().unwrap(), n as u32 + 1);
        }
        assert!(pids.into_iter().all(|pid| !is_alive(pid)));
    });
}

#[test]
fn a_killed_pool_cancels_everything() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let jobs: Vec<_> = (0..3).map(|_| rt::spawn(pool.run(spin, ()))).collect();
        soon("one runs", || pool.stats().busy == 1 && pool.stats().queued == 2).await;
        let pids = pool.worker_pids();
        pool.kill().await;
        assert!(pids.into_iter().all(|pid| !is_alive(pid)));
        for job in jobs {
            let error = job.await.unwrap().unwrap_err();
            let by = CancelledBy::Shutdown;
            assert!(matches!(error, JobError::Cancelled { by: found } if found == by), "{error}");
        }
    });
}

#[test]
fn a_dropped_pool_ends_its_workers() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let job = rt::spawn(pool.run(spin, ()));
        soon("it runs", || pool.stats().busy == 1).await;
        let pid = pool.worker_pids()[0];
        drop(pool);
        assert!(job.await.unwrap().unwrap_err().is_cancelled());
        soon("it was killed", || !is_alive(pid)).await;
    });
}

#[test]
fn what_a_job_leaves_behind_ends_with_its_worker() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let child = pool.run(start_sleeper, ()).await.unwrap();
        assert!(is_alive(child));
        pool.kill().await;
        soon("the sleeper is gone", || !is_alive(child)).await;
    });
}

#[test]
fn what_a_job_leaves_behind_ends_with_the_job_if_asked() {
    rt::run(async {
        let pool = quiet(1).end_offspring(true).build().unwrap();
        let child = pool.run(start_sleeper, ()).await.unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        assert!(!is_alive(child), "the second job began after its end");
        let far = pool.run(start_far_sleeper, ()).await.unwrap();
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid, "the worker goes on");
        assert!(!is_alive(far), "a session of its own did not help it");
    });
}

/// A child that sleeps for long.
fn start_sleeper() -> u32 {
    std::process::Command::new("sleep").arg("1000").spawn().unwrap().id()
}

/// A process in a session of its own, whose parent is gone.
fn start_far_sleeper() -> u32 {
    let script = "setsid sleep 1000 >/dev/null 2>&1 & echo $!";
    let output = std::process::Command::new("sh").args(["-c", script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// Kills a process whose pool has a worker in this state, and sees that the worker goes too.
fn check_parent_death(state: &str) {
    let mut parent = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", PARENT_TEST, "--nocapture"])
        .env(PARENT_STATE, state)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = parent.stdout.take().unwrap();
    let mut lines = std::io::BufReader::new(stdout);
    while !line.contains("worker ") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut lines, &mut line).unwrap(), 0, "{state}");
    }
    let pid: u32 = line.rsplit("worker ").next().unwrap().trim().parse().unwrap();
    assert!(is_alive(pid), "{state}");
    if state == "stopped" {
        kill(pid, Signal::STOP);
    }
    parent.kill().unwrap();
    parent.wait().unwrap();
    rt::run(soon("the worker is gone", || !is_alive(pid)));
}

#[test]
fn workers_die_with_a_killed_parent() {
    for state in ["idle", "busy", "blocked", "stopped"] {
        check_parent_death(state);
    }
}

#[test]
fn a_parent_to_be_killed() {
    let Ok(state) = std::env::var(PARENT_STATE) else { return };
    rt::run(async move {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        if state == "busy" || state == "blocked" {
            let job = |spins: bool| if spins { spin() } else { block() };
            drop(rt::spawn(pool.run(job, (state == "busy",))));
            soon("it is busy", || pool.stats().busy == 1).await;
        }
        println!("worker {pid}");
        std::future::pending::<()>().await;
    });
}
