//! A task that is always ready starves nobody. Polls are counted, not time.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use rt::task::yield_now;

use crate::with_workers;

/// How often the victim wants a turn.
const TURNS: u64 = 1_000;

/// Most polls that others may have between two turns of the victim.
const GAP_MAX: u64 = 20;

/// Most polls after which a task that came from outside is taken.
const INJECTOR_WAIT_MAX: u64 = 64;

/// A poll that is long for a worker.
const LONG_POLL: Duration = Duration::from_micros(300);

/// Most of these after which a task that came from outside is taken.
const LONG_POLLS_MAX: u64 = 8;

/// Most polls between two turns of the victim while tasks flood in from outside: what a deque
/// holds, and what comes first of each batch meanwhile.
const FLOOD_GAP_MAX: u64 = 1_100;

/// Most leaf futures that a task finds ready in one poll.
const READY_MAX: u64 = 128;

pub(crate) type Polls = Arc<Mutex<u64>>;

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
pub(crate) async fn rally(side: usize, wakers: Arc<Mutex<[Option<Waker>; 2]>>, polls: Polls) {
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

/// Takes its turns beside what `start` spawned; returns the most polls between two of them.
async fn victim(polls: Polls) -> u64 {
    let mut gap_max = 0;
    for _ in 0..TURNS {
        let before = *polls.lock().unwrap();
        yield_now().await;
        gap_max = gap_max.max(*polls.lock().unwrap() - before);
    }
    gap_max
}

/// Runs `start` and the victim on one thread: inside `block_on`, and on a worker.
fn check(gap_max: u64, start: impl Fn(&Polls) + Clone + Send + 'static) {
    let polls = Polls::default();
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    let gap = runtime.block_on(async {
        start(&polls);
        rt::spawn(victim(polls.clone())).await.unwrap()
    });
    assert!(gap <= gap_max, "in block_on: {gap} polls between two turns");

    // This thread waits in a channel: inside `block_on` it would run tasks as well.
    let polls = Polls::default();
    let runtime = with_workers(1);
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        start(&polls);
        tell.send(rt::spawn(victim(polls)).await.unwrap()).unwrap();
    }));
    let gap = told.recv().unwrap();
    assert!(gap <= gap_max, "on a worker: {gap} polls between two turns");
}

#[test]
fn a_task_that_wakes_itself_starves_nobody() {
    check(GAP_MAX, |polls| drop(rt::spawn(greedy(polls.clone()))));
}

#[test]
fn a_pair_that_wakes_each_other_starves_nobody() {
    check(GAP_MAX, |polls| {
        let wakers = Arc::default();
        for side in [0, 1] {
            drop(rt::spawn(rally(side, Arc::clone(&wakers), polls.clone())));
        }
    });
}

#[test]
fn a_task_that_yields_starves_nobody() {
    check(GAP_MAX, |polls| {
        let polls = polls.clone();
        drop(rt::spawn(async move {
            loop {
                *polls.lock().unwrap() += 1;
                yield_now().await;
            }
        }));
    });
}

#[test]
fn a_task_that_finds_everything_ready_starves_nobody() {
    check(READY_MAX, |ready| {
        let ready = ready.clone();
        drop(rt::spawn(async move {
            loop {
                let handles: Vec<_> = (0..1_000).map(|_| rt::spawn(async {})).collect();
                while !handles.iter().all(rt::task::JoinHandle::is_finished) {
                    yield_now().await;
                }
                for handle in handles {
                    handle.await.unwrap();
                    *ready.lock().unwrap() += 1;
                }
            }
        }));
    });
}

/// While all are quick, the other worker leaves them alone; it comes once one of them takes long.
///
/// Mutants: pace.all_are_quick
#[test]
fn a_worker_that_slows_down_is_helped() {
    let runtime = with_workers(2);
    let (said, heard) = mpsc::channel();
    let is_asked = Arc::new(AtomicBool::new(false));
    for _ in 0..3 {
        let (said, is_asked) = (said.clone(), is_asked.clone());
        drop(runtime.spawn(async move {
            loop {
                if is_asked.swap(false, Ordering::AcqRel) {
                    said.send(()).unwrap();
                }
                yield_now().await;
            }
        }));
    }
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move {
        for _ in 0..100 {
            for _ in 0..2_000 {
                yield_now().await;
            }
            is_asked.store(true, Ordering::Release);
            // Keeps the worker inside this poll until another task has had a turn.
            heard.recv().unwrap();
        }
        tell.send(()).unwrap();
    }));
    told.recv().unwrap();
}

/// A timer fires while its worker is busy with a task that yields: that one is queued behind what
/// the timer wakes, and another worker is told of it.
///
/// Mutants: look.tells_nobody
#[test]
fn a_task_behind_one_that_a_timer_woke_is_run_by_another_worker() {
    let runtime = with_workers(2);
    let (said, heard) = mpsc::channel();
    let is_asked = Arc::new(AtomicBool::new(false));
    let asked = is_asked.clone();
    drop(runtime.spawn(async move {
        loop {
            if asked.swap(false, Ordering::AcqRel) && said.send(()).is_err() {
                return;
            }
            yield_now().await;
        }
    }));
    let task = runtime.spawn(async move {
        for _ in 0..50 {
            rt::time::sleep(Duration::from_millis(2)).await;
            is_asked.store(true, Ordering::Release);
            // Keeps the worker inside this poll until the other task has had a turn.
            heard.recv().unwrap();
        }
    });
    task.join_blocking(None).unwrap().unwrap();
}

#[test]
fn a_flood_from_outside_starves_nobody() {
    /// Most tasks of the flood that wait, so that it needs no more memory than this.
    const WAITING_MAX: u64 = 10_000;

    let (polls, runtime) = (Polls::default(), with_workers(1));
    let (tell, told) = mpsc::channel();
    let of_victim = polls.clone();
    drop(runtime.spawn(async move { tell.send(victim(of_victim).await).unwrap() }));
    let mut poured = 0;
    let gap = loop {
        match told.try_recv() {
            Ok(gap) => break gap,
            Err(mpsc::TryRecvError::Disconnected) => panic!("the victim is gone"),
            Err(mpsc::TryRecvError::Empty) => {}
        }
        if poured - *polls.lock().unwrap() < WAITING_MAX {
            poured += 1;
            let polls = polls.clone();
            drop(runtime.spawn(async move { *polls.lock().unwrap() += 1 }));
        }
    };
    assert!(gap <= FLOOD_GAP_MAX, "{gap} polls between two turns");
}

/// How many polls others have between a spawn from outside and the first poll of its task.
///
/// The spawn is made while the worker is held inside a poll, so that none is made in between.
fn injector_wait(runtime: &rt::Runtime, polls: &Polls) -> u64 {
    let (inside, held) = mpsc::channel();
    let (release, released) = mpsc::channel();
    drop(runtime.spawn(async move {
        inside.send(()).unwrap();
        released.recv().unwrap();
    }));
    held.recv().unwrap();
    let before = *polls.lock().unwrap();
    let (tell, told) = mpsc::channel();
    let polls = polls.clone();
    drop(runtime.spawn(async move { tell.send(*polls.lock().unwrap()).unwrap() }));
    release.send(()).unwrap();
    told.recv().unwrap() - before
}

#[test]
fn a_task_from_outside_waits_a_bounded_number_of_polls() {
    let (runtime, polls) = (with_workers(1), Polls::default());
    for _ in 0..3 {
        drop(runtime.spawn(greedy(polls.clone())));
    }
    let wakers = Arc::default();
    for side in [0, 1] {
        drop(runtime.spawn(rally(side, Arc::clone(&wakers), polls.clone())));
    }
    for _ in 0..TURNS {
        let wait = injector_wait(&runtime, &polls);
        assert!(wait <= INJECTOR_WAIT_MAX, "{wait} polls before a task from outside had its turn");
    }
}

/// A worker whose polls are long looks outside sooner than after 61 of them.
///
/// Mutants: lookout.keeps_its_pace
#[test]
fn a_task_from_outside_waits_for_few_long_polls() {
    let (runtime, polls) = (with_workers(1), Polls::default());
    for _ in 0..2 {
        let polls = polls.clone();
        drop(runtime.spawn(async move {
            loop {
                let start = Instant::now();
                while start.elapsed() < LONG_POLL {}
                *polls.lock().unwrap() += 1;
                yield_now().await;
            }
        }));
    }
    // The first waits tell the worker how long its turns are.
    let waits: Vec<u64> = (0..20).map(|_| injector_wait(&runtime, &polls)).collect();
    let wait = *waits[10..].iter().max().unwrap();
    assert!(wait <= LONG_POLLS_MAX, "{wait} polls before a task from outside had its turn");
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
