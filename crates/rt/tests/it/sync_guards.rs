//! Guards of a part, guards that borrow nothing, and locks for threads.

use std::sync::Arc;

use rt::sync::{
    Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard, OwnedRwLockMappedWriteGuard,
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockMappedWriteGuard, RwLockReadGuard,
    RwLockWriteGuard, Semaphore,
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
        *RwLockMappedWriteGuard::map(part, |drink| drink) = "milk";
        let part = RwLockReadGuard::map(lock.read().await, |pair| &pair.1);
        assert!(lock.try_write().is_err() && lock.try_read().is_ok());
        assert_eq!(*RwLockReadGuard::map(part, |drink| drink), "milk");
        assert!(lock.try_write().is_ok());
    });
}

#[test]
fn a_part_can_be_had_by_who_borrows_nothing() {
    on_each_executor(async || {
        let mutex = Arc::new(Mutex::new((1, "tea")));
        let part = OwnedMutexGuard::map(mutex.clone().lock_owned().await, |pair| &mut pair.1);
        let part = OwnedMappedMutexGuard::try_map(part, |_| None::<&mut u8>).unwrap_err();
        *OwnedMappedMutexGuard::map(part, |drink| drink) = "milk";
        assert_eq!(*mutex.try_lock().unwrap(), (1, "milk"));

        let lock = Arc::new(RwLock::new((1, "tea")));
        let part = OwnedRwLockWriteGuard::map(lock.clone().write_owned().await, |pair| &mut pair.0);
        *OwnedRwLockMappedWriteGuard::map(part, |number| number) += 1;
        let part = OwnedRwLockReadGuard::map(lock.clone().read_owned().await, |pair| &pair.0);
        let part = OwnedRwLockReadGuard::try_map(part, |_| None::<&u8>).unwrap_err();
        assert!(lock.try_write().is_err() && lock.try_read().is_ok());
        assert_eq!((*part, Arc::strong_count(OwnedRwLockReadGuard::rwlock(&part))), (2, 2));
        drop(part);
        assert_eq!((lock.try_write().is_ok(), Arc::strong_count(&lock)), (true, 1));
    });
}

#[test]
fn a_writer_of_a_part_goes_on_as_a_reader_of_it() {
    on_each_executor(async || {
        let lock = Arc::new(RwLock::new((1, "tea")));
        let reader = RwLockWriteGuard::downgrade_map(lock.write().await, |pair| &pair.1);
        assert!(*reader == "tea" && lock.try_write().is_err() && lock.try_read().is_ok());
        drop(reader);
        let writer = lock.clone().write_owned().await;
        let reader = OwnedRwLockWriteGuard::downgrade_map(writer, |pair| &pair.1);
        assert!(*reader == "tea" && lock.try_write().is_err() && lock.try_read().is_ok());
        drop(reader);
        let writer = RwLockWriteGuard::into_mapped(lock.write().await);
        assert!(lock.try_read().is_err());
        drop(writer);
        assert!(lock.try_write().is_ok());
    });
}

#[test]
fn a_thread_can_wait_for_permits() {
    let semaphore = Arc::new(Semaphore::new(0));
    let waiting = semaphore.clone();
    let thread = std::thread::spawn(move || {
        let three = waiting.clone().blocking_acquire_many_owned(3).unwrap();
        assert_eq!((three.num_permits(), waiting.available_permits()), (3, 0));
        drop(three);
        assert!(std::ptr::eq(waiting.blocking_acquire().unwrap().semaphore(), &*waiting));
        drop(waiting.blocking_acquire_many(2).unwrap());
        waiting.blocking_acquire_owned().unwrap().num_permits()
    });
    semaphore.add_permits(3);
    assert_eq!(thread.join().unwrap(), 1);
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
