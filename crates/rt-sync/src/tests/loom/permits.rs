//! Permits: who takes them against who gives them, closes them, or gives up.

use crate::tests::wakers::{poll_once, wait_for};
use crate::{CapacityLimiter, Mutex, Semaphore};
use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::model::{check, spawn2, spawn3};
use rt_primitive::sync::Arc;
use std::pin::pin;

/// M3: a permit that comes back while somebody starts to wait gets to it.
///
/// Mutants: permits.lost_waiter
#[test]
fn a_release_meets_an_acquire() {
    check("sync.release_and_acquire", None, |order| {
        let semaphore = Arc::new(Semaphore::new(0));
        let (waiter, giver) = spawn2(
            order,
            {
                let semaphore = semaphore.clone();
                move || wait_for(semaphore.acquire()).unwrap().forget()
            },
            {
                let semaphore = semaphore.clone();
                move || semaphore.add_permits(1)
            },
        );
        giver.join().unwrap();
        waiter.join().unwrap();
        assert_eq!(semaphore.available_permits(), 0);
        assert!(!semaphore.is_closed());
    });
}

/// M1, M2: a lock excludes, and hands over what was written under it.
///
/// Mutants: permits.take_relaxed, permits.give_relaxed
#[test]
fn a_lock_excludes_and_publishes() {
    check("sync.lock", Some(2), |order| {
        let mutex = Arc::new(Mutex::new(0));
        let adds = |mutex: &Arc<Mutex<u32>>| {
            let mutex = mutex.clone();
            move || {
                for _ in 0..2 {
                    *wait_for(mutex.lock()) += 1;
                }
            }
        };
        let (one, two) = spawn2(order, adds(&mutex), adds(&mutex));
        one.join().unwrap();
        two.join().unwrap();
        assert_eq!(*mutex.try_lock().unwrap(), 4);
    });
}

/// M4: a permit that was granted to a waiter which gives up goes on.
///
/// Mutants: permits.withdraw_serves_nobody
#[test]
fn a_waiter_that_gives_up_keeps_no_permit() {
    check("sync.give_up", Some(3), |order| {
        let semaphore = Arc::new(Semaphore::new(0));
        let (waiters, giver) = spawn2(
            order,
            {
                let semaphore = semaphore.clone();
                move || {
                    {
                        let mut many = pin!(semaphore.acquire_many(2));
                        let _ = poll_once(many.as_mut());
                        // Now it holds back the one behind.
                    }
                    let mut first = pin!(semaphore.acquire_many(2));
                    let is_ready = poll_once(first.as_mut()).is_ready();
                    assert!(!is_ready, "there is one permit");
                }
            },
            {
                let semaphore = semaphore.clone();
                move || semaphore.add_permits(1)
            },
        );
        giver.join().unwrap();
        waiters.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
        assert!(!semaphore.is_exhausted(), "nobody waits");
    });
}

/// M4: of two who wait the first gives up while a permit comes back; it gets to the second.
///
/// Mutants: permits.keep_granted
#[test]
fn a_permit_passes_who_gives_up() {
    check("sync.pass_on", Some(3), |order| {
        let semaphore = Arc::new(Semaphore::new(0));
        let (waiters, giver) = spawn2(
            order,
            {
                let semaphore = semaphore.clone();
                move || {
                    let mut second = pin!(semaphore.acquire());
                    {
                        let mut first = pin!(semaphore.acquire());
                        if poll_once(first.as_mut()).is_ready() {
                            return;
                        }
                        if poll_once(second.as_mut()).is_ready() {
                            return;
                        }
                    }
                    wait_for(second).unwrap().forget();
                    semaphore.add_permits(1);
                }
            },
            {
                let semaphore = semaphore.clone();
                move || semaphore.add_permits(1)
            },
        );
        giver.join().unwrap();
        waiters.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

/// M5: who waits while the semaphore is closed is told.
///
/// Mutants: permits.close_tells_nobody
#[test]
fn a_close_meets_an_acquire() {
    check("sync.close_and_acquire", None, |order| {
        let semaphore = Arc::new(Semaphore::new(0));
        let (waiter, closer) = spawn2(
            order,
            {
                let semaphore = semaphore.clone();
                move || wait_for(semaphore.acquire()).is_err()
            },
            {
                let semaphore = semaphore.clone();
                move || semaphore.close()
            },
        );
        closer.join().unwrap();
        assert!(waiter.join().unwrap());
        assert!(!semaphore.is_exhausted() || semaphore.available_permits() == 0);
    });
}

/// M6: one who wants two permits gets them when they come one by one.
///
/// Mutants: permits.lost_waiter
#[test]
fn two_releases_make_one_big_acquire() {
    check("sync.two_releases", Some(3), |order| {
        let semaphore = Arc::new(Semaphore::new(0));
        let (taker, giver) = spawn2(
            order,
            {
                let semaphore = semaphore.clone();
                move || wait_for(semaphore.acquire_many(2)).unwrap().forget()
            },
            {
                let semaphore = semaphore.clone();
                move || (0..2).for_each(|_| semaphore.add_permits(1))
            },
        );
        giver.join().unwrap();
        taker.join().unwrap();
        assert_eq!(semaphore.available_permits(), 0);
    });
}

/// M2: who unlocks, and locks again at once, does not overtake the one that waits.
///
/// Mutants: permits.give_past_waiters
#[test]
fn nobody_overtakes_who_waits() {
    check("sync.in_turn", None, |order| {
        let mutex = std::sync::Arc::new(Mutex::new(0));
        let held = mutex.clone().try_lock_owned().unwrap();
        let mut wait = Box::pin(mutex.clone().lock_owned());
        assert!(poll_once(wait.as_mut()).is_pending());
        let again = mutex.clone();
        let (waiter, holder) = spawn2(
            order,
            move || *wait_for(wait) += 1,
            move || {
                drop(held);
                if let Ok(guard) = again.try_lock() {
                    assert_eq!(*guard, 1, "overtaken");
                }
            },
        );
        waiter.join().unwrap();
        holder.join().unwrap();
        assert_eq!(*mutex.try_lock().unwrap(), 1);
    });
}

/// M4: of two who wait for a token, the first gives up while one comes back; the second gets it.
///
/// Mutants: limiter.keep_lent
#[test]
fn a_token_passes_who_gives_up() {
    check("sync.limiter", Some(3), |order| {
        let limiter = Arc::new(CapacityLimiter::new(0));
        let (waiters, giver) = spawn2(
            order,
            {
                let limiter = limiter.clone();
                move || {
                    let mut second = pin!(limiter.acquire_on_behalf_of(2));
                    {
                        let mut first = pin!(limiter.acquire_on_behalf_of(1));
                        if poll_once(first.as_mut()).is_ready() {
                            return;
                        }
                        if poll_once(second.as_mut()).is_ready() {
                            return;
                        }
                    }
                    drop(wait_for(second).unwrap());
                }
            },
            {
                let limiter = limiter.clone();
                move || limiter.set_total_tokens(1)
            },
        );
        giver.join().unwrap();
        waiters.join().unwrap();
        assert_eq!(limiter.available_tokens(), 1);
    });
}

/// A permit that came back while a big claim waited, which then gave up, hands over what was
/// written under it.
///
/// Mutants: permits.settle_relaxed, permits.mark_relaxed
#[test]
fn a_permit_that_was_left_publishes() {
    check("sync.left_permit", Some(2), |order| {
        let semaphore = Arc::new(Semaphore::new(0));
        let written = Arc::new(AtomicUsize::new(0));
        let waits = {
            let semaphore = semaphore.clone();
            move || {
                let mut big = pin!(semaphore.acquire_many(2));
                assert!(poll_once(big.as_mut()).is_pending());
            }
        };
        let writes = {
            let (semaphore, written) = (semaphore.clone(), written.clone());
            move || {
                // ORDERING: Relaxed; the permit is what publishes.
                written.store(1, Ordering::Relaxed);
                semaphore.add_permits(1);
            }
        };
        let reads = {
            let (semaphore, written) = (semaphore.clone(), written.clone());
            move || {
                if semaphore.try_acquire().is_ok() {
                    // ORDERING: Relaxed; as above.
                    assert_eq!(written.load(Ordering::Relaxed), 1);
                }
            }
        };
        let (waiter, writer, reader) = spawn3(order, waits, writes, reads);
        waiter.join().unwrap();
        writer.join().unwrap();
        reader.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}
