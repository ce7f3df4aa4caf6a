//! The thread of a worker process that runs its jobs, one after the other.

use std::io::Write;
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use rt_primitive::atomic::Ordering;
use serde::Serialize;

use super::panics::{self, report_of};
use super::{EXIT_PROTOCOL, Roll, ThisWorker, crash_handler, leave, offspring};
use crate::job_error::PanicReport;
use crate::process::codec::{Content, Encoded, Packet};
use crate::process::dispatch::{RunRefused, Runner, runner_at};
use crate::process::frame::{FrameHeader, FrameKind};
use crate::process::link::{self, Frame, FrameReceiver, Patience, Received};
use crate::process::named::NamedCall;

/// Takes jobs until the pool has no more.
///
/// # Invariants
///
/// * I1: frames with an offset come from a pool that has compared its program with this one.
pub(super) fn run(worker: &'static ThisWorker, roll: &Roll, stack_size: usize) -> ! {
    crash_handler::use_own_stack(stack_size);
    panics::note_job_thread();
    let mut receiver = FrameReceiver::new();
    let ready = FrameHeader::new(FrameKind::Ready, 0, 0);
    if link::send(&worker.socket, ready, &[], &[], Patience::Wait).is_err() {
        leave(0);
    }
    loop {
        match receiver.receive(&worker.socket, Patience::Wait) {
            Ok(Received::Frame(frame)) if frame.header.kind == FrameKind::Retire => retire(),
            Ok(Received::Frame(frame)) => one(worker, roll, frame),
            Ok(Received::Nothing | Received::End) => leave(0),
            Err(_) => leave(EXIT_PROTOCOL),
        }
        if worker.settings.ends_offspring {
            offspring::end();
        }
    }
}

/// Ends the process between two jobs. Its `main` never ran, so nothing but output is left to do.
fn retire() -> ! {
    let _ = std::io::stdout().flush();
    leave(0)
}

/// Runs one job and sends what came of it.
fn one(worker: &ThisWorker, roll: &Roll, frame: Frame) {
    let header = frame.header;
    // ORDERING: Relaxed; the pool reads it when this process is dead.
    worker.page.job.store(header.job, Ordering::Relaxed);
    panics::forget_last();
    let content = Content::open(frame.into_packet(), worker.settings.parcel_max);
    let Ok(content) = content else { leave(EXIT_PROTOCOL) };
    let start = Instant::now();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let (runner, from) = find(&header, &content, roll)?;
        runner(&content, from)
    }));
    let ran_for = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let reply = FrameHeader::new(FrameKind::Done, header.job, ran_for);
    match ran {
        Ok(Ok(encoded)) => match encoded.pack() {
            Ok(packet) => send(worker, reply, packet),
            Err(why) => refuse(worker, reply, &RunRefused::Encode(why)),
        },
        Ok(Err(refused)) => refuse(worker, reply, &refused),
        Err(payload) => send_report(worker, reply, &report_of(payload)),
    }
}

/// What a frame asks for, and where its arguments begin.
fn find(
    header: &FrameHeader,
    content: &Content,
    roll: &Roll,
) -> Result<(Runner, usize), RunRefused> {
    match header.kind {
        FrameKind::Job | FrameKind::Init => {
            // SAFETY: bullet 1 of `runner_at`: the pool compared the two programs (I1).
            Ok((unsafe { runner_at(header.aux) }, 0))
        }
        FrameKind::NamedJob => {
            let (call, from) = NamedCall::read(content.bytes()).map_err(RunRefused::Decode)?;
            let found = roll.jobs.iter().find(|(name, version, _)| call.is(name, *version));
            match found {
                Some((_, _, runner)) => Ok((*runner, from)),
                None => Err(RunRefused::NoSuchJob {
                    name: call.to_string(),
                    have: roll
                        .jobs
                        .iter()
                        .map(|(name, version, _)| format!("{name} v{version}"))
                        .collect(),
                }),
            }
        }
        _ => leave(EXIT_PROTOCOL),
    }
}

fn refuse(worker: &ThisWorker, reply: FrameHeader, refused: &RunRefused) {
    send_value(worker, FrameHeader { kind: FrameKind::Refused, ..reply }, refused);
}

/// Tells of a panic; also called from the hook of a panic that will end the process.
pub(super) fn send_report(worker: &ThisWorker, reply: FrameHeader, report: &PanicReport) {
    send_value(worker, FrameHeader { kind: FrameKind::Panicked, ..reply }, report);
}

fn send_value<T: Serialize>(worker: &ThisWorker, header: FrameHeader, value: &T) {
    let encoded = Encoded::new(Vec::new(), value, usize::MAX).map_err(|error| format!("{error:?}"));
    match encoded.and_then(Encoded::pack) {
        Ok(packet) => send(worker, header, packet),
        Err(why) => {
            eprintln!("a worker process cannot tell what became of a job: {why}");
            leave(EXIT_PROTOCOL);
        }
    }
}

fn send(worker: &ThisWorker, header: FrameHeader, packet: Packet) {
    let header = FrameHeader { parcel: packet.parcel_use, ..header };
    let parcel = packet.parcel.as_ref().map(AsFd::as_fd);
    let sent = link::send(&worker.socket, header, &packet.body, parcel.as_slice(), Patience::Wait);
    if sent.is_err() {
        // The pool is gone, and nobody waits for anything here.
        leave(0);
    }
}
