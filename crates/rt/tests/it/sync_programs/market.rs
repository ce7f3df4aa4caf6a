//! Items that are put and taken, in an order, and those who wait to do so.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Reference;
use super::line::{Line, Standing};

/// Compared by its rank alone.
#[derive(Clone, Copy, Debug, Eq)]
pub(super) struct Item {
    pub(super) rank: usize,
    pub(super) serial: u64,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Which of some items, in the order of their coming, is next.
pub(super) type Next = fn(&[Item]) -> usize;

pub(super) fn oldest(_: &[Item]) -> usize {
    0
}

pub(super) fn newest(items: &[Item]) -> usize {
    items.len() - 1
}

pub(super) fn least(items: &[Item]) -> usize {
    let least = items.iter().map(|item| item.rank).min();
    items.iter().position(|item| Some(item.rank) == least).expect("there is one")
}

/// A list of items, and who waits on each side.
pub(super) struct Market {
    capacity: usize,
    next: Next,
    pub(super) items: Vec<Item>,
    getters: Line,
    putters: Line,
    joiners: Line,
    pub(super) is_shut: bool,
    unfinished: usize,
}

#[derive(Clone, Copy)]
pub(super) enum Side {
    Get,
    Put(Item),
    Join,
}

impl Market {
    pub(super) fn new(capacity: usize, next: Next) -> Self {
        Market {
            capacity,
            next,
            items: Vec::new(),
            getters: Line::default(),
            putters: Line::default(),
            joiners: Line::default(),
            is_shut: false,
            unfinished: 0,
        }
    }

    pub(super) fn has_item(&self) -> bool {
        self.items.len() > self.getters.count(Standing::Granted)
    }

    pub(super) fn has_room(&self) -> bool {
        let promised = self.putters.count(Standing::Granted);
        match self.capacity {
            0 => self.getters.count(Standing::Waits) > promised,
            capacity => self.items.len() + promised < capacity,
        }
    }

    /// Promises what there is to those who wait for it.
    fn serve(&mut self) {
        while self.has_item() {
            let Some(getter) = self.getters.first_that_waits() else { break };
            getter.standing = Standing::Granted;
        }
        while !self.is_shut && self.has_room() {
            let Some(putter) = self.putters.first_that_waits() else { break };
            putter.standing = Standing::Granted;
        }
        if self.is_shut {
            self.getters.turn(Standing::Waits, Standing::Refused);
            self.putters.turn(Standing::Waits, Standing::Refused);
        }
    }

    pub(super) fn put(&mut self, item: Item) {
        self.items.push(item);
        self.unfinished += 1;
        self.serve();
    }

    pub(super) fn take(&mut self) -> Item {
        let item = self.items.remove((self.next)(&self.items));
        self.serve();
        item
    }

    pub(super) fn finish(&mut self, count: usize) {
        self.unfinished -= count;
        if self.unfinished == 0 {
            self.joiners.turn(Standing::Waits, Standing::Granted);
        }
    }

    pub(super) fn shut(&mut self) {
        self.is_shut = true;
        self.putters.turn(Standing::Granted, Standing::Refused);
        self.serve();
    }

    pub(super) fn shut_now(&mut self) -> Vec<u64> {
        self.shut();
        self.getters.turn(Standing::Granted, Standing::Refused);
        let left: Vec<u64> =
            std::iter::from_fn(|| (!self.items.is_empty()).then(|| self.take().serial)).collect();
        self.finish(left.len());
        left
    }

    fn line(&mut self, who: u64) -> &mut Line {
        match who % 4 {
            0 => &mut self.getters,
            1 => &mut self.putters,
            _ => &mut self.joiners,
        }
    }

    pub(super) fn check_settled(&self) {
        for line in [&self.getters, &self.putters, &self.joiners] {
            line.check_settled();
        }
    }
}

impl Reference for Market {
    type Ask = Side;
    /// Whether it did, and what it got.
    type Told = Option<Item>;

    fn come(&mut self, side: Side) -> u64 {
        // The number says which line it is in.
        let who = match side {
            Side::Get => self.getters.come(0) * 4,
            Side::Put(item) => self.putters.come_about(item.serial, item.rank) * 4 + 1,
            Side::Join => self.joiners.come(0) * 4 + 2,
        };
        self.serve();
        if self.unfinished == 0 {
            self.joiners.turn(Standing::Waits, Standing::Granted);
        }
        who
    }

    fn is_over(&mut self, who: u64) -> bool {
        self.line(who).standing(who / 4) != Standing::Waits
    }

    fn end(&mut self, who: u64) -> Option<Item> {
        let claim = self.line(who).leave(who / 4);
        if claim.standing == Standing::Refused {
            return None;
        }
        match who % 4 {
            0 => Some(self.take()),
            1 => {
                let item = Item { rank: claim.wanted, serial: claim.subject };
                self.put(item);
                Some(item)
            }
            _ => Some(Item { rank: 0, serial: 0 }),
        }
    }

    fn give_up(&mut self, who: u64) {
        self.line(who).leave(who / 4);
        self.serve();
    }
}

/// A number for the next item.
pub(super) fn serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
