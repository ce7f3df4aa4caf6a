//! Prints each poll of a small program as `worker start end task`, in microseconds.
//!
//! `cargo xtask timeline` draws it.

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rt::runtime::Instrument;
use rt::task::{Builder, TaskRef};
use rt::time::{Duration, sleep};

const WORKERS: usize = 2;

struct Poll {
    worker: usize,
    task: String,
    start: Instant,
    end: Option<Instant>,
}

#[derive(Default)]
struct Recorder(Mutex<Vec<Poll>>);

impl Instrument for Recorder {
    fn poll_started(&self, worker: usize, task: &TaskRef) {
        let task = task.name().into_owned();
        self.0.lock().unwrap().push(Poll { worker, task, start: Instant::now(), end: None });
    }

    fn poll_ended(&self, worker: usize, _: &TaskRef) {
        let end = Some(Instant::now());
        let mut polls = self.0.lock().unwrap();
        polls.iter_mut().rfind(|poll| poll.worker == worker).unwrap().end = end;
    }
}

fn compute(rounds: u64) {
    black_box((0..rounds).fold(1_u64, |sum, n| black_box(sum ^ n).wrapping_mul(3)));
}

async fn part(number: u64) {
    compute(100_000 * (1 + number % 3));
    sleep(Duration::from_millis(1)).await;
    compute(50_000);
}

/// A task that starts twelve others, which compute, sleep, and compute again.
async fn fan_out() {
    let parts: Vec<_> = (0..12)
        .map(|number| Builder::new().name(format!("part {number}")).spawn(part(number)))
        .collect();
    for part in parts {
        part.await.unwrap();
    }
}

fn main() {
    let recorder = Arc::new(Recorder::default());
    let mut builder = rt::Builder::new_multi_thread();
    let runtime = builder.worker_threads(WORKERS).instrument(recorder.clone()).build().unwrap();
    let root = Builder::new().name("fan-out").spawn_on(runtime.handle(), fan_out());
    root.join_blocking(None).unwrap().unwrap();
    drop(runtime);

    let polls = recorder.0.lock().unwrap();
    let begin = polls[0].start;
    for poll in polls.iter() {
        let micros = |at: Instant| at.duration_since(begin).as_micros();
        let end = micros(poll.end.unwrap());
        println!("{} {} {end} {}", poll.worker, micros(poll.start), poll.task);
    }
}
