//! Many jobs while workers are killed at random: each job ends once, and nothing is left behind.

use std::time::Duration;

use rt::pool::JobError;
use rustix::process::{Pid, Signal, kill_process};

use super::{is_alive, quiet, soon};

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

#[test]
fn each_job_ends_once_while_workers_are_killed() {
    const JOBS: u32 = 5_000;
    rt::run(async {
        let pool = std::sync::Arc::new(quiet(3).build().unwrap());
        let jobs: Vec<_> = (0..JOBS)
            .map(|n| {
                let pool = std::sync::Arc::clone(&pool);
                rt::spawn(async move {
                    let blob = rt::pool::Blob::from(vec![1; if n % 16 == 0 { 70_000 } else { 10 }]);
                    let job = |n: u32, blob: rt::pool::Blob| (n, blob);
                    match pool.run(job, (n, blob.clone())).await {
                        Ok(back) => assert_eq!(back, (n, blob)),
                        Err(JobError::Crashed(crash)) => {
                            assert_eq!(crash.how.signal(), Some(9), "{crash}");
                        }
                        // Three processes in a row were killed before they were ready.
                        Err(JobError::Broken { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                })
            })
            .collect();
        let mut numbers = Numbers(88_172_645_463_325_252);
        let mut kills = 0;
        let mut known: Vec<u32> = Vec::new();
        while pool.stats().queued + pool.stats().busy > 0 || pool.stats().submitted < 100 {
            // Those that were there a while ago are at work by now.
            let mut pids = pool.worker_pids();
            std::mem::swap(&mut pids, &mut known);
            pids.retain(|pid| known.contains(pid));
            if !pids.is_empty() {
                let pid = pids[numbers.below(pids.len())];
                let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
                kills += 1;
            }
            rt::time::sleep(Duration::from_millis(5)).await;
        }
        for job in jobs {
            job.await.unwrap();
        }
        let stats = pool.stats();
        assert_eq!(stats.submitted, u64::from(JOBS), "{stats:?}");
        assert!(kills > 5 && stats.exited >= 5, "{kills} kills, {stats:?}");
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
            let blob = pool.run(|| rt::pool::Blob::from(vec![1; 100_000]), ()).await.unwrap();
            assert!(pool.run(|| -> u32 { std::process::exit(1) }, ()).await.is_err());
            pool.close().await;
            assert!(!is_alive(pid) && blob.len() == 100_000);
        }
        soon("its threads have let go", || open_descriptors() <= before).await;
    });
}

#[test]
fn an_idle_pool_uses_no_processor() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        // Runtime in nanoseconds, of all threads of the worker.
        let used = || -> u64 {
            let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
            let stats =
                threads.map(|task| std::fs::read_to_string(task.path().join("schedstat")).unwrap());
            stats.map(|stat| stat.split(' ').next().unwrap().parse::<u64>().unwrap()).sum()
        };
        // What is left of the job may end late on a busy machine; then all is still.
        for _ in 0..20 {
            let before = used();
            rt::time::sleep(Duration::from_millis(300)).await;
            if used() == before {
                return;
            }
        }
        panic!("an idle worker goes on using the processor");
    });
}
