//! Panics of jobs, noted where they happen, since a caught one has lost its place and its stack.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};

use rt_primitive::atomic::Ordering;

use super::{THIS, jobs};
use crate::job_error::PanicReport;
use crate::process::frame::{FrameHeader, FrameKind};

rt_primitive::thread_local! {
    static IS_JOB_THREAD: Cell<bool> = Cell::new(false);
    /// The panic that this thread had last.
    static LAST: RefCell<Option<PanicReport>> = RefCell::new(None)
}

/// Marks the thread whose panics are told to the pool.
pub(super) fn note_job_thread() {
    IS_JOB_THREAD.with(|is_it| is_it.set(true));
}

/// A new job begins: an old panic is not its own.
pub(super) fn forget_last() {
    LAST.with(RefCell::take);
}

/// Notes panics of the job thread from now on. Other threads' are printed, as ever. A second one of
/// the job thread may be about to end the process, so it is printed, but without its stack: that is
/// longer than what is kept of a worker's last words.
pub(super) fn install(has_backtraces: bool) {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !IS_JOB_THREAD.with(Cell::get) {
            return print(info);
        }
        let is_first = LAST.try_with(|last| matches!(last.try_borrow().as_deref(), Ok(None)));
        if !is_first.unwrap_or(false) {
            eprintln!("{info}");
        }
        note(info, has_backtraces);
    }));
}

fn note(info: &PanicHookInfo<'_>, has_backtraces: bool) {
    let report = PanicReport {
        message: text_of(info.payload()).to_owned(),
        location: info.location().map(ToString::to_string).unwrap_or_default(),
        thread: std::thread::current().name().unwrap_or_default().to_owned(),
        backtrace: has_backtraces.then(|| Backtrace::force_capture().to_string()),
    };
    if cfg!(panic = "abort") {
        tell_before_the_end(&report);
    }
    let _ = LAST.try_with(|last| last.try_borrow_mut().map(|mut last| *last = Some(report)));
}

/// The process ends when the hook returns, so what there is to say is said now.
fn tell_before_the_end(report: &PanicReport) {
    let Some(worker) = THIS.get() else { return };
    // ORDERING: Relaxed; this thread wrote it.
    let job = worker.page.job.load(Ordering::Relaxed);
    jobs::send_report(worker, FrameHeader::new(FrameKind::Panicked, job, 0), report);
}

/// What the panic was whose payload this is.
pub(crate) fn report_of(payload: Box<dyn Any + Send>) -> PanicReport {
    let noted = LAST.with(RefCell::take);
    let report = noted.unwrap_or_else(|| PanicReport {
        message: text_of(&*payload).to_owned(),
        location: String::new(),
        thread: std::thread::current().name().unwrap_or_default().to_owned(),
        backtrace: None,
    });
    // A payload whose drop panics is as good as gone; its second panic is printed.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    report
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    match payload.downcast_ref::<String>() {
        Some(text) => text,
        None => payload.downcast_ref::<&str>().copied().unwrap_or_default(),
    }
}
