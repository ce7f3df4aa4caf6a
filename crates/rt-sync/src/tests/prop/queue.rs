//! Queues against plain lists of who waits, under random operations and cancels.

use crate::queue::core::QueueCore;
use crate::queue::{Fifo, Get, Put, ShutDown, TryGetError, TryPutError};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Futures that are there at a time, on each side.
const PLACES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    TryPut,
    TryGet,
    /// Starts a put in this place, or polls the one that is there.
    Put(usize),
    DropPut(usize),
    Get(usize),
    DropGet(usize),
    Shutdown,
    ShutdownNow,
    Done,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::TryPut),
        4 => Just(Step::TryGet),
        8 => (0..PLACES).prop_map(Step::Put),
        3 => (0..PLACES).prop_map(Step::DropPut),
        8 => (0..PLACES).prop_map(Step::Get),
        3 => (0..PLACES).prop_map(Step::DropGet),
        1 => Just(Step::Shutdown),
        1 => Just(Step::ShutdownNow),
        2 => Just(Step::Done),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Waits {
    Waits(usize),
    IsPromised(usize),
}

/// What a queue is, told without any thought of speed.
#[derive(Default)]
struct Plain {
    capacity: usize,
    items: VecDeque<u32>,
    putters: Vec<Waits>,
    getters: Vec<Waits>,
    is_shut: bool,
    is_emptied: bool,
    unfinished: usize,
}

fn promised(waits: &[Waits]) -> usize {
    waits.iter().filter(|waits| matches!(waits, Waits::IsPromised(_))).count()
}

fn position(waits: &[Waits], place: usize) -> Option<usize> {
    waits
        .iter()
        .position(|&waits| waits == Waits::Waits(place) || waits == Waits::IsPromised(place))
}

/// Makes the promise to the oldest that has none.
fn promise(waits: &mut [Waits]) -> bool {
    for waits in waits {
        if let Waits::Waits(place) = *waits {
            *waits = Waits::IsPromised(place);
            return true;
        }
    }
    false
}

impl Plain {
    fn has_item(&self) -> bool {
        self.items.len() > promised(&self.getters)
    }

    fn has_room(&self) -> bool {
        let promised_slots = promised(&self.putters);
        if self.capacity == 0 {
            return self.getters.len() - promised(&self.getters) > promised_slots;
        }
        self.items.len() + promised_slots < self.capacity
    }

    fn settle(&mut self) {
        if self.is_shut {
            return;
        }
        while self.has_item() && promise(&mut self.getters) {}
        while self.has_room() && promise(&mut self.putters) {}
    }

    fn try_put(&mut self, item: u32) -> Result<(), TryPutError<u32>> {
        if self.is_shut {
            return Err(TryPutError::ShutDown(item));
        }
        if !self.has_room() {
            return Err(TryPutError::Full(item));
        }
        self.items.push_back(item);
        self.unfinished += 1;
        Ok(())
    }

    fn try_take(&mut self) -> Result<u32, TryGetError> {
        match () {
            () if self.has_item() => Ok(self.items.pop_front().unwrap()),
            () if self.is_shut => Err(TryGetError::ShutDown),
            () => Err(TryGetError::Empty),
        }
    }

    fn shut_now(&mut self) -> Vec<u32> {
        (self.is_shut, self.is_emptied) = (true, true);
        self.unfinished -= self.items.len();
        self.items.drain(..).collect()
    }

    /// What a poll of the put in this place gives; `None` is pending.
    fn put(&mut self, place: usize, item: u32) -> Option<bool> {
        let at = position(&self.putters, place);
        let is_promised = at.is_some_and(|at| self.putters[at] == Waits::IsPromised(place));
        if self.is_shut {
            at.map(|at| self.putters.remove(at));
            return Some(false);
        }
        if is_promised || (at.is_none() && self.has_room()) {
            at.map(|at| self.putters.remove(at));
            self.items.push_back(item);
            self.unfinished += 1;
            return Some(true);
        }
        if at.is_none() {
            self.putters.push(Waits::Waits(place));
        }
        None
    }

    /// What a poll of the get in this place gives; `None` is pending.
    fn get(&mut self, place: usize) -> Option<Result<u32, ShutDown>> {
        let at = position(&self.getters, place);
        let is_promised = at.is_some_and(|at| self.getters[at] == Waits::IsPromised(place));
        let is_free = at.is_none() && self.has_item();
        if (is_promised || is_free) && !self.is_emptied {
            at.map(|at| self.getters.remove(at));
            return Some(Ok(self.items.pop_front().expect("an item was seen")));
        }
        if self.is_shut {
            at.map(|at| self.getters.remove(at));
            return Some(Err(ShutDown));
        }
        if at.is_none() {
            self.getters.push(Waits::Waits(place));
        }
        None
    }
}

type Places<'a, F> = [Option<Pin<Box<F>>>; PLACES];

fn poll<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn check(capacity: usize, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let core = QueueCore::<u32, Fifo<u32>>::new(capacity);
    let mut plain = Plain { capacity, ..Plain::default() };
    let mut puts: Places<'_, Put<'_, u32, Fifo<u32>>> = [const { None }; PLACES];
    let mut gets: Places<'_, Get<'_, u32, Fifo<u32>>> = [const { None }; PLACES];
    let mut items = [0; PLACES];
    for (number, step) in (0..).zip(steps) {
        match step {
            Step::TryPut => prop_assert_eq!(core.try_put(number), plain.try_put(number)),
            Step::TryGet => prop_assert_eq!(core.try_take(), plain.try_take()),
            Step::Put(place) => {
                let put = puts[place].get_or_insert_with(|| {
                    items[place] = number;
                    Box::pin(Put::new(&core, number, Location::caller()))
                });
                let polled = poll(put).map(|done| done.map_err(|error| error.0));
                let item = items[place];
                let expected =
                    plain.put(place, item).map(|is_put| is_put.then_some(()).ok_or(item));
                prop_assert_eq!(polled, expected.map_or(Poll::Pending, Poll::Ready));
                puts[place].take_if(|_| polled.is_ready());
            }
            Step::DropPut(place) => {
                puts[place] = None;
                position(&plain.putters, place).map(|at| plain.putters.remove(at));
            }
            Step::Get(place) => {
                let get = gets[place]
                    .get_or_insert_with(|| Box::pin(Get::new(&core, Location::caller())));
                let polled = poll(get);
                prop_assert_eq!(polled, plain.get(place).map_or(Poll::Pending, Poll::Ready));
                gets[place].take_if(|_| polled.is_ready());
            }
            Step::DropGet(place) => {
                gets[place] = None;
                position(&plain.getters, place).map(|at| plain.getters.remove(at));
            }
            Step::Shutdown => {
                prop_assert_eq!(core.shutdown(), !plain.is_shut);
                plain.is_shut = true;
            }
            Step::ShutdownNow => prop_assert_eq!(core.shutdown_now(), plain.shut_now()),
            Step::Done => {
                let is_due = plain.unfinished > plain.items.len();
                prop_assert_eq!(core.task_done().is_ok(), is_due);
                plain.unfinished -= usize::from(is_due);
            }
        }
        plain.settle();
        prop_assert_eq!(core.len(), plain.items.len());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_queue_does_what_plain_lists_do(
        capacity in prop::sample::select(vec![0, 1, 2, 3, usize::MAX]),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        check(capacity, steps)?;
    }
}
