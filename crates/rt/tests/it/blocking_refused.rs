//! A system that refuses threads for jobs that block.

use std::sync::mpsc;
use std::time::Duration;

use rt::pool::{Refusal, ThreadPool};
use rt::task;
use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use crate::child::in_child_as;
use crate::process::threads;
use crate::with_workers;

/// Users of whom there are no other processes, one for each test: the system counts the threads of
/// a user, and does not limit those of root.
const NOBODIES: [u32; 3] = [65_529, 65_530, 65_531];

/// So many threads may this user have.
fn limit_threads(most: usize) {
    let maximum = getrlimit(Resource::Nproc).maximum;
    setrlimit(Resource::Nproc, Rlimit { current: Some(most as u64), maximum }).unwrap();
}

fn as_nobody(which: usize, name: &str, body: impl FnOnce()) {
    in_child_as(getuid().is_root().then_some(NOBODIES[which]), name, body);
}

#[test]
fn jobs_are_done_by_the_threads_that_there_are() {
    as_nobody(0, "blocking_refused::jobs_are_done_by_the_threads_that_there_are", || {
        let runtime = with_workers(2);
        // Room for two more.
        limit_threads(threads() + 2);
        runtime.block_on(async {
            let jobs: Vec<_> = (0..500_u32)
                .map(|n| {
                    task::spawn_blocking(move || {
                        std::thread::yield_now();
                        n
                    })
                })
                .collect();
            for (n, job) in (0..).zip(jobs) {
                assert_eq!(job.await.unwrap(), n);
            }
        });
        let jobs = runtime.metrics().jobs;
        assert!((1..=2).contains(&jobs.threads), "{} threads", jobs.threads);
    });
}

/// Mutants: desk.refused_stays_counted
#[test]
fn without_any_thread_a_job_is_refused_and_comes_back() {
    as_nobody(1, "blocking_refused::without_any_thread_a_job_is_refused_and_comes_back", || {
        let runtime = with_workers(1);
        let before = getrlimit(Resource::Nproc);
        limit_threads(1);
        let handle = runtime.handle();
        let refused = handle.try_spawn_blocking(|| 42).unwrap_err();
        let Refusal::NoThread(error) = &refused.why else { panic!("{}", refused.why) };
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "{error}");
        assert!(refused.why.to_string().contains("raise the thread limit"), "{}", refused.why);
        assert_eq!((refused.job)(), 42, "it came back whole");
        // Without a place for the error, the handle has it.
        let job = runtime.spawn_blocking(|| 42);
        assert!(runtime.block_on(job).unwrap_err().is_cancelled());

        let pool = ThreadPool::builder().max_threads(2).build().unwrap();
        let refused = pool.try_spawn(|| 43).unwrap_err();
        assert!(matches!(refused.why, Refusal::NoThread(_)), "{}", refused.why);
        assert_eq!((refused.job)(), 43);

        setrlimit(Resource::Nproc, before).unwrap();
        assert_eq!(runtime.block_on(runtime.spawn_blocking(|| 44)).unwrap(), 44);
        assert_eq!(pool.spawn(|| 45).join_blocking(None).unwrap().unwrap(), 45);
    });
}

#[test]
fn a_task_that_blocks_in_place_without_a_substitute_still_returns() {
    let name = "blocking_refused::a_task_that_blocks_in_place_without_a_substitute_still_returns";
    as_nobody(2, name, || {
        let runtime = with_workers(1);
        limit_threads(1);
        let task = runtime.spawn(async {
            let (_open, gate) = mpsc::channel::<()>();
            task::block_in_place(|| gate.recv_timeout(Duration::from_millis(5)).is_err())
        });
        assert!(runtime.block_on(task).unwrap());
    });
}
