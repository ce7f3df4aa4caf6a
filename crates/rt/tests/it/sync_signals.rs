//! Events, notifications, conditions and barriers wake whom they should, on any executor.

use std::sync::Arc;
use std::thread;

use rt::sync::{Barrier, Condvar, Event, Mutex, Notify};
use rt::task::yield_now;

use crate::{on_each_executor, on_each_kind};

#[test]
fn a_set_and_a_clear_wake_all_who_waited() {
    on_each_executor(async || {
        let event = Event::new();
        let mut waits: Vec<_> = (0..100).map(|_| Box::pin(event.wait())).collect();
        for wait in &mut waits {
            assert!(futures::poll!(wait.as_mut()).is_pending());
        }
        event.set();
        event.clear();
        for wait in waits {
            wait.await;
        }
        let mut late = std::pin::pin!(event.wait());
        assert!(futures::poll!(late.as_mut()).is_pending());
    });
}

#[test]
fn an_event_of_another_thread_arrives() {
    on_each_executor(async || {
        let event = Arc::new(Event::new());
        let sets = {
            let event = event.clone();
            thread::spawn(move || event.set())
        };
        event.wait().await;
        assert!(event.is_set());
        sets.join().unwrap();
    });
}

#[test]
fn a_notification_is_kept_once() {
    on_each_executor(async || {
        let notify = Notify::new();
        notify.notify_one();
        notify.notify_one();
        notify.notified().await;
        let mut again = std::pin::pin!(notify.notified());
        assert!(futures::poll!(again.as_mut()).is_pending());
    });
}

#[test]
fn a_notification_passes_a_waiter_that_gave_up() {
    on_each_executor(async || {
        let notify = Notify::new();
        let mut first = Box::pin(notify.notified());
        let mut second = Box::pin(notify.notified());
        assert!(futures::poll!(first.as_mut()).is_pending());
        assert!(futures::poll!(second.as_mut()).is_pending());
        notify.notify_one();
        drop(first);
        second.await;
    });
}

#[test]
fn the_youngest_is_notified_last_in_first_out() {
    on_each_executor(async || {
        let notify = Notify::new();
        let mut old = Box::pin(notify.notified());
        let mut young = Box::pin(notify.notified());
        assert!(futures::poll!(old.as_mut()).is_pending());
        assert!(futures::poll!(young.as_mut()).is_pending());
        notify.notify_last();
        young.await;
        assert!(futures::poll!(old.as_mut()).is_pending());
    });
}

#[test]
fn all_who_have_a_future_are_notified() {
    on_each_executor(async || {
        let notify = Arc::new(Notify::new());
        let unpolled = notify.notified();
        let owned = notify.clone().notified_owned();
        let mut enabled = std::pin::pin!(notify.notified());
        assert!(!enabled.as_mut().enable());
        notify.notify_waiters();
        unpolled.await;
        owned.await;
        enabled.await;
        let mut late = std::pin::pin!(notify.notified());
        assert!(futures::poll!(late.as_mut()).is_pending());
    });
}

#[test]
fn a_condition_is_waited_for_under_the_lock() {
    on_each_executor(async || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let counts = {
            let shared = shared.clone();
            thread::spawn(move || {
                futures::executor::block_on(async {
                    for _ in 0..100 {
                        *shared.0.lock().await += 1;
                        shared.1.notify_one();
                    }
                });
            })
        };
        let count = shared.1.wait_while(shared.0.lock().await, |count| *count < 100).await;
        assert_eq!(*count, 100);
        drop(count);
        counts.join().unwrap();
    });
}

#[test]
fn a_condition_notifies_as_many_as_it_is_told_to() {
    on_each_executor(async || {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let mut waits = Vec::new();
        for _ in 0..50 {
            let mut wait = Box::pin(condvar.wait(mutex.lock().await));
            assert!(futures::poll!(wait.as_mut()).is_pending());
            waits.push(wait);
        }
        condvar.notify_many(20);
        let rest = waits.split_off(20);
        for wait in waits {
            drop(wait.await);
        }
        let mut rest = rest.into_iter();
        let mut next = rest.next().unwrap();
        assert!(futures::poll!(next.as_mut()).is_pending());
        condvar.notify_all();
        drop(next.await);
        for wait in rest {
            drop(wait.await);
        }
    });
}

#[test]
fn a_barrier_lets_all_go_at_once_and_again() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let barrier = Arc::new(Barrier::new(20));
            let tasks: Vec<_> = (0..20)
                .map(|_| {
                    let barrier = barrier.clone();
                    rt::spawn(async move {
                        let mut indices = Vec::new();
                        for _ in 0..10 {
                            indices.push(barrier.wait().await.unwrap().index());
                            yield_now().await;
                        }
                        indices
                    })
                })
                .collect();
            let mut rounds = vec![Vec::new(); 10];
            for task in tasks {
                for (round, index) in task.await.unwrap().into_iter().enumerate() {
                    rounds[round].push(index);
                }
            }
            for mut round in rounds {
                round.sort_unstable();
                assert_eq!(round, (0..20).collect::<Vec<_>>());
            }
        });
    });
}

#[test]
fn a_barrier_breaks_until_it_is_reset() {
    on_each_executor(async || {
        let barrier = Barrier::new(2);
        let mut one = Box::pin(barrier.wait());
        assert!(futures::poll!(one.as_mut()).is_pending());
        barrier.abort();
        assert!(one.await.is_err());
        assert!(barrier.wait().await.is_err());
        barrier.reset();
        assert!(!barrier.is_broken());
        let mut gone = Box::pin(barrier.wait());
        assert!(futures::poll!(gone.as_mut()).is_pending());
        assert_eq!(barrier.waiting(), 1);
        drop(gone);
        assert_eq!(barrier.waiting(), 0, "who gives up does not count, and breaks nothing");
        let (one, two) = futures::join!(barrier.wait(), barrier.wait());
        assert!(one.unwrap().is_leader() != two.unwrap().is_leader());
    });
}
