//! Tasks are spawned, run, and give back their values.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::{on_each_kind, with_workers};

#[test]
fn run_returns_the_value_of_its_future() {
    assert_eq!(rt::run(async { "done" }), "done");
}

#[test]
fn a_joined_task_gives_its_value() {
    on_each_kind(|runtime| {
        let text = runtime.block_on(async {
            let task = rt::spawn(async { String::from("from a task") });
            task.await.unwrap()
        });
        assert_eq!(text, "from a task");
    });
}

#[test]
fn a_task_that_is_done_before_the_join_gives_its_value() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async { 7 });
            while !task.is_finished() {
                rt::task::yield_now().await;
            }
            assert_eq!(task.await.unwrap(), 7);
        });
    });
}

#[test]
fn a_dropped_handle_leaves_the_task_running() {
    let runtime = with_workers(2);
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        rt::task::yield_now().await;
        tell.send("still here").unwrap();
    }));
    assert_eq!(told.recv().unwrap(), "still here");
}

/// The poll spawns two tasks and then waits for the first, which lies in the next slot of its
/// worker: who comes for the second takes the first as well.
///
/// Mutants: search.leaves_the_stuck
#[test]
fn a_task_behind_a_poll_that_blocks_is_run_by_another_worker() {
    let runtime = with_workers(2);
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        let (ring, rung) = mpsc::channel();
        drop(rt::spawn(async move { ring.send(()).unwrap() }));
        drop(rt::spawn(async {}));
        tell.send(rung.recv_timeout(Duration::from_secs(20))).unwrap();
    }));
    told.recv().unwrap().expect("another worker takes what the stuck one was to run next");
}

#[test]
fn the_value_of_a_detached_task_is_dropped() {
    on_each_kind(|runtime| {
        let token = Arc::new(());
        runtime.block_on(async {
            let value = token.clone();
            drop(rt::spawn(async move { value }));
            while Arc::strong_count(&token) > 1 {
                rt::task::yield_now().await;
            }
        });
    });
}

type Boxed = Pin<Box<dyn Future<Output = u64> + Send>>;

/// Counts the leaves of a tree of tasks.
fn leaves(depth: u32) -> Boxed {
    Box::pin(async move {
        if depth == 0 {
            return 1;
        }
        let (left, right) = (rt::spawn(leaves(depth - 1)), rt::spawn(leaves(depth - 1)));
        left.await.unwrap() + right.await.unwrap()
    })
}

#[test]
fn tasks_spawn_tasks() {
    on_each_kind(|runtime| assert_eq!(runtime.block_on(leaves(12)), 1 << 12));
}

#[test]
fn eight_foreign_threads_spawn_nested_tasks() {
    let runtime = with_workers(4);
    let handle = runtime.handle();
    let total: u64 = std::thread::scope(|scope| {
        let spawn_and_join = || {
            let tasks: Vec<_> = (0..50).map(|_| handle.spawn(leaves(4))).collect();
            handle.block_on(async {
                let mut sum = 0;
                for task in tasks {
                    sum += task.await.unwrap();
                }
                sum
            })
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(spawn_and_join)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(total, 8 * 50 * 16);
}

#[test]
fn a_million_tasks_each_run_once_and_leave_nothing() {
    let runtime = with_workers(2);
    let token = Arc::new(());
    let sum = runtime.block_on(async {
        let spawn = |number: u64| {
            let token = token.clone();
            rt::spawn(async move {
                let _alive = token;
                number
            })
        };
        let tasks: Vec<_> = (0..1_000_000).map(spawn).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        sum
    });
    assert_eq!(sum, 999_999 * 1_000_000 / 2);
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_task_moves_values_of_any_size() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut large = [0_u8; 20_000];
            large[19_999] = 1;
            let task = rt::spawn(async move {
                rt::task::yield_now().await;
                large
            });
            assert_eq!(task.await.unwrap()[19_999], 1);
            rt::spawn(async {}).await.unwrap();
        });
    });
}

#[test]
fn an_id_is_the_tasks_own() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut ids = HashSet::new();
            let tasks: Vec<_> = (0..100).map(|_| rt::spawn(async { rt::task::id() })).collect();
            for task in tasks {
                let id = task.id();
                assert_eq!(task.await.unwrap(), id);
                assert!(ids.insert(id), "{id} twice");
            }
        });
    });
    assert!(rt::task::try_id().is_none());
}

#[test]
fn enter_lets_a_foreign_thread_spawn() {
    on_each_kind(|runtime| {
        let task = {
            let _inside = runtime.enter();
            rt::spawn(async { 1 })
        };
        assert_eq!(runtime.block_on(task).unwrap(), 1);
        assert!(rt::Handle::try_current().is_err());
    });
}
