//! What a worker process notes of the signal that ends it.
//!
//! The handler runs on a stack of its own, since the job's may be what overflowed. It stores three
//! words and raises the signal again, so the process ends as it would have without it.
//!
//! # Invariants
//!
//! * I1: the handler calls nothing but loads, stores and `raise`, which are safe at any moment.
//! * I2: a handler's stack is leaked, so it outlives its thread.

use std::ffi::{c_int, c_void};
use std::mem;
use std::ptr;

use rt_primitive::atomic::Ordering;

use super::THIS;

/// Signals that end a process and may have an address to tell.
const FATAL: [c_int; 6] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT, libc::SIGTRAP];

const HANDLER_STACK: usize = 64 * 1024;

/// How far below its stack's end a thread may touch memory at once, as far as we call it overflow.
const GUARD_REACH: usize = 128 * 1024;

static JOB_STACK_END: std::sync::OnceLock<usize> = std::sync::OnceLock::new();

unsafe extern "C" {
    /// POSIX: sends the calling thread a signal; it asks nothing of its caller.
    safe fn raise(number: c_int) -> c_int;
}

/// Installs the handler for the whole process.
pub(super) fn install() {
    // SAFETY: the duty of zeroed: a sigaction of zeros is a valid one, without flags or mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = note as Handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
    for number in FATAL {
        // SAFETY: the duty of sigaction: the handler stays, and is safe at any moment (I1).
        unsafe { libc::sigaction(number, &action, ptr::null_mut()) };
    }
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// Gives the calling thread, whose jobs have `stack_size` bytes, a stack for the handler.
pub(super) fn use_own_stack(stack_size: usize) {
    let here = ptr::from_ref(&stack_size).addr();
    JOB_STACK_END.get_or_init(|| here.saturating_sub(stack_size));
    let stack = Box::leak(vec![0_u8; HANDLER_STACK].into_boxed_slice());
    let stack =
        libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: HANDLER_STACK };
    // SAFETY: I2: the stack is nobody else's, and stays.
    unsafe { libc::sigaltstack(&stack, ptr::null_mut()) };
}

/// The handler. What it writes is read by the pool when this process is dead.
extern "C" fn note(number: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    if let Some(worker) = THIS.get() {
        // SAFETY: the duty of a handler with SA_SIGINFO: the kernel passes a valid description.
        let info = unsafe { &*info };
        let has_address = info.si_code > 0 && number != libc::SIGABRT && number != libc::SIGTRAP;
        // SAFETY: the duty of si_addr: each of these signals, when the kernel sends it, has one.
        let address = if has_address { unsafe { info.si_addr() }.addr() } else { 0 };
        let end = JOB_STACK_END.get().copied().unwrap_or(0);
        let is_overflow = has_address && address.abs_diff(end) < GUARD_REACH;
        // ORDERING: Relaxed; read after death.
        worker.page.address.store(address as u64, Ordering::Relaxed);
        // ORDERING: Relaxed; as above.
        worker.page.overflow.store(u64::from(is_overflow), Ordering::Relaxed);
        // ORDERING: Relaxed; as above.
        worker.page.signal.store(number as u64, Ordering::Relaxed);
    }
    // Its default action is back, and ends the process when the handler returns.
    raise(number);
}
