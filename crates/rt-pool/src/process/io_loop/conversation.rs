//! What a worker process says, and what it may say when.

use super::IoLoop;
use std::time::Duration;

use super::autopsy;
use super::station::Stage;
use crate::job_error::{JobError, PanicReport};
use crate::process::codec::Content;
use crate::process::deck::Teller;
use crate::process::dispatch::RunRefused;
use crate::process::frame::{FrameHeader, FrameKind};
use crate::process::link::Frame;
use crate::process::program;

impl IoLoop {
    /// Does what a frame asks for. The error says how it breaks the protocol.
    pub(super) fn take(&mut self, slot: usize, frame: Frame) -> Result<(), String> {
        let station = self.stations[slot].as_mut().expect("its frame was just read");
        let header = frame.header;
        match (station.stage, header.kind) {
            (Stage::Hello, FrameKind::Hello) => {
                station.stage = Stage::Ready;
                if !self.core.settings.is_other_program && program::token().ok() != Some(header.job)
                {
                    return Err("it executes another file".to_owned());
                }
                Ok(())
            }
            (Stage::Ready, FrameKind::Ready) => {
                if let Some(initializer) = &self.initializer {
                    station.stage = Stage::Initialize;
                    return station.send_initializer(initializer);
                }
                station.stage = Stage::Serve;
                self.core.tell(Teller::Loop, |deck, now, _| deck.roster.ready(slot, now));
                Ok(())
            }
            (Stage::Initialize, _) => {
                let outcome = self.read_reply(frame)?.and_then(|content| {
                    content.decode::<Result<(), String>>(0).map_err(JobError::Decode)
                });
                self.initialized(slot, outcome);
                Ok(())
            }
            (Stage::Serve, _) => {
                let outcome = self.read_reply(frame)?;
                self.serve(slot, header, outcome);
                Ok(())
            }
            (stage, kind) => Err(format!("a frame of kind {kind:?} in stage {stage:?}")),
        }
    }

    /// What a reply says, without reading the result in it.
    fn read_reply(&self, frame: Frame) -> Result<Result<Content, JobError>, String> {
        let kind = frame.header.kind;
        let ran_for = Duration::from_nanos(frame.header.aux);
        let mut content = Content::open(frame.into_packet(), self.core.settings.parcel_max)?;
        content.ran_for = ran_for;
        Ok(match kind {
            FrameKind::Done => Ok(content),
            FrameKind::Panicked => {
                Err(JobError::Panicked(Box::new(content.decode::<PanicReport>(0)?)))
            }
            FrameKind::Refused => Err(match content.decode::<RunRefused>(0)? {
                RunRefused::Decode(text) => JobError::Decode(text),
                RunRefused::Encode(text) => JobError::Encode(text),
                RunRefused::NoSuchJob { name, have } => JobError::NoSuchJob { name, have },
            }),
            kind => return Err(format!("a frame of kind {kind:?} from a worker with a job")),
        })
    }

    fn initialized(&mut self, slot: usize, outcome: Result<Result<(), String>, JobError>) {
        let station = self.stations[slot].as_mut().expect("it was just initialized");
        let why = match outcome {
            Ok(Ok(())) => {
                station.stage = Stage::Serve;
                return self.core.tell(Teller::Loop, |deck, now, _| deck.roster.ready(slot, now));
            }
            Ok(Err(why)) => why,
            Err(error) => error.to_string(),
        };
        station.stage = Stage::Fail;
        station.start_error = Some(format!("the initializer failed: {why}"));
        station.link.kill();
    }

    /// A job has come to its end.
    fn serve(&mut self, slot: usize, header: FrameHeader, outcome: Result<Content, JobError>) {
        let station = self.stations[slot].as_mut().expect("its frame was just read");
        station.tail.begin_job();
        let is_last_word = header.kind == FrameKind::Panicked && header.aux == 0;
        let is_fat = self
            .core
            .settings
            .memory_kept
            .is_some_and(|limit| autopsy::resident_bytes(station.link.pid) > limit);
        self.core.tell(Teller::Loop, |deck, now, notices| {
            if is_last_word || is_fat {
                deck.roster.spend(slot);
            }
            let Some(ticket) = deck.roster.done(slot, header.job, now) else { return };
            let counts = deck.roster.counts_mut();
            match &outcome {
                Ok(_) => counts.succeeded += 1,
                Err(JobError::Panicked(_)) => counts.panicked += 1,
                Err(_) => {}
            }
            notices.push(ticket.outcome.give(outcome));
        });
    }
}
