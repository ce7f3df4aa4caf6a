//! What comes before a job, and what comes after its process has died.

use std::time::{Duration, Instant};

use rt::pool::{JobError, ProcessPool, ProcessPoolError, worker};

use super::quiet;

#[test]
fn an_initializer_makes_what_jobs_use() {
    rt::run(async {
        let load = |path: String| Ok::<_, String>(vec![path, "loaded".to_owned()]);
        let pool = quiet(2).initializer(load, ("model".to_owned(),)).build().unwrap();
        let look = || worker::state::<Vec<String>>().map(|loaded| loaded.join(" "));
        assert_eq!(pool.run(look, ()).await.unwrap().unwrap(), "model loaded");
    });
}

#[test]
fn a_failing_initializer_is_told_to_those_who_wait() {
    rt::run(async {
        let broken = |pool: ProcessPool| async move {
            let JobError::Broken { attempts, last } = pool.run(|| 1, ()).await.unwrap_err() else {
                panic!("it is not broken");
            };
            assert_eq!(attempts, 3);
            assert_eq!(pool.stats().failed_starts, 3);
            last
        };
        let error = || Err::<(), _>("no such model".to_owned());
        let last = broken(quiet(1).initializer(error, ()).build().unwrap()).await;
        assert!(last.contains("no such model"), "{last}");
        let panic = || -> Result<(), String> { panic!("the model is broken") };
        let last = broken(quiet(1).initializer(panic, ()).build().unwrap()).await;
        assert!(last.contains("the model is broken"), "{last}");
        let exit = || -> Result<(), String> { std::process::exit(9) };
        let last = broken(quiet(1).initializer(exit, ()).build().unwrap()).await;
        assert!(last.contains("code 9"), "{last}");
        let hang = || -> Result<(), String> {
            loop {
                std::thread::yield_now();
            }
        };
        let pool = quiet(1).initializer(hang, ()).start_timeout(Duration::from_millis(50));
        let last = broken(pool.build().unwrap()).await;
        assert!(last.contains("not ready within 50ms"), "{last}");
    });
}

/// Dies the first so many times it is run with this file.
fn die_at_first(file: String, times: usize) -> usize {
    use std::io::Write;
    let mut open = std::fs::OpenOptions::new();
    open.append(true).create(true).open(&file).unwrap().write_all(b"x").unwrap();
    let runs = std::fs::read(&file).unwrap().len();
    if runs <= times {
        std::process::exit(1);
    }
    runs
}

/// A file of this name that is not there.
fn fresh_file(name: &str) -> String {
    let path = std::env::temp_dir().join(format!("rt-{name}-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_job_is_tried_again_only_if_it_may_be() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let file = fresh_file("once");
        assert!(pool.run(die_at_first, (file.clone(), 1)).await.unwrap_err().as_crash().is_some());
        assert_eq!(std::fs::read(&file).unwrap().len(), 1, "it ran once");
        let file = fresh_file("again");
        assert_eq!(pool.run(die_at_first, (file, 1)).retries(1).await.unwrap(), 2);
    });
}

#[test]
fn a_job_that_kills_two_workers_is_not_tried_again() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let file = fresh_file("poison");
        let error = pool.run(die_at_first, (file.clone(), 9)).retries(9).await.unwrap_err();
        let crash = error.as_crash().unwrap();
        assert_eq!(crash.attempts.len(), 1);
        assert_ne!(crash.attempts[0].pid, crash.pid);
        assert_eq!(std::fs::read(&file).unwrap().len(), 2, "it ran twice");
    });
}

#[test]
fn a_named_job_that_is_idempotent_is_tried_again() {
    rt::job! {
        fn fragile(file: String) -> usize { die_at_first(file, 1) }
        with { idempotent: true }
    }
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        assert_eq!(pool.job::<fragile>((fresh_file("named"),)).await.unwrap(), 2);
    });
}

#[test]
fn a_storm_of_deaths_is_slowed_down() {
    rt::run(async {
        let pool = ProcessPool::builder().workers(1).forward_stderr(false);
        let pool = pool.restart_budget(3, Duration::from_secs(5)).build().unwrap();
        let start = Instant::now();
        for _ in 0..5 {
            let die = || -> u32 { std::process::exit(1) };
            assert!(pool.run(die, ()).await.is_err());
        }
        // After the fourth death the fifth start waits for 100 milliseconds.
        assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
    });
}

#[test]
fn a_pool_in_a_job_has_workers_of_its_own() {
    let nested = || {
        let pool = quiet(1).build().unwrap();
        rt::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(async { pool.run(std::process::id, ()).await.unwrap() })
    };
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let outer = pool.run(std::process::id, ()).await.unwrap();
        let inner = pool.run(nested, ()).await.unwrap();
        assert!(inner != outer && inner != std::process::id());
    });
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let cases = [
        (quiet(0), "cannot have 0 workers"),
        (quiet(5000), "cannot have 5000 workers"),
        (quiet(1).min_workers(2), "cannot keep 2 workers of 1"),
        (quiet(1).queue(0), "a queue for 0 jobs"),
        (quiet(1).max_tasks(0), "cannot do 0 jobs"),
    ];
    for (builder, text) in cases {
        match builder.build() {
            Err(ProcessPoolError::Setting(why)) => assert!(why.contains(text), "{why}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_program_that_cannot_be_started_is_named() {
    rt::job! { fn nothing() {} }
    rt::run(async {
        let pool = quiet(1).program("/nowhere/to/be/found").build().unwrap();
        let error = pool.job::<nothing>(()).await.unwrap_err();
        assert!(matches!(error, JobError::Broken { attempts: 3, .. }), "{error}");
        assert!(error.to_string().contains("No such file"), "{error}");
        let error = pool.run(|| 1, ()).await.unwrap_err();
        assert!(matches!(error, JobError::Broken { .. }), "{error}");
    });
}

#[test]
fn a_full_queue_gives_the_arguments_back() {
    rt::run(async {
        let pool = quiet(1).queue(2).build().unwrap();
        let wait = |text: String| {
            while !worker::is_cancelled() {
                std::thread::yield_now();
            }
            text
        };
        let busy = rt::spawn(pool.run(wait, ("runs".to_owned(),)));
        super::soon("it runs", || pool.stats().busy == 1).await;
        let first = pool.try_run(wait, ("waits".to_owned(),)).unwrap();
        let second = pool.try_run(wait, ("waits too".to_owned(),)).unwrap();
        let refused = pool.try_run(wait, ("one too many".to_owned(),)).map(drop).unwrap_err();
        assert_eq!(refused.0, "one too many");
        // One that waits for room gets it when there is some.
        let third = rt::spawn(pool.run(|n: u32| n, (3,)));
        drop((first, second));
        busy.abort();
        assert_eq!(third.await.unwrap().unwrap(), 3);
    });
}
