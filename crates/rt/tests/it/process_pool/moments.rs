//! A worker is killed, or a job taken back, at every moment: each job has one outcome.

use std::time::{Duration, Instant};

use rt::pool::{JobError, ProcessPool};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{quiet, soon};

fn kill(pid: u32) {
    let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
}

fn spin_for(duration: Duration) {
    let start = Instant::now();
    while start.elapsed() < duration {
        std::hint::spin_loop();
    }
}

/// Lives through a job, a retirement and what else may come; kills its process where it is told to.
#[derive(Clone, Debug, PartialEq)]
struct Trap {
    way: Way,
    before: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Way {
    Harmless,
    /// In the middle of reading the arguments.
    KillsReader,
    /// In the middle of writing the result.
    KillsWriter,
    PanicsInReader,
    PanicsInWriter,
}

/// Which process may be killed.
fn is_worker() -> bool {
    rt::pool::worker::is_worker()
}

impl Serialize for Trap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.way {
            Way::KillsWriter if is_worker() => kill(std::process::id()),
            Way::PanicsInWriter if is_worker() => panic!("it cannot be written"),
            _ => {}
        }
        (self.way, &self.before).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Trap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Trap, D::Error> {
        let (way, before) = <(Way, Vec<u8>)>::deserialize(deserializer)?;
        match way {
            Way::KillsReader if is_worker() => kill(std::process::id()),
            Way::PanicsInReader if is_worker() => panic!("it cannot be read"),
            _ => {}
        }
        Ok(Trap { way, before })
    }
}

fn same(trap: Trap) -> Trap {
    trap
}

async fn check_works(pool: &ProcessPool) {
    let trap = Trap { way: Way::Harmless, before: vec![1, 2] };
    assert_eq!(pool.run(same, (trap.clone(),)).await.unwrap(), trap);
}

#[test]
fn a_death_while_values_are_read_or_written_fails_one_job() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        for len in [10, 200_000] {
            for way in [Way::KillsReader, Way::KillsWriter] {
                check_works(&pool).await;
                let trap = Trap { way, before: vec![0; len] };
                let error = pool.run(same, (trap,)).await.unwrap_err();
                let crash = error.as_crash().unwrap_or_else(|| panic!("{way:?}: {error}"));
                assert_eq!(crash.how.signal(), Some(9), "{way:?}: {crash}");
            }
        }
        check_works(&pool).await;
    });
}

#[test]
fn a_panic_while_values_are_read_or_written_costs_no_process() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        for way in [Way::PanicsInReader, Way::PanicsInWriter] {
            let trap = Trap { way, before: Vec::new() };
            let error = pool.run(same, (trap,)).await.unwrap_err();
            let panic = error.as_panic().unwrap_or_else(|| panic!("{way:?}: {error}"));
            assert!(panic.message.starts_with("it cannot be"), "{panic:?}");
        }
        check_works(&pool).await;
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
    });
}

/// From its first instruction to its first job: it may be anywhere when it is killed.
#[test]
fn a_process_killed_while_it_begins_costs_no_job() {
    rt::run(async {
        for round in 0..60_u32 {
            let pool = quiet(1).build().unwrap();
            let job = rt::spawn(pool.run(|n: u32| n + 1, (round,)));
            soon("there is a process", || !pool.worker_pids().is_empty()).await;
            let pid = pool.worker_pids()[0];
            spin_for(Duration::from_micros(u64::from(round) * 50));
            kill(pid);
            match job.await.unwrap() {
                Ok(next) => assert_eq!(next, round + 1),
                // It was late, and the job had begun.
                Err(JobError::Crashed(crash)) => {
                    assert_eq!((crash.how.signal(), crash.pid), (Some(9), pid), "{crash}");
                }
                Err(error) => panic!("round {round}: {error}"),
            }
            assert_eq!(pool.run(|| 7, ()).await.unwrap(), 7);
        }
    });
}

/// The same from its first job to the one after it, through its retirement.
#[test]
fn a_process_killed_while_it_is_replaced_costs_one_job_at_most() {
    rt::run(async {
        let pool = quiet(1).max_tasks(1).build().unwrap();
        let (start, mut failed) = (Instant::now(), 0);
        for round in 0..60_u32 {
            let pid = pool.run(std::process::id, ()).await.unwrap();
            let job = rt::spawn(pool.run(|n: u32| n + 1, (round,)));
            spin_for(Duration::from_micros(u64::from(round) * 20));
            kill(pid);
            pool.worker_pids().into_iter().for_each(kill);
            match job.await.unwrap() {
                Ok(next) => assert_eq!(next, round + 1),
                Err(JobError::Crashed(crash)) if crash.how.signal() == Some(9) => failed += 1,
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        assert!(failed < 60, "no job was done");
        // The time after which a process is given up that does not begin.
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        assert_eq!(pool.stats().violations, 0);
    });
}

/// Gh-115634 and gh-119592: replaced after each job, and closed while jobs wait.
#[test]
fn a_pool_of_short_lived_workers_never_stalls() {
    rt::run(async {
        for workers in [1, 2] {
            let pool = quiet(workers).max_tasks(1).build().unwrap();
            let jobs: Vec<_> = (0..40).map(|n| rt::spawn(pool.run(|n: u32| n * 2, (n,)))).collect();
            soon("they were sent", || pool.stats().submitted == 40).await;
            let end = pool.close();
            for (n, job) in (0..).zip(jobs) {
                assert_eq!(job.await.unwrap().unwrap(), n * 2);
            }
            end.await;
        }
    });
}

/// Drops a job at moments that go from before it is sent to after its result has come.
async fn race_cancels(rounds: u32) {
    let pool = quiet(1).grace(Duration::from_secs(60)).build().unwrap();
    let pid = pool.run(std::process::id, ()).await.unwrap();
    let mut results = 0_u64;
    for round in 0..rounds {
        // A task has a budget for what it finds ready.
        rt::task::yield_now().await;
        let mut job = Box::pin(pool.run(|n: u32| n + 1, (round,)));
        if futures::poll!(&mut job).is_ready() {
            results += 1;
            continue;
        }
        spin_for(Duration::from_micros(u64::from(round % 100)));
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        if let std::task::Poll::Ready(result) = job.as_mut().poll(&mut cx) {
            assert_eq!(result.unwrap(), round + 1);
            results += 1;
        }
        drop(job);
    }
    soon("the last is through", || pool.stats().busy == 0 && pool.stats().queued == 0).await;
    let stats = pool.stats();
    assert_eq!(stats.submitted, u64::from(rounds) + 1, "{stats:?}");
    assert_eq!(stats.succeeded + stats.cancelled, stats.submitted, "one outcome each: {stats:?}");
    assert!(stats.succeeded > results, "{results} results, {stats:?}");
    assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
}

#[test]
fn a_cancel_and_a_result_make_one_outcome() {
    rt::run(race_cancels(3_000));
}
