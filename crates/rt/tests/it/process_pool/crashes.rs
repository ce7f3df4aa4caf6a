//! Each way to die: only that job fails, and the error says how.

use rt::pool::{Crash, DeathCause, JobError, ProcessPool};
use rustix::process::{Signal, getpid, kill_process};

use super::quiet;

/// Ends the process it runs in, in one of many ways.
fn die(way: String) -> u32 {
    eprintln!("about to die by {way}");
    match way.as_str() {
        "null" => read_null(),
        "overflow" => overflow(1),
        "abort" => std::process::abort(),
        "exit 0" => std::process::exit(0),
        "exit 3" => std::process::exit(3),
        "no memory" => allocate_everything(),
        "panic while panicking" => panic_twice(),
        "a thread's abort" => {
            std::thread::spawn(|| std::process::abort()).join().unwrap();
            0
        }
        signal => {
            let number: i32 = signal.parse().unwrap();
            kill_process(getpid(), Signal::from_named_raw(number).unwrap()).unwrap();
            // Any thread may get it, and this one is not to return before that one has.
            loop {
                std::thread::yield_now();
            }
        }
    }
}

#[allow(clippy::undocumented_unsafe_blocks, reason = "it is meant to be undefined")]
fn read_null() -> u32 {
    let nowhere: *const u32 = std::ptr::without_provenance(16);
    // SAFETY: the duty of read_volatile is broken on purpose, in a process that is there for it.
    unsafe { nowhere.read_volatile() }
}

#[allow(unconditional_recursion, reason = "the stack is to overflow")]
fn overflow(depth: u32) -> u32 {
    let frame = std::hint::black_box([depth; 256]);
    overflow(frame[7] + 1) + frame[9]
}

fn allocate_everything() -> u32 {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![1; 1 << 20]);
    }
}

fn panic_twice() -> u32 {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the second panic");
        }
    }
    let _bomb = Bomb;
    panic!("the first panic");
}

/// Runs a job that dies between two that do not, and returns how.
async fn crash_of(pool: &ProcessPool, way: &str) -> Crash {
    assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1, "before {way}");
    let error = pool.run(die, (way.to_owned(),)).await.unwrap_err();
    assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2, "after {way}");
    match error {
        JobError::Crashed(crash) => *crash,
        other => panic!("{way}: {other}"),
    }
}

#[test]
fn each_way_to_die_is_told_exactly() {
    let cases = [
        ("null", Some(11), None),
        ("overflow", Some(11), None),
        ("abort", Some(6), None),
        ("exit 0", None, Some(0)),
        ("exit 3", None, Some(3)),
        ("panic while panicking", Some(6), None),
        ("a thread's abort", Some(6), None),
        ("4", Some(4), None),
        ("7", Some(7), None),
        ("8", Some(8), None),
        ("9", Some(9), None),
        ("11", Some(11), None),
        ("15", Some(15), None),
    ];
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        for (way, signal, code) in cases {
            let crash = crash_of(&pool, way).await;
            assert_eq!(crash.how.signal(), signal, "{way}: {crash}");
            assert_eq!(crash.how.exit_code(), code, "{way}: {crash}");
            let last_words = format!("about to die by {way}");
            assert!(crash.stderr_tail.contains(&last_words), "{way}: {:?}", crash.stderr_tail);
        }
    });
}

#[test]
fn a_bad_address_is_in_the_error() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let crash = crash_of(&pool, "null").await;
        let DeathCause::Signal { fault_address, is_stack_overflow, .. } = crash.how else {
            panic!("{crash}");
        };
        assert_eq!((fault_address, is_stack_overflow), (Some(16), false));
        assert!(crash.to_string().contains("SIGSEGV at address 0x10"), "{crash}");
    });
}

#[test]
fn a_stack_overflow_is_named() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let crash = crash_of(&pool, "overflow").await;
        assert!(crash.to_string().contains("the stack overflowed"), "{crash}");
    });
}

#[test]
fn a_second_panic_is_among_the_last_words() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let crash = crash_of(&pool, "panic while panicking").await;
        assert!(crash.stderr_tail.contains("the second panic"), "{}", crash.stderr_tail);
    });
}

#[test]
fn a_memory_limit_is_named_when_an_allocation_fails() {
    rt::run(async {
        let pool = quiet(1).memory_limit(256 << 20).build().unwrap();
        let error = pool.run(die, ("no memory".to_owned(),)).await.unwrap_err();
        assert!(
            matches!(error, JobError::MemoryLimit { limit, .. } if limit == 256 << 20),
            "{error}"
        );
        assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
    });
}

#[test]
fn a_panic_costs_no_process() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        let job = |n: u32| -> u32 { panic!("no luck with {n}") };
        let error = pool.run(job, (7,)).await.unwrap_err();
        let report = error.as_panic().unwrap_or_else(|| panic!("{error}"));
        assert_eq!(report.message, "no luck with 7");
        assert!(report.location.contains("crashes.rs"), "{}", report.location);
        assert!(report.backtrace.as_ref().unwrap().contains("crashes"), "{report:?}");
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
    });
}

#[test]
fn the_error_does_not_have_the_words_of_an_earlier_job() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        pool.run(|| eprintln!("the first job was here"), ()).await.unwrap();
        let crash = pool.run(die, ("abort".to_owned(),)).await.unwrap_err();
        let tail = &crash.as_crash().unwrap().stderr_tail;
        assert!(!tail.contains("the first job"), "{tail}");
    });
}
