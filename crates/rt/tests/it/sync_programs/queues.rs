//! `Queue`, `LifoQueue` and `PriorityQueue`: what comes out, and who gets it.

use std::sync::{Arc, Mutex};

use rt::sync::queue::{Fifo, Lifo, Priority, Store, StoreQueue, TryGetError, TryPutError};

use super::market::{Item, Market, Next, Side, least, newest, oldest, serial};
use super::{Held, Op, Subject, compared, hold, locked, patient};

/// A store, and what its reference is.
pub(super) trait Ordered: Store<Item> + Send + 'static {
    const NEXT: Next;
}

impl Ordered for Fifo<Item> {
    const NEXT: Next = oldest;
}

impl Ordered for Lifo<Item> {
    const NEXT: Next = newest;
}

impl Ordered for Priority<Item> {
    const NEXT: Next = least;
}

pub(super) struct Shop<S: Ordered> {
    real: StoreQueue<Item, S>,
    plain: Mutex<Market>,
}

pub(super) type First = Shop<Fifo<Item>>;
pub(super) type Last = Shop<Lifo<Item>>;
pub(super) type Least = Shop<Priority<Item>>;

impl<S: Ordered> Shop<S> {
    async fn put(&self, op: &Op) {
        let item = Item { rank: op.amount, serial: serial() };
        let wait = compared(&self.plain, Side::Put(item), self.real.put(item));
        let Some((told, put)) = patient(op.patience, wait).await else { return };
        assert_eq!(put.is_ok(), told.is_some());
    }

    async fn get(&self, op: &Op) {
        let wait = compared(&self.plain, Side::Get, self.real.get());
        let Some((told, got)) = patient(op.patience, wait).await else { return };
        assert_eq!(got.ok().map(|item| item.serial), told.map(|item| item.serial));
        hold(op).await;
        if told.is_some() {
            self.finish();
        }
    }

    async fn work(&self, op: &Op) {
        let wait = compared(&self.plain, Side::Get, self.real.get_job());
        let Some((told, got)) = patient(op.patience, wait).await else { return };
        assert_eq!(got.as_ref().ok().map(|job| job.serial), told.map(|item| item.serial));
        let _held = got.map(|job| Held::new(job, || locked(&self.plain).finish(1)));
        hold(op).await;
    }

    fn finish(&self) {
        self.real.task_done().unwrap();
        locked(&self.plain).finish(1);
    }

    fn try_both(&self, op: &Op) {
        let mut plain = locked(&self.plain);
        let item = Item { rank: op.amount, serial: serial() };
        let refusal = match (plain.is_shut, plain.has_room()) {
            (true, _) => Err(TryPutError::ShutDown(item)),
            (false, false) => Err(TryPutError::Full(item)),
            (false, true) => Ok(()),
        };
        assert_eq!(self.real.try_put(item), refusal);
        if refusal.is_ok() {
            plain.put(item);
        }
        if op.kind % 2 == 0 {
            return;
        }
        let got = match (plain.has_item(), plain.is_shut) {
            (true, _) => Ok(plain.take().serial),
            (false, true) => Err(TryGetError::ShutDown),
            (false, false) => Err(TryGetError::Empty),
        };
        assert_eq!(self.real.try_get().map(|item| item.serial), got);
        drop(plain);
        if got.is_ok() {
            self.finish();
        }
    }
}

impl<S: Ordered> Subject for Shop<S> {
    type Part = Arc<Self>;

    fn new(size: usize) -> Self {
        let plain = Mutex::new(Market::new(size + 1, S::NEXT));
        Shop { real: StoreQueue::bounded(size + 1), plain }
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(shop: &mut Arc<Self>, op: &Op) {
        match op.kind {
            0..20 => shop.put(op).await,
            20..35 => shop.get(op).await,
            35..45 => shop.work(op).await,
            45..55 => shop.try_both(op),
            55..62 => {
                let wait = compared(&shop.plain, Side::Join, shop.real.join());
                patient(op.patience, wait).await;
            }
            62 => {
                shop.real.shutdown();
                locked(&shop.plain).shut();
            }
            _ => {
                let left = shop.real.shutdown_now().into_iter().map(|item| item.serial);
                assert_eq!(left.collect::<Vec<_>>(), locked(&shop.plain).shut_now());
            }
        }
    }

    fn check_settled(&self) {
        let plain = locked(&self.plain);
        plain.check_settled();
        assert_eq!(self.real.len(), plain.items.len());
        assert_eq!(self.real.is_shut_down(), plain.is_shut);
    }

    fn check_end(&self) {
        self.check_settled();
        let left = self.real.shutdown_now().into_iter().map(|item| item.serial);
        assert_eq!(left.collect::<Vec<_>>(), locked(&self.plain).shut_now());
    }
}
