//! `mpsc`: what the receiver gets, and when senders are told that it is gone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use rt::sync::mpsc::{self, Receiver, Sender, TrySendError};

use super::line::{Ask, Standing, Stock};
use super::{Held, Op, Reference, Subject, compared, hold, locked, patient};

/// Room, what was sent, and whether more may come.
struct PlainChannel {
    room: Stock,
    sent: VecDeque<usize>,
    senders: usize,
    /// Permits that are out, those included that who waits has not taken yet.
    permits: usize,
    is_closed: bool,
    /// Whether the receiver waits, and how many wait for it to go.
    waits: [usize; 2],
}

#[derive(Clone, Copy)]
enum Wait {
    /// For room.
    Room,
    Value,
    /// For the receiver to go.
    Closed,
}

/// The number of the receiver's wait.
const RECEIVER: u64 = 0;
/// The number of each wait for the receiver to go.
const WATCHER: u64 = 1;

impl PlainChannel {
    fn permits(&self) -> usize {
        self.permits + self.room.line.count(Standing::Granted)
    }

    fn is_at_end(&self) -> bool {
        self.sent.is_empty() && (self.senders == 0 || self.is_closed && self.permits() == 0)
    }

    fn close(&mut self) {
        self.is_closed = true;
        self.room.close();
    }
}

impl Reference for PlainChannel {
    type Ask = Wait;
    /// What came, or whether there is room.
    type Told = Option<usize>;

    fn come(&mut self, wait: Wait) -> u64 {
        let who = match wait {
            Wait::Room => return self.room.come(Ask::Behind(1)) + WATCHER,
            Wait::Value => RECEIVER,
            Wait::Closed => WATCHER,
        };
        self.waits[who as usize] += 1;
        who
    }

    fn is_over(&mut self, who: u64) -> bool {
        match who {
            RECEIVER => !self.sent.is_empty() || self.is_at_end(),
            WATCHER => self.is_closed,
            room => self.room.is_over(room - WATCHER),
        }
    }

    fn end(&mut self, who: u64) -> Option<usize> {
        if who <= WATCHER {
            self.waits[who as usize] -= 1;
        }
        match who {
            RECEIVER => {
                let value = self.sent.pop_front()?;
                self.room.give(1);
                Some(value)
            }
            WATCHER => None,
            room => {
                let is_granted = self.room.end(room - WATCHER);
                self.permits += usize::from(is_granted);
                is_granted.then_some(0)
            }
        }
    }

    fn give_up(&mut self, who: u64) {
        match who {
            RECEIVER | WATCHER => self.waits[who as usize] -= 1,
            room => self.room.give_up(room - WATCHER),
        }
    }
}

/// Many senders and one receiver, which the first task has.
pub(super) struct Channel {
    sender: Mutex<Option<Sender<usize>>>,
    receiver: Mutex<Option<Receiver<usize>>>,
    plain: Mutex<PlainChannel>,
}

pub(super) struct Ends {
    channel: Arc<Channel>,
    sender: Option<Sender<usize>>,
    receiver: Option<Receiver<usize>>,
}

impl Ends {
    async fn send(&self, op: &Op) {
        let (Some(sender), plain) = (&self.sender, &self.channel.plain) else { return };
        let wait = compared(plain, Wait::Room, sender.send(op.amount));
        // What it waited for is room, which it has used.
        let used = async {
            let (told, sent) = wait.await;
            assert_eq!(sent.is_ok(), told.is_some());
            if told.is_some() {
                let mut plain = locked(plain);
                plain.permits -= 1;
                plain.sent.push_back(op.amount);
            }
        };
        patient(op.patience, used).await;
    }

    async fn reserve(&self, op: &Op) {
        let (Some(sender), plain) = (&self.sender, &self.channel.plain) else { return };
        let wait = compared(plain, Wait::Room, sender.reserve());
        let Some((told, permit)) = patient(op.patience, wait).await else { return };
        assert_eq!(permit.is_ok(), told.is_some());
        let Ok(permit) = permit else { return };
        let held = Held::new(permit, || {
            let mut plain = locked(plain);
            plain.permits -= 1;
            plain.room.give(1);
        });
        hold(op).await;
        if op.kind % 2 == 0 {
            held.into_value().send(op.amount);
            let mut plain = locked(plain);
            plain.permits -= 1;
            plain.sent.push_back(op.amount);
        }
    }

    fn try_send(&self, op: &Op) {
        let Some(sender) = &self.sender else { return };
        let mut plain = locked(&self.channel.plain);
        let refusal = match (plain.is_closed, plain.room.try_take(1)) {
            (true, _) => Err(TrySendError::Closed(op.amount)),
            (false, false) => Err(TrySendError::Full(op.amount)),
            (false, true) => Ok(()),
        };
        assert_eq!(sender.try_send(op.amount), refusal);
        if refusal.is_ok() {
            plain.sent.push_back(op.amount);
        }
    }

    async fn receive(&mut self, op: &Op) {
        let Some(receiver) = &mut self.receiver else { return };
        let wait = compared(&self.channel.plain, Wait::Value, receiver.recv());
        if let Some((told, received)) = patient(op.patience, wait).await {
            assert_eq!(received, told);
        }
    }

    fn drop_sender(&mut self) {
        if self.sender.take().is_some() {
            locked(&self.channel.plain).senders -= 1;
        }
    }

    /// Closes, and receives no more.
    fn drop_receiver(&mut self) {
        if self.receiver.take().is_some() {
            let mut plain = locked(&self.channel.plain);
            plain.close();
            plain.sent.clear();
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
        let (sender, receiver) = mpsc::channel(size + 1);
        Channel {
            sender: Mutex::new(Some(sender)),
            receiver: Mutex::new(Some(receiver)),
            plain: Mutex::new(PlainChannel {
                room: Stock::new(size + 1),
                sent: VecDeque::new(),
                senders: 0,
                permits: 0,
                is_closed: false,
                waits: [0; 2],
            }),
        }
    }

    fn part(self: &Arc<Self>) -> Ends {
        locked(&self.plain).senders += 1;
        let (sender, receiver) = (locked(&self.sender).clone(), locked(&self.receiver).take());
        Ends { channel: self.clone(), sender, receiver }
    }

    fn start(&self) {
        *locked(&self.sender) = None;
    }

    async fn run(ends: &mut Ends, op: &Op) {
        match op.kind {
            // Who has the receiver mostly receives.
            0..45 if ends.receiver.is_some() => ends.receive(op).await,
            0..25 => ends.send(op).await,
            25..45 => ends.reserve(op).await,
            45..54 => ends.try_send(op),
            54..58 => {
                if let Some(sender) = &ends.sender {
                    let wait = compared(&ends.channel.plain, Wait::Closed, sender.closed());
                    patient(op.patience.or(Some(3)), wait).await;
                }
            }
            58..61 => hold(op).await,
            61 => ends.drop_sender(),
            62 => ends.drop_receiver(),
            _ => {
                if let Some(receiver) = &mut ends.receiver {
                    receiver.close();
                    locked(&ends.channel.plain).close();
                }
            }
        }
    }

    fn check_settled(&self) {
        let mut plain = locked(&self.plain);
        plain.room.line.check_settled();
        for who in [RECEIVER, WATCHER] {
            assert!(plain.waits[who as usize] == 0 || !plain.is_over(who), "{who} was not woken");
        }
    }

    fn check_end(&self) {
        self.check_settled();
    }
}
