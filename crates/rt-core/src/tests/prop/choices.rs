//! The stream of choices, against the vector it stands for.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::simulate::choices::{ChoiceStream, Choices};

/// Asks for a choice among each of these numbers of options; gives what was chosen.
fn choose_all(stream: &mut ChoiceStream, options: &[usize]) -> Vec<usize> {
    options.iter().map(|&options| stream.choose(options)).collect()
}

proptest! {
    #[test]
    fn a_replay_takes_each_number_once_and_then_the_plain_option(
        given in vec(any::<u32>(), 0..20),
        options in vec(0_usize..10, 0..40),
    ) {
        let mut stream = ChoiceStream::new(Choices::Replay(given.clone()));
        let chosen = choose_all(&mut stream, &options);
        let mut given = given.into_iter().map(|number| number as usize).chain(std::iter::repeat(0));
        for (options, choice) in options.into_iter().zip(chosen) {
            let expected = if options < 2 { 0 } else { given.next().unwrap() % options };
            prop_assert_eq!(choice, expected);
        }
    }

    #[test]
    fn a_seed_is_replayed_by_the_choices_it_made(
        seed in any::<u64>(),
        options in vec(0_usize..10, 0..40),
    ) {
        let mut seeded = ChoiceStream::new(Choices::Seed(seed));
        let chosen = choose_all(&mut seeded, &options);
        prop_assert!(chosen.iter().zip(&options).all(|(&c, &options)| c < options.max(1)));
        let mut replayed = ChoiceStream::new(Choices::Replay(seeded.made().to_vec()));
        prop_assert_eq!(choose_all(&mut replayed, &options), chosen);
        prop_assert_eq!(replayed.made(), seeded.made());
    }

    #[test]
    fn the_next_seeds_choose_otherwise(seed in any::<u64>()) {
        let choices = |seed| choose_all(&mut ChoiceStream::new(Choices::Seed(seed)), &[1_000; 8]);
        let first = choices(seed);
        prop_assert!((1..10).all(|n| choices(seed.wrapping_add(n)) != first));
    }
}
