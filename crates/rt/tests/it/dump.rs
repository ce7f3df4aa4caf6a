//! What is said of the tasks that wait: for what, where, and who for whom.

use std::future::{pending, poll_fn};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;

use rt::sync::Mutex;
use rt::task::{Builder, Frame, Id, JoinHandle, JoinSet, TaskInfo, TaskStatus, WaitKind};

use crate::{on_each_kind, until, with_workers};

/// What is known of a task once it waits.
async fn waiting(id: Id) -> TaskInfo {
    let find = || rt::task::all().into_iter().find(|task| task.id == id).unwrap();
    until(|| find().state == TaskStatus::Waiting).await;
    find()
}

#[test]
fn a_task_that_joins_another_says_which() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let awaited = rt::spawn(pending::<()>());
            let (id, spawned_at) = (awaited.id(), awaited.task().spawned_at());
            let wait = waiting(rt::spawn(awaited).id()).await.wait.unwrap();
            assert_eq!((wait.kind, wait.on), (WaitKind::Join, Some(id)));
            assert_eq!(wait.at, spawned_at);
        });
    });
}

#[test]
fn a_note_is_gone_once_the_task_has_run_on() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (send, receive) = mpsc::channel::<()>();
            let awaited = rt::spawn(poll_fn(move |cx| {
                if receive.try_recv().is_ok() {
                    return Poll::Ready(());
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            }));
            let task = rt::spawn(async move {
                awaited.await.unwrap();
                pending::<()>().await;
            });
            assert!(waiting(task.id()).await.wait.is_some());
            send.send(()).unwrap();
            until(|| rt::task::all().len() == 2).await;
            assert_eq!(waiting(task.id()).await.wait, None);
        });
    });
}

#[test]
fn a_wait_for_no_task_in_particular_names_none_that_was_awaited_before() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let earlier = rt::spawn(rt::task::yield_now());
            let awaited = earlier.id();
            let task = rt::spawn(async move {
                earlier.await.unwrap();
                let mut set = JoinSet::new();
                set.spawn(pending::<()>());
                set.join_next().await;
            });
            until(|| rt::task::all().iter().all(|task| task.id != awaited)).await;
            let wait = waiting(task.id()).await.wait.unwrap();
            assert_eq!((wait.kind, wait.on), (WaitKind::Join, None));
        });
    });
}

#[test]
fn the_stack_of_a_task_ends_where_it_waits() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let awaited = rt::spawn(pending::<()>());
            let id = awaited.id();
            let task = rt::spawn(awaited);
            let wait = waiting(task.id()).await.wait.unwrap();
            let reference = task.task();
            let frames = [Frame::Spawned(reference.spawned_at()), Frame::Waiting(wait)];
            assert_eq!(reference.stack(None), frames);
            assert_eq!(reference.stack(Some(1)), frames[1..]);
            let mut text = Vec::new();
            reference.print_stack(&mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains(&format!("waiting for join of Task-{id}")), "{text}");
            assert!(text.contains("dump.rs"), "{text}");
        });
    });
}

#[test]
fn a_call_graph_shows_both_sides() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let last = rt::spawn(pending::<()>());
            let last_id = last.id();
            let middle = rt::spawn(last);
            let (middle_id, reference) = (middle.id(), middle.task());
            let first = rt::spawn(middle);
            waiting(middle_id).await;
            waiting(first.id()).await;
            let graph = reference.call_graph().unwrap().unwrap();
            assert_eq!(graph.waits_on.unwrap().id, last_id);
            let awaited_by: Vec<_> = graph.awaited_by.iter().map(|task| task.id).collect();
            assert_eq!(awaited_by, [first.id()]);
        });
    });
}

/// Two tasks that await each other.
async fn deadlock() -> [Id; 2] {
    let (send, receive) = mpsc::channel::<JoinHandle<()>>();
    let first = Builder::new().name("hen").spawn(async move {
        until(|| rt::task::all().len() >= 3).await;
        let other = receive.recv().unwrap();
        other.await.unwrap();
    });
    let first_id = first.id();
    let second = Builder::new().name("egg").spawn(async move { first.await.unwrap() });
    let second_id = second.id();
    send.send(second).unwrap();
    waiting(first_id).await;
    waiting(second_id).await;
    [first_id, second_id]
}

#[test]
fn tasks_that_await_each_other_are_reported() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ids = deadlock().await;
            let dump = rt::dump();
            let cycles = dump.cycles();
            assert_eq!(cycles.len(), 1);
            let mut found: Vec<_> = cycles[0].iter().map(|task| task.id).collect();
            found.sort();
            assert_eq!(found, ids);
            let text = dump.to_string();
            assert!(text.starts_with("deadlock: 2 tasks wait in a circle"), "{text}");
            assert!(text.contains("  hen  waiting for join of Task-"), "{text}");
            let [hen, egg] = ids;
            assert!(dump.to_json().ends_with(&format!("\"cycles\":[[{hen},{egg}]]}}")));
        });
    });
}

#[test]
fn two_locks_taken_crosswise_are_reported() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let locks = [Arc::new(Mutex::new(())), Arc::new(Mutex::new(()))];
            let both_hold = Arc::new(AtomicUsize::new(0));
            let take = |first: usize| {
                let (first, second) = (locks[first].clone(), locks[1 - first].clone());
                let both_hold = both_hold.clone();
                rt::spawn(async move {
                    let _first = first.lock().await;
                    both_hold.fetch_add(1, Ordering::Relaxed);
                    until(|| both_hold.load(Ordering::Relaxed) == 2).await;
                    let _second = second.lock().await;
                })
            };
            let (one, other) = (take(0), take(1));
            let waits = waiting(one.id()).await.wait.unwrap();
            assert_eq!((waits.kind, waits.on), (WaitKind::Lock, Some(other.id())));
            assert!(waits.lock.is_some() && waits.at.file().ends_with("dump.rs"));
            waiting(other.id()).await;
            let dump = rt::dump();
            let cycle: Vec<_> = dump.cycles().concat().iter().map(|task| task.id).collect();
            assert_eq!(cycle, [one.id(), other.id()]);
            assert!(dump.to_string().contains(", held by Task-"), "{dump}");
            one.abort();
            other.await.unwrap();
        });
    });
}

#[test]
fn who_holds_a_lock_changes_with_it() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let lock = Arc::new(Mutex::new(()));
            let guard = lock.clone().lock_owned().await;
            let holds = |lock: Arc<Mutex<()>>| {
                rt::spawn(async move {
                    let _guard = lock.lock().await;
                    pending::<()>().await;
                })
            };
            let second = holds(lock.clone());
            assert_eq!(waiting(second.id()).await.wait.unwrap().on, Some(rt::task::id()));
            let third = holds(lock.clone());
            waiting(third.id()).await;
            drop(guard);
            until(|| {
                let tasks = rt::task::all();
                let third = tasks.iter().find(|task| task.id == third.id()).unwrap();
                third.wait.as_ref().is_some_and(|wait| wait.on == Some(second.id()))
            })
            .await;
        });
    });
}

#[test]
fn those_that_wait_are_drawn_below_what_they_wait_for() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let slow = Builder::new().name("slow").spawn(pending::<()>());
            let middle = Builder::new().name("middle").spawn(slow);
            let middle_id = middle.id();
            let outer = Builder::new().name("outer").spawn(middle);
            waiting(middle_id).await;
            waiting(outer.id()).await;
            let text = rt::dump().to_string();
            let lines: Vec<&str> = text.lines().collect();
            let at = lines.iter().position(|line| line.starts_with("slow  waiting")).unwrap();
            assert!(lines[at + 1].starts_with("└── middle  waiting for join"), "{text}");
            assert!(lines[at + 2].starts_with("    └── outer  waiting for join"), "{text}");
            assert_eq!(lines.len(), 4, "{text}");
        });
    });
}

#[test]
fn a_dump_answers_while_every_worker_is_stuck() {
    let runtime = with_workers(1);
    let (stuck, is_stuck) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let task = Builder::new().name("stuck").spawn_on(runtime.handle(), async move {
        stuck.send(()).unwrap();
        released.recv().unwrap();
    });
    is_stuck.recv().unwrap();
    let dump = runtime.handle().dump();
    assert_eq!(dump.tasks().len(), 1);
    assert!(dump.to_string().starts_with("stuck  ready"), "{dump}");
    release.send(()).unwrap();
    runtime.block_on(task).unwrap();
}
