//! The last turns of a deterministic executor, in words.

use std::fmt;
use std::panic::Location;

/// The last turns of a deterministic runtime; prints a line for each.
///
/// A star marks a turn that a choice other than 0 led to: the plain runtime would have done
/// something else there.
///
/// ```
/// # use rt_core::{Choices, Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let config = Config::deterministic(1, Choices::Replay(Vec::new()));
/// # let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
/// executor.block_on(async { rt_core::spawn(async {}).await.unwrap() });
/// let story = executor.schedule().story.to_string();
/// assert!(story.starts_with("turn 1: block_on polls its own future\nturn 2: "));
/// ```
#[derive(Clone)]
pub struct Story {
    workers: usize,
    turns: Vec<Turn>,
}

/// One turn: a task taken, or polled.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// The first is 1.
    pub(super) number: u64,
    /// Not what the plain runtime would have done.
    pub(super) is_bent: bool,
    /// Whose turn it was: a worker, or after them the guest.
    pub(super) slot: usize,
    pub(super) action: Action,
}

/// What a turn did.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Action {
    PollRoot,
    Take { task: u64, spawned_at: &'static Location<'static>, origin: Origin },
    Poll { task: u64 },
}

/// Where a task was taken from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Next,
    Deque,
    Injector,
    Victim(usize),
}

impl Action {
    /// What the hash is made of. Not the place of the spawn: a line added to the program would
    /// change it.
    pub(super) fn words(&self) -> impl Iterator<Item = u64> {
        let words = match *self {
            Action::PollRoot => [0, 0, 0],
            Action::Poll { task } => [1, task, 0],
            Action::Take { task, origin: Origin::Next, .. } => [2, task, 0],
            Action::Take { task, origin: Origin::Deque, .. } => [3, task, 0],
            Action::Take { task, origin: Origin::Injector, .. } => [4, task, 0],
            Action::Take { task, origin: Origin::Victim(slot), .. } => [5, task, slot as u64],
        };
        words.into_iter()
    }
}

impl Story {
    pub(super) fn new(workers: usize, turns: Vec<Turn>) -> Story {
        Story { workers, turns }
    }

    fn name(&self, slot: usize) -> String {
        if slot < self.workers { format!("worker {slot}") } else { String::from("block_on") }
    }

    fn write_action(&self, f: &mut fmt::Formatter<'_>, action: &Action) -> fmt::Result {
        let (task, spawned_at, origin) = match action {
            Action::PollRoot => return f.write_str("polls its own future"),
            Action::Poll { task } => return write!(f, "polls task {task}"),
            Action::Take { task, spawned_at, origin } => (task, spawned_at, *origin),
        };
        let verb = if matches!(origin, Origin::Victim(_)) { "steals" } else { "takes" };
        write!(f, "{verb} task {task} (spawned at {spawned_at}) from ")?;
        match origin {
            Origin::Next => f.write_str("its next slot"),
            Origin::Deque => f.write_str("its deque"),
            Origin::Injector => f.write_str("the injector"),
            Origin::Victim(slot) => f.write_str(&self.name(slot)),
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.turns.first().map_or(0, |turn| turn.number - 1) {
            0 => {}
            1 => writeln!(f, "(1 turn before these is not kept)")?,
            left_out => writeln!(f, "({left_out} turns before these are not kept)")?,
        }
        for turn in &self.turns {
            let star = if turn.is_bent { "*" } else { "" };
            write!(f, "turn {}{star}: {} ", turn.number, self.name(turn.slot))?;
            self.write_action(f, &turn.action)?;
            f.write_str("\n")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Story").field("turns", &self.turns.len()).finish_non_exhaustive()
    }
}
