//! `watch`: who has seen which value, and who is told of the next.

use std::sync::{Arc, Mutex};

use rt::sync::watch;

use super::{Op, Reference, Subject, compared, hold, locked, patient};

/// Values by number, and how many ends there are.
#[derive(Debug, Default)]
pub(super) struct PlainValues {
    /// All that were ever sent.
    pub(super) sent: Vec<usize>,
    pub(super) senders: usize,
    pub(super) receivers: usize,
    /// Those who wait: each with the number of values it has seen, or for there to be no receiver.
    pub(super) waiting: Vec<(u64, Option<usize>)>,
    next: u64,
}

impl PlainValues {
    fn is_over(&self, seen: Option<usize>) -> bool {
        match seen {
            Some(seen) => seen != self.sent.len() || self.senders == 0,
            None => self.receivers == 0,
        }
    }

    pub(super) fn check_settled(&self) {
        let is_told = |(_, seen): &(u64, Option<usize>)| self.is_over(*seen);
        assert!(!self.waiting.iter().any(is_told), "not woken: {self:?}");
    }
}

impl Reference for PlainValues {
    /// How many values it has seen, who waits for another; a sender waits for the receivers' end.
    type Ask = Option<usize>;
    type Told = ();

    fn come(&mut self, seen: Option<usize>) -> u64 {
        self.next += 1;
        self.waiting.push((self.next, seen));
        self.next
    }

    fn is_over(&mut self, who: u64) -> bool {
        let waits = self.waiting.iter().find(|(other, _)| *other == who);
        PlainValues::is_over(self, waits.expect("it has come").1)
    }

    fn end(&mut self, who: u64) {
        self.waiting.retain(|(other, _)| *other != who);
    }

    fn give_up(&mut self, who: u64) {
        self.end(who);
    }
}

/// A watched number.
pub(super) struct Latest {
    ends: Mutex<Option<(watch::Sender<usize>, watch::Receiver<usize>)>>,
    plain: Mutex<PlainValues>,
}

pub(super) struct LatestEnds {
    watched: Arc<Latest>,
    sender: Option<watch::Sender<usize>>,
    receiver: Option<watch::Receiver<usize>>,
    seen: usize,
}

impl LatestEnds {
    fn send(&self, op: &Op) {
        let Some(sender) = &self.sender else { return };
        let mut plain = locked(&self.watched.plain);
        let sent = match op.kind % 3 {
            0 => sender.send(op.amount).is_ok(),
            1 => {
                sender.send_replace(op.amount);
                true
            }
            _ => sender.send_if_modified(|value| {
                let is_new = *value != op.amount;
                *value = op.amount;
                is_new
            }),
        };
        let expected = match op.kind % 3 {
            0 => plain.receivers > 0,
            1 => true,
            _ => plain.sent.last().copied().unwrap_or(0) != op.amount,
        };
        assert_eq!(sent, expected);
        if sent {
            plain.sent.push(op.amount);
        }
    }

    async fn wait(&mut self, op: &Op) {
        let Some(receiver) = &mut self.receiver else { return };
        let wait = compared(&self.watched.plain, Some(self.seen), receiver.changed());
        let Some(((), changed)) = patient(op.patience, wait).await else { return };
        let plain = locked(&self.watched.plain);
        assert_eq!(changed.is_ok(), plain.sent.len() != self.seen);
        self.seen = plain.sent.len();
        assert_eq!(*receiver.borrow(), plain.sent.last().copied().unwrap_or(0));
    }

    async fn wait_until_nobody_looks(&self, op: &Op) {
        let Some(sender) = &self.sender else { return };
        let wait = compared(&self.watched.plain, None, sender.closed());
        patient(op.patience.or(Some(3)), wait).await;
    }

    fn drop_sender(&mut self) {
        if self.sender.take().is_some() {
            locked(&self.watched.plain).senders -= 1;
        }
    }

    fn drop_receiver(&mut self) {
        if self.receiver.take().is_some() {
            locked(&self.watched.plain).receivers -= 1;
        }
    }
}

impl Drop for LatestEnds {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.drop_sender();
            self.drop_receiver();
        }
    }
}

impl Subject for Latest {
    type Part = LatestEnds;

    fn new(_: usize) -> Self {
        Latest { ends: Mutex::new(Some(watch::channel(0))), plain: Mutex::default() }
    }

    fn part(self: &Arc<Self>) -> LatestEnds {
        let (sender, receiver) = locked(&self.ends).clone().expect("it is kept until the start");
        let mut plain = locked(&self.plain);
        plain.senders += 1;
        plain.receivers += 1;
        let (sender, receiver) = (Some(sender), Some(receiver));
        LatestEnds { watched: self.clone(), sender, receiver, seen: 0 }
    }

    fn start(&self) {
        *locked(&self.ends) = None;
    }

    async fn run(ends: &mut LatestEnds, op: &Op) {
        match op.kind {
            0..30 => ends.wait(op).await,
            30..50 => ends.send(op),
            50..55 => ends.wait_until_nobody_looks(op).await,
            55..58 => ends.drop_sender(),
            58..60 => ends.drop_receiver(),
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
