//! How many children run, against those that begin, leave, and go away.

use std::task::{Context, Waker};

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::Flag;
use crate::group::child_count::Start;
use crate::group::family::{Family, FamilyPlace};
use crate::group::limit::Turn;
use crate::task::info::Outcome;

/// A number that the checker sees.
type Count = std::sync::Arc<Mutex<i32>>;

/// A family whose limit is this, and so many that have places in it.
fn limited<const N: usize>(running_max: usize) -> (Arc<Family>, [FamilyPlace; N]) {
    let family = Family::new(false);
    family.set_limit(running_max);
    let places = std::array::from_fn(|_| Family::take_place(&family, Start::InTurn).unwrap());
    (family, places)
}

/// One child leaves, the first in line goes away, and the second looks: it gets its turn, or is
/// woken for it.
///
/// Mutants: limit.next_not_woken
#[test]
fn a_turn_given_up_is_not_lost() {
    model::check("a_turn_given_up_is_not_lost", Some(2), |order| {
        let (family, [one, two, _three]) = limited(1);
        let mut turns = [Turn::NotYet; 3];
        let mut cx = Context::from_waker(Waker::noop());
        assert!(family.poll_turn(&mut turns[0], &cx).is_ready());
        assert!(family.poll_turn(&mut turns[1], &cx).is_pending());
        let flag = Flag::new();
        let waker = Waker::from(flag.clone());
        cx = Context::from_waker(&waker);
        assert!(family.poll_turn(&mut turns[2], &cx).is_pending());
        let [_, mut first, mut second] = turns;
        let (gone, last) = (family.clone(), family);
        let of_second = waker.clone();
        let (a, b, c) = model::spawn3(
            order,
            move || one.leave(Outcome::Finished),
            move || {
                gone.give_up(&mut first);
                two.leave(Outcome::Cancelled);
            },
            move || {
                let is_ready = last.poll_turn(&mut second, &Context::from_waker(&of_second));
                is_ready.is_ready()
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        assert!(c.join().unwrap() || flag.is_called(), "the turn was lost");
    });
}

/// A group gets its limit while one child begins; the next finds it running, or it has waited.
///
/// Mutants: limit.begins_unlimited
#[test]
fn a_limit_counts_those_that_run() {
    model::check("a_limit_counts_those_that_run", Some(2), |order| {
        let (family, begun) = (Family::new(false), Count::new(Mutex::new(0)));
        let take_place = || Family::take_place(&family, Start::InTurn).unwrap();
        let places = (take_place(), take_place());
        let begin = |of: &Arc<Family>, count: &Count| {
            let (of, count) = (of.clone(), count.clone());
            move || {
                let mut turn = Turn::NotYet;
                let polled = of.poll_turn(&mut turn, &Context::from_waker(Waker::noop()));
                *count.lock() += i32::from(polled.is_ready());
            }
        };
        let (first, second) = (begin(&family, &begun), begin(&family, &begun));
        let limiter = family.clone();
        let (a, b) = model::spawn2(order, first, move || {
            limiter.set_limit(1);
            second();
        });
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(*begun.lock(), 1, "none runs, or both do");
        drop(places);
    });
}
