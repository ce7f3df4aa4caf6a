//! The thread of a pool that hears from its worker processes.
//!
//! It sleeps in epoll until a worker says something, dies, or a time has come. It alone reads from
//! workers and waits for their deaths; what it learns it tells the roster.

mod autopsy;
mod conversation;
mod station;
mod tail;

use std::os::fd::OwnedFd;
use std::time::Instant;

use rt_primitive::sync::Arc;
use rustix::event::{Timespec, epoll};

use super::codec::Packet;
use super::deck::{PoolCore, Teller};
use super::link::{FrameReceiver, Patience, Received};
use super::spawner::Newcomer;
use super::ticket::Notice;
use crate::job_error::JobError;
use autopsy::Witness;
use station::{Source, Station};

/// Events taken from the kernel at a time.
const EVENTS_MAX: usize = 64;

/// The token of the bell; no station has it.
const BELL: u64 = u64::MAX;

/// What runs first in each new process.
#[derive(Debug)]
pub(crate) struct Initializer {
    pub(crate) offset: u64,
    pub(crate) arguments: Packet,
}

/// The state of the thread.
#[derive(Debug)]
pub(crate) struct IoLoop {
    core: Arc<PoolCore>,
    epoll: OwnedFd,
    stations: Vec<Option<Station>>,
    receiver: FrameReceiver,
    initializer: Option<Initializer>,
    witness: Witness,
    /// Tells a slot's processes apart.
    generation: u32,
}

impl IoLoop {
    pub(crate) fn new(
        core: Arc<PoolCore>,
        initializer: Option<Initializer>,
    ) -> std::io::Result<IoLoop> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let data = epoll::EventData::new_u64(BELL);
        epoll::add(&epoll, core.bell(), data, epoll::EventFlags::IN)?;
        let stations = (0..core.settings.rules.workers_max).map(|_| None).collect();
        let witness = Witness::new(core.settings.memory_max);
        let receiver = FrameReceiver::new();
        Ok(IoLoop { core, epoll, stations, receiver, initializer, witness, generation: 0 })
    }

    /// Runs until the pool is closed and its last process is dead.
    pub(crate) fn run(mut self) {
        let mut events = Vec::with_capacity(EVENTS_MAX);
        // Workers that are kept ready are started before there is a job.
        self.core.tell(Teller::Loop, |deck, now, _| deck.roster.tick(now));
        while let Some(timeout) = self.before_sleep() {
            events.clear();
            let spare = rustix::buffer::spare_capacity(&mut events);
            // An interrupted wait is one without events.
            let _ = epoll::wait(&self.epoll, spare, timeout.as_ref());
            if events.iter().any(|event| event.data.u64() == BELL) {
                self.silence_bell();
            }
            self.take_newcomers();
            // What a worker wrote before its result is read before the result, and its result
            // before its death.
            for source in [Source::Stderr, Source::Socket, Source::Death] {
                for event in &events {
                    self.handle(event.data.u64(), source);
                }
            }
            self.look_at_memory();
            self.core.tell(Teller::Loop, |deck, now, _| deck.roster.tick(now));
        }
        self.finish();
    }

    /// How long to sleep: `None` if there is nothing left to wait for.
    fn before_sleep(&mut self) -> Option<Option<Timespec>> {
        self.core.tell(Teller::Loop, |deck, now, _| {
            if deck.roster.is_over() {
                return None;
            }
            deck.wakes_at = deck.roster.next_tick(now);
            Some(deck.wakes_at.map(|at| {
                // Rounded up, so that the time has come when it wakes.
                let wait = at.saturating_duration_since(now);
                Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) }
            }))
        })
    }

    fn finish(self) {
        self.core.tell(Teller::Loop, |deck, _, notices| {
            // The spawner ends when this goes.
            deck.starts = None;
            notices.extend(deck.closers.drain(..).map(Notice::from));
            notices.extend(std::mem::take(&mut deck.lobby).into_values().map(Notice::from));
        });
    }

    /// Before the look at who has come, not after it: who comes meanwhile rings again.
    fn silence_bell(&self) {
        let mut count = [0; 8];
        let _ = rustix::io::read(self.core.bell(), &mut count);
    }

    fn take_newcomers(&mut self) {
        for newcomer in self.core.take_newcomers() {
            let slot = newcomer.slot;
            if let Err(why) = self.welcome(newcomer) {
                self.core
                    .tell(Teller::Loop, |deck, now, _| deck.roster.start_failed(slot, why, now));
            }
        }
    }

    /// Gives a new process its station, and listens to it.
    fn welcome(&mut self, newcomer: Newcomer) -> Result<(), String> {
        let slot = newcomer.slot;
        let (link, stderr) = newcomer.arrived?;
        self.generation = self.generation.wrapping_add(1);
        let station = Station::new(Arc::new(link), stderr, slot, self.generation);
        if let Err(error) = station.listen(&self.epoll) {
            station.abandon();
            return Err(format!("cannot listen to it: {error}"));
        }
        let link = Arc::clone(&station.link);
        self.stations[slot] = Some(station);
        self.core.tell(Teller::Loop, |deck, _, _| {
            deck.links[slot] = Some(link);
            deck.roster.has_come(slot);
        });
        Ok(())
    }

    fn handle(&mut self, token: u64, wanted: Source) {
        if token == BELL {
            return;
        }
        let (slot, generation, source) = Source::of_token(token);
        let station = self.stations.get_mut(slot).and_then(Option::as_mut);
        let Some(station) = station.filter(|station| station.generation == generation) else {
            return;
        };
        if source != wanted {
            return;
        }
        match source {
            Source::Stderr => station.hear(&self.epoll, self.core.settings.forwards_stderr),
            Source::Socket => drop(self.receive(slot)),
            Source::Death => self.bury(slot),
        }
    }

    /// Takes one frame from a process. False if there was none.
    fn receive(&mut self, slot: usize) -> bool {
        let Some(station) = &mut self.stations[slot] else { return false };
        let why = match self.receiver.receive(&station.link.socket, Patience::Never) {
            Ok(Received::Nothing) => return false,
            Ok(Received::End) => {
                // It closed its end, or died. If it lives on, nobody would hear from it again.
                station.stop_listening(&self.epoll, Source::Socket);
                station.link.kill();
                return false;
            }
            Ok(Received::Frame(frame)) if frame.is_consistent() => match self.take(slot, frame) {
                Ok(()) => return true,
                Err(why) => why,
            },
            Ok(Received::Frame(_)) => "a frame with other descriptors than it tells of".to_owned(),
            Err(error) => error.to_string(),
        };
        self.core.tell(Teller::Loop, |deck, _, _| deck.roster.violated(slot, why));
        if let Some(station) = &mut self.stations[slot] {
            station.stop_listening(&self.epoll, Source::Socket);
        }
        false
    }

    /// A process is dead: what it had said counts, then its death does.
    fn bury(&mut self, slot: usize) {
        while self.receive(slot) {}
        let Some(mut station) = self.stations[slot].take() else { return };
        station.hear_out(self.core.settings.forwards_stderr);
        station.deafen(&self.epoll);
        // From here on nobody signals the process by its number, which will be free below.
        self.core.tell(Teller::Loop, |deck, _, _| deck.links[slot] = None);
        let death = self.witness.examine(station);
        self.core.tell(Teller::Loop, |deck, _, _| {
            deck.roster.died(slot, death, Instant::now());
        });
    }

    /// Kills workers that have more memory than they may.
    fn look_at_memory(&mut self) {
        let Some(limit) = self.core.settings.memory_max else { return };
        let busy = self
            .core
            .tell(Teller::Loop, |deck, _, _| deck.roster.busy_slots().collect::<Vec<usize>>());
        for slot in busy {
            let Some(station) = &self.stations[slot] else { continue };
            let seen = autopsy::resident_bytes(station.link.pid);
            if seen > limit {
                let error = JobError::MemoryLimit { limit, seen };
                self.core.tell(Teller::Loop, |deck, _, _| deck.roster.condemn(slot, error));
            }
        }
    }
}
