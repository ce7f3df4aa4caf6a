//! Time and memory: what a job may have, and what happens when it has more.

use std::time::{Duration, Instant};

use rt::pool::{Blob, JobError, JobPhase, worker};

use super::{is_alive, quiet, soon};

/// Runs for ever, whatever it is told.
fn spin() -> u32 {
    loop {
        std::hint::spin_loop();
    }
}

/// Runs until nobody wants its result.
fn run_until_told() -> u32 {
    while !worker::is_cancelled() {
        std::thread::yield_now();
    }
    0
}

#[test]
fn an_endless_loop_ends_at_its_timeout() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let error = pool.run(spin, ()).timeout(Duration::from_millis(20)).await.unwrap_err();
        let JobError::TimedOut { after, phase } = error else { panic!("{error}") };
        assert_eq!((after, phase), (Duration::from_millis(20), JobPhase::Run));
        assert_ne!(pool.run(std::process::id, ()).await.unwrap(), pid, "it was killed");
        assert!(!is_alive(pid));
    });
}

#[test]
fn a_job_that_ends_when_told_keeps_its_process() {
    rt::run(async {
        let pool = quiet(1).grace(Duration::from_secs(60)).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let timeout = Duration::from_millis(20);
        assert!(pool.run(run_until_told, ()).timeout(timeout).await.unwrap_err().is_timeout());
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
    });
}

#[test]
fn a_job_asleep_in_a_system_call_is_killed() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let block = || {
            let (reader, _writer) = std::io::pipe().unwrap();
            std::io::Read::read(&mut &reader, &mut [0]).unwrap_or(0)
        };
        let error = pool.run(block, ()).timeout(Duration::from_millis(20)).await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1);
    });
}

#[test]
fn the_time_in_the_queue_does_not_count() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let block = || {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(60) {
                std::thread::yield_now();
            }
        };
        let jobs: Vec<_> = (0..4)
            .map(|_| rt::spawn(pool.run(block, ()).timeout(Duration::from_millis(200))))
            .collect();
        for job in jobs {
            job.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_job_that_waits_too_long_for_a_process_is_told_so() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let busy = rt::spawn(pool.run(run_until_told, ()));
        soon("the worker is busy", || pool.stats().busy == 1).await;
        let job = pool.run(|| 1, ()).queue_timeout(Duration::from_millis(20));
        let error = job.await.unwrap_err();
        assert!(matches!(error, JobError::TimedOut { phase: JobPhase::Queue, .. }), "{error}");
        busy.abort();
        assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
    });
}

#[test]
fn a_job_over_its_memory_is_killed() {
    rt::run(async {
        let pool = quiet(1).memory_limit(128 << 20).build().unwrap();
        // What is mapped for reading is no data to the system: only the look at what is resident
        // finds it.
        let read_all = |blob: Blob| -> u8 {
            loop {
                std::hint::black_box(blob.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
            }
        };
        let error = pool.run(read_all, (Blob::from(vec![1; 256 << 20]),)).await.unwrap_err();
        let JobError::MemoryLimit { limit, seen } = error else { panic!("{error}") };
        assert!(limit == 128 << 20 && seen > limit, "{seen} of {limit}");
        assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
    });
}

#[test]
fn a_worker_that_has_grown_is_replaced() {
    rt::run(async {
        let pool = quiet(1).recycle_above(64 << 20).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let leak = || {
            std::mem::forget(vec![1_u8; 96 << 20]);
            std::process::id()
        };
        assert_eq!(pool.run(leak, ()).await.unwrap(), pid);
        assert_ne!(pool.run(std::process::id, ()).await.unwrap(), pid);
        assert_eq!(pool.stats().crashed, 0);
    });
}

#[test]
fn a_worker_does_as_many_jobs_as_it_may() {
    rt::run(async {
        let pool = quiet(2).max_tasks(3).build().unwrap();
        let jobs: Vec<_> = (0..60).map(|_| rt::spawn(pool.run(std::process::id, ()))).collect();
        let mut jobs_of = std::collections::HashMap::new();
        for job in jobs {
            *jobs_of.entry(job.await.unwrap().unwrap()).or_insert(0) += 1;
        }
        assert!(jobs_of.values().all(|jobs| *jobs <= 3), "{jobs_of:?}");
        assert!(jobs_of.len() >= 20, "{jobs_of:?}");
    });
}

#[test]
fn a_worker_that_is_idle_for_long_ends() {
    rt::run(async {
        let pool = quiet(2).idle_timeout(Duration::from_millis(20)).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        soon("it has ended", || !is_alive(pid) && pool.worker_pids().is_empty()).await;
        assert_eq!(pool.stats().exited, 1);
        assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
    });
}

#[test]
fn workers_that_are_kept_come_without_a_job_and_stay() {
    rt::run(async {
        let pool = quiet(3).min_workers(2).idle_timeout(Duration::from_millis(10));
        let pool = pool.build().unwrap();
        soon("two are idle", || pool.stats().idle == 2).await;
        rt::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(pool.stats().idle, 2);
    });
}

#[test]
fn a_clock_that_stands_still_waits_for_a_job_in_another_process() {
    let wait = |millis: u64| {
        // Time for the clock to jump, if it would.
        let _ = std::sync::mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(millis));
        millis
    };
    let builders: [fn() -> rt::Builder; 3] =
        [rt::Builder::new_current_thread, rt::Builder::new_multi_thread, || {
            rt::Builder::new_deterministic(7)
        }];
    let hour = Duration::from_secs(3_600);
    for builder in builders {
        let runtime = builder().start_paused(true).build().unwrap();
        let pool = quiet(1).build().unwrap();
        runtime.block_on(async {
            for millis in [30, 0] {
                let job = pool.run(wait, (millis,));
                assert_eq!(rt::time::timeout(hour, job).await.unwrap().unwrap(), millis);
            }
            // A large result is read elsewhere, and a large argument written there.
            let job = pool.run(|blob: Vec<u8>| blob, (vec![3_u8; 4 << 20],));
            assert_eq!(rt::time::timeout(hour, job).await.unwrap().unwrap().len(), 4 << 20);

            let started = rt::time::Instant::now();
            rt::time::sleep(hour).await;
            assert!(started.elapsed() >= hour, "and it goes on when they have ended");
            // A result that nobody asks for yet holds nothing up, nor does a job taken back.
            let mut early = Box::pin(pool.run(wait, (1,)));
            assert!(futures::poll!(&mut early).is_pending());
            drop(pool.run(wait, (1,)));
            rt::time::sleep(hour).await;
            assert_eq!(early.await.unwrap(), 1);
        });
    }
}
