//! Jobs that block have threads of their own: what `spawn_blocking` promises.

use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use rt::task::{self, Refusal, TaskStatus};

use crate::child::in_child;
use crate::held::Held;
use crate::process::{cpu, threads};
use crate::{on_each_kind, panic_text, until, with_workers};

fn builder() -> rt::Builder {
    rt::Builder::new_multi_thread()
}

#[test]
fn a_job_gives_its_value() {
    on_each_kind(|runtime| {
        let value = runtime.block_on(async { task::spawn_blocking(|| 6 * 7).await.unwrap() });
        assert_eq!(value, 42);
        assert_eq!(runtime.block_on(runtime.spawn_blocking(|| "outside")).unwrap(), "outside");
        let handle = runtime.handle().clone();
        let thread = std::thread::spawn(move || handle.spawn_blocking(|| 7).join_blocking(None));
        assert_eq!(thread.join().unwrap().unwrap().unwrap(), 7);
    });
}

#[test]
fn jobs_run_side_by_side_and_beside_the_workers() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let barrier = Arc::new(Barrier::new(20));
            let jobs: Vec<_> = (0..20)
                .map(|_| {
                    let barrier = barrier.clone();
                    task::spawn_blocking(move || barrier.wait().is_leader())
                })
                .collect();
            rt::spawn(task::yield_now()).await.unwrap();
            let mut leaders = 0;
            for job in jobs {
                leaders += usize::from(job.await.unwrap());
            }
            assert_eq!(leaders, 1);
        });
    });
}

#[test]
fn a_panic_is_the_handles() {
    on_each_kind(|runtime| {
        let job = runtime.spawn_blocking(|| panic!("no luck"));
        let error = runtime.block_on(job).unwrap_err();
        assert_eq!(panic_text(error.into_panic()), "no luck");
        assert_eq!(runtime.block_on(runtime.spawn_blocking(|| 1)).unwrap(), 1);
    });
}

#[test]
fn a_job_is_a_task_with_an_id_and_a_place_in_the_list() {
    let runtime = with_workers(1);
    let held = Held::begun(&runtime);
    let info = |id| runtime.handle().tasks().into_iter().find(|task| task.id == id);
    let running = info(held.job.id()).expect("a job that runs is in the list");
    assert_eq!(running.state, TaskStatus::Blocking);
    assert!(running.spawned_at.file().ends_with("held.rs"));
    let id = runtime.block_on(runtime.spawn_blocking(task::id)).unwrap();
    assert!(info(id).is_none(), "it has ended");
    assert_eq!(runtime.block_on(held.release()).unwrap(), "released");
}

#[test]
fn a_job_is_inside_its_runtime_and_may_block() {
    on_each_kind(|runtime| {
        // On a runtime without threads somebody has to run what the job waits for.
        let answer = runtime.block_on(async {
            task::spawn_blocking(|| {
                let spawned = rt::spawn(async { 40 });
                let nested = task::spawn_blocking(|| 2);
                spawned.join_blocking(None).unwrap().unwrap()
                    + rt::Handle::current().block_on(nested).unwrap()
            })
            .await
        });
        assert_eq!(answer.unwrap(), 42);
    });
}

#[test]
fn a_job_waits_for_futures() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let job = task::spawn_blocking_with(|cx| {
                cx.block_on(rt::time::sleep(Duration::from_millis(1)));
                // More leaf futures than one poll of a task may find ready.
                (0..1_000).map(|n| cx.block_on(async move { n })).sum::<u32>()
            });
            assert_eq!(job.await.unwrap(), 499_500);
        });
    });
}

#[test]
fn an_aborted_job_leaves_the_queue() {
    for end in [task::JoinHandle::abort as fn(&task::JoinHandle<()>), |job| assert!(job.cancel())] {
        let runtime = builder().max_blocking_threads(1).build().unwrap();
        let held = Held::begun(&runtime);
        let token = Arc::new(());
        let inside = token.clone();
        let queued = runtime.spawn_blocking(move || drop(inside));
        let behind = runtime.spawn_blocking(|| "behind");
        assert_eq!(runtime.metrics().jobs.queue_len, 2);
        end(&queued);
        assert_eq!(Arc::strong_count(&token), 1, "the closure is dropped at once");
        assert_eq!(runtime.metrics().jobs.queue_len, 1);
        assert!(runtime.block_on(queued).unwrap_err().is_cancelled());
        assert!(!behind.is_finished());
        drop(held.release());
        assert_eq!(runtime.block_on(behind).unwrap(), "behind");
    }
}

#[test]
fn a_running_job_is_told_and_keeps_its_value() {
    let ends: [fn(&task::JoinHandle<_>); 2] =
        [task::JoinHandle::abort, |job| assert!(job.cancel())];
    for end in ends {
        let runtime = with_workers(1);
        let (tell, told) = mpsc::channel();
        let job = runtime.spawn_blocking_with(move |cx| {
            assert!(cx.check_cancelled().is_ok());
            tell.send(()).unwrap();
            while !cx.is_cancelled() {
                std::thread::yield_now();
            }
            cx.check_cancelled().unwrap_err().to_string()
        });
        told.recv().unwrap();
        end(&job);
        assert!(runtime.block_on(job).unwrap().contains("asked to end"));
    }
}

#[test]
fn a_full_queue_refuses_and_gives_the_closure_back() {
    let mut builder = rt::Builder::new_current_thread();
    let runtime = builder.max_blocking_threads(1).blocking_queue_capacity(2).build().unwrap();
    let held = Held::begun(&runtime);
    let queued: Vec<_> = (0..2).map(|n| runtime.spawn_blocking(move || n)).collect();
    let refused = runtime.handle().try_spawn_blocking(|| 7).unwrap_err();
    assert!(matches!(refused.why, Refusal::QueueFull { capacity: 2 }), "{refused}");
    assert_eq!((refused.job)(), 7);
    let late = runtime.spawn_blocking(|| 7);
    assert!(late.is_finished(), "the plain call says so through the handle");
    assert!(runtime.block_on(late).unwrap_err().is_cancelled());
    queued[0].abort();
    let fits = runtime.handle().try_spawn_blocking(|| 8).unwrap();
    drop(held.release());
    assert_eq!(runtime.block_on(fits).unwrap(), 8);
}

#[test]
fn metrics_count_threads_and_jobs() {
    let runtime = builder().worker_threads(1).max_blocking_threads(2).build().unwrap();
    assert_eq!(runtime.metrics().jobs, Default::default());
    let (one, two) = (Held::begun(&runtime), Held::begun(&runtime));
    let queued = runtime.spawn_blocking(|| ());
    let jobs = runtime.metrics().jobs;
    assert_eq!((jobs.threads, jobs.threads_idle, jobs.queue_len), (2, 0, 1));
    assert_eq!((jobs.threads_started, jobs.jobs_ended), (2, 0));
    for job in [one.release(), two.release()] {
        runtime.block_on(job).unwrap();
    }
    runtime.block_on(queued).unwrap();
    let settled = || {
        let metrics = runtime.metrics();
        metrics.jobs.threads_idle == 2 && metrics.jobs.jobs_ended == 3
    };
    runtime.block_on(until(settled));
    assert_eq!(runtime.metrics().jobs.queue_len, 0);
}

#[test]
fn a_burst_leaves_no_threads_behind() {
    in_child("blocking_jobs::a_burst_leaves_no_threads_behind", || {
        let before = threads();
        let keep_alive = Duration::from_millis(200);
        let runtime = builder().worker_threads(1).thread_keep_alive(keep_alive).build().unwrap();
        runtime.block_on(async {
            let barrier = Arc::new(Barrier::new(100));
            let jobs: Vec<_> = (0..1_000)
                .map(|number| {
                    let barrier = barrier.clone();
                    // The first hundred need a thread each.
                    task::spawn_blocking(move || number < 100 && barrier.wait().is_leader())
                })
                .collect();
            for job in jobs {
                job.await.unwrap();
            }
            assert!(runtime.metrics().jobs.threads >= 100);
            while runtime.metrics().jobs.threads > 0 || threads() > before + 1 {
                rt::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let spent = cpu();
        runtime.block_on(rt::time::sleep(Duration::from_secs(1)));
        assert!(cpu() - spent < Duration::from_millis(10), "nothing to do takes no time");
    });
}

#[test]
fn an_idle_thread_takes_no_processor_time() {
    in_child("blocking_jobs::an_idle_thread_takes_no_processor_time", || {
        let runtime = with_workers(1);
        runtime.block_on(runtime.spawn_blocking(|| ())).unwrap();
        let spent = cpu();
        runtime.block_on(rt::time::sleep(Duration::from_secs(1)));
        assert!(cpu() - spent < Duration::from_millis(10), "{:?}", cpu() - spent);
        assert_eq!(runtime.metrics().jobs.threads, 1);
    });
}

#[test]
fn hooks_and_names_are_those_of_the_runtime() {
    let (tell, told) = mpsc::channel();
    let (start, stop) = (Mutex::new(tell.clone()), Mutex::new(tell));
    let name = || std::thread::current().name().unwrap().to_owned();
    let runtime = rt::Builder::new_current_thread()
        .thread_name("db")
        .on_thread_start(move || start.lock().unwrap().send(("start", name())).unwrap())
        .on_thread_stop(move || stop.lock().unwrap().send(("stop", name())).unwrap())
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(runtime.spawn_blocking(name)).unwrap(), "db-blocking-1");
    drop(runtime);
    let heard: Vec<_> = told.try_iter().collect();
    let expected = ["start", "stop"].map(|what| (what, "db-blocking-1".to_owned()));
    assert_eq!(heard, expected);
}

#[test]
fn callbacks_of_a_job_are_called() {
    let runtime = with_workers(1);
    let (tell, told) = mpsc::channel();
    let job = runtime.spawn_blocking(|| 7);
    job.on_finish(move |task, outcome| tell.send((task.id, *outcome)).unwrap());
    assert_eq!(told.recv().unwrap(), (job.id(), task::Outcome::Finished));
}

#[test]
fn a_clock_that_stands_still_waits_for_a_job() {
    let builders = [rt::Builder::new_current_thread, rt::Builder::new_multi_thread];
    for mut builder in builders.map(|builder| builder()) {
        let runtime = builder.start_paused(true).build().unwrap();
        runtime.block_on(async {
            let job = task::spawn_blocking(|| {
                // Time for the clock to jump, if it would.
                let _ = mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(30));
                "done"
            });
            let hour = Duration::from_secs(3_600);
            assert_eq!(rt::time::timeout(hour, job).await.unwrap().unwrap(), "done");
            let started = rt::time::Instant::now();
            rt::time::sleep(hour).await;
            assert!(started.elapsed() >= hour, "and goes on when it has ended");
        });
    }
}
