//! A bounded channel against plain lists of values and of who waits.

use crate::mpsc::{Permit, Reserving, Sending, TryRecvError, TrySendError, channel};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Futures of each kind that are there at a time.
const PLACES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    TrySend,
    /// Starts a send in this place, or polls the one that is there.
    Send(usize),
    DropSend(usize),
    /// Starts to reserve in this place, polls what is there, or sends with the permit.
    Reserve(usize),
    DropReserve(usize),
    TryRecv,
    Recv,
    RecvMany,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::TrySend),
        6 => (0..PLACES).prop_map(Step::Send),
        2 => (0..PLACES).prop_map(Step::DropSend),
        6 => (0..PLACES).prop_map(Step::Reserve),
        2 => (0..PLACES).prop_map(Step::DropReserve),
        4 => Just(Step::TryRecv),
        4 => Just(Step::Recv),
        2 => Just(Step::RecvMany),
        1 => Just(Step::Close),
    ]
}

/// Who waits: the send or the reserve in a place.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Send(usize),
    Reserve(usize),
}

/// What a channel is, told without any thought of speed.
#[derive(Default)]
struct Plain {
    capacity: usize,
    values: VecDeque<u32>,
    waiting: VecDeque<Who>,
    /// Those that were given room and have not used it.
    permits: Vec<Who>,
    is_closed: bool,
}

impl Plain {
    fn has_room(&self) -> bool {
        self.values.len() + self.permits.len() < self.capacity
    }

    fn settle(&mut self) {
        while !self.is_closed && self.has_room() {
            let Some(who) = self.waiting.pop_front() else { break };
            self.permits.push(who);
        }
    }

    /// True when it had a permit.
    fn forget(&mut self, who: Who) -> bool {
        let before = self.permits.len();
        self.waiting.retain(|&waits| waits != who);
        self.permits.retain(|&has| has != who);
        before > self.permits.len()
    }

    /// What a poll gives: room, none for ever, or not yet.
    fn poll_room(&mut self, who: Who) -> Poll<bool> {
        if self.permits.contains(&who) {
            return Poll::Ready(true);
        }
        if self.is_closed {
            self.forget(who);
            return Poll::Ready(false);
        }
        if self.waiting.contains(&who) {
            return Poll::Pending;
        }
        if self.waiting.is_empty() && self.has_room() {
            self.permits.push(who);
            return Poll::Ready(true);
        }
        self.waiting.push_back(who);
        Poll::Pending
    }

    fn try_send(&mut self, value: u32) -> Result<(), TrySendError<u32>> {
        if self.is_closed {
            return Err(TrySendError::Closed(value));
        }
        if !self.has_room() {
            return Err(TrySendError::Full(value));
        }
        self.values.push_back(value);
        Ok(())
    }

    fn try_recv(&mut self) -> Result<u32, TryRecvError> {
        let is_over = self.is_closed && self.permits.is_empty();
        let none = if is_over { TryRecvError::Disconnected } else { TryRecvError::Empty };
        self.values.pop_front().ok_or(none)
    }
}

/// A send under way, and its value.
type Send<'a> = (Pin<Box<Sending<'a, u32>>>, u32);

/// A reserve: under way, or done.
enum Reserve<'a> {
    Waits(Pin<Box<Reserving<'a, u32>>>),
    Done(Permit<'a, u32>),
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn as_poll(received: Result<u32, TryRecvError>) -> Poll<Option<u32>> {
    match received {
        Ok(value) => Poll::Ready(Some(value)),
        Err(TryRecvError::Disconnected) => Poll::Ready(None),
        Err(TryRecvError::Empty) => Poll::Pending,
    }
}

fn check(capacity: usize, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (sender, mut receiver) = channel(capacity);
    let mut plain = Plain { capacity, ..Plain::default() };
    let mut sends: [Option<Send<'_>>; PLACES] = [const { None }; PLACES];
    let mut reserves: [Option<Reserve<'_>>; PLACES] = [const { None }; PLACES];
    for (number, step) in (0..).zip(steps) {
        match step {
            Step::TrySend => prop_assert_eq!(sender.try_send(number), plain.try_send(number)),
            Step::Send(place) => {
                let (send, value) =
                    sends[place].get_or_insert_with(|| (Box::pin(sender.send(number)), number));
                let polled = poll(send.as_mut()).map(|sent| sent.is_ok());
                prop_assert_eq!(polled, plain.poll_room(Who::Send(place)));
                if plain.forget_if(polled, Who::Send(place)) {
                    plain.values.push_back(*value);
                }
                sends[place].take_if(|_| polled.is_ready());
            }
            Step::DropSend(place) => {
                sends[place] = None;
                plain.forget(Who::Send(place));
            }
            Step::Reserve(place) => match reserves[place].take() {
                Some(Reserve::Done(permit)) => {
                    permit.send(number);
                    plain.forget(Who::Reserve(place));
                    plain.values.push_back(number);
                }
                waits => {
                    let mut reserving = match waits {
                        Some(Reserve::Waits(reserving)) => reserving,
                        _ => Box::pin(sender.reserve()),
                    };
                    let polled = poll(reserving.as_mut());
                    let expected = plain.poll_room(Who::Reserve(place));
                    prop_assert_eq!(polled.is_pending(), expected.is_pending());
                    reserves[place] = match polled {
                        Poll::Pending => Some(Reserve::Waits(reserving)),
                        Poll::Ready(permit) => permit.ok().map(Reserve::Done),
                    };
                }
            },
            Step::DropReserve(place) => {
                reserves[place] = None;
                plain.forget(Who::Reserve(place));
            }
            Step::TryRecv => prop_assert_eq!(receiver.try_recv(), plain.try_recv()),
            Step::Recv => {
                let polled = poll(pin!(receiver.recv()));
                prop_assert_eq!(polled, as_poll(plain.try_recv()));
            }
            Step::RecvMany => {
                let mut values = Vec::new();
                let polled = poll(pin!(receiver.recv_many(&mut values, 2)));
                let expected: Vec<u32> = plain.values.drain(..plain.values.len().min(2)).collect();
                prop_assert_eq!(&values, &expected);
                prop_assert!(polled.is_pending() || polled == Poll::Ready(values.len()));
            }
            Step::Close => {
                receiver.close();
                plain.is_closed = true;
            }
        }
        plain.settle();
        prop_assert_eq!(receiver.len(), plain.values.len());
        let taken = plain.values.len() + plain.permits.len();
        prop_assert_eq!(sender.capacity(), capacity - taken);
    }
    Ok(())
}

impl Plain {
    /// Uses the permit of a send that is ready with one.
    fn forget_if(&mut self, polled: Poll<bool>, who: Who) -> bool {
        polled == Poll::Ready(true) && self.forget(who)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_channel_does_what_plain_lists_do(
        capacity in 1..4_usize,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        check(capacity, steps)?;
    }

    #[test]
    fn values_come_in_order_over_many_blocks(batches in prop::collection::vec(0..100_usize, 1..8)) {
        let (sender, mut receiver) = crate::mpsc::unbounded_channel();
        let (mut sent, mut received) = (0, 0);
        for batch in batches {
            (0..batch).for_each(|at| sender.send(sent + at).unwrap());
            sent += batch;
            for _ in 0..batch - batch / 3 {
                prop_assert_eq!(receiver.try_recv(), Ok(received));
                received += 1;
            }
        }
        drop(sender);
        for number in received..sent {
            prop_assert_eq!(receiver.try_recv(), Ok(number));
        }
        prop_assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    }
}
