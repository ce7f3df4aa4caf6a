//! The pieces of a map that are on their way, and what became of them.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rt_primitive::sync::Arc;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::job_error::crash::Crash;
use crate::job_error::{JobError, PanicReport};
use crate::process::deck::PoolCore;
use crate::process::roster::Brief;
use crate::process::run::Run;
use crate::process::ticket::Call;

/// A message's worth of arguments.
type PieceRun<A, T> = Run<Vec<A>, Vec<Result<T, PanicReport>>>;

/// Pieces in the order of their arguments, and the results that are ready before them.
pub(super) struct Pieces<A, T> {
    core: Arc<PoolCore>,
    call: Call,
    brief: Brief,
    is_idempotent: bool,
    site: &'static Location<'static>,
    on_their_way: VecDeque<Piece<A, T>>,
    ready: VecDeque<Result<T, JobError>>,
}

struct Piece<A, T> {
    run: PieceRun<A, T>,
    len: usize,
    /// What came of it, until those before it are done.
    outcome: Option<Result<Vec<Result<T, PanicReport>>, JobError>>,
}

impl<A, T> Pieces<A, T> {
    #[track_caller]
    pub(super) fn new(core: &Arc<PoolCore>, call: Call) -> Pieces<A, T> {
        Pieces {
            core: Arc::clone(core),
            call,
            brief: core.settings.brief.clone(),
            is_idempotent: false,
            site: Location::caller(),
            on_their_way: VecDeque::new(),
            ready: VecDeque::new(),
        }
    }

    pub(super) fn brief_mut(&mut self) -> &mut Brief {
        &mut self.brief
    }

    pub(super) fn make_idempotent(&mut self) {
        self.is_idempotent = true;
    }

    pub(super) fn len(&self) -> usize {
        self.on_their_way.len()
    }

    pub(super) fn take_result(&mut self) -> Option<Result<T, JobError>> {
        self.ready.pop_front()
    }
}

impl<A, T> Pieces<A, T>
where
    A: Serialize + DeserializeOwned + Send + 'static,
    T: DeserializeOwned + Send + 'static,
{
    /// Sends a piece behind the others.
    pub(super) fn push(&mut self, arguments: Vec<A>) {
        let piece = self.piece(arguments, 0);
        self.on_their_way.push_back(piece);
    }

    fn piece(&self, arguments: Vec<A>, retries: u32) -> Piece<A, T> {
        let brief = Brief { retries, ..self.brief.clone() };
        let len = arguments.len();
        let core = Arc::clone(&self.core);
        let run = Run::new(core, self.call.clone(), arguments, brief, self.site);
        Piece { run, len, outcome: None }
    }

    /// Waits for the first piece, and says how many arguments ran how long. The others are polled
    /// too, since that is what sends them.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(usize, Duration)> {
        for piece in self.on_their_way.iter_mut().filter(|piece| piece.outcome.is_none()) {
            if let Poll::Ready(outcome) = Pin::new(&mut piece.run).poll(cx) {
                piece.outcome = Some(outcome);
            }
        }
        let first = self.on_their_way.front_mut().and_then(|piece| piece.outcome.take());
        let Some(outcome) = first else { return Poll::Pending };
        let Piece { run, len, .. } = self.on_their_way.pop_front().expect("it was the first");
        let ran_for = run.ran_for();
        match outcome {
            Ok(results) if results.len() == len => {
                let told = |report| JobError::Panicked(Box::new(report));
                self.ready.extend(results.into_iter().map(|result| result.map_err(told)));
            }
            Ok(results) => {
                let why = format!("{} results of {len} arguments", results.len());
                self.fail(len, &JobError::Protocol(why));
            }
            Err(JobError::Crashed(crash)) if len > 1 => match run.arguments() {
                Some(arguments) => self.split(arguments, *crash),
                None => self.fail(len, &JobError::Crashed(crash)),
            },
            Err(error) => self.fail(len, &error),
        }
        Poll::Ready((len, ran_for))
    }

    /// Tells each of `count` arguments of the same error.
    fn fail(&mut self, count: usize, error: &JobError) {
        self.ready.extend((0..count).map(|_| Err(error.clone())));
    }

    /// A process died over one of these arguments.
    fn split(&mut self, mut arguments: Vec<A>, crash: Crash) {
        let at = usize::try_from(crash.item).unwrap_or(usize::MAX).min(arguments.len() - 1);
        let behind = arguments.split_off(at + 1);
        if !behind.is_empty() {
            // None of them ran.
            let piece = self.piece(behind, 0);
            self.on_their_way.push_front(piece);
        }
        if !self.is_idempotent {
            return self.fail(at + 1, &JobError::Crashed(Box::new(crash)));
        }
        let culprit = arguments.pop().expect("the one it died over");
        let piece = self.piece(vec![culprit], 1);
        self.on_their_way.push_front(piece);
        if !arguments.is_empty() {
            let piece = self.piece(arguments, 1);
            self.on_their_way.push_front(piece);
        }
    }
}
