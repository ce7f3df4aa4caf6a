//! Families, adoption and sets against the ends of their tasks.

use std::convert::identity;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::task::{Context, Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::{Flag, assert_no_page_left, executor, run_all};
use crate::cancel::reason::Reason;
use crate::group::child_count::Start;
use crate::group::children::spawn_child;
use crate::group::family::Family;
use crate::shared::{ExecutorShared, spawn};
use crate::task::header::Birth;
use crate::task::info::Outcome;
use crate::task::join::JoinHandle;
use crate::{JoinSet, gather};

/// What is passed out of a task, by a lock that the checker sees.
type Out<T> = std::sync::Arc<Mutex<T>>;

fn spawn_here<F>(shared: &Arc<ExecutorShared>, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    spawn(shared, future, Birth::at(Location::caller()))
}

/// Pending at first, having left its waker; ready when it is polled again.
async fn wait_once(out: Out<Option<Waker>>) {
    let mut waits = true;
    poll_fn(|cx| {
        if !std::mem::take(&mut waits) {
            return Poll::Ready(());
        }
        *out.lock() = Some(cx.waker().clone());
        Poll::Pending
    })
    .await;
}

/// Says so when it is dropped.
struct Gone(Out<Option<()>>);

impl Drop for Gone {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}

/// Two children leave their family while its owner looks: it sees that, or the last one wakes it.
///
/// Mutants: family.last_tells_nobody, family.looks_once
#[test]
fn the_last_child_wakes_who_waits() {
    model::check("the_last_child_wakes_who_waits", Some(2), |order| {
        let family = Family::new(false);
        let take_place = || Family::take_place(&family, Start::AtOnce).unwrap();
        let (one, two) = (take_place(), take_place());
        let flag = Flag::new();
        let waker = Waker::from(flag.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || one.leave(Outcome::Finished),
            move || two.leave(Outcome::Finished),
            move || family.has_ended(&waker),
        );
        a.join().unwrap();
        b.join().unwrap();
        assert!(c.join().unwrap() || flag.is_called(), "neither seen nor woken");
    });
}

/// A child is spawned while all are asked to end: it is refused, or asked as well.
///
/// Mutants: family.late_child_not_asked
#[test]
fn a_late_child_is_asked_with_the_others() {
    model::check("a_late_child_is_asked_with_the_others", Some(2), |order| {
        let shared = executor(1);
        let family = Family::new(false);
        let (asker, spawner) = (family.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || asker.ask_all(&Reason::explicit()),
            move || {
                let (child, here) = (model::track(async {}), Location::caller());
                spawn_child(&spawner, &family, Start::AtOnce, here, child, identity).ok()
            },
        );
        a.join().unwrap();
        if let Some(child) = b.join().unwrap() {
            assert_eq!(child.task().cancelling(), 1, "it has a place, and was not asked");
        }
        run_all(&shared, 0);
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A task is aborted, and so leaves its gathering to itself, while the one child ends: the task
/// ends once, and not before the child.
///
/// Mutants: family.adopted_when_gone, adoption.never_closing
#[test]
fn the_last_child_completes_who_adopted_it() {
    model::check("the_last_child_completes_who_adopted_it", Some(1), |order| {
        let shared = executor(2);
        let (out, alive) = (Out::default(), Out::new(Mutex::new(Some(()))));
        let (waits, gone) = (wait_once(out.clone()), Gone(alive.clone()));
        let child = model::track(async move {
            let _gone = gone;
            waits.await;
        });
        let parent = spawn_here(
            &shared,
            model::track(async move {
                gather([child]).await;
            }),
        );
        run_all(&shared, 0);
        let waker: Waker = out.lock().take().expect("the child waits");
        let (closer, runner, looks) = (shared.clone(), shared.clone(), alive);
        let (a, b) = model::spawn2(
            order,
            move || {
                parent.abort();
                run_all(&closer, 0);
                // Only then is the child's future gone.
                assert!(!parent.is_finished() || looks.lock().is_none(), "ended before its child");
                parent
            },
            move || {
                waker.wake();
                run_all(&runner, 1);
            },
        );
        let parent = a.join().unwrap();
        b.join().unwrap();
        run_all(&shared, 0);
        run_all(&shared, 1);
        assert!(parent.is_finished(), "the task was left closing");
        drop((parent, out));
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A task ends while its set is polled: the set has its output, or is woken for it.
///
/// Mutants: join_set.end_tells_nobody
#[test]
fn a_set_is_told_of_an_end_or_sees_it() {
    model::check("a_set_is_told_of_an_end_or_sees_it", Some(2), |order| {
        let shared = executor(1);
        let handle = spawn_here(&shared, model::track(async { 7 }));
        let runner = shared.clone();
        let flag = Flag::new();
        let waker = Waker::from(flag.clone());
        let (a, b) = model::spawn2(
            order,
            move || run_all(&runner, 0),
            move || {
                let mut set = JoinSet::new();
                set.insert(handle);
                let polled = set.poll_join_next(&mut Context::from_waker(&waker));
                (set, polled)
            },
        );
        a.join().unwrap();
        let (mut set, polled) = b.join().unwrap();
        let polled = match polled {
            Poll::Pending => {
                assert!(flag.is_called(), "the set was not told");
                set.poll_join_next(&mut Context::from_waker(Waker::noop()))
            }
            ready => ready,
        };
        assert!(matches!(polled, Poll::Ready(Some(Ok(7)))));
        drop(set);
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// The child of a gathering fails and asks its siblings to end, while the task that waits for it is
/// cancelled: the child ends, and the task with it.
#[test]
fn a_failing_child_meets_the_cancellation_of_its_owner() {
    model::check("a_failing_child_meets_the_cancellation_of_its_owner", Some(1), |order| {
        let shared = executor(2);
        let out = Out::default();
        let waits = wait_once(out.clone());
        let failing = model::track(async move {
            waits.await;
            Err::<(), ()>(())
        });
        let parent = spawn_here(
            &shared,
            model::track(async move { crate::try_gather([failing]).await.is_err() }),
        );
        run_all(&shared, 0);
        let waker: Waker = out.lock().take().expect("the child waits");
        let (closer, runner) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                parent.cancel();
                run_all(&closer, 0);
                parent
            },
            move || {
                waker.wake();
                run_all(&runner, 1);
            },
        );
        let mut parent = a.join().unwrap();
        b.join().unwrap();
        run_all(&shared, 0);
        run_all(&shared, 1);
        assert!(parent.is_finished(), "the task was left waiting");
        assert!(parent.try_take().unwrap_or(true));
        drop((parent, out));
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}
