//! The options of a builder, and the errors of `build`.

use std::sync::mpsc;

use crate::child::in_child_with;

/// What `build` says to a number of workers that cannot be had.
fn refused(workers: usize) -> String {
    let mut builder = rt::Builder::new_multi_thread();
    builder.worker_threads(workers).build().unwrap_err().to_string()
}

#[test]
fn zero_workers_are_refused() {
    assert_eq!(refused(0), "cannot start 0 workers; ask for 1 or more");
}

#[test]
fn more_workers_than_can_be_are_refused() {
    for workers in [1025, usize::MAX] {
        let text = refused(workers);
        assert!(text.contains(&workers.to_string()) && text.contains("or fewer"), "{text}");
    }
}

#[test]
fn a_garbled_variable_is_named_with_its_value() {
    let name = "builder::a_garbled_variable_is_named_with_its_value";
    in_child_with(name, &[("RT_WORKER_THREADS", "many")], || {
        let text = rt::Runtime::new().unwrap_err().to_string();
        assert!(text.contains("RT_WORKER_THREADS=\"many\""), "{text}");
        assert!(rt::Builder::new_multi_thread().worker_threads(1).build().is_ok());
        assert!(rt::Builder::new_current_thread().build().is_ok());
    });
}

#[test]
fn the_variable_sets_the_number_of_workers() {
    let name = "builder::the_variable_sets_the_number_of_workers";
    in_child_with(name, &[("RT_WORKER_THREADS", "3")], || {
        let runtime = rt::Runtime::new().unwrap();
        assert_eq!(runtime.metrics().workers.len(), 3);
    });
}

#[test]
fn worker_threads_sets_the_number_of_workers() {
    for workers in [1, 2, 7] {
        let runtime = crate::with_workers(workers);
        assert_eq!(runtime.metrics().workers.len(), workers);
    }
}

#[test]
fn each_worker_runs_both_hooks_once_under_its_name() {
    let hook = || {
        let (tell, told) = mpsc::channel();
        let hook = move || tell.send(std::thread::current().name().unwrap().to_owned()).unwrap();
        (hook, told)
    };
    let ((start, started), (stop, stopped)) = (hook(), hook());
    let mut builder = rt::Builder::new_multi_thread();
    builder.worker_threads(3).thread_name("hooked").on_thread_start(start).on_thread_stop(stop);
    let runtime = builder.build().unwrap();

    let workers = ["hooked-0", "hooked-1", "hooked-2"];
    let mut names: Vec<_> = started.iter().take(3).collect();
    names.sort_unstable();
    assert_eq!(names, workers);

    drop(runtime);
    names = stopped.try_iter().collect();
    names.sort_unstable();
    assert_eq!(names, workers);
    assert_eq!(started.try_iter().count(), 0, "a worker started twice");
}

#[test]
fn a_large_stack_is_there_to_be_used() {
    let runtime = rt::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_stack_size(64 << 20)
        .build()
        .unwrap();
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        let large = std::hint::black_box([1_u8; 16 << 20]);
        tell.send(large.iter().map(|&byte| u64::from(byte)).sum::<u64>()).unwrap();
    }));
    assert_eq!(told.recv().unwrap(), 16 << 20);
}

#[test]
fn a_builder_can_be_used_again() {
    let mut builder = rt::Builder::new_multi_thread();
    builder.worker_threads(1);
    let (one, other) = (builder.build().unwrap(), builder.build().unwrap());
    assert_eq!(one.block_on(async { 1 }) + other.block_on(async { 2 }), 3);
}
