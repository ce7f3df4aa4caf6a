//! The record of a deterministic executor: its choices, a hash of its turns, and the last of them.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use rt_primitive::sync::Mutex;

use crate::simulate::choices::{ChoiceStream, Choices, scramble};
use crate::simulate::story::{Action, Origin, Story, Turn};
use crate::task::header::TaskPtr;
use crate::task::id::Id;

/// Turns that the story keeps.
const STORY_TURNS_MAX: usize = 256;

/// What a deterministic runtime has done so far: enough to compare it, to repeat it, to read it.
///
/// ```
/// # use rt_core::{Choices, Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// let run = |choices| {
///     let config = Config::deterministic(2, choices);
///     let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
///     executor.block_on(async { rt_core::spawn(async {}).await.unwrap() });
///     executor.schedule()
/// };
/// let first = run(Choices::Seed(7));
/// let again = run(Choices::Replay(first.choices.clone()));
/// assert_eq!(first.hash, again.hash);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Schedule {
    /// The choices made: replaying them gives this schedule again.
    pub choices: Vec<u32>,
    /// Stands for every turn so far: equal for equal schedules, in this process or another.
    pub hash: u64,
    /// The last turns, to be printed.
    pub story: Story,
}

/// The choices of a deterministic executor, and what became of them.
pub(crate) struct Simulation {
    // [C]
    workers: usize,
    // [L]
    record: Mutex<Record>,
}

struct Record {
    choices: ChoiceStream,
    hash: u64,
    /// The latest choice was not the plain one, and no turn has been recorded since.
    is_bent: bool,
    turns: u64,
    last_turns: VecDeque<Turn>,
    /// The tasks in the order in which they were first taken. Ids will not do: they are handed out
    /// over all runtimes of the process.
    numbers: HashMap<Id, u64>,
    /// Whom the last successful theft was from.
    victim: usize,
}

impl Simulation {
    pub(crate) fn new(workers: usize, choices: Choices) -> Simulation {
        let record = Record {
            choices: ChoiceStream::new(choices),
            hash: 0,
            is_bent: false,
            turns: 0,
            last_turns: VecDeque::new(),
            numbers: HashMap::new(),
            victim: 0,
        };
        Simulation { workers, record: Mutex::new(record) }
    }

    /// A number below `options`; 0 is what the plain runtime would do.
    pub(crate) fn choose(&self, options: usize) -> usize {
        let mut record = self.record.lock();
        let choice = record.choices.choose(options);
        record.is_bent |= choice != 0;
        record.mix(choice as u64);
        choice
    }

    /// Says from whom a theft took, for the story.
    pub(crate) fn note_victim(&self, slot: usize) {
        self.record.lock().victim = slot;
    }

    pub(crate) fn victim(&self) -> usize {
        self.record.lock().victim
    }

    /// Records a turn that took a task; returns the number of that task in this executor.
    pub(crate) fn record_take(&self, slot: usize, task: TaskPtr, origin: Origin) -> u64 {
        let header = task.header();
        let number = {
            let mut record = self.record.lock();
            let next = record.numbers.len() as u64 + 1;
            *record.numbers.entry(header.id).or_insert(next)
        };
        self.record(slot, Action::Take { task: number, spawned_at: header.spawned_at, origin });
        number
    }

    /// Records a turn of the worker or guest `slot`.
    pub(crate) fn record(&self, slot: usize, action: Action) {
        let mut record = self.record.lock();
        record.turns += 1;
        let turn =
            Turn { number: record.turns, is_bent: record.is_bent, slot, action: action.clone() };
        record.is_bent = false;
        [turn.number, slot as u64].into_iter().chain(action.words()).for_each(|w| record.mix(w));
        if record.last_turns.len() == STORY_TURNS_MAX {
            record.last_turns.pop_front();
        }
        record.last_turns.push_back(turn);
    }

    /// All of it, as it is now.
    pub(crate) fn schedule(&self) -> Schedule {
        let record = self.record.lock();
        let turns = record.last_turns.iter().cloned().collect();
        Schedule {
            choices: record.choices.made().to_vec(),
            hash: record.hash,
            story: Story::new(self.workers, turns),
        }
    }
}

impl Record {
    fn mix(&mut self, word: u64) {
        self.hash = scramble(self.hash.rotate_left(5) ^ word);
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation").field("workers", &self.workers).finish_non_exhaustive()
    }
}
