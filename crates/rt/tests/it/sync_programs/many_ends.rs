//! `mpmc`: a queue that ends with the last of its senders or receivers.

use std::sync::{Arc, Mutex};

use rt::sync::mpmc::{self, Receiver, Sender, TryRecvError, TrySendError};

use super::market::{Item, Market, Side, oldest, serial};
use super::{Op, Subject, compared, hold, locked, patient};

/// A channel whose ends the tasks have; its capacity may be 0.
pub(super) struct Channel {
    /// Until all tasks have theirs.
    ends: Mutex<Option<(Sender<Item>, Receiver<Item>)>>,
    plain: Mutex<Market>,
    /// How many senders and receivers the tasks have.
    counts: Mutex<(usize, usize)>,
}

/// What a task has; it may let go of either.
pub(super) struct Ends {
    channel: Arc<Channel>,
    sender: Option<Sender<Item>>,
    receiver: Option<Receiver<Item>>,
}

impl Ends {
    fn drop_sender(&mut self) {
        if self.sender.take().is_some() {
            let mut counts = locked(&self.channel.counts);
            counts.0 -= 1;
            if counts.0 == 0 {
                locked(&self.channel.plain).shut();
            }
        }
    }

    fn drop_receiver(&mut self) {
        if self.receiver.take().is_some() {
            let mut counts = locked(&self.channel.counts);
            counts.1 -= 1;
            if counts.1 == 0 {
                locked(&self.channel.plain).shut_now();
            }
        }
    }

    async fn send(&self, op: &Op) {
        let Some(sender) = &self.sender else { return };
        let item = Item { rank: 0, serial: serial() };
        let wait = compared(&self.channel.plain, Side::Put(item), sender.send(item));
        let Some((told, sent)) = patient(op.patience, wait).await else { return };
        assert_eq!(sent.is_ok(), told.is_some());
    }

    async fn receive(&self, op: &Op) {
        let Some(receiver) = &self.receiver else { return };
        let wait = compared(&self.channel.plain, Side::Get, receiver.recv());
        let Some((told, received)) = patient(op.patience, wait).await else { return };
        assert_eq!(received.ok().map(|item| item.serial), told.map(|item| item.serial));
    }

    fn try_both(&self) {
        let mut plain = locked(&self.channel.plain);
        if let Some(sender) = &self.sender {
            let item = Item { rank: 0, serial: serial() };
            let refusal = match (plain.is_shut, plain.has_room()) {
                (true, _) => Err(TrySendError::Closed(item)),
                (false, false) => Err(TrySendError::Full(item)),
                (false, true) => Ok(()),
            };
            assert_eq!(sender.try_send(item), refusal);
            if refusal.is_ok() {
                plain.put(item);
            }
        }
        if let Some(receiver) = &self.receiver {
            let received = match (plain.has_item(), plain.is_shut) {
                (true, _) => Ok(plain.take().serial),
                (false, true) => Err(TryRecvError::Disconnected),
                (false, false) => Err(TryRecvError::Empty),
            };
            assert_eq!(receiver.try_recv().map(|item| item.serial), received);
        }
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.drop_sender();
            self.drop_receiver();
        }
    }
}

impl Subject for Channel {
    type Part = Ends;

    fn new(size: usize) -> Self {
        Channel {
            ends: Mutex::new(Some(mpmc::channel(size))),
            plain: Mutex::new(Market::new(size, oldest)),
            counts: Mutex::default(),
        }
    }

    fn part(self: &Arc<Self>) -> Ends {
        let (sender, receiver) = locked(&self.ends).clone().expect("it is kept until the start");
        let mut counts = locked(&self.counts);
        *counts = (counts.0 + 1, counts.1 + 1);
        Ends { channel: self.clone(), sender: Some(sender), receiver: Some(receiver) }
    }

    fn start(&self) {
        *locked(&self.ends) = None;
    }

    async fn run(ends: &mut Ends, op: &Op) {
        match op.kind {
            0..25 => ends.send(op).await,
            25..50 => ends.receive(op).await,
            50..58 => ends.try_both(),
            58..60 => ends.drop_sender(),
            60..62 => ends.drop_receiver(),
            62 if op.amount == 0 => {
                if let Some(sender) = &ends.sender {
                    sender.close();
                    locked(&ends.channel.plain).shut();
                }
            }
            _ => hold(op).await,
        }
    }

    fn check_settled(&self) {
        locked(&self.plain).check_settled();
    }

    fn check_end(&self) {
        self.check_settled();
    }
}
