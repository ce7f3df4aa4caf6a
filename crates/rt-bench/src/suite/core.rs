//! Benches of spawning, joining, switching and waking.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, mpsc},
};

use super::Work;
use crate::{
    doorbell::Doorbell,
    latch::Latch,
    measure::wrong,
    peer::{Peer, inside},
};

pub(crate) struct SpawnManyLocal;

impl Work for SpawnManyLocal {
    const NAME: &'static str = "spawn_many_local";
    const DOES: &'static str = "200 000 detached spawns from inside a task";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 200_000;
        let latch = Latch::new(TASKS);
        let tasks = latch.clone();
        inside::<P, _>(runtime, async move {
            for _ in 0..TASKS {
                let latch = tasks.clone();
                P::detach(P::spawn(async move { latch.count_down() }));
            }
        });
        latch.wait();
    }
}

pub(crate) struct SpawnManyRemote;

impl Work for SpawnManyRemote {
    const NAME: &'static str = "spawn_many_remote";
    const DOES: &'static str = "200 000 detached spawns from a foreign thread";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 200_000;
        let latch = Latch::new(TASKS);
        for _ in 0..TASKS {
            let latch = latch.clone();
            P::detach(P::spawn_on(runtime, async move { latch.count_down() }));
        }
        latch.wait();
    }
}

pub(crate) struct SpawnJoin;

impl Work for SpawnJoin {
    const NAME: &'static str = "spawn_join";
    const DOES: &'static str = "100 times in a task: spawn 1 000, then await each";

    fn run<P: Peer>(runtime: &P::Runtime) {
        inside::<P, _>(runtime, join_rounds::<P>());
    }
}

/// 100 times: spawns 1 000 tasks and awaits each.
pub(super) async fn join_rounds<P: Peer>() {
    const TASKS: usize = 1_000;
    let mut joins = Vec::with_capacity(TASKS);
    for _ in 0..100 {
        joins.extend((0..TASKS).map(|number| P::spawn(async move { number })));
        for (number, join) in joins.drain(..).enumerate() {
            if P::join(join).await != number {
                wrong("a join returned another task's value");
            }
        }
    }
}

pub(crate) struct YieldMany;

impl Work for YieldMany {
    const NAME: &'static str = "yield_many";
    const DOES: &'static str = "200 tasks that yield 5 000 times each";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 200;
        const YIELDS: usize = 5_000;
        let polls = inside::<P, _>(runtime, async {
            let task = |_| {
                P::spawn(count_polls(async {
                    for _ in 0..YIELDS {
                        P::yield_now().await;
                    }
                }))
            };
            let joins: Vec<_> = (0..TASKS).map(task).collect();
            let mut polls = 0;
            for join in joins {
                polls += P::join(join).await;
            }
            polls
        });
        if polls < TASKS * (YIELDS + 1) {
            wrong("a yield did not go back to the executor");
        }
    }
}

/// Runs `future` and returns how often it was polled.
async fn count_polls(future: impl Future<Output = ()>) -> usize {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(move |cx| {
        polls += 1;
        future.as_mut().poll(cx).map(|()| polls)
    })
    .await
}

pub(crate) struct PingPong;

impl Work for PingPong {
    const NAME: &'static str = "ping_pong";
    const DOES: &'static str =
        "20 000 tasks; each spawns a partner and trades two oneshots with it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 20_000;
        let latch = Latch::new(TASKS);
        let tasks = latch.clone();
        inside::<P, _>(runtime, async move {
            for number in 0..TASKS {
                let latch = tasks.clone();
                P::detach(P::spawn(async move {
                    if ping::<P>(number).await != number + 1 {
                        wrong("a oneshot returned another task's value");
                    }
                    latch.count_down();
                }));
            }
        });
        latch.wait();
    }
}

/// Sends `number` to a new task and returns its answer.
async fn ping<P: Peer>(number: usize) -> usize {
    let (ping_tx, ping_rx) = P::oneshot();
    let (pong_tx, pong_rx) = P::oneshot();
    P::detach(P::spawn(async move {
        let number: usize = P::receive(ping_rx).await;
        P::send(pong_tx, number + 1);
    }));
    P::send(ping_tx, number);
    P::receive(pong_rx).await
}

pub(crate) struct ChainedSpawn;

impl Work for ChainedSpawn {
    const NAME: &'static str = "chained_spawn";
    const DOES: &'static str = "a chain of 100 000 tasks, each spawned by the one before";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let latch = Latch::new(1);
        let last = latch.clone();
        inside::<P, _>(runtime, async move { chain::<P>(100_000, last) });
        latch.wait();
    }
}

/// Spawns the next of `left` tasks; the last one counts down.
fn chain<P: Peer>(left: usize, latch: Arc<Latch>) {
    if left == 0 {
        latch.count_down();
    } else {
        P::detach(P::spawn(async move { chain::<P>(left - 1, latch) }));
    }
}

pub(crate) struct ForkJoin;

impl Work for ForkJoin {
    const NAME: &'static str = "fork_join";
    const DOES: &'static str = "fib(32), a task a call down to fib(12), joined by oneshots";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let sum = inside::<P, _>(runtime, async { P::receive(fork::<P>(32)).await });
        if sum != 2_178_309 {
            wrong("fib(32) is 2178309");
        }
    }
}

/// Computes `fib(n)` in a new task.
fn fork<P: Peer>(n: u32) -> P::Receiver<u64> {
    const SERIAL: u32 = 12;
    let (sender, receiver) = P::oneshot();
    P::detach(P::spawn(async move {
        let sum = if n <= SERIAL {
            fib(n)
        } else {
            let (left, right) = (fork::<P>(n - 1), fork::<P>(n - 2));
            P::receive(left).await + P::receive(right).await
        };
        P::send(sender, sum);
    }));
    receiver
}

fn fib(n: u32) -> u64 {
    if n < 2 { n.into() } else { fib(n - 1) + fib(n - 2) }
}

pub(crate) struct RemoteWake;

impl Work for RemoteWake {
    const NAME: &'static str = "remote_wake";
    const DOES: &'static str =
        "20 000 times: a foreign thread wakes a task and waits for its answer";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const ROUNDS: usize = 20_000;
        let bell = Doorbell::new();
        let heard = bell.clone();
        let (answer, answers) = mpsc::channel();
        P::detach(P::spawn_on(runtime, async move {
            for round in 0..ROUNDS {
                let rings = heard.next(round).await;
                if answer.send(rings).is_err() {
                    return;
                }
            }
        }));
        for round in 1..=ROUNDS {
            bell.ring();
            if answers.recv() != Ok(round) {
                wrong("a wake was lost, or came twice");
            }
        }
    }
}
