//! What the tasks of a round do: one of everything, in random order.

use std::future::Future;
use std::hint::black_box;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use rt::task::{JoinError, JoinHandle, yield_now};
use rt::time::{sleep, timeout};

use crate::bell::{Bell, Errand};
use crate::random::Random;

/// More than a worker's deque holds, so that half of it moves to the injector.
const BURST_MAX: u64 = 2_500;

/// What every party of a round has.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) handle: rt::Handle,
    /// Each future holds a clone, so the count tells how many are left.
    pub(crate) token: Arc<()>,
    pub(crate) detached: Arc<Detached>,
    pub(crate) errands: Sender<Errand>,
    /// The runtime outlives every party, so that each task must come to its own end.
    pub(crate) is_calm: bool,
}

/// Tasks that nobody joins.
#[derive(Default)]
pub(crate) struct Detached {
    spawned: AtomicU64,
    ended: AtomicU64,
}

impl Detached {
    pub(crate) fn all_ended(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `end`: who is counted as ended was counted
        // as spawned before.
        let ended = self.ended.load(Ordering::Acquire);
        // ORDERING: Relaxed; whoever spawns here has ended, or is counted as not ended itself.
        let spawned = self.spawned.load(Ordering::Relaxed);
        assert!(ended <= spawned, "{ended} of {spawned} tasks ended: one ran twice");
        ended == spawned
    }

    fn begin(&self) {
        // ORDERING: Relaxed; a count.
        self.spawned.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {
        // ORDERING: Release; pairs with the Acquire in `all_ended`.
        self.ended.fetch_add(1, Ordering::Release);
    }
}

impl Scene {
    pub(crate) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let token = self.token.clone();
        self.handle.spawn(async move {
            let output = future.await;
            drop(token);
            output
        })
    }

    pub(crate) fn spawn_detached(&self, future: impl Future<Output = ()> + Send + 'static) {
        let detached = self.detached.clone();
        detached.begin();
        drop(self.spawn(async move {
            future.await;
            detached.end();
        }));
    }

    pub(crate) fn spawn_small(&self, yields: u64) {
        self.spawn_detached(async move {
            for _ in 0..yields {
                yield_now().await;
            }
        });
    }

    /// The value of a task that nobody aborts; `None` when the runtime was shut down first.
    fn value<T>(&self, joined: Result<T, JoinError>) -> Option<T> {
        match joined {
            Ok(value) => Some(value),
            Err(error) if self.is_calm => panic!("a task nobody aborted gave {error}"),
            Err(_) => None,
        }
    }
}

/// Does some random things one after the other.
///
/// What waits for more than a task is spawned: the runtime may be shut down under a `block_on`.
pub(crate) async fn act(scene: Scene, mut random: Random) {
    for _ in 0..=random.below(12) {
        let own = random.split();
        match random.below(11) {
            0 => grow_tree(&scene, own).await,
            1 => spawn_burst(&scene, own),
            2 => abort_one(&scene, own).await,
            3 => hear_bell(&scene, own).await,
            4 => play_ping_pong(&scene, own).await,
            5 => hand_handle_over(&scene, own).await,
            6 => catch_panic(&scene).await,
            7 => carry_load(&scene, own).await,
            8 => wait_for_time(&scene, own).await,
            9 => (0..random.below(20)).for_each(|_| scene.spawn_small(random.below(3))),
            _ => yield_now().await,
        }
    }
}

async fn grow_tree(scene: &Scene, mut random: Random) {
    let (depth, width) = (random.below(5), 1 + random.below(4));
    let tasks = tree(scene.clone(), depth, width).await;
    let expected: u64 = (0..=depth).map(|level| width.pow(level as u32)).sum();
    assert!(!scene.is_calm || tasks == expected, "{tasks} tasks of {expected}");
}

/// How many tasks there are in a tree of them.
fn tree(scene: Scene, depth: u64, width: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if depth == 0 {
            return 1;
        }
        let branch = |_| scene.spawn(tree(scene.clone(), depth - 1, width));
        let branches: Vec<_> = (0..width).map(branch).collect();
        let mut tasks = 1;
        for branch in branches {
            tasks += scene.value(branch.await).unwrap_or(0);
        }
        tasks
    })
}

fn spawn_burst(scene: &Scene, mut random: Random) {
    for _ in 0..random.below(BURST_MAX) {
        scene.spawn_small(random.below(2));
    }
}

async fn abort_one(scene: &Scene, mut random: Random) {
    let kind = random.below(4);
    let victim = scene.spawn(async move {
        match kind {
            0 => std::future::pending().await,
            1 => sleep(Duration::from_secs(3_600)).await,
            2 => loop {
                yield_now().await;
            },
            _ => yield_now().await,
        }
    });
    for _ in 0..random.below(3) {
        yield_now().await;
    }
    match random.below(3) {
        0 => drop(scene.errands.send(Errand::Abort(victim.abort_handle()))),
        1 => {
            let handle = victim.abort_handle();
            drop(scene.spawn(async move { handle.abort() }));
        }
        _ => victim.abort(),
    }
    if random.one_in(4) {
        // Nobody looks; the abort must go through all the same.
        return;
    }
    if let Err(error) = victim.await {
        assert!(error.is_cancelled() || !scene.is_calm, "an aborted task gave {error}");
    }
}

async fn hear_bell(scene: &Scene, mut random: Random) {
    let times = 1 + random.below(4);
    let bell = Arc::new(Bell::default());
    let listener = scene.spawn({
        let bell = bell.clone();
        async move { bell.wait(times).await }
    });
    for _ in 0..times {
        // Fails only once the round is over.
        let _ = scene.errands.send(Errand::Ring(bell.clone()));
    }
    scene.value(listener.await);
}

async fn play_ping_pong(scene: &Scene, mut random: Random) {
    let (ping, pong) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
    let turns = random.below(50);
    let other = scene.spawn({
        let (ping, pong) = (ping.clone(), pong.clone());
        async move {
            for turn in 1..=turns {
                ping.wait(turn).await;
                pong.ring();
            }
        }
    });
    let one = scene.spawn(async move {
        for turn in 1..=turns {
            ping.ring();
            pong.wait(turn).await;
        }
    });
    scene.value(one.await);
    scene.value(other.await);
}

async fn hand_handle_over(scene: &Scene, mut random: Random) {
    let number = random.number();
    let mut task = scene.spawn(async move { number });
    for _ in 0..random.below(4) {
        let scene_of_next = scene.clone();
        task = scene.spawn(async move { scene_of_next.value(task.await).unwrap_or(number) });
    }
    assert_eq!(scene.value(task.await).unwrap_or(number), number);
}

async fn catch_panic(scene: &Scene) {
    // Not `panic!`: it would be reported, and this one is part of the game.
    let task = scene.spawn(async { resume_unwind(Box::new("part of the game")) });
    let error = task.await.map(|never: ()| never).unwrap_err();
    assert!(error.is_panic() || !scene.is_calm, "a task that panicked gave {error}");
}

/// A future that is too large for a slot.
async fn carry_load(scene: &Scene, mut random: Random) {
    let mark = random.number();
    let task = scene.spawn(async move {
        let load = black_box([mark; 500]);
        yield_now().await;
        load.iter().all(|&word| word == mark)
    });
    assert!(scene.value(task.await).unwrap_or(true), "a future changed while it waited");
}

async fn wait_for_time(scene: &Scene, mut random: Random) {
    let micros = Duration::from_micros(random.below(3_000));
    let task = scene.spawn(async move {
        sleep(micros).await;
        timeout(micros, std::future::pending::<()>()).await.is_err()
    });
    assert!(scene.value(task.await).unwrap_or(true), "`pending` ended");
}
