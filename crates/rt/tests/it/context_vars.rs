//! Context variables are inherited by what a task starts; task locals are not.

use std::sync::mpsc;
use std::task::{Context, Waker};

use rt::task::ContextVars;

use crate::{on_each_kind, panic_text};

rt::context_var! {
    static USER: &'static str = "nobody";
    static REQUEST: u64;
}

rt::task_local! {
    static DEPTH: u32;
}

#[test]
fn a_spawned_task_inherits_and_hands_on() {
    on_each_kind(|runtime| {
        let seen = runtime.block_on(USER.scope("ada", async {
            let child = rt::spawn(async { rt::spawn(async { USER.get() }).await.unwrap() });
            child.await.unwrap()
        }));
        assert_eq!(seen, "ada");
    });
}

#[test]
fn what_happens_in_a_child_is_not_seen_outside() {
    on_each_kind(|runtime| {
        runtime.block_on(USER.scope("ada", async {
            let child = rt::spawn(USER.scope("grace", async {
                rt::task::yield_now().await;
                USER.get()
            }));
            assert_eq!(USER.get(), "ada");
            assert_eq!(child.await.unwrap(), "grace");
            assert_eq!(USER.get(), "ada");
        }));
        assert_eq!(USER.get(), "nobody");
    });
}

#[test]
fn a_task_outside_a_scope_does_not_see_into_one() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let inside = rt::spawn(USER.scope("ada", async {
                for _ in 0..10 {
                    assert_eq!(USER.get(), "ada");
                    rt::task::yield_now().await;
                }
            }));
            for _ in 0..10 {
                assert_eq!(USER.get(), "nobody");
                rt::task::yield_now().await;
            }
            inside.await.unwrap();
        });
    });
}

#[test]
fn variables_do_not_hide_each_other() {
    on_each_kind(|runtime| {
        let seen = runtime.block_on(USER.scope(
            "ada",
            REQUEST.scope(7, async {
                rt::spawn(async { (USER.get(), REQUEST.get()) }).await.unwrap()
            }),
        ));
        assert_eq!(seen, ("ada", 7));
    });
}

#[test]
fn a_variable_without_a_value_says_its_name() {
    assert_eq!(REQUEST.try_get(), None);
    let panic = std::panic::catch_unwind(|| REQUEST.get()).unwrap_err();
    assert!(panic_text(panic).contains("`REQUEST`"));
}

#[test]
fn block_on_inherits_from_its_thread_and_the_tasks_it_helps_with_do_not() {
    on_each_kind(|runtime| {
        let before = runtime.spawn(async { USER.get() });
        let seen = USER
            .sync_scope("ada", || runtime.block_on(async { (USER.get(), before.await.unwrap()) }));
        assert_eq!(seen, ("ada", "nobody"));
    });
}

#[test]
fn a_callback_sees_the_variables_of_where_it_was_left() {
    on_each_kind(|runtime| {
        let (send, receive) = mpsc::channel();
        runtime.block_on(async {
            let task = rt::spawn(USER.scope("grace", async {}));
            USER.sync_scope("ada", || {
                task.on_finish(move |_, _| send.send(USER.get()).unwrap());
            });
            task.await.unwrap();
        });
        drop(runtime);
        assert_eq!(receive.recv().unwrap(), "ada");
    });
}

#[test]
fn a_future_is_dropped_within_its_scope() {
    struct Seen(mpsc::Sender<&'static str>);
    impl Drop for Seen {
        fn drop(&mut self) {
            self.0.send(USER.get()).unwrap();
        }
    }
    let (send, receive) = mpsc::channel();
    let mut future = Box::pin(USER.scope("ada", async move {
        let _seen = Seen(send);
        std::future::pending::<()>().await;
    }));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(future);
    assert_eq!(receive.recv().unwrap(), "ada");
}

#[test]
fn a_panic_leaves_the_scope() {
    let panicked = std::panic::catch_unwind(|| USER.sync_scope("ada", || panic!("on purpose")));
    assert!(panicked.is_err());
    assert_eq!(USER.get(), "nobody");
}

#[test]
fn variables_can_be_taken_along() {
    let vars = USER.sync_scope("ada", ContextVars::current);
    assert_eq!(std::thread::spawn(move || vars.run(|| USER.get())).join().unwrap(), "ada");
}

#[test]
fn a_task_local_is_not_inherited() {
    on_each_kind(|runtime| {
        let (own, of_child) = runtime.block_on(DEPTH.scope(1, async {
            let child = rt::spawn(async { DEPTH.try_get() });
            (DEPTH.get(), child.await.unwrap())
        }));
        assert_eq!(own, 1);
        assert!(of_child.is_err());
    });
}

#[test]
fn task_locals_of_interleaved_tasks_stay_apart() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..8)
                .map(|depth| {
                    rt::spawn(DEPTH.scope(depth, async move {
                        for _ in 0..10 {
                            assert_eq!(DEPTH.get(), depth);
                            rt::task::yield_now().await;
                        }
                    }))
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}
