//! The channels of other crates, which their users run on any executor: all on ours.

use std::time::{Duration, Instant};

use ::{rt::sync as ours, smol::channel as async_channel, tokio::sync as tokios};

use crate::{
    measure::{warm, wrong},
    peer::{Peer, Rt, inside},
    report::spread,
    spread::Spread,
    watchdog::Watchdog,
};

const CAPACITY: usize = 128;

/// Values of one rep, from all producers together.
const VALUES: usize = 500_000;

/// A bounded channel with one receiver.
trait Line {
    const NAME: &'static str;
    type Sender: Clone + Send + 'static;
    type Receiver: Send + 'static;

    fn line() -> (Self::Sender, Self::Receiver);
    fn put(sender: &Self::Sender, value: usize) -> impl Future<Output = bool> + Send;
    fn get(receiver: &mut Self::Receiver) -> impl Future<Output = Option<usize>> + Send;
}

macro_rules! line {
    ($line:ident, $name:literal, $make:path, $($end:ident)::+, $put:ident, $get:ident) => {
        enum $line {}

        impl Line for $line {
            const NAME: &'static str = $name;
            type Sender = $($end)::+::Sender<usize>;
            type Receiver = $($end)::+::Receiver<usize>;

            fn line() -> (Self::Sender, Self::Receiver) {
                $make(CAPACITY)
            }

            async fn put(sender: &Self::Sender, value: usize) -> bool {
                sender.$put(value).await.is_ok()
            }

            async fn get(receiver: &mut Self::Receiver) -> Option<usize> {
                receiver.$get().await.into_iter().next()
            }
        }
    };
}

line!(OursMpsc, "rt mpsc", ours::mpsc::channel, ours::mpsc, send, recv);
line!(OursMpmc, "rt mpmc", ours::mpmc::channel, ours::mpmc, send, recv);
line!(TokioMpsc, "tokio mpsc", tokios::mpsc::channel, tokios::mpsc, send, recv);
line!(AsyncChannel, "async-channel", async_channel::bounded, async_channel, send, recv);
line!(Flume, "flume", flume::bounded, flume, send_async, recv_async);

/// kanal has types of their own for senders and receivers that wait in tasks.
enum Kanal {}

impl Line for Kanal {
    const NAME: &'static str = "kanal";
    type Sender = kanal::AsyncSender<usize>;
    type Receiver = kanal::AsyncReceiver<usize>;

    fn line() -> (Self::Sender, Self::Receiver) {
        kanal::bounded_async(CAPACITY)
    }

    async fn put(sender: &Self::Sender, value: usize) -> bool {
        sender.send(value).await.is_ok()
    }

    async fn get(receiver: &mut Self::Receiver) -> Option<usize> {
        receiver.recv().await.ok()
    }
}

/// What the values take with so many workers and producers.
type Rep = fn(usize, usize) -> Duration;

/// A table of what 500 000 values through each channel take, in milliseconds.
pub(crate) fn channels_of_crates(workers: usize, reps: usize) -> String {
    let lines: [(&str, Rep); 6] = [
        (OursMpsc::NAME, rep::<OursMpsc>),
        (OursMpmc::NAME, rep::<OursMpmc>),
        (TokioMpsc::NAME, rep::<TokioMpsc>),
        (AsyncChannel::NAME, rep::<AsyncChannel>),
        (Flume::NAME, rep::<Flume>),
        (Kanal::NAME, rep::<Kanal>),
    ];
    let mut times: [[Vec<f64>; 2]; 6] = Default::default();
    for number in 0..=reps {
        for (line, times) in lines.iter().zip(&mut times) {
            for (producers, times) in [1, 10].into_iter().zip(times) {
                let time = line.1(workers, producers);
                // The first rep warms caches and pages.
                if number > 0 {
                    times.push(1e3 * time.as_secs_f64());
                }
            }
        }
    }
    let mut table = format!(
        "{VALUES} values through room for {CAPACITY}, every channel on rt, in ms, workers \
         {workers}\n\n| channel | 1 producer | 10 producers |\n|---|--:|--:|\n"
    );
    for ((name, _), [one, ten]) in lines.iter().zip(&times) {
        let (one, ten) = (Spread::of(one.iter().copied()), Spread::of(ten.iter().copied()));
        table += &format!("| {name} | {} | {} |\n", spread(one), spread(ten));
    }
    table
}

/// What it takes to send all values from so many producers to one consumer.
fn rep<L: Line>(workers: usize, producers: usize) -> Duration {
    let _watchdog = Watchdog::new(format!("{} with {producers} producers", L::NAME));
    let runtime = Rt::start(workers);
    warm::<Rt>(&runtime);
    let start = Instant::now();
    let count = inside::<Rt, _>(&runtime, async move {
        let (sender, mut receiver) = L::line();
        for _ in 0..producers {
            let sender = sender.clone();
            Rt::detach(Rt::spawn(async move {
                for value in 0..VALUES / producers {
                    if !L::put(&sender, value).await {
                        wrong("a channel has lost its receiver");
                    }
                }
            }));
        }
        drop(sender);
        let mut count = 0;
        while L::get(&mut receiver).await.is_some() {
            count += 1;
        }
        count
    });
    if count != VALUES {
        wrong("a channel lost or doubled a value");
    }
    start.elapsed()
}
