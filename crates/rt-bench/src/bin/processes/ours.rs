//! The measures on rt's pool, awaited in a runtime with two workers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rt::pool::{Blob, ProcessPool};

use crate::Measure;

/// A runtime and a pool.
pub(crate) struct Ours {
    runtime: rt::Runtime,
    pool: ProcessPool,
}

fn pool() -> ProcessPool {
    ProcessPool::builder().workers(2).forward_stderr(false).build().expect("a pool")
}

fn empty() {}

impl Ours {
    pub(crate) fn new() -> Ours {
        let runtime = rt::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
        let ours = Ours { runtime, pool: pool() };
        ours.run(Measure::Throughput);
        ours
    }

    pub(crate) fn run(&self, measure: Measure) -> Duration {
        let (pool, jobs) = (&self.pool, measure.jobs());
        self.runtime.block_on(async {
            let bytes = Blob::from(vec![1; 1 << 20]);
            let start = Instant::now();
            match measure {
                Measure::Latency => {
                    for _ in 0..jobs {
                        pool.run(empty, ()).await.expect("nothing");
                    }
                }
                Measure::Throughput => {
                    let mut flying = VecDeque::new();
                    for _ in 0..jobs {
                        flying.push_back(rt::spawn(pool.run(empty, ())));
                        if flying.len() == 64 {
                            let first = flying.pop_front().expect("64 fly");
                            first.await.expect("no panic").expect("nothing");
                        }
                    }
                    for job in flying {
                        job.await.expect("no panic").expect("nothing");
                    }
                }
                Measure::Bytes => {
                    for _ in 0..jobs {
                        let back = pool.run(|bytes: Blob| bytes, (bytes.clone(),)).await;
                        assert_eq!(back.expect("bytes").len(), 1 << 20);
                    }
                }
                Measure::Panics => {
                    for _ in 0..jobs {
                        let error = pool.run(|| -> u32 { panic!("on purpose") }, ()).await;
                        assert!(error.expect_err("a panic").as_panic().is_some());
                    }
                }
                Measure::Start => {
                    for _ in 0..jobs {
                        let pool = self::pool();
                        pool.run(empty, ()).await.expect("nothing");
                    }
                }
            }
            start.elapsed()
        })
    }
}
