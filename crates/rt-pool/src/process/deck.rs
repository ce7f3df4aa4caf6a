//! What the threads of a process pool share: the roster behind a lock, and the way to workers.
//!
//! Whoever tells the roster something also does what it decides, under the same lock: a send to an
//! idle worker is one system call that does not wait, and the order of frames is the order of
//! decisions. Wakers are called when the lock is free again.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::Sender;
use std::task::Waker;
use std::time::Instant;

use rt_primitive::fork::Generation;
use rt_primitive::sync::{Arc, Mutex};
use rustix::event::{EventfdFlags, eventfd};
use rustix::io::Errno;

use super::courier::Courier;
use super::frame::{FrameHeader, FrameKind};
use super::link::{self, Patience};
use super::roster::{JobId, Move, Roster};
use super::settings::PoolSettings;
use super::spawner::{Newcomer, Recipe, WorkerLink};
use super::ticket::{Notice, Ticket};

/// Everything of a pool that its threads share.
#[derive(Debug)]
pub(crate) struct PoolCore {
    deck: Mutex<Deck>,
    /// Wakes the pool's thread.
    bell: OwnedFd,
    newcomers: Mutex<Vec<Newcomer>>,
    pub(crate) settings: PoolSettings,
    pub(crate) courier: Courier,
    recipe: Recipe,
    made_in: Generation,
}

/// What is behind the lock.
#[derive(Debug)]
pub(crate) struct Deck {
    pub(crate) roster: Roster<Arc<Ticket>>,
    pub(crate) links: Vec<Option<Arc<WorkerLink>>>,
    /// Those who wait for room in the queue, the first first.
    pub(crate) lobby: BTreeMap<u64, Waker>,
    /// Places in the queue that are taken by jobs still being written.
    pub(crate) entering: usize,
    /// Those who wait for the end.
    pub(crate) closers: Vec<Waker>,
    /// Where slots are sent that need a process; gone when the pool is.
    pub(crate) starts: Option<Sender<usize>>,
    /// When the pool's thread wakes by itself.
    pub(crate) wakes_at: Option<Instant>,
    next_id: JobId,
}

/// Who tells the roster something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Teller {
    /// The pool's thread, which looks at the time afterwards anyway.
    Loop,
    /// Any other, which rings if that thread would sleep for too long.
    Other,
}

impl PoolCore {
    pub(crate) fn new(
        settings: PoolSettings,
        recipe: Recipe,
        starts: Sender<usize>,
    ) -> std::io::Result<PoolCore> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let roster = Roster::new(settings.rules.clone(), settings.restarts());
        let deck = Deck {
            links: (0..settings.rules.workers_max).map(|_| None).collect(),
            roster,
            lobby: BTreeMap::new(),
            entering: 0,
            closers: Vec::new(),
            starts: Some(starts),
            wakes_at: None,
            next_id: 1,
        };
        let made_in = Generation::now();
        let newcomers = Mutex::new(Vec::new());
        Ok(PoolCore {
            deck: Mutex::new(deck),
            bell,
            newcomers,
            settings,
            courier: Courier::default(),
            recipe,
            made_in,
        })
    }

    pub(crate) fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    pub(crate) fn bell(&self) -> &OwnedFd {
        &self.bell
    }

    /// True in a fork of the process that made the pool: none of its threads is there.
    pub(crate) fn is_of_another_process(&self) -> bool {
        self.made_in != Generation::now()
    }

    /// Wakes the pool's thread.
    pub(crate) fn ring(&self) {
        // A full counter means that the bell has rung already.
        let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
    }

    pub(crate) fn add_newcomer(&self, newcomer: Newcomer) {
        self.newcomers.lock().push(newcomer);
        self.ring();
    }

    pub(crate) fn take_newcomers(&self) -> Vec<Newcomer> {
        std::mem::take(&mut self.newcomers.lock())
    }

    /// Tells the roster something, and does what it decides.
    pub(crate) fn tell<R>(
        &self,
        teller: Teller,
        tell: impl FnOnce(&mut Deck, Instant, &mut Vec<Notice>) -> R,
    ) -> R {
        let mut notices = Vec::new();
        let mut deck = self.deck.lock();
        let now = Instant::now();
        let told = tell(&mut deck, now, &mut notices);
        deck.perform(&mut notices);
        deck.admit(&mut notices);
        let is_early = match (deck.roster.next_tick(now), deck.wakes_at) {
            (Some(next), Some(wakes_at)) => next < wakes_at,
            (next, None) => next.is_some(),
            (None, _) => false,
        };
        let rings = teller == Teller::Other && (is_early || deck.roster.is_over());
        drop(deck);
        if rings {
            self.ring();
        }
        notices.into_iter().for_each(Notice::serve);
        told
    }
}

impl Deck {
    /// A number for a new job.
    pub(crate) fn next_id(&mut self) -> JobId {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Whether a job may enter the queue; `lobby_id` is its place among those who wait for room.
    pub(crate) fn has_room(&self, lobby_id: Option<u64>) -> bool {
        let first = self.lobby.first_key_value().map(|(id, _)| *id);
        let is_next = first.is_none() || first == lobby_id;
        is_next && self.roster.has_room_for(self.entering)
    }

    /// Wakes who is next in the lobby if there is room.
    fn admit(&mut self, notices: &mut Vec<Notice>) {
        if self.lobby.is_empty() || !self.roster.has_room_for(self.entering) {
            return;
        }
        notices.extend(self.lobby.first_key_value().map(|(_, waker)| waker.clone().into()));
    }

    /// Does what the roster has decided.
    fn perform(&mut self, notices: &mut Vec<Notice>) {
        loop {
            let moves = self.roster.take_moves();
            if moves.is_empty() {
                return;
            }
            for step in moves {
                self.take_step(step, notices);
            }
        }
    }

    fn take_step(&mut self, step: Move<Arc<Ticket>>, notices: &mut Vec<Notice>) {
        match step {
            Move::Start(slot) => {
                let asked = self.starts.as_ref().map(|starts| starts.send(slot));
                debug_assert!(matches!(asked, Some(Ok(()))), "the spawner lives as long as a slot");
            }
            Move::Send(slot, ticket) => self.send(slot, &ticket),
            Move::Warn(slot, id) => {
                if let Some(link) = &self.links[slot] {
                    link.page.cancel(id);
                }
            }
            Move::Retire(slot) => {
                if let Some(link) = &self.links[slot] {
                    let header = FrameHeader::new(FrameKind::Retire, 0, 0);
                    let _ = link::send(&link.socket, header, &[], &[], Patience::Never);
                }
            }
            Move::Kill(slot) => {
                if let Some(link) = &self.links[slot] {
                    link.kill();
                }
            }
            Move::Settle(ticket, error) => notices.push(ticket.outcome.give(Err(error))),
        }
    }

    fn send(&mut self, slot: usize, ticket: &Ticket) {
        let payload = ticket.payload.get().expect("a job is submitted with its arguments");
        // Without a link the process is dead, and about to be buried: the roster then takes the job
        // back, as one that never began.
        let Some(link) = &self.links[slot] else { return };
        let parcel = payload.parcel.as_ref().map(AsFd::as_fd);
        let header = ticket.header(payload);
        let sent =
            link::send(&link.socket, header, &payload.body, parcel.as_slice(), Patience::Never);
        match sent {
            // It is dead, and the news of it are on their way.
            Ok(()) | Err(Errno::PIPE | Errno::CONNRESET) => {}
            Err(error) => self.roster.violated(slot, format!("its socket takes no job: {error}")),
        }
    }
}
