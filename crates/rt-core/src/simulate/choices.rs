//! The stream of numbers that decides whatever a deterministic executor leaves open.
//!
//! A choice is one number below the number of options, and 0 is the plain option. So a vector of
//! numbers is a schedule, a shorter one is plainer at its end, and smaller numbers are plainer
//! throughout: what shrinks a vector of numbers shrinks a schedule.

/// Where a deterministic executor takes its choices from.
///
/// ```
/// use rt_core::{Choices, Config};
///
/// let config = Config::deterministic(2, Choices::Seed(42));
/// assert_eq!(config.workers, 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choices {
    /// A generator of numbers that begins here: another seed is another schedule.
    Seed(u64),
    /// These numbers in turn, each modulo the number of options; then 0, the plain option.
    Replay(Vec<u32>),
}

/// Makes choices, and remembers them.
#[derive(Debug)]
pub(crate) struct ChoiceStream {
    source: Choices,
    made: Vec<u32>,
}

impl ChoiceStream {
    pub(crate) fn new(source: Choices) -> ChoiceStream {
        ChoiceStream { source, made: Vec::new() }
    }

    /// A number below `options`. Where there is nothing to choose, no choice is taken up.
    pub(crate) fn choose(&mut self, options: usize) -> usize {
        if options < 2 {
            return 0;
        }
        let options = u32::try_from(options).expect("there are few workers");
        let choice = match &mut self.source {
            Choices::Seed(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                (scramble(*state) >> 32) as u32 % options
            }
            Choices::Replay(given) => given.get(self.made.len()).map_or(0, |given| given % options),
        };
        self.made.push(choice);
        choice as usize
    }

    /// The choices so far.
    pub(crate) fn made(&self) -> &[u32] {
        &self.made
    }
}

/// Spreads each bit over the whole word, one to one: the finishing steps of splitmix64.
pub(crate) fn scramble(mut word: u64) -> u64 {
    word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ word >> 31
}
