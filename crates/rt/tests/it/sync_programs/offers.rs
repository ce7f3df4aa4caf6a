//! `oneshot`: offers that one task makes and another answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use rt::sync::oneshot;

use super::{Held, Op, Reference, Subject, compared, hold, locked, patient};

/// One of many oneshots, the sender of which lies where every task can take it.
#[derive(Debug, Default)]
struct PlainPair {
    sent: Option<usize>,
    has_sender: bool,
    has_receiver: bool,
    /// Which half waits for the other.
    waits: [bool; 2],
}

#[derive(Clone, Copy)]
enum Half {
    Receiver,
    Sender,
}

impl Reference for PlainPair {
    type Ask = Half;
    type Told = Option<usize>;

    fn come(&mut self, half: Half) -> u64 {
        self.waits[half as usize] = true;
        half as u64
    }

    fn is_over(&mut self, who: u64) -> bool {
        if who == Half::Receiver as u64 { !self.has_sender } else { !self.has_receiver }
    }

    fn end(&mut self, who: u64) -> Option<usize> {
        self.waits[who as usize] = false;
        self.sent.take()
    }

    fn give_up(&mut self, who: u64) {
        self.waits[who as usize] = false;
    }
}

type Offer = (oneshot::Sender<usize>, Arc<Mutex<PlainPair>>);

/// Offers that tasks make and others answer.
#[derive(Default)]
pub(super) struct Offers {
    open: Mutex<VecDeque<Offer>>,
    all: Mutex<Vec<Arc<Mutex<PlainPair>>>>,
}

impl Offers {
    async fn ask(&self, op: &Op) {
        let (sender, receiver) = oneshot::channel();
        let plain = PlainPair { has_sender: true, has_receiver: true, ..PlainPair::default() };
        let plain = Arc::new(Mutex::new(plain));
        locked(&self.open).push_back((sender, plain.clone()));
        locked(&self.all).push(plain.clone());
        let mut receiver = Held::new(receiver, || locked(&plain).has_receiver = false);
        let wait = compared(&plain, Half::Receiver, receiver.value());
        if let Some((told, received)) = patient(op.patience, wait).await {
            assert_eq!(received.ok(), told);
        }
    }

    async fn answer(&self, op: &Op) {
        let Some((sender, plain)) = locked(&self.open).pop_front() else { return };
        let mut sender = Held::new(sender, || locked(&plain).has_sender = false);
        if op.amount == 0 {
            let closed = compared(&plain, Half::Sender, sender.value().closed());
            patient(op.patience.or(Some(3)), closed).await;
        }
        hold(op).await;
        if op.amount == 1 {
            return;
        }
        let sent = sender.into_value().send(op.amount);
        let mut plain = locked(&plain);
        assert_eq!(sent.is_ok(), plain.has_receiver);
        plain.sent = plain.has_receiver.then_some(op.amount);
        plain.has_sender = false;
    }
}

impl Subject for Offers {
    type Part = Arc<Self>;

    fn new(_: usize) -> Self {
        Offers::default()
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(offers: &mut Arc<Self>, op: &Op) {
        if op.kind % 2 == 0 { offers.ask(op).await } else { offers.answer(op).await }
    }

    fn check_settled(&self) {
        for pair in &*locked(&self.all) {
            let mut pair = locked(pair);
            for who in [Half::Receiver as u64, Half::Sender as u64] {
                assert!(!pair.waits[who as usize] || !pair.is_over(who), "{who} was not woken");
            }
        }
    }

    fn check_end(&self) {
        for (sender, plain) in locked(&self.open).drain(..) {
            assert_eq!(sender.is_closed(), !locked(&plain).has_receiver);
        }
    }
}
