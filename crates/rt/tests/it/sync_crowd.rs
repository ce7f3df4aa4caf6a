//! A crowd that puts and takes, and is cut off at random: what goes in comes out, once.

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::BuildHasher;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use rt::sync::{Mutex, Queue, mpmc, mpsc};
use rt::task::{JoinHandle, yield_now};

use crate::sync_programs::patient;

const EACH: usize = 8;
/// Put in at the end, one for each who takes.
const LAST: usize = usize::MAX;

/// Something that numbers are put in and taken from.
trait Way: Send + Sync + 'static {
    fn put(&self, number: usize) -> impl Future<Output = ()> + Send;
    fn take(&self) -> impl Future<Output = usize> + Send;
}

impl Way for Queue<usize> {
    async fn put(&self, number: usize) {
        Queue::put(self, number).await.unwrap();
    }

    async fn take(&self) -> usize {
        self.get().await.unwrap()
    }
}

impl Way for (mpmc::Sender<usize>, mpmc::Receiver<usize>) {
    async fn put(&self, number: usize) {
        self.0.send(number).await.unwrap();
    }

    async fn take(&self) -> usize {
        self.1.recv().await.unwrap()
    }
}

/// The one receiver is behind a lock, which is waited for as well.
impl Way for (mpsc::Sender<usize>, Mutex<mpsc::Receiver<usize>>) {
    async fn put(&self, number: usize) {
        match number % 3 {
            0 => self.0.send(number).await.unwrap(),
            1 => self.0.reserve().await.unwrap().send(number),
            _ => {
                let room = self.0.max_capacity().min(2);
                // The second one goes back.
                let mut permits = self.0.reserve_many(room).await.unwrap();
                permits.next().unwrap().send(number);
            }
        }
    }

    async fn take(&self) -> usize {
        self.1.lock().await.recv().await.unwrap()
    }
}

/// Numbers of a stream, which is told by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Mostly none; else so many polls, after which a wait is given up.
    fn patience(&mut self) -> Option<u8> {
        (self.below(8) == 0).then(|| self.below(3) as u8)
    }
}

/// What all share.
struct Crowd<W> {
    way: W,
    /// The number that each puts in next.
    next: [AtomicUsize; EACH],
    /// How many numbers each puts in.
    count: usize,
    /// How often each number was taken.
    taken: Vec<AtomicU8>,
}

impl<W: Way> Crowd<W> {
    /// Puts its numbers in, from where it was cut off before: what was cut off was not put in.
    async fn put(self: Arc<Self>, who: usize, mut random: Random) {
        loop {
            let number = self.next[who].load(Ordering::Relaxed);
            if number == self.count {
                return;
            }
            let put = self.way.put(who * self.count + number);
            if patient(random.patience(), put).await.is_some() {
                self.next[who].store(number + 1, Ordering::Relaxed);
            }
        }
    }

    async fn take(self: Arc<Self>, mut random: Random) {
        loop {
            let take = pin!(self.way.take());
            match patient(random.patience(), take).await {
                Some(LAST) => return,
                Some(number) => {
                    let before = self.taken[number].fetch_add(1, Ordering::Relaxed);
                    assert_eq!(before, 0, "{number} came out twice");
                }
                None => {}
            }
        }
    }

    /// Starts the one of this number: those who put come first.
    fn start(self: &Arc<Self>, who: usize, seed: u64) -> JoinHandle<()> {
        let (crowd, random) = (self.clone(), Random(seed ^ (who as u64) << 32));
        match who {
            0..EACH => rt::spawn(crowd.put(who, random)),
            _ => rt::spawn(crowd.take(random)),
        }
    }
}

/// Runs a crowd, some of which is aborted and begins anew all the time.
async fn run<W: Way>(way: W, count: usize, seed: u64) {
    let taken = (0..EACH * count).map(|_| AtomicU8::new(0)).collect();
    let crowd = Arc::new(Crowd { way, next: Default::default(), count, taken });
    let mut random = Random(seed);
    let mut tasks: Vec<_> = (0..2 * EACH).map(|who| crowd.start(who, seed)).collect();
    while !tasks[..EACH].iter().all(JoinHandle::is_finished) {
        let who = random.below(2 * EACH as u64) as usize;
        tasks[who].abort();
        match (&mut tasks[who]).await {
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // It may have been about to end; who puts finds that out by itself.
            _ => tasks[who] = crowd.start(who, seed.wrapping_add(random.below(u64::MAX))),
        }
        for _ in 0..random.below(200) {
            yield_now().await;
        }
    }
    for _ in 0..EACH {
        crowd.way.put(LAST).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    let lost = crowd.taken.iter().position(|taken| taken.load(Ordering::Relaxed) == 0);
    assert_eq!(lost, None, "a number was lost");
}

/// Runs a crowd through the way that `make` makes for each capacity.
fn check<W: Way>(capacities: &[usize], make: impl Fn(usize) -> W) {
    let seed = RandomState::new().hash_one(0);
    println!("seed {seed}");
    let is_long = std::env::var_os("RT_SOAK_SECONDS").is_some();
    let count = if is_long { 1_000_000 / EACH } else { 3_000 };
    for &capacity in capacities {
        let start = std::time::Instant::now();
        let runtime = crate::with_workers(4);
        runtime.block_on(run(make(capacity), count, seed));
        println!("capacity {capacity}: {:.1} s", start.elapsed().as_secs_f64());
    }
}

#[test]
fn a_soak_of_a_crowd_at_a_queue_loses_and_doubles_nothing() {
    check(&[1, 3, 100], Queue::bounded);
}

#[test]
fn a_soak_of_a_crowd_with_many_receivers_loses_and_doubles_nothing() {
    check(&[0, 1, 3, 100], mpmc::channel);
}

#[test]
fn a_soak_of_a_crowd_with_one_receiver_loses_and_doubles_nothing() {
    check(&[1, 3, 100], |capacity| {
        let (sender, receiver) = mpsc::channel(capacity);
        (sender, Mutex::new(receiver))
    });
}
