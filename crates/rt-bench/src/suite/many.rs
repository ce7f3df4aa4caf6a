//! Benches of many tasks: groups, regions, timeouts, and the list of all.

use std::{future::ready, time::Duration};

use super::Work;
use crate::{
    latch::Latch,
    measure::wrong,
    peer::{Peer, inside},
};

/// The children of a group.
const TASKS: usize = 100_000;

const LIMIT: Duration = Duration::from_secs(10);

pub(crate) struct GroupOfMany;

impl Work for GroupOfMany {
    const NAME: &'static str = "group_100k";
    const DOES: &'static str =
        "a group of 100 000 children, awaited; tokio: `JoinSet`, smol: `join_all` of futures";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let sum = inside::<P, _>(runtime, P::group(TASKS));
        if sum != (0..TASKS).sum() {
            wrong("a group lost a child's value");
        }
    }
}

pub(crate) struct GatherOfMany;

impl Work for GatherOfMany {
    const NAME: &'static str = "gather_100k";
    const DOES: &'static str =
        "the values of 100 000 tasks in their order; tokio: `JoinSet`, smol: `join_all` of futures";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let values = inside::<P, _>(runtime, P::gather(TASKS));
        if !values.into_iter().eq(0..TASKS) {
            wrong("values were gathered in another order");
        }
    }
}

pub(crate) struct Regions;

impl Work for Regions {
    const NAME: &'static str = "region";
    const DOES: &'static str = "100 tasks that put 5 000 times a region, which could be cancelled, \
                                over one yield; tokio and smol: `Abortable` of futures";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let latch = Latch::new(100);
        let tasks = latch.clone();
        inside::<P, _>(runtime, async move {
            for _ in 0..100 {
                let latch = tasks.clone();
                P::detach(P::spawn(async move {
                    for _ in 0..5_000 {
                        P::region(P::yield_now()).await;
                    }
                    latch.count_down();
                }));
            }
        });
        latch.wait();
    }
}

pub(crate) struct TimeoutReady;

impl Work for TimeoutReady {
    const NAME: &'static str = "timeout_ready";
    const DOES: &'static str = "one task that puts 1 000 000 times a timeout over what is ready";

    fn run<P: Peer>(runtime: &P::Runtime) {
        inside::<P, _>(runtime, async {
            for number in 0..1_000_000 {
                if P::timeout(LIMIT, ready(number)).await != Some(number) {
                    wrong("a timeout of 10 s fired");
                }
            }
        });
    }
}

pub(crate) struct ListOfMany;

impl Work for ListOfMany {
    const NAME: &'static str = "list_100k";
    const DOES: &'static str = "100 000 tasks that wait are listed 20 times, and let go; tokio and \
                                smol: a locked map that each task enters";

    fn run<P: Peer>(runtime: &P::Runtime) {
        inside::<P, _>(runtime, async {
            let roll = P::roll();
            let (mut ends, mut tasks) = (Vec::new(), Vec::new());
            for _ in 0..TASKS {
                let (end, ended) = P::oneshot::<()>();
                ends.push(end);
                tasks.push(P::spawn(P::enrolled(&roll, P::receive(ended))));
            }
            for _ in 0..20 {
                if P::list(&roll) != TASKS {
                    wrong("a task is missing in the list");
                }
            }
            ends.into_iter().for_each(|end| P::send(end, ()));
            for task in tasks {
                P::join(task).await;
            }
        });
    }
}
