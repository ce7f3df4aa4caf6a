//! How a blob is written by a serializer: beside the body of a job's frame, or as bytes.
//!
//! A serializer has no room for what goes beside it, so the thread that packs a frame lays a list
//! out for the blobs it will meet, and the thread that unpacks one lays the parcel out.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, EnumAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Blob;
use crate::process::parcel::{Mapping, aligned};

/// From this many bytes on a blob goes beside the frame.
const BESIDE_MIN: usize = 64 * 1024;

const NAME: &str = "Blob";
const VARIANTS: &[&str] = &["Bytes", "Beside"];

rt_primitive::thread_local! {
    static OUTGOING: RefCell<Option<Outgoing>> = RefCell::new(None);
    static INCOMING: RefCell<Option<Incoming>> = RefCell::new(None);
}

/// The blobs that a frame has beside its body.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) blobs: Vec<Blob>,
    /// Where the next one will begin.
    pub(crate) len: usize,
}

/// The parcel of the frame that is read, and where its blobs begin.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) parcel: Arc<Mapping>,
    pub(crate) start: usize,
}

impl Outgoing {
    /// Calls `write` and keeps what large blobs it meets.
    pub(crate) fn collect<T>(write: impl FnOnce() -> T) -> (T, Outgoing) {
        /// Puts back what an outer frame had laid out, also when `write` panics.
        struct PutBack(Option<Outgoing>);
        impl Drop for PutBack {
            fn drop(&mut self) {
                OUTGOING.with(|outgoing| outgoing.replace(self.0.take()));
            }
        }
        let before = OUTGOING.with(|outgoing| outgoing.replace(Some(Outgoing::default())));
        let _put_back = PutBack(before);
        let written = write();
        (written, OUTGOING.with(RefCell::take).unwrap_or_default())
    }

    fn push(&mut self, blob: &Blob) -> u64 {
        let at = self.len;
        self.len += aligned(blob.len());
        self.blobs.push(blob.clone());
        at as u64
    }
}

impl Incoming {
    /// Calls `read` with the parcel laid out, if there is one.
    pub(crate) fn lay_out<T>(parcel: Option<Incoming>, read: impl FnOnce() -> T) -> T {
        /// Puts back what an outer frame had laid out, also when `read` panics.
        struct PutBack(Option<Incoming>);
        impl Drop for PutBack {
            fn drop(&mut self) {
                INCOMING.with(|incoming| incoming.replace(self.0.take()));
            }
        }
        let _put_back = PutBack(INCOMING.with(|incoming| incoming.replace(parcel)));
        read()
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let beside = OUTGOING.with(|outgoing| {
            let mut outgoing = outgoing.borrow_mut();
            let is_large = self.len() >= BESIDE_MIN;
            outgoing.as_mut().filter(|_| is_large).map(|outgoing| outgoing.push(self))
        });
        match beside {
            Some(at) => {
                let place = (at, self.len() as u64);
                serializer.serialize_newtype_variant(NAME, 1, VARIANTS[1], &place)
            }
            None => serializer.serialize_newtype_variant(NAME, 0, VARIANTS[0], &Bytes(self)),
        }
    }
}

/// Writes bytes as bytes, not one by one.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Blob, D::Error> {
        deserializer.deserialize_enum(NAME, VARIANTS, BlobVisitor)
    }
}

#[derive(Deserialize)]
#[serde(variant_identifier)]
enum BlobVariant {
    Bytes,
    Beside,
}

struct BlobVisitor;

impl<'de> Visitor<'de> for BlobVisitor {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a blob")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Blob, A::Error> {
        match access.variant()? {
            (BlobVariant::Bytes, bytes) => Ok(Blob::from(bytes.newtype_variant::<ByteVec>()?.0)),
            (BlobVariant::Beside, place) => {
                let (at, len) = place.newtype_variant::<(u64, u64)>()?;
                beside(at, len).ok_or_else(|| {
                    de::Error::custom(format_args!("no blob of {len} bytes at {at} in the parcel"))
                })
            }
        }
    }
}

/// The blob in the parcel that is laid out. The numbers came from another process.
fn beside(at: u64, len: u64) -> Option<Blob> {
    let incoming = INCOMING.with(|incoming| incoming.borrow().clone())?;
    let start = incoming.start.checked_add(usize::try_from(at).ok()?)?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    Blob::of_mapping(incoming.parcel, start..end)
}

struct ByteVec(Vec<u8>);

impl<'de> Deserialize<'de> for ByteVec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ByteVec, D::Error> {
        deserializer.deserialize_byte_buf(BytesVisitor).map(ByteVec)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = access.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}
