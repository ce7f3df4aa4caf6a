//! Shared memory that its maker can no longer change: how large values cross between processes.
//!
//! A parcel is a memory file that is written once, sealed, and mapped by whoever gets it. A reader
//! checks the seals before it maps: without them the other process could cut the file while it is
//! read, which is a fatal signal here, or change what was already checked.
//!
//! # Invariants
//!
//! * I1: `base` and `len` of a [`Mapping`] are one mapping of this process, readable, which only
//!   its drop undoes.
//! * I2: the file below a [`Mapping`] is sealed against writing, growing and shrinking, so its
//!   bytes stay as they are.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Deref;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, memfd_create};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// Where the parts of a parcel begin: at multiples of this.
pub(crate) const PARCEL_ALIGN: usize = 64;

/// The seals of every parcel.
const SEALS: SealFlags =
    SealFlags::WRITE.union(SealFlags::SHRINK).union(SealFlags::GROW).union(SealFlags::SEAL);

/// `len` rounded up to where the next part begins.
pub(crate) fn aligned(len: usize) -> usize {
    len.next_multiple_of(PARCEL_ALIGN)
}

/// A new parcel with these parts, each at its aligned place.
pub(crate) fn write<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> io::Result<OwnedFd> {
    let fd = create()?;
    let mut file = File::from(fd);
    for part in parts {
        file.write_all(part)?;
        file.write_all(&[0; PARCEL_ALIGN][..aligned(part.len()) - part.len()])?;
    }
    let fd = OwnedFd::from(file);
    fcntl_add_seals(&fd, SEALS)?;
    Ok(fd)
}

fn create() -> Result<OwnedFd, Errno> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    match memfd_create("rt-parcel", flags | MemfdFlags::NOEXEC_SEAL) {
        // A kernel before 6.3 does not know the last flag.
        Err(Errno::INVAL) => memfd_create("rt-parcel", flags),
        created => created,
    }
}

/// The bytes of a parcel, for reading.
#[derive(Debug)]
pub(crate) struct Mapping {
    // [C] Where it begins (I1).
    base: NonNull<u8>,
    // [C] Its bytes (I1).
    len: usize,
}

// SAFETY: I2: nobody writes the bytes, and I1: unmapping is what the one drop does, on any thread.
unsafe impl Send for Mapping {}
// SAFETY: I2: a shared reference only reads, and nobody writes.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps a parcel of at most `len_max` bytes that somebody sent.
    pub(crate) fn open(fd: BorrowedFd<'_>, len_max: u64) -> Result<Mapping, String> {
        let seals = fcntl_get_seals(fd).map_err(|error| format!("no parcel: {error}"))?;
        let needed = SEALS.difference(SealFlags::SEAL);
        if !seals.contains(needed) {
            return Err("a parcel that is not sealed".to_owned());
        }
        let len = fstat(fd).map_err(|error| format!("no parcel: {error}"))?.st_size;
        let len = u64::try_from(len).unwrap_or(0);
        if len == 0 || len > len_max {
            return Err(format!("a parcel of {len} bytes, the limit is {len_max}"));
        }
        let len = usize::try_from(len).map_err(|error| error.to_string())?;
        // SAFETY: the duty of mmap: with a null address it takes no memory that is in use.
        let base = unsafe {
            mmap(std::ptr::null_mut(), len, ProtFlags::READ, MapFlags::PRIVATE, fd.as_fd(), 0)
        };
        let base = base.map_err(|error| format!("cannot map a parcel of {len} bytes: {error}"))?;
        let base = NonNull::new(base.cast()).ok_or("a parcel at the null address")?;
        Ok(Mapping { base, len })
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: I1: the mapping is there and readable as long as this borrow, and unchanged: I2.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.len) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: I1: this is the whole mapping, and no reference to it outlives `self`.
        let unmapped = unsafe { munmap(self.base.as_ptr().cast(), self.len) };
        debug_assert!(unmapped.is_ok(), "I1: {} bytes were no mapping", self.len);
    }
}
