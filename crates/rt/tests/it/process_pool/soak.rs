//! Many jobs while workers are killed at random: each job ends once, and nothing is left behind.

use std::time::Duration;

use rt::pool::{Blob, JobError, ProcessPool};
use rustix::process::{Pid, Signal, kill_process};

use super::{is_alive, quiet, soon};
use crate::child::in_child;
use crate::process::resident_kib;

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Runs so many jobs in three workers, of which one is killed every few milliseconds.
async fn run_under_kills(jobs: u32) {
    let pool = std::sync::Arc::new(quiet(3).build().unwrap());
    let in_flight = std::sync::Arc::new(rt::sync::Semaphore::new(1_000));
    let killer = rt::spawn(kill_now_and_then(std::sync::Arc::clone(&pool)));
    let mut tasks = rt::task::JoinSet::new();
    for n in 0..jobs {
        let permit = in_flight.clone().acquire_owned().await.unwrap();
        let pool = std::sync::Arc::clone(&pool);
        tasks.spawn(async move {
            check_outcome(&pool, n).await;
            drop(permit);
        });
        while let Some(ended) = tasks.try_join_next() {
            ended.unwrap();
        }
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    killer.abort();
    let _ = killer.await;
    let stats = pool.stats();
    assert_eq!(stats.submitted, u64::from(jobs), "{stats:?}");
    assert!(stats.exited > u64::from(jobs) / 1_000, "{stats:?}");
    std::sync::Arc::into_inner(pool).unwrap().close().await;
}

/// A job gives its value, or its process was killed.
async fn check_outcome(pool: &ProcessPool, n: u32) {
    let blob = Blob::from(vec![1; if n % 16 == 0 { 70_000 } else { 10 }]);
    match pool.run(|n: u32, blob: Blob| (n, blob), (n, blob.clone())).await {
        Ok(back) => assert_eq!(back, (n, blob)),
        Err(JobError::Crashed(crash)) => assert_eq!(crash.how.signal(), Some(9), "{crash}"),
        // Three processes in a row were killed before they were ready.
        Err(JobError::Broken { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

async fn kill_now_and_then(pool: std::sync::Arc<ProcessPool>) {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let mut known: Vec<u32> = Vec::new();
    loop {
        // Those that were there a while ago are at work by now.
        let mut pids = pool.worker_pids();
        std::mem::swap(&mut pids, &mut known);
        pids.retain(|pid| known.contains(pid));
        if !pids.is_empty() {
            let pid = pids[numbers.below(pids.len())];
            let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
        }
        rt::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Children of this process, dead or alive.
fn children() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let lists =
        threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.map(|list| list.split_whitespace().count()).sum()
}

#[test]
fn each_job_ends_once_while_workers_are_killed() {
    rt::run(run_under_kills(5_000));
}

#[test]
#[ignore = "takes minutes; part of `ci --full`"]
fn soak_of_kills_and_many_jobs_leaves_nothing() {
    in_child("process_pool::soak::soak_of_kills_and_many_jobs_leaves_nothing", || {
        rt::run(async {
            run_under_kills(1_000).await;
            let before = (open_descriptors(), resident_kib());
            run_under_kills(100_000).await;
            soon("all is given back", || open_descriptors() <= before.0 && children() == 0).await;
            let grown = resident_kib().saturating_sub(before.1);
            assert!(grown < 16 * 1024, "it has grown by {grown} KiB from {} KiB", before.1);
        });
    });
}

#[test]
#[ignore = "takes minutes; part of `ci --full`"]
fn soak_of_waiting_jobs_needs_little_memory() {
    in_child("process_pool::soak::soak_of_waiting_jobs_needs_little_memory", || {
        rt::run(async {
            let pool = quiet(2).build().unwrap();
            let mut results = pool.map(|n: u64| n + 1, 0..10_000_u64);
            while results.next_result().await.is_some() {}
            let (before, mut sum) = (resident_kib(), 0);
            let mut results = pool.map(|n: u64| n + 1, 0..1_000_000_u64);
            while let Some(result) = results.next_result().await {
                sum += result.unwrap();
            }
            assert_eq!(sum, 500_000_500_000);
            // One by one, as many as there is room for.
            let pool = std::sync::Arc::new(pool);
            let in_flight = std::sync::Arc::new(rt::sync::Semaphore::new(10_000));
            for n in 0..200_000_u32 {
                let permit = in_flight.clone().acquire_owned().await.unwrap();
                let pool = std::sync::Arc::clone(&pool);
                drop(rt::spawn(async move {
                    assert_eq!(pool.run(|n: u32| n, (n,)).await.unwrap(), n);
                    drop(permit);
                }));
            }
            let grown = resident_kib().saturating_sub(before);
            assert!(grown < 32 * 1024, "it has grown by {grown} KiB from {before} KiB");
        });
    });
}

#[test]
#[ignore = "needs gigabytes; part of `ci --full`"]
fn soak_of_a_gibibyte_holds_up_no_task() {
    rt::Builder::new_current_thread().build().unwrap().block_on(async {
        let pool = quiet(1).build().unwrap();
        let latest = std::rc::Rc::new(std::cell::Cell::new(Duration::ZERO));
        let mut ticks = rt::time::interval(Duration::from_millis(1));
        let ticker = async {
            loop {
                let before = std::time::Instant::now();
                ticks.tick().await;
                latest.set(latest.get().max(before.elapsed()));
            }
        };
        let blob = Blob::from(vec![7; 1 << 30]);
        let job = async {
            let back = pool.run(|blob: Blob| blob, (blob,)).await.unwrap();
            (back.len(), back[1 << 29])
        };
        let mut job = std::pin::pin!(job);
        let ticker = std::pin::pin!(ticker);
        let done = futures::future::select(&mut job, ticker).await;
        // The other one ticks for ever.
        let futures::future::Either::Left((back, _)) = done;
        assert_eq!(back, (1 << 30, 7));
        assert!(latest.get() < Duration::from_millis(200), "{:?} late", latest.get());
    });
}

#[test]
fn a_pool_leaves_no_descriptor_and_no_process() {
    rt::run(async {
        // The first pool makes what this process keeps.
        quiet(1).build().unwrap().close().await;
        let before = open_descriptors();
        for _ in 0..3 {
            let pool = quiet(2).build().unwrap();
            let pid = pool.run(std::process::id, ()).await.unwrap();
            let blob = pool.run(|| Blob::from(vec![1; 100_000]), ()).await.unwrap();
            assert!(pool.run(|| -> u32 { std::process::exit(1) }, ()).await.is_err());
            pool.close().await;
            assert!(!is_alive(pid) && blob.len() == 100_000);
        }
        soon("its threads have let go", || open_descriptors() <= before).await;
    });
}

/// Nanoseconds that threads of a process have run, those whose name begins with this.
fn time_of(pid: &str, name: &str) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let threads = threads.filter(|thread| read(thread.path().join("comm")).starts_with(name));
    let stats = threads.map(|thread| read(thread.path().join("schedstat")));
    stats.map(|stat| stat.split(' ').next().unwrap().parse::<u64>().unwrap_or(0)).sum()
}

#[test]
fn an_idle_pool_uses_no_processor() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let used = || time_of(&pid.to_string(), "") + time_of("self", "rt-pool");
        // What is left of the job may end late on a busy machine; then all is still.
        for _ in 0..20 {
            let before = used();
            rt::time::sleep(Duration::from_millis(300)).await;
            if used() == before {
                return;
            }
        }
        panic!("an idle worker, or its pool, goes on using the processor");
    });
}
