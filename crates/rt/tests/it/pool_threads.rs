//! Pools of threads beside the runtime: what `ThreadPool` promises.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rt::pool::{Refusal, ThreadPool, ThreadPoolError};

use crate::child::in_child;
use crate::panic_text;
use crate::process::resident_kib;

const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_pool_works_with_and_without_a_runtime() {
    let pool = ThreadPool::builder().name("db").build().unwrap();
    let name = || std::thread::current().name().unwrap().to_owned();
    assert_eq!(pool.spawn(name).join_blocking(None).unwrap().unwrap(), "db-1");
    rt::run(async {
        let jobs: Vec<_> = (0..100_u32).map(|number| pool.spawn(move || number)).collect();
        let mut sum = 0;
        for job in jobs {
            sum += job.await.unwrap();
        }
        assert_eq!(sum, 4_950);
    });
    assert!(pool.metrics().threads_started > 0);
}

#[test]
fn each_thread_has_a_state_that_is_dropped_with_it() {
    struct Count(Arc<AtomicUsize>, usize);
    impl Drop for Count {
        fn drop(&mut self) {
            self.0.fetch_add(self.1, Ordering::Relaxed);
        }
    }
    let total = Arc::new(AtomicUsize::new(0));
    let made = total.clone();
    let pool = ThreadPool::builder()
        .max_threads(2)
        .initializer(move || Count(made.clone(), 0))
        .build()
        .unwrap();
    for _ in 0..100 {
        drop(pool.spawn_with(|count| count.1 += 1));
    }
    let report = pool.shutdown(LONG);
    assert!(report.stuck_jobs.is_empty() && report.ended_jobs == 0, "{report}");
    assert_eq!(total.load(Ordering::Relaxed), 100);
}

#[test]
fn a_job_whose_thread_has_no_state_panics() {
    let pool =
        ThreadPool::builder().initializer(|| std::panic::resume_unwind(Box::new(()))).build();
    let pool = pool.unwrap();
    let error = pool.spawn_with(|_: &mut ()| 1).join_blocking(None).unwrap().unwrap_err();
    assert!(panic_text(error.into_panic()).contains("the initializer of this thread panicked"));
    assert_eq!(pool.spawn(|| 2).join_blocking(None).unwrap().unwrap(), 2);
}

#[test]
fn a_panic_is_the_handles_and_the_counts_stay_right() {
    let pool = ThreadPool::builder().max_threads(1).build().unwrap();
    for _ in 0..10 {
        let job = pool.spawn(|| panic!("no luck"));
        let error = job.join_blocking(None).unwrap().unwrap_err();
        assert_eq!(panic_text(error.into_panic()), "no luck");
    }
    assert_eq!(pool.spawn(|| 1).join_blocking(None).unwrap().unwrap(), 1);
    let metrics = pool.metrics();
    assert_eq!((metrics.threads, metrics.threads_started, metrics.queue_len), (1, 1, 0));
}

#[test]
fn a_shutdown_drains_and_reports_what_is_stuck() {
    let pool = ThreadPool::builder().max_threads(1).build().unwrap();
    let (tell, told) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let stuck = pool.spawn(move || (tell.send(()), released.recv()).1.is_err());
    told.recv().unwrap();
    let waiting = pool.spawn(|| 1);
    let aborted = pool.spawn(|| 2);
    aborted.abort();
    let report = pool.shutdown(Duration::from_millis(20));
    assert_eq!(report.stuck_jobs.len(), 1);
    assert_eq!(report.stuck_jobs[0].id, stuck.id());
    assert_eq!(report.ended_jobs, 1, "one waited, one had been aborted before");
    assert!(waiting.join_blocking(None).unwrap().unwrap_err().is_cancelled());
    drop(release);
    assert!(stuck.join_blocking(None).unwrap().unwrap());
}

#[test]
fn a_full_queue_refuses_and_a_bad_number_too() {
    let pool = ThreadPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    let (tell, told) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let running = pool.spawn(move || (tell.send(()), released.recv()).1.is_err());
    told.recv().unwrap();
    let waiting = pool.spawn(|| 1);
    let refused = pool.try_spawn(|| 2).unwrap_err();
    assert!(matches!(refused.why, Refusal::QueueFull { capacity: 1 }), "{refused}");
    assert!(pool.spawn(refused.job).join_blocking(None).unwrap().unwrap_err().is_cancelled());
    drop(release);
    assert!(running.join_blocking(None).unwrap().unwrap());
    assert_eq!(waiting.join_blocking(None).unwrap().unwrap(), 1);

    let none = ThreadPool::builder().max_threads(0).build().unwrap_err();
    assert_eq!(none, ThreadPoolError::NoThreads);
    let many = ThreadPool::builder().min_threads(3).max_threads(2).build().unwrap_err();
    assert_eq!(many.to_string(), "cannot keep 3 threads of at most 2; ask for 2 or fewer");
}

#[test]
fn threads_beyond_the_minimum_leave() {
    let pool = ThreadPool::builder()
        .min_threads(1)
        .max_threads(4)
        .keep_alive(Duration::from_millis(20))
        .build()
        .unwrap();
    let barrier = Arc::new(std::sync::Barrier::new(4));
    let jobs: Vec<_> = (0..4)
        .map(|_| {
            let barrier = barrier.clone();
            pool.spawn(move || barrier.wait().is_leader())
        })
        .collect();
    for job in jobs {
        job.join_blocking(None).unwrap().unwrap();
    }
    while pool.metrics().threads > 1 {
        std::thread::yield_now();
    }
    assert_eq!(pool.spawn(|| 1).join_blocking(None).unwrap().unwrap(), 1);
    assert_eq!(pool.metrics().threads, 1);
}

#[test]
fn sixty_four_threads_bring_jobs_at_once() {
    const JOBS: u64 = 300;
    let pool = ThreadPool::builder().max_threads(4).build().unwrap();
    let bring = |thread: u64| {
        let pool = &pool;
        move || {
            let jobs: Vec<_> = (0..JOBS).map(|n| pool.spawn(move || thread * JOBS + n)).collect();
            jobs.into_iter().map(|job| job.join_blocking(None).unwrap().unwrap()).sum::<u64>()
        }
    };
    let sum: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64).map(|thread| scope.spawn(bring(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let all = 64 * JOBS;
    assert_eq!(sum, all * (all - 1) / 2, "each job ran once");
    assert!(pool.metrics().threads_started <= 4, "{:?}", pool.metrics());
}

#[test]
fn jobs_that_are_taken_back_leave_no_memory_in_the_queue() {
    in_child("pool_threads::jobs_that_are_taken_back_leave_no_memory_in_the_queue", || {
        let pool = ThreadPool::builder().max_threads(1).build().unwrap();
        let (open, gate) = mpsc::channel::<()>();
        let running = pool.spawn(move || gate.recv().is_err());
        let take_back = |jobs: u32| (0..jobs).for_each(|_| pool.spawn(|| [0; 64]).abort());
        take_back(1_000);
        let before = resident_kib();
        take_back(300_000);
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 4 * 1024, "{grown} KiB for jobs that nobody wants");
        assert!(pool.metrics().queue_len < 1_000, "{:?}", pool.metrics());
        drop(open);
        assert!(running.join_blocking(None).unwrap().unwrap());
    });
}

#[test]
fn a_clock_that_stands_still_waits_for_a_job_of_a_pool() {
    let hour = Duration::from_secs(3_600);
    let builders: [fn() -> rt::Builder; 3] =
        [rt::Builder::new_current_thread, rt::Builder::new_multi_thread, || {
            rt::Builder::new_deterministic(7)
        }];
    let pool = ThreadPool::builder().max_threads(1).build().unwrap();
    let wait = || {
        // Time for the clock to jump, if it would.
        let _ = mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(30));
    };
    for builder in builders {
        builder().start_paused(true).build().unwrap().block_on(async {
            let (first, second) = (pool.spawn(wait), pool.spawn(wait));
            assert!(rt::time::timeout(hour, first).await.unwrap().is_ok());
            assert!(rt::time::timeout(hour, second).await.unwrap().is_ok());
            let panics = pool.spawn(|| panic!("on purpose"));
            assert!(rt::time::timeout(hour, panics).await.unwrap().unwrap_err().is_panic());
            pool.spawn(wait).abort();
            let started = rt::time::Instant::now();
            rt::time::sleep(hour).await;
            assert!(started.elapsed() >= hour, "and goes on when they have ended");
        });
    }
}
