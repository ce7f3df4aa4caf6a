//! Bytes that cross between processes without passing through a serializer.

mod wire;

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::parcel::Mapping;

/// Bytes for a job in another process, which may be many.
///
/// A blob is cheap to clone. From 64 KiB on it goes to the other process in shared memory, and is
/// read there in place; a smaller one, and one that goes through another serializer, goes as bytes.
/// A `Vec<u8>` among a job's arguments goes through serde byte by byte: it is slower by far.
///
/// ```
/// use rt_pool::Blob;
///
/// let blob = Blob::from(vec![7; 1024]);
/// assert_eq!(blob.len(), 1024);
/// assert_eq!(blob.iter().map(|byte| u64::from(*byte)).sum::<u64>(), 7 * 1024);
/// ```
#[derive(Clone)]
pub struct Blob(BlobBytes);

#[derive(Clone)]
enum BlobBytes {
    Own(Arc<Vec<u8>>),
    /// A part of a parcel that came in.
    Mapped(Arc<Mapping>, Range<usize>),
}

impl Blob {
    /// The bytes of `mapping` in `range`, if they are there.
    fn of_mapping(mapping: Arc<Mapping>, range: Range<usize>) -> Option<Blob> {
        mapping.get(range.clone())?;
        Some(Blob(BlobBytes::Mapped(mapping, range)))
    }

    /// The bytes as a vector: without a copy if no other clone has them and they were one.
    ///
    /// ```
    /// let blob = rt_pool::Blob::from(vec![1, 2, 3]);
    /// assert_eq!(blob.into_vec(), [1, 2, 3]);
    /// ```
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            BlobBytes::Own(bytes) => Arc::unwrap_or_clone(bytes),
            BlobBytes::Mapped(mapping, range) => mapping[range].to_vec(),
        }
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            BlobBytes::Own(bytes) => bytes,
            BlobBytes::Mapped(mapping, range) => &mapping[range.clone()],
        }
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Blob {
        Blob(BlobBytes::Own(Arc::new(bytes)))
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Blob {
        Blob::from(bytes.to_vec())
    }
}

impl Default for Blob {
    fn default() -> Blob {
        Blob::from(Vec::new())
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Blob) -> bool {
        **self == **other
    }
}

impl Eq for Blob {}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.len())
    }
}

pub(super) use wire::{Incoming, Outgoing};
