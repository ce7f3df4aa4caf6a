//! Context variables, the call graph, and the list of what waits for what.

use std::future::pending;
use std::sync::mpsc;

use rt::task::{Builder, TaskStatus, gather, yield_now};
use rt::time::{Duration, sleep};

use crate::virtual_clock::{SECOND, on_each_paused};
use crate::{on_each_kind, until};

rt::context_var! {
    static REQUEST: u64 = 0;
}

#[test]
fn contextvars_are_copied_at_the_spawn_and_changes_stay_inside() {
    on_each_kind(|runtime| {
        let seen = runtime.block_on(REQUEST.scope(7, async {
            let child = rt::spawn(async {
                let before = REQUEST.get();
                (before, REQUEST.scope(8, async { REQUEST.get() }).await, REQUEST.get())
            });
            (child.await.unwrap(), REQUEST.get())
        }));
        assert_eq!((seen, REQUEST.get()), (((7, 8, 7), 7), 0));
    });
}

#[test]
fn capture_call_graph_has_who_waits_and_what_is_waited_for() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let leaf = Builder::new().name("leaf").spawn(pending::<()>());
            let middle = Builder::new().name("middle").spawn(leaf);
            let reference = middle.task();
            let root = Builder::new().name("root").spawn(middle).task();
            let waits = |task: &rt::task::TaskRef| task.info().state == TaskStatus::Waiting;
            until(|| waits(&reference) && waits(&root)).await;
            let graph = reference.call_graph().unwrap().unwrap();
            assert_eq!(graph.waits_on.as_ref().unwrap().name, "leaf");
            assert_eq!(graph.awaited_by[0].name, "root");
            let text = graph.to_string();
            assert!(text.contains("waits for leaf") && text.contains("awaited by root"), "{text}");
        });
    });
}

#[test]
fn pstree_is_a_dump_in_which_each_task_says_where_it_waits() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let nap = Builder::new().name("nap").spawn(sleep(SECOND));
            let task = nap.task();
            until(|| task.info().state == TaskStatus::Waiting).await;
            let text = rt::dump().to_string();
            assert!(text.contains("nap  waiting for sleep at "), "{text}");
            assert!(text.contains("looking.rs"), "{text}");
        });
    });
}

#[test]
fn ps_tells_the_parent_of_a_child_and_the_worker_of_what_runs() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let own = rt::task::id();
            let child = async { (rt::task::current().info(), yield_now().await).0 };
            let info = gather([child]).await.remove(0).unwrap();
            assert_eq!(info.parent, Some(own));
            assert!(info.worker.is_some() && info.details.is_none());
            assert_eq!(rt::spawn(async { rt::task::current().info() }).await.unwrap().parent, None);
        });
    });
}

#[test]
fn ps_with_details_tells_polls_and_since_when_a_task_waits() {
    let kinds = [rt::Builder::new_current_thread(), rt::Builder::new_multi_thread()];
    for mut builder in kinds {
        let runtime = builder.task_details(true).build().unwrap();
        runtime.block_on(async {
            let task = rt::spawn(async {
                yield_now().await;
                yield_now().await;
                pending::<()>().await;
            });
            let reference = task.task();
            until(|| reference.info().state == TaskStatus::Waiting).await;
            sleep(Duration::from_millis(2)).await;
            let info = reference.info();
            let details = info.details.unwrap();
            assert_eq!((details.polls, info.parent), (3, Some(rt::task::id())));
            assert!(details.since <= details.age && details.since >= Duration::from_millis(1));
            let text = rt::dump().to_string();
            assert!(text.contains(", after 3 polls in "), "{text}");
            let json = rt::dump().to_json();
            assert!(json.contains("\"details\":{\"polls\":3,\"age_us\":"), "{json}");
        });
    }
}

#[test]
fn debug_mode_tells_of_a_task_that_blocks_its_worker_while_it_does() {
    let (tell, told) = mpsc::channel();
    let mut builder = rt::Builder::new_multi_thread();
    let runtime = builder
        .worker_threads(2)
        .on_stall(Duration::from_millis(5), move |stall| {
            tell.send(stall.clone()).unwrap();
            panic!("a handler's panic ends nothing");
        })
        .build()
        .unwrap();
    for name in ["first", "second"] {
        let (stuck, release) = mpsc::channel::<()>();
        let task = Builder::new().name(name).spawn_on(runtime.handle(), async move {
            let _: Result<(), _> = release.recv();
        });
        let stall = told.recv().unwrap();
        assert_eq!(stall.task.name, name);
        assert!(stall.lasts >= Duration::from_millis(5) && stall.worker < 2, "{stall}");
        drop(stuck);
        runtime.block_on(task).unwrap();
    }
    assert!(told.try_recv().is_err(), "once a stall");
}
