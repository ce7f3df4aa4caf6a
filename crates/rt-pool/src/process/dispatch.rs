//! How a function is named to another process of the same program.
//!
//! Each function that a pool is asked to run makes the compiler write a runner for it, which reads
//! the arguments, calls the function, and writes the result. Both processes execute the same file,
//! so a runner lies at the same distance from [`ANCHOR`] in both, wherever the system loaded them.
//! Nothing has to be registered, and the distance is all that is sent.
//!
//! # Invariants
//!
//! * I1: an offset that a worker gets was made by [`offset_of`] in a process that executes the same
//!   file. The pool compares what both say of their files before it sends one.
//! * I2: a `JobFn` that a runner is made for has no size, so it has no bytes that could be missing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::child;
use super::codec::{Content, EncodeError, Encoded};
use crate::job::{Job, JobFn};
use crate::job_error::PanicReport;

/// Reads arguments, calls a function, writes its result. The number is where the arguments begin.
pub(crate) type Runner = fn(&Content, usize) -> Result<Encoded, RunRefused>;

/// Why a runner has no result.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum RunRefused {
    /// The arguments cannot be read.
    Decode(String),
    /// The result cannot be written.
    Encode(String),
    /// There is no such job; these are there.
    NoSuchJob { name: String, have: Vec<String> },
}

/// What functions' addresses are measured from: a static, since a function may have one address in
/// each crate that uses it.
static ANCHOR: u8 = 0;

/// The address of [`ANCHOR`], to find out which file it was loaded from.
pub(crate) fn anchor_address() -> usize {
    (&raw const ANCHOR).addr()
}

/// Where `runner` is, seen from [`ANCHOR`].
pub(crate) fn offset_of(runner: Runner) -> u64 {
    (runner as usize).wrapping_sub(anchor_address()) as u64
}

/// The runner at `offset`.
///
/// # Safety
///
/// * `offset` was made by [`offset_of`] in a process that executes the same file.
pub(crate) unsafe fn runner_at(offset: u64) -> Runner {
    let address = anchor_address().wrapping_add(offset as usize) as *const ();
    // SAFETY: bullet 1: a runner is at this distance from the anchor in each such process.
    unsafe { std::mem::transmute::<*const (), Runner>(address) }
}

/// The runner of a function.
pub(crate) fn run<F, A>(arguments: &Content, from: usize) -> Result<Encoded, RunRefused>
where
    F: JobFn<A>,
    F::Out: Serialize,
    A: DeserializeOwned,
{
    let job = conjure::<F>();
    let args = arguments.decode::<A>(from).map_err(RunRefused::Decode)?;
    written(&job.call(args))
}

/// The runner of a named job.
pub(crate) fn run_named<J: Job>(arguments: &Content, from: usize) -> Result<Encoded, RunRefused> {
    let args = arguments.decode::<J::Args>(from).map_err(RunRefused::Decode)?;
    written(&J::call(args))
}

/// The runner of a function over many arguments. A panic costs its own element only.
pub(crate) fn run_chunk<F, A>(arguments: &Content, from: usize) -> Result<Encoded, RunRefused>
where
    F: JobFn<(A,)>,
    F::Out: Serialize,
    A: DeserializeOwned,
{
    let job = conjure::<F>();
    let args = arguments.decode::<Vec<A>>(from).map_err(RunRefused::Decode)?;
    let mut results: Vec<Result<F::Out, PanicReport>> = Vec::with_capacity(args.len());
    for (at, arg) in args.into_iter().enumerate() {
        child::note_item(at);
        results.push(catch_unwind(AssertUnwindSafe(|| job.call((arg,)))).map_err(child::report_of));
    }
    written(&results)
}

/// The runner of an initializer, whose value the worker keeps.
pub(crate) fn run_initializer<F, A, T, E>(
    arguments: &Content,
    from: usize,
) -> Result<Encoded, RunRefused>
where
    F: JobFn<A, Out = Result<T, E>>,
    A: DeserializeOwned,
    T: Send + Sync + 'static,
    E: std::fmt::Display,
{
    let job = conjure::<F>();
    let args = arguments.decode::<A>(from).map_err(RunRefused::Decode)?;
    let made = job.call(args).map(child::keep).map_err(|error| error.to_string());
    written::<Result<(), String>>(&made)
}

fn written<T: Serialize>(result: &T) -> Result<Encoded, RunRefused> {
    Encoded::new(Vec::new(), result, usize::MAX).map_err(|error| match error {
        EncodeError::TooLong => RunRefused::Encode("it is too long".to_owned()),
        EncodeError::Serde(text) => RunRefused::Encode(text),
    })
}

/// The one value of a type without size, such as that of a function or of a closure that captures
/// nothing. Somebody in the other process had one, or could not have named the type.
fn conjure<F: Copy>() -> F {
    const {
        assert!(
            size_of::<F>() == 0,
            "a job for another process cannot capture anything: pass it as an argument"
        );
    }
    // SAFETY: I2: a value without size is read from any aligned address, and no bytes of it.
    unsafe { NonNull::<F>::dangling().read() }
}
