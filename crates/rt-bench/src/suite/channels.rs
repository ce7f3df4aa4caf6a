//! Benches of values that go from task to task.

use super::Work;
use crate::{
    measure::wrong,
    peer::{Peer, inside},
    round::Round,
};

const CAPACITY: usize = 128;

pub(crate) struct QueueSpsc;

impl Work for QueueSpsc {
    const NAME: &'static str = "queue_spsc";
    const DOES: &'static str = "500 000 values from one task to another, through room for 128";

    fn run<P: Peer>(runtime: &P::Runtime) {
        send_through::<P>(runtime, 1, 500_000);
    }
}

pub(crate) struct QueueMpsc;

impl Work for QueueMpsc {
    const NAME: &'static str = "queue_mpsc";
    const DOES: &'static str = "10 tasks send 50 000 values each to one, through room for 128";

    fn run<P: Peer>(runtime: &P::Runtime) {
        send_through::<P>(runtime, 10, 50_000);
    }
}

/// So many producers send so many values each to one consumer.
fn send_through<P: Peer>(runtime: &P::Runtime, producers: usize, values: usize) {
    let sum = inside::<P, _>(runtime, async move {
        let (sender, mut receiver) = P::queue(CAPACITY);
        for _ in 0..producers {
            let sender = sender.clone();
            P::detach(P::spawn(async move {
                for value in 0..values {
                    P::put(&sender, value).await;
                }
            }));
        }
        drop(sender);
        let mut sum = 0;
        while let Some(value) = P::get(&mut receiver).await {
            sum += value;
        }
        sum
    });
    if sum != producers * (values * (values - 1) / 2) {
        wrong("a channel lost or doubled a value");
    }
}

pub(crate) struct Oneshot;

impl Work for Oneshot {
    const NAME: &'static str = "oneshot";
    const DOES: &'static str = "1 000 000 times in a task: make a oneshot, send, receive";

    fn run<P: Peer>(runtime: &P::Runtime) {
        inside::<P, _>(runtime, async {
            for number in 0..1_000_000_usize {
                let (sender, receiver) = P::oneshot();
                P::send(sender, number);
                if P::receive(receiver).await != number {
                    wrong("a oneshot returned another value");
                }
            }
        });
    }
}

pub(crate) struct Watch<const RECEIVERS: usize>;

impl Work for Watch<10> {
    const NAME: &'static str = "watch_10";
    const DOES: &'static str = "20 000 times: a number is set, and each of 10 tasks sees it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        watch::<P>(runtime, 10, 20_000);
    }
}

impl Work for Watch<1000> {
    const NAME: &'static str = "watch_1000";
    const DOES: &'static str = "200 times: a number is set, and each of 1 000 tasks sees it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        watch::<P>(runtime, 1_000, 200);
    }
}

/// Sets a number so many times, each time until so many tasks have seen it.
fn watch<P: Peer>(runtime: &P::Runtime, receivers: usize, values: usize) {
    inside::<P, _>(runtime, async move {
        let (sender, receiver) = P::watch();
        let (round, mut ended) = Round::<P>::new(receivers);
        for _ in 0..receivers {
            let (mut receiver, round) = (receiver.clone(), round.clone());
            P::detach(P::spawn(async move {
                for value in 1..=values {
                    if P::changed(&mut receiver).await != value {
                        wrong("a watch showed another value");
                    }
                    round.is_done_by_one().await;
                }
            }));
        }
        for value in 1..=values {
            P::set(&sender, value);
            P::get(&mut ended).await;
        }
    });
}

pub(crate) struct Broadcast<const RECEIVERS: usize>;

impl Work for Broadcast<10> {
    const NAME: &'static str = "broadcast_10";
    const DOES: &'static str = "20 000 times: a value is sent, and each of 10 tasks receives it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        broadcast::<P>(runtime, 10, 20_000);
    }
}

impl Work for Broadcast<1000> {
    const NAME: &'static str = "broadcast_1000";
    const DOES: &'static str = "200 times: a value is sent, and each of 1 000 tasks receives it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        broadcast::<P>(runtime, 1_000, 200);
    }
}

/// Sends so many values, each once so many tasks have received the one before.
fn broadcast<P: Peer>(runtime: &P::Runtime, receivers: usize, values: usize) {
    inside::<P, _>(runtime, async move {
        let (round, mut ended) = Round::<P>::new(receivers);
        let (sender, receivers) = P::broadcast(16, receivers);
        for mut receiver in receivers {
            let round = round.clone();
            P::detach(P::spawn(async move {
                for value in 0..values {
                    if P::hear(&mut receiver).await != value {
                        wrong("a broadcast lost a value");
                    }
                    round.is_done_by_one().await;
                }
            }));
        }
        for value in 0..values {
            P::tell(&sender, value);
            P::get(&mut ended).await;
        }
    });
}
