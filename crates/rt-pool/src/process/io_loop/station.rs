//! What a pool's thread keeps of one worker process.

use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rt_primitive::sync::Arc;
use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};
use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::Initializer;
use super::tail::Tail;
use crate::process::frame::{FrameHeader, FrameKind};
use crate::process::link::{self, Patience};
use crate::process::spawner::WorkerLink;

/// What is read of a worker's standard error at a time.
const HEAR_MAX: usize = 16 * 1024;

/// What fits a pipe that can be written at all.
const PIPE_ROOM: usize = 4096;

/// How much is heard of a dead worker; a pipe holds less, unless others still write to it.
const LAST_WORDS_MAX: usize = 1024 * 1024;

/// Where a process is on its way, which decides what it may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Hello,
    Ready,
    Initialize,
    Serve,
    /// Its initializer failed, and it was killed for it.
    Fail,
}

/// What can happen to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Stderr,
    Socket,
    Death,
}

/// What the thread keeps of one process.
#[derive(Debug)]
pub(super) struct Station {
    pub(super) link: Arc<WorkerLink>,
    stderr: Option<OwnedFd>,
    pub(super) tail: Tail,
    pub(super) stage: Stage,
    /// Why it did not begin.
    pub(super) start_error: Option<String>,
    pub(super) generation: u32,
    slot: usize,
}

impl Source {
    /// What the kernel gives back with an event.
    fn token(self, slot: usize, generation: u32) -> u64 {
        (slot as u64) << 34 | u64::from(generation) << 2 | self as u64
    }

    pub(super) fn of_token(token: u64) -> (usize, u32, Source) {
        let source = match token & 3 {
            0 => Source::Stderr,
            1 => Source::Socket,
            _ => Source::Death,
        };
        ((token >> 34) as usize, (token >> 2) as u32, source)
    }
}

impl Station {
    pub(super) fn new(
        link: Arc<WorkerLink>,
        stderr: OwnedFd,
        slot: usize,
        generation: u32,
    ) -> Station {
        Station {
            link,
            stderr: Some(stderr),
            tail: Tail::new(),
            stage: Stage::Hello,
            start_error: None,
            generation,
            slot,
        }
    }

    fn fd(&self, source: Source) -> Option<BorrowedFd<'_>> {
        match source {
            Source::Stderr => self.stderr.as_ref().map(AsFd::as_fd),
            Source::Socket => Some(self.link.socket.as_fd()),
            Source::Death => Some(self.link.pidfd.as_fd()),
        }
    }

    /// Has the kernel tell of everything that happens to the process.
    pub(super) fn listen(&self, epoll: &OwnedFd) -> rustix::io::Result<()> {
        for source in [Source::Stderr, Source::Socket, Source::Death] {
            let Some(fd) = self.fd(source) else { continue };
            let token = source.token(self.slot, self.generation);
            let data = epoll::EventData::new_u64(token);
            epoll::add(epoll, fd, data, epoll::EventFlags::IN)?;
        }
        Ok(())
    }

    pub(super) fn stop_listening(&self, epoll: &OwnedFd, source: Source) {
        if let Some(fd) = self.fd(source) {
            let _ = epoll::delete(epoll, fd);
        }
    }

    /// Stops to listen to anything.
    pub(super) fn deafen(&self, epoll: &OwnedFd) {
        for source in [Source::Stderr, Source::Socket, Source::Death] {
            self.stop_listening(epoll, source);
        }
    }

    /// Ends a process that cannot be listened to.
    pub(super) fn abandon(self) {
        self.link.kill();
        let _ = waitid(WaitId::PidFd(self.link.pidfd.as_fd()), WaitIdOptions::EXITED);
    }

    pub(super) fn send_initializer(&self, initializer: &Initializer) -> Result<(), String> {
        let arguments = &initializer.arguments;
        let header = FrameHeader::new(FrameKind::Init, 0, initializer.offset);
        let header = FrameHeader { parcel: arguments.parcel_use, ..header };
        let parcel = arguments.parcel.as_ref().map(AsFd::as_fd);
        let socket = &self.link.socket;
        let sent = link::send(socket, header, &arguments.body, parcel.as_slice(), Patience::Never);
        sent.map_err(|error| format!("its socket takes no initializer: {error}"))
    }

    /// Reads some of what it wrote to its standard error.
    pub(super) fn hear(&mut self, epoll: &OwnedFd, forwards: bool) {
        if self.hear_some(forwards) == Some(0) {
            self.stop_listening(epoll, Source::Stderr);
            self.stderr = None;
        }
    }

    /// Reads what is left of it.
    pub(super) fn hear_out(&mut self, forwards: bool) {
        let mut heard = 0;
        while heard < LAST_WORDS_MAX {
            match self.hear_some(forwards) {
                None | Some(0) => return,
                Some(len) => heard += len,
            }
        }
    }

    fn hear_some(&mut self, forwards: bool) -> Option<usize> {
        let stderr = self.stderr.as_ref()?;
        let mut bytes = [0; HEAR_MAX];
        let len = rustix::io::read(stderr, &mut bytes).ok()?;
        self.tail.push(&bytes[..len]);
        if forwards {
            forward(&bytes[..len]);
        }
        Some(len)
    }
}

/// Passes on what a worker wrote, as far as that goes without waiting: this thread has other things
/// to do than to wait for a terminal.
fn forward(bytes: &[u8]) {
    let stderr = std::io::stderr();
    for part in bytes.chunks(PIPE_ROOM) {
        let mut watched = [PollFd::new(&stderr, PollFlags::OUT)];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let is_ready = poll(&mut watched, Some(&now)) == Ok(1)
            && watched[0].revents().contains(PollFlags::OUT);
        if !is_ready || (&stderr).write_all(part).is_err() {
            return;
        }
    }
}
