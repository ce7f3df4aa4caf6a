//! The queue of waiters: who waits against who serves, and both against who gives up.

use crate::tests::wakers::Counts;
use crate::waiters::{WaitQueue, Waiter, wake};
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::Arc;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Things that are handed out one by one; a waiter's payload says whether it got one.
struct Things(WaitQueue<bool, usize>);

type Place<'q> = Waiter<'q, bool, usize>;

impl Things {
    fn new(left: usize) -> Arc<Things> {
        Arc::new(Things(WaitQueue::new(left)))
    }

    fn place(&self) -> Place<'_> {
        Waiter::new(&self.0)
    }

    /// Hands one thing to the oldest waiter, or keeps it.
    fn give(&self) {
        let mut queue = self.0.lock();
        let waker = queue.serve_if(|got, _| {
            *got = true;
            true
        });
        if waker.is_none() {
            *queue += 1;
        }
        drop(queue);
        waker.into_iter().for_each(wake);
    }

    /// Takes a thing, or queues `place`.
    fn take_or_wait<'q>(&'q self, mut place: Pin<&mut Place<'q>>, waker: &Waker) -> Poll<()> {
        place.as_mut().prepare(false, &Context::from_waker(waker));
        let mut queue = self.0.lock();
        if *queue > 0 {
            *queue -= 1;
            return Poll::Ready(());
        }
        queue.push(place.as_ref());
        Poll::Pending
    }

    /// What the drop of a future does: true if a thing had been handed over, which was passed on.
    fn give_up<'q>(&'q self, place: Pin<&mut Place<'q>>) -> bool {
        if self.0.lock().withdraw(&place) {
            return false;
        }
        let had_one = place.take_served().expect("neither queued nor at rest");
        assert!(had_one);
        self.give();
        true
    }

    fn left(&self) -> usize {
        *self.0.lock()
    }
}

/// A thing handed to a waiter that gives up is passed on, and one that looks finds its thing. When
/// the waiter is gone the giver touches it no more.
///
/// Mutants: waiters.leave_relaxed, waiters.serve_too_early
#[test]
fn a_hand_over_meets_a_drop() {
    check("sync.hand_over_and_drop", None, |order| {
        let things = Things::new(0);
        let counts = Counts::new();
        let (owner, giver) = spawn2(
            order,
            {
                let (things, waker) = (things.clone(), counts.waker());
                move || {
                    let mut place = pin!(things.place());
                    if things.take_or_wait(place.as_mut(), &waker).is_ready() {
                        return true;
                    }
                    drop(waker);
                    match place.as_mut().take_served() {
                        Some(got) => got,
                        None => {
                            things.give_up(place);
                            false
                        }
                    }
                }
            },
            {
                let things = things.clone();
                move || things.give()
            },
        );
        giver.join().unwrap();
        let has_one = owner.join().unwrap();
        assert_eq!(things.left(), usize::from(!has_one));
        assert_eq!(counts.drops(), 1);
    });
}

/// A waiter that is served after it changed its waker is woken by the new one.
///
/// Mutants: waiters.keep_old_waker
#[test]
fn a_hand_over_meets_a_change_of_wakers() {
    check("sync.hand_over_and_poll", None, |order| {
        let things = Things::new(0);
        let (first, second) = (Counts::new(), Counts::new());
        let (owner, giver) = spawn2(
            order,
            {
                let (things, first, second) = (things.clone(), first.waker(), second.waker());
                move || {
                    let mut place = pin!(things.place());
                    if things.take_or_wait(place.as_mut(), &first).is_ready() {
                        return false;
                    }
                    drop(first);
                    let polled = place.as_mut().poll_served(&Context::from_waker(&second));
                    polled.is_pending() && things.give_up(place)
                }
            },
            {
                let things = things.clone();
                move || things.give()
            },
        );
        giver.join().unwrap();
        let is_served_late = owner.join().unwrap();
        assert!(second.wakes() == 1 || !is_served_late);
        assert_eq!((first.drops(), second.drops()), (1, 1));
    });
}

/// Of two waiters the first gives up while one thing is handed over, which gets to the second.
///
/// Mutants: waiters.withdraw_no_recheck
#[test]
fn a_withdrawal_loses_nothing() {
    check("sync.withdrawal", None, |order| {
        let things = Things::new(0);
        let counts = Counts::new();
        let (owner, giver) = spawn2(
            order,
            {
                let (things, waker) = (things.clone(), counts.waker());
                move || {
                    let (mut first, mut second) = (pin!(things.place()), pin!(things.place()));
                    if things.take_or_wait(first.as_mut(), &waker).is_ready() {
                        return true;
                    }
                    if things.take_or_wait(second.as_mut(), &waker).is_ready() {
                        return true;
                    }
                    things.give_up(first);
                    second.as_mut().take_served().unwrap_or_else(|| {
                        things.give_up(second);
                        false
                    })
                }
            },
            {
                let things = things.clone();
                move || things.give()
            },
        );
        giver.join().unwrap();
        let has_one = owner.join().unwrap();
        assert_eq!(things.left(), usize::from(!has_one));
        assert_eq!(counts.drops(), 1);
    });
}
