//! Benches of jobs that block, which have threads of their own.

use super::Work;
use crate::{
    measure::wrong,
    peer::{Peer, inside},
};

pub(crate) struct BlockingRt;

impl Work for BlockingRt {
    const NAME: &'static str = "blocking_rt";
    const DOES: &'static str = "20 000 blocking jobs from a task, one after another";

    fn run<P: Peer>(runtime: &P::Runtime) {
        inside::<P, _>(runtime, async {
            for number in 0..20_000_u32 {
                if P::spawn_blocking(move || number).await != number {
                    wrong("a job returned another's value");
                }
            }
        });
    }
}

pub(crate) struct BlockingMany;

impl Work for BlockingMany {
    const NAME: &'static str = "blocking_many";
    const DOES: &'static str = "20 times in a task: 2 000 blocking jobs at once, then await each";

    fn run<P: Peer>(runtime: &P::Runtime) {
        inside::<P, _>(runtime, async {
            for _ in 0..20 {
                let jobs: Vec<_> =
                    (0..2_000_u32).map(|number| P::spawn_blocking(move || number)).collect();
                for (number, job) in (0..).zip(jobs) {
                    if job.await != number {
                        wrong("a job returned another's value");
                    }
                }
            }
        });
    }
}
