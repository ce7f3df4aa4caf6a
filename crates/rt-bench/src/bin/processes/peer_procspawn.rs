//! The measures on procspawn's pool, whose handles block the thread that joins them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Measure;

/// A pool of two processes.
pub(crate) struct Procspawn {
    pool: procspawn::Pool,
}

fn pool() -> procspawn::Pool {
    procspawn::Pool::new(2).expect("a pool")
}

impl Procspawn {
    pub(crate) fn new() -> Procspawn {
        let theirs = Procspawn { pool: pool() };
        theirs.run(Measure::Throughput);
        theirs
    }

    pub(crate) fn run(&self, measure: Measure) -> Duration {
        let (pool, jobs) = (&self.pool, measure.jobs());
        let bytes = vec![1_u8; 1 << 20];
        let start = Instant::now();
        match measure {
            Measure::Latency => {
                for _ in 0..jobs {
                    pool.spawn((), |()| ()).join().expect("nothing");
                }
            }
            Measure::Throughput => {
                let mut flying = VecDeque::new();
                for _ in 0..jobs {
                    flying.push_back(pool.spawn((), |()| ()));
                    if flying.len() == 64 {
                        flying.pop_front().expect("64 fly").join().expect("nothing");
                    }
                }
                flying.into_iter().for_each(|job| job.join().expect("nothing"));
            }
            Measure::Bytes => {
                for _ in 0..jobs {
                    let back = pool.spawn(bytes.clone(), |bytes| bytes).join();
                    assert_eq!(back.expect("bytes").len(), 1 << 20);
                }
            }
            Measure::Panics => {
                for _ in 0..jobs {
                    let panic = pool.spawn((), |()| -> u32 { panic!("on purpose") }).join();
                    assert!(panic.expect_err("a panic").is_panic());
                }
            }
            Measure::Start => {
                for _ in 0..jobs {
                    let pool = self::pool();
                    pool.spawn((), |()| ()).join().expect("nothing");
                    pool.kill();
                }
            }
        }
        start.elapsed()
    }
}
