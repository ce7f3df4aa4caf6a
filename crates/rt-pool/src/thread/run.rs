//! The life of one thread of a pool.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::time::Instant;

use rt_core::Job;
use rt_primitive::perturb;
use rt_primitive::sync::Arc;

use crate::limits::ThreadHook;
use crate::thread::Threads;
use crate::thread::bed::Bed;
use crate::thread::clock;
use crate::thread::desk::{Comes, Expiry, Next};

rt_primitive::thread_local! {
    /// The bed of the calling thread, if it is one of a pool; compared, never followed.
    static OWN_BED: Cell<*const Bed> = Cell::new(ptr::null());
}

/// True if the bed is that of the calling thread.
pub(super) fn is_own(bed: &Arc<Bed>) -> bool {
    OWN_BED.try_with(|own| ptr::eq(own.get(), &raw const **bed)).unwrap_or(false)
}

/// True on a thread of a pool.
pub(super) fn is_in_pool() -> bool {
    OWN_BED.try_with(|own| !own.get().is_null()).unwrap_or(false)
}

impl Threads {
    /// What a thread of the pool does from its start to its end.
    pub(super) fn run(&self, bed: &Arc<Bed>) {
        let _ = OWN_BED.try_with(|own| own.set(&raw const **bed));
        call(self.hall.limits.on_thread_start.as_ref());
        self.serve(bed);
        call(self.hall.limits.on_thread_stop.as_ref());
        perturb!();
        self.hall.desk.lock().forget(bed);
        self.hall.gone.unpark();
    }

    fn serve(&self, bed: &Arc<Bed>) {
        let mut runtime = None;
        let mut comes = Comes::InFlight;
        loop {
            let (next, other) = self.hall.desk.lock().next(&self.hall.limits, bed, comes);
            // If a thread is refused, those that are there do the work.
            let _ = self.answer(other);
            comes = Comes::Again;
            match next {
                Next::Job(job) => {
                    if runtime.is_none() {
                        // A pool has the jobs of one runtime, so this is the one of all of them.
                        runtime = job.enter();
                    }
                    run_job(bed, job);
                }
                Next::Errand(errand) => contain(errand),
                Next::Sleep { alone, stays } => {
                    if !self.sleep(bed, alone, stays) {
                        return;
                    }
                    comes = Comes::InFlight;
                }
                Next::Leave => return,
            }
        }
    }

    /// Sleeps until it is called; false if it leaves instead.
    fn sleep(&self, bed: &Arc<Bed>, alone: bool, stays: bool) -> bool {
        let keep_alive = Some(self.hall.limits.keep_alive).filter(|_| !stays);
        let mut deadline = keep_alive.and_then(|time| Instant::now().checked_add(time));
        let mut spins = alone;
        while !bed.sleep(deadline, spins) {
            perturb!();
            match self.hall.desk.lock().expire(&self.hall.limits, bed) {
                Expiry::Leave => return false,
                Expiry::Stay | Expiry::Called => deadline = None,
            }
            spins = false;
        }
        true
    }
}

fn run_job(bed: &Bed, job: Job) {
    bed.note.enter(&job);
    if job.run() {
        bed.jobs_ended.add(1);
    }
    clock::let_go();
    bed.note.leave();
}

fn call(hook: Option<&ThreadHook>) {
    if let Some(hook) = hook {
        contain(|| hook());
    }
}

/// Calls `f`, and ends its panic here: the panic hook has told about it.
fn contain(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        // Its drop may panic, and what that throws may again.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(std::mem::forget);
    }
}
