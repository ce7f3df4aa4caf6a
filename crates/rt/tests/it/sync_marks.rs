//! Locks, guards and ends are `Send` and `Sync` exactly when that is sound.

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;

use rt::sync::queue::{Fifo, Job};
use rt::sync::{
    LifoQueue, MappedMutexGuard, Mutex, MutexGuard, OnceCell, OwnedMappedMutexGuard,
    OwnedMutexGuard, OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard,
    Queue, RwLock, RwLockMappedWriteGuard, RwLockReadGuard, RwLockUpgradableReadGuard,
    RwLockWriteGuard, SetOnce, broadcast, mpmc, mpsc, oneshot, watch,
};

type Both = u32;
type SendOnly = Cell<u32>;
type SyncOnly = std::sync::MutexGuard<'static, u32>;
type Neither = Rc<u32>;

/// Its own constants come before those of a trait, where `T` has the mark.
struct Marks<T>(PhantomData<T>);

trait Unmarked {
    const SEND: bool = false;
    const SYNC: bool = false;
}

impl<T> Unmarked for Marks<T> {}

impl<T: Send> Marks<T> {
    const SEND: bool = true;
}

impl<T: Sync> Marks<T> {
    const SYNC: bool = true;
}

macro_rules! marks_of {
    ($type:ty) => {
        match (Marks::<$type>::SEND, Marks::<$type>::SYNC) {
            (true, true) => "both",
            (true, false) => "send",
            (false, true) => "sync",
            (false, false) => "none",
        }
    };
}

/// What types of `T` are, over a value that is both, only sent, only shared, and neither.
macro_rules! assert_marks {
    ($expected:expr, $($type:ty),* $(,)?) => {$({
        type Of<T> = $type;
        let marks = [
            marks_of!(Of<Both>),
            marks_of!(Of<SendOnly>),
            marks_of!(Of<SyncOnly>),
            marks_of!(Of<Neither>),
        ];
        assert_eq!(marks, $expected, stringify!($type));
    })*};
}

#[test]
fn locks_are_marked_as_is_sound() {
    assert_marks!(["both", "both", "none", "none"], Mutex<T>);
    assert_marks!(["both", "send", "none", "none"], RwLock<T>, OnceCell<T>, SetOnce<T>);
}

#[test]
fn guards_are_marked_as_is_sound() {
    assert_marks!(
        ["both", "send", "none", "none"],
        MutexGuard<'static, T>,
        OwnedMutexGuard<T>,
        OwnedMappedMutexGuard<T>,
    );
    assert_marks!(
        ["both", "none", "none", "none"],
        RwLockUpgradableReadGuard<'static, T>,
        RwLockWriteGuard<'static, T>,
        OwnedRwLockReadGuard<T>,
        OwnedRwLockWriteGuard<T>,
        OwnedRwLockMappedWriteGuard<T>,
    );
    assert_marks!(
        ["both", "send", "sync", "none"],
        MappedMutexGuard<'static, T>,
        RwLockMappedWriteGuard<'static, T>,
        OwnedMappedMutexGuard<u32, T>,
        OwnedRwLockMappedWriteGuard<u32, T>,
    );
    // A part goes with its whole.
    assert_marks!(["both", "send", "none", "none"], OwnedMappedMutexGuard<T, u32>);
    assert_marks!(
        ["both", "none", "both", "none"],
        RwLockReadGuard<'static, T>,
        OwnedRwLockReadGuard<u32, T>,
    );
    // A look at a watched value holds a lock of the thread.
    assert_marks!(["sync", "none", "sync", "none"], watch::Ref<'static, T>);
}

#[test]
fn queues_and_channels_are_marked_as_is_sound() {
    assert_marks!(
        ["both", "both", "none", "none"],
        Queue<T>,
        LifoQueue<T>,
        mpmc::Sender<T>,
        mpmc::Receiver<T>,
        mpsc::Sender<T>,
        mpsc::WeakSender<T>,
        mpsc::UnboundedSender<T>,
        mpsc::Receiver<T>,
        mpsc::Permit<'static, T>,
        mpsc::OwnedPermit<T>,
        oneshot::Sender<T>,
        oneshot::Receiver<T>,
    );
    assert_marks!(["both", "send", "none", "none"], Job<'static, T, Fifo<T>>);
    // Many receivers share a value.
    assert_marks!(
        ["both", "none", "none", "none"],
        watch::Sender<T>,
        watch::Receiver<T>,
        broadcast::Sender<T>,
        broadcast::Receiver<T>,
    );
}
