//! Jobs in processes: what they return, and what is told of those that fail.

mod crashes;
mod ends;
mod entries;
mod hostile;
mod hosts;
mod limits;
mod moments;
mod payloads;
mod places;
mod scarcity;
mod soak;
mod starts;

use std::time::{Duration, Instant};

use rt::pool::{ProcessPool, ProcessPoolBuilder};

/// A pool of this many workers that keeps what they say to itself, and may lose many.
fn quiet(workers: usize) -> ProcessPoolBuilder {
    let pool = ProcessPool::builder().workers(workers).forward_stderr(false);
    pool.restart_budget(1_000, Duration::from_secs(1))
}

/// Lets other things happen until it is so; a minute is too long.
async fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "not so after a minute: {what}");
        rt::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Whether there is a process of this number that is not dead.
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

#[test]
fn a_function_runs_in_another_process() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let pid = pool.run(std::process::id, ()).await.unwrap();
        assert_ne!(pid, std::process::id());
        let text = pool.run(|a: u32, b: String| format!("{a}{b}"), (1, "x".to_owned())).await;
        assert_eq!(text.unwrap(), "1x");
        assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid, "the worker was kept");
    });
}

/// Sends when it is woken.
struct Ring(std::sync::mpsc::Sender<()>);

impl std::task::Wake for Ring {
    fn wake(self: std::sync::Arc<Self>) {
        let _ = self.0.send(());
    }
}

#[test]
fn it_works_on_another_executor() {
    let pool = quiet(1).build().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut job = pool.run(|n: u32| n + 1, (1,));
    let waker = std::sync::Arc::new(Ring(sender)).into();
    let mut cx = std::task::Context::from_waker(&waker);
    let result = loop {
        match Future::poll(std::pin::Pin::new(&mut job), &mut cx) {
            std::task::Poll::Ready(result) => break result,
            std::task::Poll::Pending => receiver.recv().unwrap(),
        }
    };
    assert_eq!(result.unwrap(), 2);
}
