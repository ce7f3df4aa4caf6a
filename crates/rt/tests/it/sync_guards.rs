//! Guards of a part, guards that borrow nothing, and locks for threads.

use std::sync::Arc;

use rt::sync::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, OwnedRwLockWriteGuard,
    RwLock, RwLockReadGuard, RwLockWriteGuard,
};

use crate::on_each_executor;

#[test]
fn a_part_of_a_value_is_had_with_its_lock() {
    on_each_executor(async || {
        let mutex = Mutex::new((1, "tea"));
        let mut part = MutexGuard::map(mutex.lock().await, |pair| &mut pair.0);
        *part += 1;
        assert!(mutex.try_lock().is_err());
        drop(part);
        let whole = MutexGuard::try_map(mutex.lock().await, |_| None::<&mut u32>);
        assert!(whole.is_err_and(|guard| *guard == (2, "tea")));

        let lock = RwLock::new((1, "tea"));
        let part = RwLockWriteGuard::map(lock.write().await, |pair| &mut pair.1);
        *MappedRwLockWriteGuard::map(part, |drink| drink) = "milk";
        let part = RwLockReadGuard::map(lock.read().await, |pair| &pair.1);
        assert!(lock.try_write().is_err() && lock.try_read().is_ok());
        assert_eq!(*MappedRwLockReadGuard::map(part, |drink| drink), "milk");
        assert!(lock.try_write().is_ok());
    });
}

#[test]
fn a_thread_can_lock_but_not_within_a_task() {
    let (mutex, lock) = (Arc::new(Mutex::new(1)), Arc::new(RwLock::new(1)));
    *mutex.blocking_lock() += 1;
    assert_eq!(*mutex.clone().blocking_lock_owned(), 2);
    *lock.blocking_write() += 1;
    assert_eq!(*lock.blocking_read(), 2);
    let writer = lock.clone().try_write_owned().unwrap();
    assert!(lock.clone().try_read_owned().is_err());
    let reader = OwnedRwLockWriteGuard::downgrade(writer);
    assert!(lock.clone().try_read_owned().is_ok() && lock.try_write().is_err());
    drop(reader);
    assert_eq!(Arc::strong_count(&lock), 1);

    let runtime = crate::with_workers(1);
    let error = runtime.block_on(runtime.spawn(async move { *mutex.blocking_lock() }));
    let text = crate::panic_text(error.unwrap_err().into_panic());
    assert!(text.starts_with("cannot blocking_lock at "), "{text}");
}
