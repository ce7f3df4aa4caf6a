//! Every kind of wait is woken on any executor, and loses nothing to a waker that panics.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier as ThreadBarrier};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use rt::sync::{
    Barrier, CapacityLimiter, Condvar, Event, LifoQueue, Mutex, Notify, OnceCell, PriorityQueue,
    Queue, RwLock, RwLockUpgradableReadGuard, Semaphore, SetOnce, broadcast, mpmc, mpsc, oneshot,
    watch,
};

/// What two that wait, the first of which has come first, go through.
trait Trial {
    /// `give` lets the first go on, and the second as soon as the first has ended.
    fn try_two<F: Future>(&self, first: F, second: F, give: impl FnOnce() + Send);

    /// As `try_two`, where only one can wait.
    fn try_one<F: Future>(&self, only: F, give: impl FnOnce() + Send);
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// They are woken by another thread, while their own sleeps in an executor.
struct Woken<E>(E);

trait BlockOn {
    fn block_on<F: Future>(&self, future: F) -> F::Output;
}

impl<E: BlockOn> Woken<E> {
    fn run(&self, waits: impl AsyncFnOnce(&ThreadBarrier), give: impl FnOnce() + Send) {
        let both = ThreadBarrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                both.wait();
                give();
            });
            self.0.block_on(waits(&both));
        });
    }
}

impl<E: BlockOn> Trial for Woken<E> {
    fn try_two<F: Future>(&self, first: F, second: F, give: impl FnOnce() + Send) {
        let waits = async |both: &ThreadBarrier| {
            let (mut first, mut second) = (pin!(first), pin!(second));
            assert!(futures::poll!(first.as_mut()).is_pending());
            assert!(futures::poll!(second.as_mut()).is_pending());
            both.wait();
            drop(first.await);
            second.await;
        };
        self.run(waits, give);
    }

    fn try_one<F: Future>(&self, only: F, give: impl FnOnce() + Send) {
        let waits = async |both: &ThreadBarrier| {
            let mut only = pin!(only);
            assert!(futures::poll!(only.as_mut()).is_pending());
            both.wait();
            only.await;
        };
        self.run(waits, give);
    }
}

/// The waker of the first panics.
struct Panicked;

struct PanickingWaker;

impl Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {
        std::panic::resume_unwind(Box::new("part of the test"));
    }
}

#[derive(Default)]
struct CountingWaker(AtomicUsize);

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Trial for Panicked {
    fn try_two<F: Future>(&self, first: F, second: F, give: impl FnOnce() + Send) {
        let (mut first, mut second) = (pin!(first), pin!(second));
        let (bad, count) = (Waker::from(Arc::new(PanickingWaker)), Arc::<CountingWaker>::default());
        assert!(poll(first.as_mut(), &bad).is_pending());
        assert!(poll(second.as_mut(), &count.clone().into()).is_pending());
        give();
        assert!(poll(first, Waker::noop()).is_ready());
        assert_eq!(count.0.load(Ordering::Relaxed), 1, "the second was not woken");
        assert!(poll(second, Waker::noop()).is_ready());
    }

    fn try_one<F: Future>(&self, only: F, give: impl FnOnce() + Send) {
        let mut only = pin!(only);
        let bad = Waker::from(Arc::new(PanickingWaker));
        assert!(poll(only.as_mut(), &bad).is_pending());
        // Where nobody else can wait, the panic may get to who gives.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(give));
        assert!(poll(only, Waker::noop()).is_ready());
    }
}

fn each_lock(trial: &impl Trial) {
    let mutex = Arc::new(Mutex::new(0));
    let held = mutex.try_lock().unwrap();
    trial.try_two(mutex.lock(), mutex.lock(), || drop(held));
    let held = mutex.try_lock().unwrap();
    trial.try_two(mutex.clone().lock_owned(), mutex.clone().lock_owned(), || drop(held));

    let lock = Arc::new(RwLock::new(0));
    let held = lock.try_write().unwrap();
    trial.try_two(lock.read(), lock.read(), || drop(held));
    let held = lock.try_read().unwrap();
    trial.try_two(lock.write(), lock.write(), || drop(held));
    let held = lock.try_write().unwrap();
    trial.try_two(lock.upgradable_read(), lock.upgradable_read(), || drop(held));
    let held = lock.try_write().unwrap();
    trial.try_two(lock.clone().write_owned(), lock.clone().write_owned(), || drop(held));
    let held = lock.try_write().unwrap();
    trial.try_two(lock.clone().read_owned(), lock.clone().read_owned(), || drop(held));
    let (held, upgradable) = (lock.try_read().unwrap(), lock.try_upgradable_read().unwrap());
    trial.try_one(RwLockUpgradableReadGuard::upgrade(upgradable), || drop(held));

    let semaphore = Arc::new(Semaphore::new(0));
    trial.try_two(semaphore.acquire(), semaphore.acquire_many(1), || semaphore.add_permits(1));
    let permit = semaphore.try_acquire().unwrap();
    let owned = || semaphore.clone().acquire_owned();
    trial.try_two(owned(), owned(), || drop(permit));

    let limiter = CapacityLimiter::new(0);
    let acquire = |borrower| limiter.acquire_on_behalf_of(borrower);
    trial.try_two(acquire(1), acquire(2), || limiter.set_total_tokens(1));

    let cell = OnceCell::new();
    let mut maker = Box::pin(cell.get_or_init(std::future::pending));
    assert!(poll(maker.as_mut(), Waker::noop()).is_pending());
    let make = || cell.get_or_init(async || 7);
    trial.try_two(make(), make(), || drop(maker));
}

fn each_signal(trial: &impl Trial) {
    let event = Event::new();
    trial.try_two(event.wait(), event.wait(), || event.set());

    let notify = Arc::new(Notify::new());
    trial.try_two(notify.notified(), notify.notified(), || notify.notify_waiters());
    let twice = || (0..2).for_each(|_| notify.notify_one());
    trial.try_two(notify.notified(), notify.notified(), twice);
    let owned = || notify.clone().notified_owned();
    trial.try_two(owned(), owned(), twice);

    let (mutex, condvar) = (Mutex::new(()), Condvar::new());
    // Each gives the lock up when it is polled first.
    let wait = || async { drop(condvar.wait(mutex.try_lock().unwrap()).await) };
    trial.try_two(wait(), wait(), || condvar.notify_all());
    trial.try_two(wait(), wait(), || condvar.notify_many(2));

    let cell = SetOnce::new();
    trial.try_two(cell.wait(), cell.wait(), || cell.set(1).unwrap());

    let barrier = Barrier::new(3);
    let last = || assert!(poll(pin!(barrier.wait()), Waker::noop()).is_ready());
    trial.try_two(barrier.wait(), barrier.wait(), last);
    trial.try_two(barrier.wait(), barrier.wait(), || barrier.abort());
}

fn each_queue(trial: &impl Trial) {
    let (queue, stack, sorted) =
        (Queue::bounded(2), LifoQueue::bounded(2), PriorityQueue::bounded(2));
    trial.try_two(queue.get(), queue.get(), || (0..2).for_each(|it| queue.try_put(it).unwrap()));
    trial.try_two(stack.get(), stack.get(), || (0..2).for_each(|it| stack.try_put(it).unwrap()));
    trial.try_two(sorted.get(), sorted.get(), || (0..2).for_each(|it| sorted.try_put(it).unwrap()));
    (0..2).for_each(|item| queue.try_put(item).unwrap());
    let get_two = || (0..2).for_each(|_| assert!(queue.try_get().is_ok()));
    trial.try_two(queue.put(2), queue.put(3), get_two);
    trial.try_two(queue.put(4), queue.put(5), || queue.shutdown());
    stack.try_put(0).unwrap();
    let all_done = || {
        drop(stack.shutdown_now());
        while stack.task_done().is_ok() {}
    };
    trial.try_two(stack.join(), stack.join(), all_done);
}

fn each_channel(trial: &impl Trial) {
    let (sender, receiver) = mpmc::channel(2);
    let send_two = || (0..2).for_each(|value| sender.try_send(value).unwrap());
    trial.try_two(receiver.recv(), receiver.recv(), send_two);
    send_two();
    let receive_two = || (0..2).for_each(|_| assert!(receiver.try_recv().is_ok()));
    trial.try_two(sender.send(2), sender.send(3), receive_two);

    let (sender, mut receiver) = mpsc::channel(1);
    trial.try_one(receiver.recv(), || sender.try_send(1).unwrap());
    sender.try_send(2).unwrap();
    trial.try_two(sender.reserve(), sender.reserve(), || assert_eq!(receiver.try_recv(), Ok(2)));
    sender.try_send(3).unwrap();
    let owned = || sender.clone().reserve_owned();
    trial.try_two(owned(), owned(), || assert_eq!(receiver.try_recv(), Ok(3)));
    sender.try_send(3).unwrap();
    let many = || sender.reserve_many(1);
    trial.try_two(many(), many(), || assert_eq!(receiver.try_recv(), Ok(3)));
    sender.try_send(3).unwrap();
    trial.try_two(sender.send(4), sender.send(5), || receiver.close());
    let (sender, mut receiver) = mpsc::channel::<u32>(1);
    trial.try_two(sender.closed(), sender.closed(), || receiver.close());

    let (sender, receiver) = oneshot::channel();
    trial.try_one(receiver, || sender.send(1).unwrap());
    let (mut sender, receiver) = oneshot::channel::<u32>();
    trial.try_one(sender.closed(), || drop(receiver));

    let (sender, mut one) = watch::channel(0);
    let mut two = one.clone();
    trial.try_two(one.changed(), two.changed(), || sender.send(1).unwrap());
    let (is_two, send_two) = (|value: &u32| *value == 2, || sender.send(2).unwrap());
    // A look at the value keeps senders out.
    let seen = async |receiver: &mut watch::Receiver<u32>| drop(receiver.wait_for(is_two).await);
    trial.try_two(seen(&mut one), seen(&mut two), send_two);
    trial.try_two(sender.closed(), sender.closed(), || drop((one, two)));

    let (sender, mut one) = broadcast::channel(1);
    let mut two = sender.subscribe();
    trial.try_two(one.recv(), two.recv(), || assert_eq!(sender.send(1), Ok(2)));
    let weak = sender.downgrade();
    trial.try_two(one.recv(), two.recv(), || drop(sender));
    assert!(weak.upgrade().is_none());
    let sender = broadcast::Sender::<u32>::new(1);
    let receiver = sender.subscribe();
    trial.try_two(sender.closed(), sender.closed(), || drop(receiver));
}

fn each_wait(trial: &impl Trial) {
    each_lock(trial);
    each_signal(trial);
    each_queue(trial);
    each_channel(trial);
}

impl BlockOn for rt::Runtime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        rt::Runtime::block_on(self, future)
    }
}

impl BlockOn for tokio::runtime::Runtime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        tokio::runtime::Runtime::block_on(self, future)
    }
}

struct WithoutRuntime;

impl BlockOn for WithoutRuntime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        futures::executor::block_on(future)
    }
}

#[test]
fn every_wait_is_woken_by_another_thread_on_any_executor() {
    each_wait(&Woken(WithoutRuntime));
    each_wait(&Woken(tokio::runtime::Builder::new_current_thread().build().unwrap()));
    each_wait(&Woken(crate::with_workers(1)));
    each_wait(&Woken(rt::Builder::new_current_thread().build().unwrap()));
}

#[test]
fn a_waker_that_panics_keeps_nobody_else_waiting() {
    each_wait(&Panicked);
}
