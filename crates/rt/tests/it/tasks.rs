//! Names, references to tasks, and the list of them.

use std::collections::HashSet;
use std::future::pending;
use std::sync::mpsc;

use rt::task::{Id, TaskInfo, TaskStatus};

use crate::gate::Gate;
use crate::{on_each_kind, until, with_workers};

fn find(tasks: &[TaskInfo], id: Id) -> Option<&TaskInfo> {
    let mut found = tasks.iter().filter(|task| task.id == id);
    let first = found.next();
    assert!(found.next().is_none(), "task {id} is in the list twice");
    first
}

#[test]
fn a_task_has_the_name_it_was_given() {
    on_each_kind(|runtime| {
        let name = || async { rt::task::current().name().into_owned() };
        let of_its_own =
            rt::task::Builder::new().name(String::from("own")).spawn_on(runtime.handle(), name());
        let (borrowed, plain, unnamed) = runtime.block_on(async {
            let borrowed = rt::task::Builder::new().name("borrowed").spawn(name());
            (borrowed, rt::spawn(name()), rt::task::Builder::new().spawn(name()))
        });
        let default = |id: Id| format!("Task-{id}");
        let (of_plain, of_unnamed) = (default(plain.id()), default(unnamed.id()));
        runtime.block_on(async {
            assert_eq!(of_its_own.await.unwrap(), "own");
            assert_eq!(borrowed.await.unwrap(), "borrowed");
            assert_eq!(plain.await.unwrap(), of_plain);
            assert_eq!(unnamed.await.unwrap(), of_unnamed);
        });
    });
}

#[test]
fn the_current_task_is_the_one_that_asks() {
    on_each_kind(|runtime| {
        assert!(rt::task::try_current().is_none());
        runtime.block_on(async {
            let outer = rt::task::current();
            assert_eq!(outer.id(), rt::task::id());
            let task = rt::spawn(async { rt::task::current().id() });
            assert_ne!(task.id(), outer.id());
            assert_eq!(task.task().id(), task.id());
            let id = task.id();
            assert_eq!(task.await.unwrap(), id);
            assert_eq!(rt::task::current().id(), outer.id());
        });
        assert!(rt::task::try_current().is_none());
    });
}

#[test]
#[should_panic(expected = "no task is running on this thread")]
fn outside_a_task_there_is_no_current_one() {
    rt::task::current();
}

#[test]
#[should_panic(expected = "this thread is not inside a runtime")]
fn outside_a_runtime_there_is_no_list() {
    rt::task::all();
}

#[test]
fn a_reference_says_how_the_task_stands() {
    on_each_kind(|runtime| {
        let gate = Gate::default();
        let line = line!() + 1;
        let handle = runtime.spawn(wait_at(gate.clone()));
        let task = handle.task();
        assert_eq!((task.spawned_at().file(), task.spawned_at().line()), (file!(), line));
        runtime.block_on(async {
            until(|| task.info().state == TaskStatus::Waiting).await;
            assert!(!task.is_finished() && task.outcome().is_none());
            gate.open();
            until(|| task.is_finished()).await;
        });
        drop((handle, runtime));
        let info = task.clone().info();
        assert_eq!(info.state, TaskStatus::Finished, "a reference outlives the runtime");
        assert_eq!(
            (info.id, &*info.name, info.spawned_at),
            (task.id(), &*task.name(), task.spawned_at())
        );
    });
}

async fn wait_at(gate: Gate) {
    gate.wait().await;
}

#[test]
fn the_list_has_what_lives_and_where_it_was_spawned() {
    on_each_kind(|runtime| {
        let gate = Gate::default();
        let from_outside = runtime.spawn(wait_at(gate.clone()));
        runtime.block_on(async {
            let line = line!() + 1;
            let waiting = rt::task::Builder::new().name("tea").spawn(wait_at(gate.clone()));
            let ended = rt::spawn(async {});
            until(|| gate.waiting() == 2 && ended.is_finished()).await;
            until(|| waiting.task().info().state == TaskStatus::Waiting).await;
            let tasks = rt::task::all();
            let info = find(&tasks, waiting.id()).expect("it waits");
            assert_eq!((&*info.name, info.state), ("tea", TaskStatus::Waiting));
            assert_eq!((info.spawned_at.file(), info.spawned_at.line()), (file!(), line));
            assert!(find(&tasks, from_outside.id()).is_some(), "whoever spawned it");
            assert!(find(&tasks, ended.id()).is_none(), "it has ended");
            let root = find(&tasks, rt::task::id()).expect("the future of this block_on");
            assert_eq!(root.state, TaskStatus::Ready, "it is being polled");
        });
        let left: Vec<Id> = runtime.handle().tasks().into_iter().map(|task| task.id).collect();
        assert_eq!(left.len(), 2, "the block_on has ended");
    });
}

#[test]
fn the_list_has_each_block_on() {
    on_each_kind(|runtime| {
        let (gate, handle) = (Gate::default(), runtime.handle().clone());
        // More than there are slots for guests, so that some visit.
        let threads: Vec<_> = (0..12)
            .map(|_| {
                let (gate, handle) = (gate.clone(), handle.clone());
                std::thread::spawn(move || {
                    handle.block_on(async {
                        gate.wait().await;
                        rt::task::id()
                    })
                })
            })
            .collect();
        while gate.waiting() < threads.len() {
            std::thread::yield_now();
        }
        let tasks = handle.tasks();
        assert_eq!(tasks.len(), threads.len());
        gate.open();
        for thread in threads {
            assert!(find(&tasks, thread.join().unwrap()).is_some());
        }
        assert!(handle.tasks().is_empty());
    });
}

#[test]
fn what_is_there_all_the_while_is_listed_while_others_come_and_go() {
    const WALKS: usize = 300;
    let runtime = with_workers(4);
    let old: Vec<_> = (0..200).map(|_| runtime.spawn(pending::<()>())).collect();
    let (stop, stopped) = mpsc::channel::<()>();
    let churn = runtime.spawn(async move {
        while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
            let tasks: Vec<_> = (0..50).map(|_| rt::spawn(rt::task::yield_now())).collect();
            for task in tasks {
                task.await.unwrap();
            }
        }
    });
    let walk = |handle: rt::Handle| {
        for _ in 0..WALKS {
            let tasks = handle.tasks();
            let ids: HashSet<Id> = tasks.iter().map(|task| task.id).collect();
            assert_eq!(ids.len(), tasks.len(), "a task is in the list twice");
            assert!(old.iter().all(|task| ids.contains(&task.id())), "a task was left out");
        }
    };
    std::thread::scope(|scope| {
        let walks = [(); 2].map(|()| scope.spawn(|| walk(runtime.handle().clone())));
        walks.into_iter().for_each(|thread| thread.join().unwrap());
    });
    stop.send(()).unwrap();
    runtime.block_on(churn).unwrap();
}

#[test]
fn a_walk_during_a_shutdown_reads_no_freed_memory() {
    for _ in 0..50 {
        let runtime = with_workers(2);
        let handle = runtime.handle().clone();
        for _ in 0..200 {
            drop(runtime.spawn(pending::<()>()));
        }
        let (tell, told) = mpsc::channel();
        let walker = std::thread::spawn(move || {
            tell.send(handle.tasks().len()).unwrap();
            while !handle.tasks().is_empty() {}
            handle
        });
        assert_eq!(told.recv().unwrap(), 200);
        drop(runtime);
        assert!(walker.join().unwrap().tasks().is_empty());
    }
}
