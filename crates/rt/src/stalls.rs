//! A thread that tells of tasks which keep their worker from others, while they still do.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rt_core::{ExecutorHandle, StartError, TaskInfo, WorkerMetrics};
use rt_primitive::contain::contain;

/// A task that keeps its worker: it has been in one poll, or one drop, for too long, and is still.
///
/// [`Builder::on_stall`](crate::Builder::on_stall) has an example.
///
/// ```
/// use rt::runtime::Stall;
/// use std::time::Duration;
///
/// let tell = |stall: &Stall| eprintln!("worker {} is busy: {stall}", stall.worker);
/// let limit = Duration::from_millis(200);
/// let runtime = rt::Builder::new_multi_thread().on_stall(limit, tell).build().unwrap();
/// assert_eq!(runtime.block_on(async { 7 }), 7);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stall {
    /// The number of the worker.
    pub worker: usize,
    /// The task that is inside it.
    pub task: TaskInfo,
    /// For how long it has been, at least.
    pub lasts: Duration,
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stall { worker, task, lasts } = self;
        write!(f, "{} has kept worker {worker} for {lasts:.1?}, and still does", task.name)?;
        write!(f, " (spawned at {})", task.spawned_at)
    }
}

/// Told of stalls.
pub(crate) type StallHook = Arc<dyn Fn(&Stall) + Send + Sync>;

/// The thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct StallWatch {
    _end: Sender<()>,
}

/// What a worker had done when it did something last.
#[derive(Clone, Copy)]
struct Standing {
    metrics: WorkerMetrics,
    since: Instant,
    is_told: bool,
}

impl StallWatch {
    /// Looks at the workers twice within `limit`, and calls `hook` once for each stall.
    pub(crate) fn start(
        executor: ExecutorHandle,
        limit: Duration,
        hook: StallHook,
    ) -> Result<StallWatch, StartError> {
        let (end, ended) = mpsc::channel::<()>();
        let watch = move || {
            let mut standings = Vec::new();
            while ended.recv_timeout(limit / 2) == Err(RecvTimeoutError::Timeout) {
                look(&executor, limit, &mut standings, &hook);
            }
        };
        match thread::Builder::new().name("rt-watch".to_owned()).spawn(watch) {
            Ok(_detached) => Ok(StallWatch { _end: end }),
            Err(error) => Err(StartError::Watch(error)),
        }
    }
}

fn look(
    executor: &ExecutorHandle,
    limit: Duration,
    standings: &mut Vec<Standing>,
    hook: &StallHook,
) {
    let (workers, now) = (executor.metrics().workers, Instant::now());
    let known = standings.len();
    let new = workers[known..].iter();
    standings.extend(new.map(|&metrics| Standing { metrics, since: now, is_told: false }));
    for (worker, (standing, metrics)) in standings.iter_mut().zip(workers).enumerate() {
        if !is_still_inside(&standing.metrics, &metrics) {
            *standing = Standing { metrics, since: now, is_told: false };
            continue;
        }
        standing.metrics.busy = metrics.busy;
        let lasts = now - standing.since;
        if standing.is_told || lasts < limit {
            continue;
        }
        let inside = executor.tasks().into_iter().find(|task| task.worker == Some(worker));
        if let Some(task) = inside {
            standing.is_told = true;
            contain(|| hook(&Stall { worker, task, lasts }));
        }
    }
}

/// True if the worker was awake all the while between two looks, and has polled nothing else.
fn is_still_inside(before: &WorkerMetrics, now: &WorkerMetrics) -> bool {
    (before.polls, before.parks) == (now.polls, now.parks) && now.busy > before.busy
}
