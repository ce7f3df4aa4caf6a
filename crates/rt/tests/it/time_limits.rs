//! Timers at their limits: a machine that is up for a century, a million of them, no wall clock.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::time::{Duration, Instant, sleep, timeout};

use crate::child::in_child;
use crate::process::resident_kib;
use crate::virtual_clock::SECOND;
use crate::{on_each_kind, with_workers};

/// A hundred years in seconds.
const CENTURY: u64 = 100 * 365 * 86_400;

/// What a process of a century's uptime does; run by the test below.
#[test]
#[ignore = "it is run in a time namespace"]
fn timers_in_a_time_namespace() {
    let uptime = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    assert!(uptime.tv_sec as u64 >= CENTURY, "the namespace has its own clock: {uptime:?}");
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let start = Instant::now();
            let endless = rt::spawn(sleep(Duration::MAX));
            let decade = rt::spawn(sleep(Duration::from_secs(CENTURY / 10)));
            let naps: Vec<_> =
                (1..20).map(|ms| rt::spawn(sleep(Duration::from_millis(ms)))).collect();
            for nap in naps {
                nap.await.unwrap();
            }
            assert!(start.elapsed() >= Duration::from_millis(19));
            timeout(Duration::from_millis(2), std::future::pending::<()>()).await.unwrap_err();
            assert!(!endless.is_finished() && !decade.is_finished());
        });
    });
}

/// The system's clock begins at a hundred years, in a time namespace of Linux. Where that is not
/// allowed this says so, and shows nothing.
#[test]
fn timers_work_after_a_century_of_uptime() {
    let offset = CENTURY.to_string();
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--time", "--fork", "--monotonic", &offset, "--boottime", &offset]);
        command
    };
    if !unshare().arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!("NOT RUN: no time namespace can be made here, so no long uptime was tried");
        return;
    }
    let mut inside = unshare();
    inside.arg(std::env::current_exe().unwrap());
    inside.args(["--exact", "time_limits::timers_in_a_time_namespace", "--ignored", "--nocapture"]);
    let output = inside.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(text.contains("1 passed"), "{text}");
}

/// Half of them are taken back, half fire; then the memory is the system's again.
#[test]
fn a_million_timers_leave_no_memory_behind() {
    in_child("time_limits::a_million_timers_leave_no_memory_behind", || {
        const TIMERS: usize = 1_000_000;
        let runtime =
            rt::Builder::new_multi_thread().worker_threads(2).start_paused(true).build().unwrap();
        let fired = Arc::new(AtomicUsize::new(0));
        let round = |timers: usize| {
            let fired = fired.clone();
            runtime.block_on(async move {
                let tasks: Vec<_> = (0..timers)
                    .map(|number| {
                        let fired = fired.clone();
                        rt::spawn(async move {
                            // From a second to eleven days.
                            sleep(SECOND * (1 + number as u32)).await;
                            fired.fetch_add(1, Ordering::Relaxed);
                        })
                    })
                    .collect();
                rt::testing::settle().await;
                for task in tasks.iter().step_by(2) {
                    task.abort();
                }
                for task in tasks {
                    drop(task.await);
                }
            });
        };
        round(1_000);
        let base = resident_kib();
        round(TIMERS);
        let after = resident_kib();
        assert_eq!(fired.load(Ordering::Relaxed), TIMERS / 2 + 500);
        drop(runtime);
        let freed = resident_kib();
        println!("base {base} KiB, after {after} KiB, without the runtime {freed} KiB");
        // The allocator keeps some of what was freed; the timers took 300 MiB.
        assert!(freed < base + 48 * 1024, "{freed} KiB are in use, {base} before");
    });
}

#[test]
fn a_panicking_waker_harms_no_other_timer() {
    use std::pin::pin;
    use std::task::{Context, Wake, Waker};

    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics, on purpose");
        }
    }

    let runtime = with_workers(1);
    let task = runtime.spawn(async {
        let mut bad = pin!(sleep(Duration::from_millis(2)));
        let waker = Waker::from(Arc::new(Panics));
        assert!(bad.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        // Due at the same time, and behind it.
        sleep(Duration::from_millis(2)).await;
        sleep(Duration::from_millis(5)).await;
        assert!(bad.is_elapsed());
    });
    runtime.block_on(task).unwrap();
}
