//! A watched value, and values for everybody, against numbers.

use crate::broadcast::{self, TryRecvError};
use crate::watch;
use proptest::prelude::*;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Receivers that are there.
const RECEIVERS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Send,
    Receive(usize),
    /// For a broadcast: replaced by a new one. For a watch: marks the value.
    Renew(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Send),
        6 => (0..RECEIVERS).prop_map(Step::Receive),
        1 => (0..RECEIVERS).prop_map(Step::Renew),
    ];
    prop::collection::vec(step, 0..80)
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

proptest! {
    #[test]
    fn a_broadcast_gives_every_value_or_counts_those_it_missed(
        capacity in prop::sample::select(vec![1, 2, 3, 4]),
        steps in steps(),
    ) {
        let (sender, first) = broadcast::channel(capacity);
        let mut receivers: Vec<_> = (1..RECEIVERS).map(|_| sender.subscribe()).collect();
        receivers.push(first);
        let kept = capacity.next_power_of_two() as u64;
        let (mut sent, mut next) = (0_u64, [0_u64; RECEIVERS]);
        for step in steps {
            match step {
                Step::Send => {
                    prop_assert_eq!(sender.send(sent), Ok(RECEIVERS));
                    sent += 1;
                }
                Step::Receive(at) => {
                    let oldest = sent.saturating_sub(kept);
                    let expected = match next[at] {
                        number if number == sent => Err(TryRecvError::Empty),
                        number if number < oldest => {
                            next[at] = oldest;
                            Err(TryRecvError::Lagged(oldest - number))
                        }
                        number => {
                            next[at] += 1;
                            Ok(number)
                        }
                    };
                    prop_assert_eq!(receivers[at].try_recv(), expected);
                }
                Step::Renew(at) => {
                    receivers[at] = receivers[at].resubscribe();
                    next[at] = sent;
                }
            }
            let slowest = next.into_iter().min().unwrap().max(sent.saturating_sub(kept));
            prop_assert_eq!(sender.len(), (sent - slowest) as usize);
            prop_assert_eq!(sender.is_empty(), sent == slowest);
        }
        drop(sender);
        for (receiver, next) in receivers.iter_mut().zip(next) {
            let mut last = receiver.try_recv();
            while matches!(last, Ok(_) | Err(TryRecvError::Lagged(_))) {
                last = receiver.try_recv();
            }
            prop_assert_eq!(last, Err(TryRecvError::Closed));
            prop_assert!(next <= sent);
        }
    }

    #[test]
    fn a_watch_tells_each_receiver_of_what_it_has_not_seen(steps in steps()) {
        let (sender, first) = watch::channel(0);
        let mut receivers: Vec<_> = (1..RECEIVERS).map(|_| sender.subscribe()).collect();
        receivers.push(first);
        let (mut sent, mut seen) = (0, [true; RECEIVERS]);
        for step in steps {
            match step {
                Step::Send => {
                    sent += 1;
                    sender.send(sent).unwrap();
                    seen = [false; RECEIVERS];
                }
                Step::Receive(at) => {
                    let receiver = &mut receivers[at];
                    prop_assert_eq!(receiver.has_changed(), Ok(!seen[at]));
                    prop_assert_eq!(receiver.borrow().has_changed(), !seen[at]);
                    prop_assert_eq!(poll(receiver.changed()).is_ready(), !seen[at]);
                    prop_assert_eq!(*receiver.borrow_and_update(), sent);
                    seen[at] = true;
                }
                Step::Renew(at) => {
                    receivers[at].mark_changed();
                    seen[at] = false;
                }
            }
        }
    }
}
