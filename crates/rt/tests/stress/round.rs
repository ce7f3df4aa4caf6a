//! One round: a runtime, what is going on in it, and its end.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use rt::task::yield_now;

use crate::bell::run_errands;
use crate::mix::{Detached, Scene, act};
use crate::random::Random;

/// Enough from outside that the injector is taken from in batches, and freed slots are used again.
const OUTSIDE_MAX: u64 = 3_000;

/// When set, each round is that of a current-thread runtime.
const ALONE_VARIABLE: &str = "RT_STRESS_CURRENT_THREAD";

/// How the runtime ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// When everything in it has come to its end.
    Calm,
    /// With tasks in every state, and threads outside that go on spawning.
    Dropped,
    Background,
    DroppedInsideAsync,
}

/// Plays the round that this seed decides, as far as a seed decides anything among threads.
pub(crate) fn play(seed: u64) {
    rt_primitive::perturb::reseed(seed);
    let mut random = Random::new(seed);
    let ending = match random.below(8) {
        0 => Ending::Dropped,
        1 => Ending::Background,
        2 => Ending::DroppedInsideAsync,
        _ => Ending::Calm,
    };
    let runtime = start(&mut random);
    let token = Arc::new(());
    thread::scope(|scope| {
        let (errands, sent) = mpsc::channel();
        let own = random.split();
        scope.spawn(move || run_errands(&sent, own));
        let scene = Scene {
            handle: runtime.handle().clone(),
            token: token.clone(),
            detached: Arc::new(Detached::default()),
            errands,
            is_calm: ending == Ending::Calm,
        };
        let outsiders: Vec<_> = (0..random.below(3))
            .map(|_| {
                let (scene, own) = (scene.clone(), random.split());
                scope.spawn(move || act_outside(&scene, own))
            })
            .collect();
        runtime.block_on(act(scene.clone(), random.split()));
        if ending == Ending::Calm {
            outsiders.into_iter().for_each(|outsider| outsider.join().unwrap());
            runtime.block_on(async {
                while !scene.detached.all_ended() {
                    yield_now().await;
                }
            });
        }
        end(runtime, ending);
    });
    // The workers of a runtime that nobody waits for drop their tasks a little later.
    while matches!(ending, Ending::Background | Ending::DroppedInsideAsync)
        && Arc::strong_count(&token) > 1
    {
        thread::yield_now();
    }
    assert_eq!(Arc::strong_count(&token), 1, "a future is left");
}

fn start(random: &mut Random) -> rt::Runtime {
    let is_alone = random.one_in(8) || std::env::var_os(ALONE_VARIABLE).is_some();
    let mut builder = match is_alone {
        true => rt::Builder::new_current_thread(),
        false => rt::Builder::new_multi_thread(),
    };
    builder.worker_threads(1 + random.below(4) as usize).build().unwrap()
}

/// What a thread does that is none of the runtime's.
fn act_outside(scene: &Scene, mut random: Random) {
    for _ in 0..=random.below(4) {
        match random.below(3) {
            0 => scene.spawn_detached(act(scene.clone(), random.split())),
            // A shutdown does not end what waits in the heap of a thread that is inside `block_on`,
            // so it may only be inside while the runtime lives.
            1 if scene.is_calm => scene.handle.block_on(act(scene.clone(), random.split())),
            _ => (0..random.below(OUTSIDE_MAX)).for_each(|_| scene.spawn_small(0)),
        }
    }
}

fn end(runtime: rt::Runtime, ending: Ending) {
    match ending {
        Ending::Calm | Ending::Dropped => drop(runtime),
        Ending::Background => runtime.shutdown_background(),
        Ending::DroppedInsideAsync => {
            let other = rt::Builder::new_current_thread().build().unwrap();
            other.block_on(async { drop(runtime) });
        }
    }
}
