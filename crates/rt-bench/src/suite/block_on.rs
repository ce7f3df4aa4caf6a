//! Benches of work that starts in `block_on`, as most programs do.

use super::{Work, core::join_rounds};
use crate::{latch::Latch, measure::wrong, peer::Peer};

pub(crate) struct SpawnBlockOn;

impl Work for SpawnBlockOn {
    const NAME: &'static str = "spawn_block_on";
    const DOES: &'static str = "200 000 detached spawns from block_on, whose thread then sleeps";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 200_000;
        let latch = Latch::new(TASKS);
        P::block_on(runtime, async {
            for _ in 0..TASKS {
                let latch = latch.clone();
                P::detach(P::spawn(async move { latch.count_down() }));
            }
            latch.wait();
        });
    }
}

pub(crate) struct BlockOnJoin;

impl Work for BlockOnJoin {
    const NAME: &'static str = "block_on_join";
    const DOES: &'static str = "100 times in block_on: spawn 1 000, then await each";

    fn run<P: Peer>(runtime: &P::Runtime) {
        P::block_on(runtime, join_rounds::<P>());
    }
}

pub(crate) struct BlockOnRoundTrip;

impl Work for BlockOnRoundTrip {
    const NAME: &'static str = "block_on_rt";
    const DOES: &'static str = "20 000 times in block_on: spawn one task and await it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        P::block_on(runtime, async {
            for number in 0..20_000_usize {
                if P::join(P::spawn(async move { number })).await != number {
                    wrong("a join returned another task's value");
                }
            }
        });
    }
}
