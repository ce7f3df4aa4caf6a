//! Locks and semaphores let in whom they should, in order, on any executor.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rt::sync::{Barrier, Mutex, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard, Semaphore};
use rt::task::yield_now;

use crate::{on_each_executor, on_each_kind, until};

#[test]
fn a_lock_is_had_by_one_thread_at_a_time() {
    on_each_executor(async || {
        let mutex = Arc::new(Mutex::new(0));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let mutex = mutex.clone();
                thread::spawn(move || {
                    futures::executor::block_on(async {
                        for _ in 0..100 {
                            *mutex.lock().await += 1;
                        }
                    });
                })
            })
            .collect();
        for _ in 0..100 {
            *mutex.clone().lock_owned().await += 1;
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*mutex.lock().await, 500);
    });
}

#[test]
fn tasks_get_a_lock_in_the_order_in_which_they_came() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mutex = Arc::new(Mutex::new(Vec::new()));
            let arrived = Arc::new(AtomicUsize::new(0));
            let guard = mutex.lock().await;
            let mut tasks = Vec::new();
            for number in 0..50 {
                tasks.push(rt::spawn({
                    let (mutex, arrived) = (mutex.clone(), arrived.clone());
                    async move {
                        let mut lock = std::pin::pin!(mutex.lock());
                        assert!(futures::poll!(lock.as_mut()).is_pending());
                        arrived.fetch_add(1, Ordering::Release);
                        lock.await.push(number);
                    }
                }));
                until(|| arrived.load(Ordering::Acquire) > number).await;
            }
            assert!(mutex.try_lock().is_err());
            drop(guard);
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(*mutex.lock().await, (0..50).collect::<Vec<_>>());
        });
    });
}

#[test]
fn an_aborted_waiter_does_not_keep_the_lock() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mutex = Arc::new(Mutex::new(()));
            for _ in 0..100 {
                let guard = mutex.lock().await;
                let waits = |mutex: &Arc<Mutex<()>>| {
                    let mutex = mutex.clone();
                    rt::spawn(async move { drop(mutex.lock().await) })
                };
                let (one, two) = (waits(&mutex), waits(&mutex));
                yield_now().await;
                one.abort();
                drop(guard);
                two.await.unwrap();
                assert!(one.await.map_or_else(|error| error.is_cancelled(), |()| true));
            }
            assert!(!mutex.is_locked());
        });
    });
}

#[test]
fn a_task_that_panics_unlocks() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mutex = Arc::new(Mutex::new(1));
            let task = rt::spawn({
                let mutex = mutex.clone();
                async move {
                    let _guard = mutex.lock().await;
                    std::panic::resume_unwind(Box::new("in the lock"));
                }
            });
            assert!(task.await.unwrap_err().is_panic());
            assert_eq!(*mutex.lock().await, 1);
        });
    });
}

#[test]
fn no_more_tasks_are_inside_than_there_are_permits() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let semaphore = Arc::new(Semaphore::new(3));
            let inside = Arc::new(AtomicUsize::new(0));
            let tasks: Vec<_> = (0..50)
                .map(|number| {
                    let (semaphore, inside) = (semaphore.clone(), inside.clone());
                    rt::spawn(async move {
                        let permits = 1 + number % 3;
                        let _permit = semaphore.acquire_many(permits).await.unwrap();
                        let now = inside.fetch_add(permits as usize, Ordering::AcqRel);
                        assert!(now + permits as usize <= 3);
                        yield_now().await;
                        inside.fetch_sub(permits as usize, Ordering::AcqRel);
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(semaphore.available_permits(), 3);
        });
    });
}

#[test]
fn a_closed_semaphore_tells_all_who_wait() {
    on_each_executor(async || {
        let semaphore = Arc::new(Semaphore::new(0));
        let closes = {
            let semaphore = semaphore.clone();
            thread::spawn(move || semaphore.close())
        };
        assert!(semaphore.acquire().await.is_err());
        assert!(semaphore.clone().acquire_owned().await.is_err());
        closes.join().unwrap();
        assert_eq!(semaphore.acquire().await.unwrap_err().to_string(), "the semaphore is closed");
    });
}

#[test]
fn a_bounded_semaphore_refuses_a_permit_too_many() {
    let semaphore = Semaphore::bounded(2);
    let error = semaphore.try_add_permits(1).unwrap_err();
    assert_eq!((error.permits, error.most), (1, 2));
    semaphore.try_acquire().unwrap().forget();
    semaphore.try_add_permits(1).unwrap();
    assert_eq!(semaphore.available_permits(), 2);
}

#[test]
fn readers_share_and_a_writer_is_not_starved() {
    on_each_executor(async || {
        let lock = RwLock::new(1);
        let (one, two) = (lock.read().await, lock.read().await);
        let mut write = std::pin::pin!(lock.write());
        assert!(futures::poll!(write.as_mut()).is_pending());
        assert!(lock.try_read().is_err(), "a reader that comes later waits behind the writer");
        let mut late = std::pin::pin!(lock.read());
        assert!(futures::poll!(late.as_mut()).is_pending());
        drop((one, two));
        let mut guard = write.await;
        *guard = 2;
        assert!(futures::poll!(late.as_mut()).is_pending());
        let read = RwLockWriteGuard::downgrade(guard);
        assert_eq!((*read, *late.await), (2, 2));
    });
}

#[test]
fn an_upgrade_comes_before_who_waits() {
    on_each_executor(async || {
        let lock = Arc::new(RwLock::new(1));
        let upgradable = lock.upgradable_read().await;
        let reader = lock.clone().read_owned().await;
        assert!(lock.try_upgradable_read().is_err(), "there is one of its kind");
        let mut write = std::pin::pin!(lock.write());
        assert!(futures::poll!(write.as_mut()).is_pending());
        let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).unwrap_err();
        let mut upgrade = std::pin::pin!(RwLockUpgradableReadGuard::upgrade(upgradable));
        assert!(futures::poll!(upgrade.as_mut()).is_pending());
        drop(reader);
        *upgrade.await += 1;
        assert_eq!(*write.await, 2);
    });
}

#[test]
fn a_dropped_upgrade_unlocks() {
    on_each_executor(async || {
        let lock = RwLock::new(1);
        let reader = lock.read().await;
        let upgradable = lock.upgradable_read().await;
        let mut upgrade = Box::pin(RwLockUpgradableReadGuard::upgrade(upgradable));
        assert!(futures::poll!(upgrade.as_mut()).is_pending());
        drop(upgrade);
        assert!(lock.try_read().is_ok());
        drop(reader);
        assert!(lock.try_write().is_ok());
    });
}

#[test]
fn tasks_that_wait_for_each_others_locks_are_reported() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
            let meet = Arc::new(Barrier::new(2));
            let tasks = [0, 1].map(|own| {
                let (locks, meet) = (locks.clone(), meet.clone());
                rt::spawn(async move {
                    let _own = locks[own].lock().await;
                    meet.wait().await.unwrap();
                    drop(locks[1 - own].lock().await);
                })
            });
            until(|| !rt::dump().cycles().is_empty()).await;
            let dump = rt::dump();
            let mut found: Vec<_> = dump.cycles()[0].iter().map(|task| task.id).collect();
            found.sort();
            assert_eq!(found, tasks.each_ref().map(|task| task.id()));
            tasks[0].abort();
            let [aborted, other] = tasks;
            other.await.unwrap();
            assert!(aborted.await.unwrap_err().is_cancelled());
        });
    });
}
