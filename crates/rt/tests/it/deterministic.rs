//! A deterministic runtime: one seed is one schedule, and a schedule can be had again.

mod bugs;
mod outside;
mod story;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, mpsc};

use rt::runtime::Schedule;

use crate::fairness::{Polls, rally};
use crate::gate::Gate;

fn seeded(seed: u64) -> rt::Runtime {
    rt::Builder::new_deterministic(seed).worker_threads(3).build().unwrap()
}

fn replayed(choices: &[u32]) -> rt::Runtime {
    rt::Builder::new_deterministic(0).worker_threads(3).replay(choices).build().unwrap()
}

/// What tasks wrote down, in the order in which they did.
type Trace = Arc<Mutex<Vec<u32>>>;

/// A bit of everything: tasks that start tasks, yield, wait for each other and for a gate.
async fn program(trace: Trace) {
    let gate = Gate::default();
    let family = |number: u32| {
        let (gate, trace) = (gate.clone(), trace.clone());
        async move {
            let child = rt::spawn(async move {
                rt::task::yield_now().await;
                number
            });
            trace.lock().unwrap().push(number);
            gate.wait().await;
            trace.lock().unwrap().push(100 + number);
            let child = child.await.unwrap();
            trace.lock().unwrap().push(200 + child);
        }
    };
    let families: Vec<_> = (0..12).map(|number| rt::spawn(family(number))).collect();
    rt::task::yield_now().await;
    gate.open();
    for family in families {
        family.await.unwrap();
    }
}

/// Runs the program; its trace and its schedule.
fn run(runtime: &rt::Runtime) -> (Vec<u32>, Schedule) {
    let trace = Trace::default();
    runtime.block_on(program(trace.clone()));
    let trace = trace.lock().unwrap().clone();
    (trace, runtime.schedule())
}

#[track_caller]
fn assert_same(one: &(Vec<u32>, Schedule), other: &(Vec<u32>, Schedule)) {
    assert_eq!(one.0, other.0);
    assert_eq!(one.1.choices, other.1.choices);
    assert_eq!(one.1.hash, other.1.hash);
    assert_eq!(one.1.story.to_string(), other.1.story.to_string());
}

#[test]
fn the_same_seed_is_the_same_schedule() {
    for seed in 0..50 {
        assert_same(&run(&seeded(seed)), &run(&seeded(seed)));
    }
}

#[test]
fn other_seeds_are_other_schedules() {
    let runs: Vec<_> = (0..200).map(|seed| run(&seeded(seed))).collect();
    let hashes: BTreeSet<u64> = runs.iter().map(|(_, schedule)| schedule.hash).collect();
    let traces: BTreeSet<&Vec<u32>> = runs.iter().map(|(trace, _)| trace).collect();
    assert_eq!(hashes.len(), 200);
    assert!(traces.len() > 150, "{} traces", traces.len());
}

#[test]
fn the_choices_of_a_run_give_it_again() {
    for seed in 0..50 {
        let first = run(&seeded(seed));
        assert_same(&first, &run(&replayed(&first.1.choices)));
    }
}

#[test]
fn without_choices_tasks_start_in_the_order_of_their_spawn() {
    let (trace, schedule) = run(&replayed(&[]));
    let starts: Vec<u32> = trace.into_iter().filter(|&number| number < 100).collect();
    assert_eq!(starts, (0..12).collect::<Vec<_>>());
    assert!(schedule.choices.iter().all(|&choice| choice == 0), "{:?}", schedule.choices);
    assert!(!schedule.story.to_string().contains('*'));
}

#[test]
fn runs_on_one_runtime_follow_each_other_in_one_schedule() {
    let twice = |runtime: rt::Runtime| {
        let first = run(&runtime);
        (first, run(&runtime))
    };
    let (first, second) = twice(seeded(1));
    let (first_again, second_again) = twice(seeded(1));
    assert_same(&first, &first_again);
    assert_same(&second, &second_again);
    assert!(second.1.choices.starts_with(&first.1.choices));
    assert_ne!(first.1.hash, second.1.hash);
}

#[test]
fn workers_steal_overflow_and_use_up_their_next_slot() {
    let runtime = seeded(5);
    runtime.block_on(async {
        // On a worker, which unlike the thread in `block_on` has a next slot.
        let busy = rt::spawn(async {
            let tasks: Vec<_> = (0..3_000).map(|_| rt::spawn(rt::task::yield_now())).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        busy.await.unwrap();
    });
    let metrics = runtime.metrics();
    let sum = |count: fn(&rt::runtime::WorkerMetrics) -> u64| -> u64 {
        metrics.workers.iter().chain([&metrics.guests]).map(count).sum()
    };
    assert!(sum(|worker| worker.steals) > 0, "{metrics:?}");
    assert!(sum(|worker| worker.overflows) > 0, "{metrics:?}");
    assert!(sum(|worker| worker.injector_takes) > 0, "{metrics:?}");
    assert!(sum(|worker| worker.next_hits) > 0, "{metrics:?}");
    assert!(metrics.workers.iter().all(|worker| worker.polls > 100), "{metrics:?}");
}

/// Two tasks that wake each other keep to the next slot; a third waits in the deque behind them.
#[test]
fn the_next_slot_has_a_budget_here_too() {
    for seed in 0..20 {
        let runtime = rt::Builder::new_deterministic(seed).worker_threads(1).build().unwrap();
        let (tell, told) = mpsc::channel();
        drop(runtime.spawn(async move {
            let wakers = Arc::default();
            for side in [0, 1] {
                drop(rt::spawn(rally(side, Arc::clone(&wakers), Polls::default())));
            }
            rt::task::yield_now().await;
            tell.send(()).unwrap();
        }));
        runtime.block_on(async {
            while told.try_recv().is_err() {
                rt::task::yield_now().await;
            }
        });
        assert!(runtime.metrics().workers[0].next_hits > 0);
    }
}

#[test]
fn the_plain_choice_starves_nobody() {
    let runtime = replayed(&[]);
    let (tell, told) = mpsc::channel();
    // It waits in the injector, which the thread in `block_on` never looks at.
    drop(runtime.spawn(async move { tell.send(()).unwrap() }));
    runtime.block_on(async {
        drop(rt::spawn(async {
            loop {
                rt::task::yield_now().await;
            }
        }));
        while told.try_recv().is_err() {
            rt::task::yield_now().await;
        }
    });
}
