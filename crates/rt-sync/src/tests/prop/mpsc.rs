//! A bounded channel against plain lists of values and of who waits.

use crate::mpsc::{
    PermitIterator, ReservingMany, Sender, Sending, TryRecvError, TrySendError, channel,
};
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
    /// Starts to reserve in this place, for so many; polls what is there, or sends with a permit.
    Reserve(usize, usize),
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
        6 => (0..PLACES, 0..4_usize).prop_map(|(place, count)| Step::Reserve(place, count)),
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
    /// And for how much room.
    waiting: VecDeque<(Who, usize)>,
    /// Those that were given room, and how much they have not used.
    permits: Vec<(Who, usize)>,
    is_closed: bool,
}

impl Plain {
    fn taken(&self) -> usize {
        self.values.len() + self.permits.iter().map(|&(_, count)| count).sum::<usize>()
    }

    fn has_room(&self, wanted: usize) -> bool {
        self.taken() + wanted <= self.capacity
    }

    fn settle(&mut self) {
        while let Some(&(who, wanted)) = self.waiting.front() {
            if self.is_closed || !self.has_room(wanted) {
                break;
            }
            self.waiting.pop_front();
            self.permits.push((who, wanted));
        }
    }

    /// True when it had permits.
    fn forget(&mut self, who: Who) -> bool {
        let before = self.permits.len();
        self.waiting.retain(|&(waits, _)| waits != who);
        self.permits.retain(|&(has, _)| has != who);
        before > self.permits.len()
    }

    /// It uses one of its permits.
    fn use_one(&mut self, who: Who) {
        let permit = self.permits.iter_mut().find(|(has, _)| *has == who);
        permit.expect("it has one").1 -= 1;
    }

    /// What a poll gives: room, none for ever, or not yet.
    fn poll_room(&mut self, who: Who, wanted: usize) -> Poll<bool> {
        if self.permits.contains(&(who, wanted)) {
            return Poll::Ready(true);
        }
        if self.is_closed || wanted > self.capacity {
            self.forget(who);
            return Poll::Ready(false);
        }
        if self.waiting.contains(&(who, wanted)) {
            return Poll::Pending;
        }
        if self.waiting.is_empty() && self.has_room(wanted) {
            self.permits.push((who, wanted));
            return Poll::Ready(true);
        }
        self.waiting.push_back((who, wanted));
        Poll::Pending
    }

    fn try_send(&mut self, value: u32) -> Result<(), TrySendError<u32>> {
        if self.is_closed {
            return Err(TrySendError::Closed(value));
        }
        if !self.waiting.is_empty() || !self.has_room(1) {
            return Err(TrySendError::Full(value));
        }
        self.values.push_back(value);
        Ok(())
    }

    fn try_recv(&mut self) -> Result<u32, TryRecvError> {
        let is_over = self.is_closed && self.permits.iter().all(|&(_, count)| count == 0);
        let none = if is_over { TryRecvError::Disconnected } else { TryRecvError::Empty };
        self.values.pop_front().ok_or(none)
    }
}

/// A send under way, and its value.
type Send<'a> = (Pin<Box<Sending<'a, u32>>>, u32);

/// A reserve: under way, and for how many; or done.
enum Reserve<'a> {
    Waits(Pin<Box<ReservingMany<'a, u32>>>, usize),
    Done(PermitIterator<'a, u32>),
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

/// A step of a reserve: to wait for so many, or to send `number` with a permit.
fn reserve<'a>(
    sender: &'a Sender<u32>,
    plain: &mut Plain,
    it: &mut Option<Reserve<'a>>,
    (who, count): (Who, usize),
    number: u32,
) -> Result<(), TestCaseError> {
    let (mut reserving, wanted) = match it.take() {
        Some(Reserve::Done(mut permits)) => {
            match permits.next() {
                Some(permit) => {
                    permit.send(number);
                    plain.use_one(who);
                    plain.values.push_back(number);
                    *it = Some(Reserve::Done(permits));
                }
                None => prop_assert!(plain.forget(who)),
            }
            return Ok(());
        }
        Some(Reserve::Waits(reserving, wanted)) => (reserving, wanted),
        None => (Box::pin(sender.reserve_many(count)), count),
    };
    let polled = poll(reserving.as_mut());
    prop_assert_eq!(polled.is_pending(), plain.poll_room(who, wanted).is_pending());
    *it = match polled {
        Poll::Pending => Some(Reserve::Waits(reserving, wanted)),
        Poll::Ready(permits) => permits.ok().map(Reserve::Done),
    };
    Ok(())
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
                prop_assert_eq!(polled, plain.poll_room(Who::Send(place), 1));
                if plain.forget_if(polled, Who::Send(place)) {
                    plain.values.push_back(*value);
                }
                sends[place].take_if(|_| polled.is_ready());
            }
            Step::DropSend(place) => {
                sends[place] = None;
                plain.forget(Who::Send(place));
            }
            Step::Reserve(place, count) => {
                let it = &mut reserves[place];
                reserve(&sender, &mut plain, it, (Who::Reserve(place), count), number)?;
            }
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
        prop_assert_eq!(sender.capacity(), capacity - plain.taken());
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
