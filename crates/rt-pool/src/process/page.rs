//! A page that the pool and one worker process share: what it does, and what it died of.
//!
//! The worker has it in memory, so that noting something is a store, also in the handler of a fatal
//! signal. The pool reads and writes it as a file, so that nothing the other process does to the
//! page can hurt it. What stands there is believed only where a lie would hurt the liar's own job.
//!
//! # Invariants
//!
//! * I1: the file is as long as [`PageWords`] from before it is sent, and sealed against changes of
//!   length.
//! * I2: a worker maps the page once, and never unmaps it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rt_primitive::atomic::AtomicU64;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};
use rustix::io::{pread, pwrite};
use rustix::mm::{MapFlags, ProtFlags, mmap};

/// The words of the page, all of them written with no order between them.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct PageWords {
    // [A] The job that runs or ran last.
    pub(crate) job: AtomicU64,
    // [A] Which element of a chunk runs or ran last.
    pub(crate) item: AtomicU64,
    // [A] The job whose result is no longer wanted; the pool writes it.
    pub(crate) cancelled: AtomicU64,
    // [A] The fatal signal, or 0.
    pub(crate) signal: AtomicU64,
    // [A] Its address, or 0 if it is about none.
    pub(crate) address: AtomicU64,
    // [A] 1 if the address is in the guard of the job's stack.
    pub(crate) overflow: AtomicU64,
}

const PAGE_LEN: usize = size_of::<PageWords>();
const CANCELLED_AT: u64 = std::mem::offset_of!(PageWords, cancelled) as u64;

/// The pool's side of a page.
#[derive(Debug)]
pub(crate) struct PageFile {
    fd: OwnedFd,
}

/// What stood in a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageSnapshot {
    pub(crate) job: u64,
    pub(crate) item: u64,
    pub(crate) signal: u64,
    pub(crate) address: u64,
    pub(crate) is_overflow: bool,
}

impl PageFile {
    /// A new page of zeros.
    pub(crate) fn create() -> io::Result<PageFile> {
        let fd = memfd_create("rt-page", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        ftruncate(&fd, PAGE_LEN as u64)?;
        fcntl_add_seals(&fd, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        Ok(PageFile { fd })
    }

    /// To be sent to the worker.
    pub(crate) fn fd(&self) -> &OwnedFd {
        &self.fd
    }

    /// Tells the worker that the result of `job` is no longer wanted.
    pub(crate) fn cancel(&self, job: u64) {
        let written = pwrite(&self.fd, &job.to_ne_bytes(), CANCELLED_AT);
        debug_assert_eq!(written, Ok(8), "I1: the page has room for its words");
    }

    /// What stands there now.
    pub(crate) fn read(&self) -> PageSnapshot {
        let mut bytes = [0; PAGE_LEN];
        if pread(&self.fd, &mut bytes, 0) != Ok(PAGE_LEN) {
            return PageSnapshot::default();
        }
        let word = |at: usize| {
            u64::from_ne_bytes(bytes[8 * at..8 * (at + 1)].try_into().expect("8 bytes"))
        };
        PageSnapshot {
            job: word(0),
            item: word(1),
            signal: word(3),
            address: word(4),
            is_overflow: word(5) == 1,
        }
    }
}

/// Puts the page that came with the settings into a worker's memory, for good.
pub(crate) fn map(fd: impl AsFd) -> io::Result<&'static PageWords> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the duty of mmap: with a null address it takes no memory that is in use.
    let base =
        unsafe { mmap(std::ptr::null_mut(), PAGE_LEN, access, MapFlags::SHARED, fd.as_fd(), 0) }?;
    // SAFETY: I1: the words are all there, and zeros are valid ones; I2: they stay mapped. A page's
    // begin suits any alignment.
    Ok(unsafe { &*base.cast::<PageWords>() })
}
