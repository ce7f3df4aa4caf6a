//! Failures that nobody sees reach the handler once, and an instrument sees each step of a task.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, mpsc};

use rt::cancel::CancelExt;
use rt::runtime::Instrument;
use rt::task::{Builder, Outcome, TaskRef, WaitInfo, WaitKind, group, yield_now};

use crate::gate::Gate;
use crate::until;

/// One runtime of each kind, whose handler writes into the list.
fn with_handler(check: impl Fn(&rt::Runtime, &Mutex<Vec<String>>)) {
    let kinds = [
        rt::Builder::new_current_thread(),
        rt::Builder::new_deterministic(0),
        rt::Builder::new_multi_thread(),
    ];
    for mut builder in kinds {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = told.clone();
        builder.on_unhandled(move |failure| tell.lock().unwrap().push(failure.to_string()));
        check(&builder.build().unwrap(), &told);
    }
}

#[test]
fn a_task_that_fails_alone_is_told_of_when_it_fails() {
    with_handler(|runtime, told| {
        runtime.block_on(async {
            drop(Builder::new().name("lonely").spawn(async { panic!("on purpose") }));
            until(|| !told.lock().unwrap().is_empty()).await;
        });
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("lonely panicked: on purpose (spawned at "), "{}", told[0]);
    });
}

#[test]
fn a_failure_is_told_of_when_its_handle_is_dropped_unread() {
    with_handler(|runtime, told| {
        runtime.block_on(async {
            let task = rt::spawn(async { panic!("unread") });
            until(|| task.is_finished()).await;
            assert!(told.lock().unwrap().is_empty());
            drop(task);
            assert_eq!(told.lock().unwrap().len(), 1);
        });
    });
}

#[test]
fn a_failure_that_is_seen_is_not_told_of() {
    with_handler(|runtime, told| {
        runtime.block_on(async {
            assert!(rt::spawn(async { panic!("seen") }).await.unwrap_err().is_panic());
            let cancelled = rt::spawn(std::future::pending::<()>());
            cancelled.abort();
            assert!(cancelled.await.unwrap_err().is_cancelled());
        });
        assert!(told.lock().unwrap().is_empty());
    });
}

#[test]
fn the_first_panic_in_a_group_is_the_groups_and_a_later_one_is_told_of() {
    with_handler(|runtime, told| {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                group(async |g| {
                    drop(g.spawn(async {
                        drop(pending::<()>().catch_cancel().await);
                        resume_unwind(Box::new("later"));
                    }));
                    yield_now().await;
                    drop(g.spawn(async { resume_unwind(Box::new("first")) }));
                    pending::<()>().await;
                })
                .await
            })
        }));
        assert_eq!(ended.unwrap_err().downcast_ref(), Some(&"first"));
        // Where it was asked before it had begun, it never ran.
        let told = told.lock().unwrap();
        assert!(told.len() <= 1 && told.iter().all(|text| text.contains("later")), "{told:?}");
    });
}

#[test]
fn a_panic_of_a_child_whose_group_is_gone_is_told_of() {
    with_handler(|runtime, told| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(group(async move |g| {
                drop(g.spawn(async move {
                    drop(at.wait().catch_cancel().await);
                    resume_unwind(Box::new("alone"));
                }));
                pending::<()>().await;
            }));
            until(|| gate.waiting() == 1).await;
            task.abort();
            assert!(task.await.is_err());
        });
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("alone"), "{}", told[0]);
    });
}

#[test]
fn a_callback_that_panics_is_told_of_and_the_next_is_called() {
    with_handler(|runtime, told| {
        let (send, receive) = mpsc::channel();
        runtime.block_on(async {
            let task = rt::spawn(async {});
            task.on_finish(|_, _| panic!("in a callback"));
            task.on_finish(move |_, _| send.send(()).unwrap());
            task.await.unwrap();
            until(|| receive.try_recv().is_ok()).await;
        });
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("a callback of Task-"), "{}", told[0]);
        assert!(told[0].contains("in a callback"), "{}", told[0]);
    });
}

#[test]
fn a_handler_that_panics_harms_nothing() {
    let mut builder = rt::Builder::new_current_thread();
    let runtime = builder.on_unhandled(|_| panic!("in the handler")).build().unwrap();
    let alive = runtime.block_on(async {
        drop(rt::spawn(async { panic!("in the task") }));
        rt::task::yield_now().await;
        rt::spawn(async { 1 }).await.unwrap()
    });
    assert_eq!(alive, 1);
}

/// Writes down what it sees of the task with this name.
struct Watch(Mutex<Vec<String>>);

impl Watch {
    fn see(&self, task: &TaskRef, what: &str) {
        if task.name() == "watched" {
            self.0.lock().unwrap().push(what.to_owned());
        }
    }
}

impl Instrument for Watch {
    fn spawned(&self, task: &TaskRef) {
        self.see(task, "spawned");
    }

    fn poll_started(&self, _: usize, task: &TaskRef) {
        self.see(task, "poll");
    }

    fn poll_ended(&self, _: usize, task: &TaskRef) {
        self.see(task, "polled");
    }

    fn waiting(&self, task: &TaskRef, wait: &WaitInfo) {
        assert_eq!(wait.kind, WaitKind::Join);
        self.see(task, "waiting");
    }

    fn finished(&self, task: &TaskRef, outcome: Outcome) {
        assert_eq!(outcome, Outcome::Finished);
        self.see(task, "finished");
    }
}

#[test]
fn an_instrument_sees_each_step_in_order() {
    for mut builder in [rt::Builder::new_current_thread(), rt::Builder::new_multi_thread()] {
        let watch = Arc::new(Watch(Mutex::new(Vec::new())));
        let runtime = builder.instrument(watch.clone()).build().unwrap();
        runtime.block_on(async {
            let awaited = rt::spawn(async {
                for _ in 0..100 {
                    rt::task::yield_now().await;
                }
            });
            let watched = Builder::new().name("watched").spawn(awaited);
            watched.await.unwrap().unwrap();
        });
        drop(runtime);
        let seen = watch.0.lock().unwrap().join(" ");
        assert_eq!(seen, "spawned poll polled waiting poll polled finished");
    }
}

/// Notes which jobs were spawned and have ended.
#[derive(Default)]
struct JobWatch(Mutex<Vec<String>>);

impl Instrument for JobWatch {
    fn spawned(&self, task: &TaskRef) {
        self.0.lock().unwrap().push(format!("{} spawned", task.id()));
    }

    fn finished(&self, task: &TaskRef, outcome: Outcome) {
        self.0.lock().unwrap().push(format!("{} {outcome:?}", task.id()));
    }
}

#[test]
fn an_instrument_sees_jobs_begin_and_end() {
    let watch = Arc::new(JobWatch::default());
    let runtime = rt::Builder::new_current_thread().instrument(watch.clone()).build().unwrap();
    let (ends, panics) = (runtime.spawn_blocking(|| ()), runtime.spawn_blocking(|| panic!("no")));
    let ids = [ends.id(), panics.id()];
    runtime.block_on(async {
        ends.await.unwrap();
        assert!(panics.await.unwrap_err().is_panic());
    });
    drop(runtime);
    let seen = watch.0.lock().unwrap();
    let count = |line: String| seen.iter().filter(|seen| **seen == line).count();
    for (id, outcome) in ids.into_iter().zip(["Finished", "Panicked"]) {
        assert_eq!(count(format!("{id} spawned")), 1, "{seen:?}");
        assert_eq!(count(format!("{id} {outcome}")), 1, "{seen:?}");
    }
}
