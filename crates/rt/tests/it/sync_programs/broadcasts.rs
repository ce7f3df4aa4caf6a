//! `broadcast`: who gets which value, who missed some, and who is told of the next.

use std::sync::{Arc, Mutex};

use rt::sync::broadcast;

use super::values::PlainValues;
use super::{Op, Subject, compared, hold, locked, patient};

/// The latest few numbers, each for everybody.
pub(super) struct All {
    ends: Mutex<Option<(broadcast::Sender<usize>, broadcast::Receiver<usize>)>>,
    plain: Mutex<PlainValues>,
    capacity: usize,
}

pub(super) struct AllEnds {
    all: Arc<All>,
    sender: Option<broadcast::Sender<usize>>,
    receiver: Option<broadcast::Receiver<usize>>,
    seen: usize,
}

impl AllEnds {
    fn send(&self, op: &Op) {
        let Some(sender) = &self.sender else { return };
        let mut plain = locked(&self.all.plain);
        let sent = sender.send(op.amount);
        assert_eq!(sent.ok(), Some(plain.receivers).filter(|&receivers| receivers > 0));
        if plain.receivers > 0 {
            plain.sent.push(op.amount);
        }
    }

    async fn wait_until_nobody_listens(&self, op: &Op) {
        let Some(sender) = &self.sender else { return };
        let wait = compared(&self.all.plain, None, sender.closed());
        patient(op.patience.or(Some(3)), wait).await;
    }

    /// Its sender is weak for a moment; it is one again unless it was the last.
    fn weaken_sender(&mut self) {
        let Some(sender) = self.sender.take() else { return };
        let mut plain = locked(&self.all.plain);
        let weak = sender.downgrade();
        drop(sender);
        plain.senders -= 1;
        self.sender = weak.upgrade();
        assert_eq!(self.sender.is_some(), plain.senders > 0);
        plain.senders += usize::from(self.sender.is_some());
    }

    async fn receive(&mut self, op: &Op) {
        let Some(receiver) = &mut self.receiver else { return };
        let wait = compared(&self.all.plain, Some(self.seen), receiver.recv());
        let Some(((), received)) = patient(op.patience, wait).await else { return };
        let plain = locked(&self.all.plain);
        let oldest = plain.sent.len().saturating_sub(self.all.capacity);
        let expected = match plain.sent.get(self.seen) {
            None => Err(broadcast::RecvError::Closed),
            Some(_) if self.seen < oldest => {
                let missed = oldest - self.seen;
                self.seen = oldest;
                Err(broadcast::RecvError::Lagged(missed as u64))
            }
            Some(value) => {
                self.seen += 1;
                Ok(*value)
            }
        };
        assert_eq!(received, expected);
        assert_eq!(receiver.len(), plain.sent.len() - self.seen);
    }

    fn drop_sender(&mut self) {
        if self.sender.take().is_some() {
            locked(&self.all.plain).senders -= 1;
        }
    }

    /// Goes, or begins anew with what is sent from now on.
    fn drop_receiver(&mut self, begins_anew: bool) {
        let Some(receiver) = self.receiver.take() else { return };
        if begins_anew {
            self.receiver = Some(receiver.resubscribe());
            self.seen = locked(&self.all.plain).sent.len();
        } else {
            drop(receiver);
            locked(&self.all.plain).receivers -= 1;
        }
    }
}

impl Drop for AllEnds {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.drop_sender();
            self.drop_receiver(false);
        }
    }
}

impl Subject for All {
    type Part = AllEnds;

    fn new(size: usize) -> Self {
        let capacity = (size + 1).next_power_of_two();
        let ends = Mutex::new(Some(broadcast::channel(capacity)));
        All { ends, plain: Mutex::default(), capacity }
    }

    fn part(self: &Arc<Self>) -> AllEnds {
        let ends = locked(&self.ends);
        let (sender, receiver) = ends.as_ref().expect("they are kept until the start");
        let (sender, receiver) = (Some(sender.clone()), Some(receiver.resubscribe()));
        let mut plain = locked(&self.plain);
        plain.senders += 1;
        plain.receivers += 1;
        AllEnds { all: self.clone(), sender, receiver, seen: 0 }
    }

    fn start(&self) {
        *locked(&self.ends) = None;
    }

    async fn run(ends: &mut AllEnds, op: &Op) {
        match op.kind {
            0..30 => ends.receive(op).await,
            30..52 => ends.send(op),
            52..54 => ends.drop_sender(),
            54..57 => ends.drop_receiver(op.amount > 0),
            57..59 => ends.wait_until_nobody_listens(op).await,
            59 => ends.weaken_sender(),
            _ => hold(op).await,
        }
    }

    fn check_settled(&self) {
        locked(&self.plain).check_settled();
    }

    fn check_end(&self) {
        let plain = locked(&self.plain);
        assert_eq!((plain.senders, plain.receivers, plain.waiting.len()), (0, 0, 0));
    }
}
