//! The list of benches.

mod asyncio;
mod block_on;
mod blocking;
mod channels;
mod core;
mod crates;
mod lateness;
mod locks;
mod many;
mod parked;
mod shapes;
mod time;

pub(crate) use self::parked::{Footprint, TASKS as PARKED_TASKS, weigh, weigh_in_child};
pub(crate) use self::{asyncio::asyncio, crates::channels_of_crates, lateness::lateness};
use crate::{
    measure::{Sample, rep},
    peer::{Peer, Rt, Smol, Tokio},
};

/// A piece of work that any peer can do. It ends the run if the peer did it wrong.
pub(crate) trait Work {
    const NAME: &'static str;
    /// The work in words, for the page.
    const DOES: &'static str;

    fn run<P: Peer>(runtime: &P::Runtime);
}

/// Benches that share a geometric mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Group(pub(crate) &'static str);

const CORE: Group = Group("core");
const BLOCK_ON: Group = Group("block_on");
/// Apart: with no thread to switch to, its ratios are in the hundreds.
const ROUND_TRIP: Group = Group("round_trip");
/// What tokio measures of its own scheduler.
const SHAPES: Group = Group("shapes");
const BLOCKING: Group = Group("blocking");
const TIME: Group = Group("time");
/// One task and its timers.
const TIMERS: Group = Group("timers");
const CHANNELS: Group = Group("channels");
const LOCKS: Group = Group("locks");
/// Many tasks at once, and what may be around one.
const MANY: Group = Group("many");
const MEMORY: Group = Group("memory");

/// An entry of the suite.
pub(crate) struct Bench {
    pub(crate) group: Group,
    pub(crate) name: &'static str,
    pub(crate) does: &'static str,
    pub(crate) kind: Kind,
}

/// How a bench is run.
pub(crate) enum Kind {
    /// By the clock: a rep for each peer, given the number of workers.
    Timed([fn(usize) -> Sample; 3]),
    /// By weight, each peer in a process of its own.
    Weighed,
}

impl Bench {
    fn timed<W: Work>(group: Group) -> Bench {
        let reps = [rep::<W, Rt>, rep::<W, Tokio>, rep::<W, Smol>];
        Bench { group, name: W::NAME, does: W::DOES, kind: Kind::Timed(reps) }
    }

    /// Whether a filter asks for this bench.
    pub(crate) fn matches(&self, filter: &str) -> bool {
        self.name.contains(filter) || self.group.0 == filter
    }
}

/// Every bench, in the order of the table.
pub(crate) fn all() -> Vec<Bench> {
    vec![
        Bench::timed::<core::SpawnManyLocal>(CORE),
        Bench::timed::<core::SpawnManyRemote>(CORE),
        Bench::timed::<core::SpawnJoin>(CORE),
        Bench::timed::<core::YieldMany>(CORE),
        Bench::timed::<core::PingPong>(CORE),
        Bench::timed::<core::ChainedSpawn>(CORE),
        Bench::timed::<core::ForkJoin>(CORE),
        Bench::timed::<core::RemoteWake>(CORE),
        Bench::timed::<block_on::SpawnBlockOn>(BLOCK_ON),
        Bench::timed::<block_on::BlockOnJoin>(BLOCK_ON),
        Bench::timed::<block_on::BlockOnRoundTrip>(ROUND_TRIP),
        Bench::timed::<shapes::BurstFromBlockOn>(SHAPES),
        Bench::timed::<shapes::RemoteIdle>(SHAPES),
        Bench::timed::<shapes::RemoteBusyYields>(SHAPES),
        Bench::timed::<shapes::RemoteBusyChains>(SHAPES),
        Bench::timed::<shapes::RemoteSpawn<2>>(SHAPES),
        Bench::timed::<shapes::RemoteSpawn<8>>(SHAPES),
        Bench::timed::<blocking::BlockingRt>(BLOCKING),
        Bench::timed::<blocking::BlockingMany>(BLOCKING),
        Bench::timed::<time::SleepFire>(TIME),
        Bench::timed::<time::TimeoutUnfired>(TIME),
        Bench::timed::<time::TimerReset>(TIMERS),
        Bench::timed::<time::TimersLive>(TIMERS),
        Bench::timed::<time::IntervalTick>(TIMERS),
        Bench::timed::<channels::QueueSpsc>(CHANNELS),
        Bench::timed::<channels::QueueMpsc>(CHANNELS),
        Bench::timed::<channels::Oneshot>(CHANNELS),
        Bench::timed::<channels::Watch<10>>(CHANNELS),
        Bench::timed::<channels::Watch<1000>>(CHANNELS),
        Bench::timed::<channels::Broadcast<10>>(CHANNELS),
        Bench::timed::<channels::Broadcast<1000>>(CHANNELS),
        Bench::timed::<locks::MutexUncontended>(LOCKS),
        Bench::timed::<locks::MutexContended>(LOCKS),
        Bench::timed::<locks::SemaphoreContended>(LOCKS),
        Bench::timed::<locks::ReadersAndWriters<100>>(LOCKS),
        Bench::timed::<locks::ReadersAndWriters<4>>(LOCKS),
        Bench::timed::<locks::NotifyPingPong>(LOCKS),
        Bench::timed::<locks::CondvarSlot>(LOCKS),
        Bench::timed::<locks::BarrierRounds>(LOCKS),
        Bench::timed::<many::GroupOfMany>(MANY),
        Bench::timed::<many::GatherOfMany>(MANY),
        Bench::timed::<many::Regions>(MANY),
        Bench::timed::<many::TimeoutReady>(MANY),
        Bench::timed::<many::ListOfMany>(MANY),
        Bench { group: MEMORY, name: parked::NAME, does: parked::DOES, kind: Kind::Weighed },
    ]
}
