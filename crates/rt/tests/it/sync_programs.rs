//! Random programs of tasks that share one thing do what a plain reference says.
//!
//! A program is a few lists of operations, one a task, and a list of what becomes of the tasks
//! meanwhile. It runs on a deterministic runtime, whose seed is part of the program. There one poll
//! happens at a time, so the reference can be asked before each poll of a wait whether it is over.
//! Whenever every task waits, none of them may wait for what it was given: else a wake was lost.

mod broadcasts;
mod line;
mod locks;
mod many_ends;
mod market;
mod meetings;
mod offers;
mod one_receiver;
mod permits;
mod queues;
mod signals;
mod values;

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use proptest::collection::vec;
use proptest::prelude::*;
use rt::task::JoinHandle;
use rt::testing::settle;
use rt::time::{Duration, sleep};

const MILLISECOND: Duration = Duration::from_millis(1);

/// What a task does next; each thing that is tried reads the numbers in its own way.
#[derive(Clone, Debug)]
struct Op {
    kind: usize,
    amount: usize,
    /// It gives the wait up after so many polls.
    patience: Option<u8>,
    /// It keeps what it got for so long.
    holds_ms: u64,
}

/// What becomes of a task, a number chooses which.
#[derive(Clone, Debug)]
enum Fate {
    GoesOn,
    IsAborted(usize),
    IsCancelled(usize),
}

#[derive(Clone, Debug)]
struct Program {
    seed: u64,
    /// Permits, parties, capacity: whatever the thing has a number of.
    size: usize,
    tasks: Vec<Vec<Op>>,
    fates: Vec<Fate>,
}

/// A thing that tasks share, together with its reference.
trait Subject: Send + Sync + 'static {
    /// What a task has of it.
    type Part: Send + 'static;

    fn new(size: usize) -> Self;
    fn part(self: &Arc<Self>) -> Self::Part;
    /// Every task has its part.
    fn start(&self) {}
    /// Does one operation, and compares it with the reference.
    fn run(part: &mut Self::Part, op: &Op) -> impl Future<Output = ()> + Send;
    /// Every task waits: nobody may wait for what it was given.
    fn check_settled(&self);
    /// Every task is gone: nothing may be kept by what is gone.
    fn check_end(&self);
}

/// The plain reference of those who wait.
trait Reference {
    /// What someone waits for.
    type Ask: Copy;
    /// What it is told at the end.
    type Told;

    /// Someone comes; its number.
    fn come(&mut self, ask: Self::Ask) -> u64;
    fn is_over(&mut self, who: u64) -> bool;
    /// Its wait is over, and it takes what it was given.
    fn end(&mut self, who: u64) -> Self::Told;
    /// It gives up, maybe with what it was given.
    fn give_up(&mut self, who: u64);
}

/// A wait for `ask`, which is compared with the reference at each poll, and at its end or drop.
async fn compared<R: Reference, F: Future>(
    reference: &Mutex<R>,
    ask: R::Ask,
    wait: F,
) -> (R::Told, F::Output) {
    /// Tells the reference once the wait has been dropped.
    struct Place<'a, R: Reference>(&'a Mutex<R>, Option<u64>);

    impl<R: Reference> Drop for Place<'_, R> {
        fn drop(&mut self) {
            if let Some(who) = self.1.filter(|_| !std::thread::panicking()) {
                locked(self.0).give_up(who);
            }
        }
    }

    let mut place = Place(reference, None);
    // Dropped before its place.
    let mut wait = pin!(wait);
    std::future::poll_fn(|cx| {
        let who = *place.1.get_or_insert_with(|| locked(reference).come(ask));
        let is_over = locked(reference).is_over(who);
        let polled = wait.as_mut().poll(cx);
        assert_eq!(polled.is_ready(), is_over, "whether {who} may go on");
        polled.map(|output| {
            place.1 = None;
            (locked(reference).end(who), output)
        })
    })
    .await
}

/// Awaits `wait`, for so many polls; the next one gives it up, though it may be over by then.
pub(crate) async fn patient<F: Future>(patience: Option<u8>, wait: F) -> Option<F::Output> {
    let mut wait = pin!(wait);
    let mut left = patience;
    std::future::poll_fn(|cx| {
        if left == Some(0) {
            return Poll::Ready(None);
        }
        let polled = wait.as_mut().poll(cx).map(Some);
        if let Some(left) = &mut left {
            *left -= 1;
            cx.waker().wake_by_ref();
        }
        polled
    })
    .await
}

/// A value whose drop is told to the reference.
struct Held<T, F: FnOnce()>(Option<(T, F)>);

impl<T, F: FnOnce()> Held<T, F> {
    fn new(value: T, then: F) -> Self {
        Held(Some((value, then)))
    }

    fn value(&mut self) -> &mut T {
        &mut self.0.as_mut().expect("it is taken out with the whole").0
    }

    /// The value, whose drop is told to nobody.
    fn into_value(mut self) -> T {
        self.0.take().expect("it is taken out with the whole").0
    }
}

impl<T, F: FnOnce()> Drop for Held<T, F> {
    fn drop(&mut self) {
        if let Some((value, then)) = self.0.take() {
            drop(value);
            if !std::thread::panicking() {
                then();
            }
        }
    }
}

/// The lock of a reference. That another task has failed meanwhile is reported by that task.
fn locked<R>(reference: &Mutex<R>) -> MutexGuard<'_, R> {
    reference.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For so long a task keeps what it has.
async fn hold(op: &Op) {
    match op.holds_ms {
        0 => {}
        1 => rt::task::yield_now().await,
        more => sleep(MILLISECOND * (more - 1) as u32).await,
    }
}

fn run<S: Subject>(program: &Program) {
    let mut builder = rt::Builder::new_deterministic(program.seed);
    let runtime = builder.worker_threads(3).build().unwrap();
    runtime.block_on(async {
        let subject = Arc::new(S::new(program.size));
        let start = |ops: &Vec<Op>| {
            let (mut part, ops) = (S::part(&subject), ops.clone());
            rt::spawn(async move {
                for op in &ops {
                    S::run(&mut part, op).await;
                }
            })
        };
        let tasks: Vec<JoinHandle<()>> = program.tasks.iter().map(start).collect();
        subject.start();
        for fate in &program.fates {
            match *fate {
                Fate::GoesOn => settle().await,
                Fate::IsAborted(which) => tasks[which % tasks.len()].abort(),
                Fate::IsCancelled(which) => {
                    tasks[which % tasks.len()].cancel();
                }
            }
            settle().await;
            subject.check_settled();
            sleep(MILLISECOND).await;
        }
        for task in tasks {
            task.abort();
            match task.await {
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                _ => {}
            }
        }
        subject.check_end();
    });
}

fn program() -> impl Strategy<Value = Program> {
    let patience = prop_oneof![2 => Just(None), 1 => (0..4_u8).prop_map(Some)];
    let op = (0..64_usize, 0..4_usize, patience, 0..4_u64)
        .prop_map(|(kind, amount, patience, holds_ms)| Op { kind, amount, patience, holds_ms });
    let fate = prop_oneof![
        3 => Just(Fate::GoesOn),
        1 => any::<usize>().prop_map(Fate::IsAborted),
        1 => any::<usize>().prop_map(Fate::IsCancelled),
    ];
    (any::<u64>(), 0..4_usize, vec(vec(op, 0..12), 1..6), vec(fate, 1..12))
        .prop_map(|(seed, size, tasks, fates)| Program { seed, size, tasks, fates })
}

/// Declares a test: random programs that share one kind of thing.
macro_rules! programs {
    ($(fn $name:ident($subject:ty);)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
            $(
                #[test]
                fn $name(program in program()) {
                    run::<$subject>(&program);
                }
            )*
        }
    };
}

programs! {
    fn a_mutex_is_had_in_turn(locks::Lock);
    fn readers_and_writers_take_turns(locks::ReadersAndWriter);
    fn permits_go_to_those_who_came_first(permits::Permits);
    fn a_borrower_has_one_token(permits::Tokens);
    fn one_at_a_time_makes_a_value(permits::Once);
    fn an_event_tells_all_who_waited(signals::Flag);
    fn a_notification_is_taken_or_kept(signals::Bell);
    fn a_condition_notifies_the_oldest(meetings::Condition);
    fn a_barrier_lets_rounds_go(meetings::Meeting);
    fn a_queue_gives_the_oldest_item(queues::First);
    fn a_lifo_queue_gives_the_newest_item(queues::Last);
    fn a_priority_queue_gives_the_least_item(queues::Least);
    fn many_receivers_share_what_is_sent(many_ends::Channel);
    fn one_receiver_gets_what_is_sent(one_receiver::Channel);
    fn an_offer_is_answered_once(offers::Offers);
    fn a_watch_shows_the_latest(values::Latest);
    fn a_broadcast_reaches_all(broadcasts::All);
}
