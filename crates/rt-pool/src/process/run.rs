//! The future of a job in another process.

mod entrance;

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::sync::Arc;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{Content, EncodeError, Encoded};
use super::courier::HERE_MAX;
use super::deck::{PoolCore, Teller};
use super::roster::Brief;
use super::ticket::{Call, Handoff, Ticket};
use crate::job_error::{CancelledBy, JobError};
use entrance::{Entrance, write_and_submit};

/// A job for another process; await it for its result.
///
/// Nothing happens before the first poll. When the queue is full it waits for room, in the order of
/// the first polls.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use std::time::Duration;
///
/// fn endless() -> u32 {
///     while !rt_pool::worker::is_cancelled() {}
///     0
/// }
/// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
/// let job = pool.run(endless, ());
/// let job = job.timeout(Duration::from_millis(20)).grace(Duration::from_millis(500));
/// assert!(job.await.unwrap_err().is_timeout());
///
/// let job = pool.run(|n: u32| n + 1, (1,));
/// let job = job.queue_timeout(Duration::from_secs(60)).retries(1);
/// assert_eq!(job.await.unwrap(), 2);
/// # });
/// ```
///
/// # Panics
///
/// When it is polled after its result was taken.
///
/// # Cancel safety
///
/// A drop takes the job back. If it waits it leaves the queue; if it runs it is told, and its
/// process is killed when the grace is over, see [`Run::grace`].
#[must_use = "a job does nothing unless it is awaited"]
pub struct Run<A, T> {
    core: Arc<PoolCore>,
    site: &'static Location<'static>,
    call: Call,
    brief: Brief,
    phase: RunPhase<A, T>,
    /// The job, from when it is sent to when this is dropped.
    ticket: Option<Arc<Ticket>>,
    ran_for: Duration,
    result: PhantomData<fn() -> T>,
}

enum RunPhase<A, T> {
    /// Not polled yet.
    New(A),
    /// Waits for room in the queue, under this number.
    Lobby(A, u64),
    /// Waits for its turn, or runs.
    Sent,
    /// A result that is large is read by the courier.
    Reading(Arc<Handoff<Result<T, JobError>>>),
    /// It failed before it was sent.
    Failed(JobError),
    Over,
}

/// Nothing in it is pinned.
impl<A, T> Unpin for Run<A, T> {}

impl<A, T> Run<A, T> {
    pub(super) fn new(
        core: Arc<PoolCore>,
        call: Call,
        args: A,
        brief: Brief,
        site: &'static Location<'static>,
    ) -> Run<A, T> {
        Run {
            core,
            site,
            call,
            brief,
            phase: RunPhase::New(args),
            ticket: None,
            ran_for: Duration::ZERO,
            result: PhantomData,
        }
    }

    /// How long the job may run. Its time begins when it is handed to a process, not before. When
    /// it is up the error comes at once; the process is killed when the grace is over.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let endless = pool.run(|| -> u32 { loop { std::thread::yield_now() } }, ());
    /// assert!(endless.timeout(Duration::from_millis(5)).await.unwrap_err().is_timeout());
    /// # });
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.brief.timeout = Some(timeout);
        self
    }

    /// How long the job may wait for a process.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_pool::{JobError, JobPhase, ProcessPool};
    /// use std::time::Duration;
    ///
    /// let pool = ProcessPool::builder().workers(1).build().unwrap();
    /// let impatient = pool.run(|| 1, ()).queue_timeout(Duration::ZERO);
    /// let error = impatient.await.unwrap_err(); // no process was there at once
    /// assert!(matches!(error, JobError::TimedOut { phase: JobPhase::Queue, .. }));
    /// # });
    /// ```
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.brief.queue_timeout = Some(timeout);
        self
    }

    /// How long a job that is no longer wanted has to end by itself; then its process is killed. A
    /// job learns of it from [`worker::is_cancelled`](crate::worker::is_cancelled).
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let polite = pool.run(|| while !rt_pool::worker::is_cancelled() {}, ());
    /// let polite = polite.timeout(Duration::from_millis(5)).grace(Duration::from_secs(10));
    /// assert!(polite.await.unwrap_err().is_timeout());
    /// assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1);
    /// assert_eq!(pool.stats().started, 1); // the process was not killed
    /// # });
    /// ```
    pub fn grace(mut self, grace: Duration) -> Self {
        self.brief.grace = grace;
        self
    }

    /// How long it ran, once its result is there.
    pub(super) fn ran_for(&self) -> Duration {
        self.ran_for
    }

    fn sent(&self) -> &Arc<Ticket> {
        self.ticket.as_ref().expect("a job that was sent has a ticket")
    }

    /// How often the job may be tried again when its process dies. It then runs more than once, so
    /// it must do no harm by that. A job that kills two processes is not tried again, unless the
    /// pool allows more: see
    /// [`ProcessPoolBuilder::kills_max`](crate::ProcessPoolBuilder::kills_max).
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let fatal = pool.run(|| -> u32 { std::process::exit(3) }, ()).retries(1);
    /// assert!(fatal.await.is_err());
    /// assert_eq!(pool.stats().retried, 1);
    /// # });
    /// ```
    pub fn retries(mut self, retries: u32) -> Self {
        self.brief.retries = retries;
        self
    }
}

impl<A: DeserializeOwned, T> Run<A, T> {
    /// The arguments, read from what was sent.
    pub(super) fn arguments(&self) -> Option<A> {
        let packet = self.ticket.as_ref()?.payload.get()?.try_clone().ok()?;
        Content::open(packet, u64::MAX).ok()?.decode(self.call.head.len()).ok()
    }
}

impl<A: Serialize + Send + 'static, T: DeserializeOwned + Send + 'static> Run<A, T> {
    /// Sends the job now, if there is room. The arguments come back if there is none.
    pub(super) fn send_now(mut self) -> Result<Run<A, T>, A> {
        if let RunPhase::New(args) = std::mem::replace(&mut self.phase, RunPhase::Over) {
            self.phase = self.enter(args, None);
        }
        match std::mem::replace(&mut self.phase, RunPhase::Over) {
            RunPhase::New(args) | RunPhase::Lobby(args, _) => Err(args),
            phase => {
                self.phase = phase;
                Ok(self)
            }
        }
    }

    /// Writes the arguments and sends them, if there is room.
    fn enter(&mut self, args: A, lobby_id: Option<u64>) -> RunPhase<A, T> {
        if self.core.is_of_another_process() {
            let last = "this process is a fork of the one that made the pool".to_owned();
            return RunPhase::Failed(JobError::Broken { attempts: 0, last });
        }
        let stay = |args| match lobby_id {
            Some(id) => RunPhase::Lobby(args, id),
            None => RunPhase::New(args),
        };
        let reserved = self.core.tell(Teller::Loop, |deck, _, _| {
            let has_room = deck.has_room(lobby_id);
            if has_room {
                deck.entering += 1;
                lobby_id.map(|id| deck.lobby.remove(&id));
            }
            has_room.then(|| deck.next_id())
        });
        let Some(id) = reserved else { return stay(args) };
        let entrance = Entrance::new(&self.core);
        let ticket = Arc::new(Ticket::new(id, self.call.clone()));
        let brief = self.brief.clone();
        match Encoded::new(self.call.head.clone(), &args, HERE_MAX) {
            Ok(encoded) if encoded.len() <= HERE_MAX => match encoded.pack() {
                Ok(packet) => entrance.submit(&ticket, packet, brief),
                Err(why) => return RunPhase::Failed(JobError::Encode(why)),
            },
            Err(EncodeError::Serde(why)) => return RunPhase::Failed(JobError::Encode(why)),
            Ok(_) | Err(EncodeError::TooLong) => {
                let ticket = Arc::clone(&ticket);
                self.core.courier.send(move || write_and_submit(entrance, &ticket, &args, brief));
            }
        }
        self.ticket = Some(ticket);
        RunPhase::Sent
    }

    /// Reads a result, here if it is small.
    fn read(&self, content: Content) -> RunPhase<A, T> {
        let handoff = Arc::new(Handoff::for_this_runtime());
        let place = Arc::clone(&handoff);
        self.core.courier.send(move || {
            let read = catch_unwind(AssertUnwindSafe(|| content.decode::<T>(0)));
            let read = read.unwrap_or_else(|_| Err("its reader panicked".to_owned()));
            place.give(read.map_err(JobError::Decode)).serve();
        });
        RunPhase::Reading(handoff)
    }
}

impl<A, T> Future for Run<A, T>
where
    A: Serialize + Send + 'static,
    T: DeserializeOwned + Send + 'static,
{
    type Output = Result<T, JobError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(poll_budget(cx));
        loop {
            let this = &mut *self;
            this.phase = match std::mem::replace(&mut this.phase, RunPhase::Over) {
                RunPhase::New(args) => match this.enter(args, None) {
                    RunPhase::New(args) => RunPhase::Lobby(
                        args,
                        this.core.tell(Teller::Loop, |deck, _, _| deck.next_id()),
                    ),
                    phase => phase,
                },
                RunPhase::Lobby(args, id) => {
                    // In line before the look, so that room that comes after it wakes this task.
                    this.core
                        .tell(Teller::Loop, |deck, _, _| deck.lobby.insert(id, cx.waker().clone()));
                    match this.enter(args, Some(id)) {
                        RunPhase::Lobby(args, id) => {
                            this.phase = RunPhase::Lobby(args, id);
                            note_wait(WaitKind::Join, this.site, 0);
                            return Poll::Pending;
                        }
                        phase => phase,
                    }
                }
                RunPhase::Sent => match this.sent().outcome.poll(cx) {
                    Poll::Pending => {
                        note_wait(WaitKind::Join, this.site, 0);
                        this.phase = RunPhase::Sent;
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Ready(Ok(content)) => {
                        this.ran_for = content.ran_for;
                        if content.bytes().len() <= HERE_MAX {
                            return Poll::Ready(content.decode(0).map_err(JobError::Decode));
                        }
                        this.read(content)
                    }
                },
                RunPhase::Reading(handoff) => {
                    let read = handoff.poll(cx);
                    if read.is_pending() {
                        note_wait(WaitKind::Join, this.site, 0);
                        this.phase = RunPhase::Reading(handoff);
                    }
                    return read;
                }
                RunPhase::Failed(error) => return Poll::Ready(Err(error)),
                RunPhase::Over => panic!("a job was polled after its result was taken"),
            };
        }
    }
}

impl<A, T> Drop for Run<A, T> {
    fn drop(&mut self) {
        match &self.phase {
            RunPhase::Lobby(_, id) => {
                self.core.tell(Teller::Loop, |deck, _, _| deck.lobby.remove(id));
            }
            RunPhase::Sent => {
                let ticket = self.sent();
                ticket.outcome.close();
                self.core.tell(Teller::Other, |deck, now, _| {
                    deck.roster.cancel(ticket.id, CancelledBy::Call, now);
                });
            }
            _ => {}
        }
    }
}

impl<A, T> std::fmt::Debug for Run<A, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("made_at", &self.site).finish_non_exhaustive()
    }
}
