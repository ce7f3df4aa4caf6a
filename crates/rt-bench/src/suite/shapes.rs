//! The shapes of tokio's own benches of its scheduler, in our words.

use std::{
    hint,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rt_primitive::atomic::{AtomicBool, Ordering};

use super::Work;
use crate::{latch::Latch, measure::wrong, peer::Peer};

/// How long a busy task keeps its worker at a time.
const STALL: Duration = Duration::from_micros(10);

pub(crate) struct BurstFromBlockOn;

impl Work for BurstFromBlockOn {
    const NAME: &'static str = "burst_block_on";
    const DOES: &'static str =
        "20 times: 10 000 detached spawns from block_on, whose thread sleeps until they have run";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 10_000;
        for _ in 0..20 {
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
}

pub(crate) struct RemoteIdle;

impl Work for RemoteIdle {
    const NAME: &'static str = "remote_idle";
    const DOES: &'static str =
        "10 times: 10 000 spawns from a foreign thread, which then awaits each in block_on";

    fn run<P: Peer>(runtime: &P::Runtime) {
        (0..10).for_each(|_| spawn_and_await::<P>(runtime, 10_000));
    }
}

pub(crate) struct RemoteBusyYields;

impl Work for RemoteBusyYields {
    const NAME: &'static str = "remote_busy1";
    const DOES: &'static str =
        "the same 10 times, while 8 tasks stall for 10 µs and yield, again and again";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let busy = Busy::new(8);
        for _ in 0..8 {
            let busy = busy.clone();
            P::detach(P::spawn_on(runtime, async move {
                while busy.goes_on() {
                    stall();
                    P::yield_now().await;
                }
            }));
        }
        (0..10).for_each(|_| spawn_and_await::<P>(runtime, 10_000));
        busy.stop();
    }
}

pub(crate) struct RemoteBusyChains;

impl Work for RemoteBusyChains {
    const NAME: &'static str = "remote_busy2";
    const DOES: &'static str =
        "20 times: 1 000 spawns from a foreign thread, awaited, beside 4 chains that stall";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let busy = Busy::new(4);
        for _ in 0..4 {
            let busy = busy.clone();
            P::detach(P::spawn_on(runtime, async move { stalling_chain::<P>(busy) }));
        }
        (0..20).for_each(|_| spawn_and_await::<P>(runtime, 1_000));
        busy.stop();
    }
}

/// Stalls, and spawns the next of an endless chain.
fn stalling_chain<P: Peer>(busy: Arc<Busy>) {
    stall();
    if busy.goes_on() {
        P::detach(P::spawn(async move { stalling_chain::<P>(busy) }));
    }
}

pub(crate) struct RemoteSpawn<const THREADS: usize>;

impl Work for RemoteSpawn<2> {
    const NAME: &'static str = "remote_spawn_2";
    const DOES: &'static str =
        "10 times: 12 800 detached spawns from 2 foreign threads, until all ran";

    fn run<P: Peer>(runtime: &P::Runtime) {
        spawn_from_threads::<P>(runtime, 2);
    }
}

impl Work for RemoteSpawn<8> {
    const NAME: &'static str = "remote_spawn_8";
    const DOES: &'static str = "the same from 8 foreign threads";

    fn run<P: Peer>(runtime: &P::Runtime) {
        spawn_from_threads::<P>(runtime, 8);
    }
}

/// 10 times: spawns 12 800 tasks from so many threads at once, and waits until all have run.
fn spawn_from_threads<P: Peer>(runtime: &P::Runtime, threads: usize) {
    const TASKS: usize = 12_800;
    for _ in 0..10 {
        let latch = Latch::new(TASKS);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..TASKS / threads {
                        let latch = latch.clone();
                        P::detach(P::spawn_on(runtime, async move { latch.count_down() }));
                    }
                });
            }
        });
        latch.wait();
    }
}

/// Spawns tasks from the calling thread, which then awaits each in `block_on`.
fn spawn_and_await<P: Peer>(runtime: &P::Runtime, tasks: usize) {
    let spawn = |number| P::spawn_on(runtime, async move { number });
    let joins: Vec<_> = (0..tasks).map(spawn).collect();
    P::block_on(runtime, async {
        for (number, join) in joins.into_iter().enumerate() {
            if P::join(join).await != number {
                wrong("a join returned another task's value");
            }
        }
    });
}

/// Keeps the processor for [`STALL`].
fn stall() {
    let start = Instant::now();
    while start.elapsed() < STALL {
        hint::spin_loop();
    }
}

/// Tasks that go on until they are told to stop.
struct Busy {
    // [A] Set once.
    stopped: AtomicBool,
    // [C] Opens when the last has stopped.
    latch: Arc<Latch>,
}

impl Busy {
    fn new(tasks: usize) -> Arc<Busy> {
        Arc::new(Busy { stopped: AtomicBool::new(false), latch: Latch::new(tasks) })
    }

    /// Asked by each task before it goes on; the task ends when the answer is false.
    fn goes_on(&self) -> bool {
        // ORDERING: Relaxed; nothing is published with it.
        let stopped = self.stopped.load(Ordering::Relaxed);
        if stopped {
            self.latch.count_down();
        }
        !stopped
    }

    /// Stops the tasks, and waits until they have.
    fn stop(&self) {
        // ORDERING: Relaxed; as above.
        self.stopped.store(true, Ordering::Relaxed);
        self.latch.wait();
    }
}
