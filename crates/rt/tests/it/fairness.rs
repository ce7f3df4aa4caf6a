//! A task that is always ready starves nobody. Polls are counted, not time.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::with_workers;

/// How often the victim wants a turn.
const TURNS: u64 = 1_000;

/// Most polls that others may have for one turn of the victim, on average.
const POLLS_PER_TURN_MAX: u64 = 64;

type Polls = Arc<Mutex<u64>>;

/// Is ready again as soon as it is polled.
async fn greedy(polls: Polls) {
    poll_fn(|cx| {
        *polls.lock().unwrap() += 1;
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    })
    .await;
}

/// Wakes the other of a pair each time it is polled: as a message to and fro does.
async fn rally(side: usize, wakers: Arc<Mutex<[Option<Waker>; 2]>>, polls: Polls) {
    poll_fn(|cx| {
        *polls.lock().unwrap() += 1;
        let other = {
            let mut wakers = wakers.lock().unwrap();
            wakers[side] = Some(cx.waker().clone());
            wakers[1 - side].take()
        };
        if let Some(other) = other {
            other.wake();
        }
        Poll::<()>::Pending
    })
    .await;
}

/// Takes its turns beside what `start` spawned; returns the polls that took.
async fn victim(polls: Polls) -> u64 {
    for _ in 0..TURNS {
        rt::task::yield_now().await;
    }
    *polls.lock().unwrap()
}

/// Runs `start` and the victim on one thread: inside `block_on`, and on a worker.
fn check(start: impl Fn(&Polls) + Clone + Send + 'static) {
    let bound = TURNS * POLLS_PER_TURN_MAX;

    let polls = Polls::default();
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    let taken = runtime.block_on(async {
        start(&polls);
        victim(polls.clone()).await
    });
    assert!(taken <= bound, "in block_on: {taken} polls for {TURNS} turns");

    // This thread waits in a channel: inside `block_on` it would run tasks as well.
    let polls = Polls::default();
    let runtime = with_workers(1);
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        start(&polls);
        tell.send(rt::spawn(victim(polls)).await.unwrap()).unwrap();
    }));
    let taken = told.recv().unwrap();
    assert!(taken <= bound, "on a worker: {taken} polls for {TURNS} turns");
}

#[test]
fn a_task_that_wakes_itself_starves_nobody() {
    check(|polls| drop(rt::spawn(greedy(polls.clone()))));
}

#[test]
fn a_pair_that_wakes_each_other_starves_nobody() {
    check(|polls| {
        let wakers = Arc::default();
        for side in [0, 1] {
            drop(rt::spawn(rally(side, Arc::clone(&wakers), polls.clone())));
        }
    });
}

#[test]
fn a_task_that_yields_starves_nobody() {
    check(|polls| {
        let polls = polls.clone();
        drop(rt::spawn(async move {
            loop {
                *polls.lock().unwrap() += 1;
                rt::task::yield_now().await;
            }
        }));
    });
}

#[test]
fn a_spawn_from_outside_gets_through_to_a_busy_worker() {
    let runtime = with_workers(1);
    for _ in 0..3 {
        drop(runtime.spawn(greedy(Polls::default())));
    }
    for number in 0..1_000 {
        let (tell, told) = mpsc::channel();
        drop(runtime.spawn(async move { tell.send(number).unwrap() }));
        assert_eq!(told.recv(), Ok(number));
    }
}

#[test]
fn a_timer_gets_through_to_a_busy_worker() {
    let runtime = with_workers(1);
    for _ in 0..3 {
        drop(runtime.spawn(greedy(Polls::default())));
    }
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        rt::time::sleep(Duration::from_millis(5)).await;
        tell.send("fired").unwrap();
    }));
    assert_eq!(told.recv(), Ok("fired"));
}
