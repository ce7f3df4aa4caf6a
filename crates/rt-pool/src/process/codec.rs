//! Values to frames and back: postcard, with what is large in a parcel.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::blob::{Incoming, Outgoing};
use super::frame::{INLINE_MAX, ParcelUse};
use super::parcel::{self, Mapping, aligned};

/// A value as bytes, and the blobs that it has beside them.
#[derive(Debug)]
pub(crate) struct Encoded {
    body: Vec<u8>,
    beside: Outgoing,
}

/// A value as a frame carries it.
#[derive(Debug, Default)]
pub(crate) struct Packet {
    pub(crate) body: Vec<u8>,
    pub(crate) parcel: Option<OwnedFd>,
    pub(crate) parcel_use: ParcelUse,
}

/// Why a value was not written.
#[derive(Debug)]
pub(crate) enum EncodeError {
    /// It has more bytes than asked for.
    TooLong,
    /// Serde's own words.
    Serde(String),
}

impl Packet {
    /// A second one with the same content.
    pub(crate) fn try_clone(&self) -> std::io::Result<Packet> {
        let parcel = self.parcel.as_ref().map(OwnedFd::try_clone).transpose()?;
        Ok(Packet { body: self.body.clone(), parcel, parcel_use: self.parcel_use })
    }
}

impl Encoded {
    /// Writes `value` behind `head`, up to `len_max` bytes.
    pub(crate) fn new<T: Serialize + ?Sized>(
        head: Vec<u8>,
        value: &T,
        len_max: usize,
    ) -> Result<Encoded, EncodeError> {
        let (written, beside) = Outgoing::collect(|| {
            postcard::serialize_with_flavor(value, Bounded { bytes: head, len_max })
        });
        match written {
            Ok(body) => Ok(Encoded { body, beside }),
            Err(postcard::Error::SerializeBufferFull) => Err(EncodeError::TooLong),
            Err(error) => Err(EncodeError::Serde(error.to_string())),
        }
    }

    /// How many bytes there are to copy.
    pub(crate) fn len(&self) -> usize {
        self.body.len() + self.beside.len
    }

    /// Writes the parcel, if one is needed.
    pub(crate) fn pack(self) -> Result<Packet, String> {
        let Encoded { body, beside } = self;
        let is_inline = body.len() <= INLINE_MAX;
        if is_inline && beside.blobs.is_empty() {
            return Ok(Packet { body, parcel: None, parcel_use: ParcelUse::None });
        }
        let len = body.len();
        let own = (!is_inline).then_some(&body[..]);
        let blobs = beside.blobs.iter().map(|blob| &blob[..]);
        let parcel = parcel::write(own.into_iter().chain(blobs))
            .map_err(|error| format!("no shared memory for {} bytes: {error}", len + beside.len))?;
        Ok(match is_inline {
            true => Packet { body, parcel: Some(parcel), parcel_use: ParcelUse::Blobs },
            false => {
                let body = (len as u64).to_le_bytes().to_vec();
                Packet { body, parcel: Some(parcel), parcel_use: ParcelUse::Body }
            }
        })
    }
}

/// A value as it came in, checked as far as that goes without reading it.
#[derive(Debug)]
pub(crate) struct Content {
    bytes: ContentBytes,
    incoming: Option<Incoming>,
    /// How long the job ran that has this as its result.
    pub(crate) ran_for: Duration,
}

#[derive(Debug)]
enum ContentBytes {
    Inline(Vec<u8>),
    Mapped(Arc<Mapping>, usize),
}

impl Content {
    fn new(bytes: ContentBytes, incoming: Option<Incoming>) -> Content {
        Content { bytes, incoming, ran_for: Duration::ZERO }
    }

    /// What a frame carried, with a parcel of at most `parcel_max` bytes. The error says how the
    /// sender broke the protocol.
    pub(crate) fn open(packet: Packet, parcel_max: u64) -> Result<Content, String> {
        let Some(parcel) = packet.parcel else {
            return Ok(Content::new(ContentBytes::Inline(packet.body), None));
        };
        let parcel = Arc::new(Mapping::open(parcel.as_fd(), parcel_max)?);
        if packet.parcel_use == ParcelUse::Blobs {
            let incoming = Some(Incoming { parcel, start: 0 });
            return Ok(Content::new(ContentBytes::Inline(packet.body), incoming));
        }
        let len = <[u8; 8]>::try_from(&packet.body[..])
            .map_err(|_| "a parcel with its length in other than 8 bytes")?;
        let len = usize::try_from(u64::from_le_bytes(len)).unwrap_or(usize::MAX);
        if len > parcel.len() {
            return Err(format!("a body of {len} bytes in a parcel of {}", parcel.len()));
        }
        let incoming = Some(Incoming { parcel: Arc::clone(&parcel), start: aligned(len) });
        Ok(Content::new(ContentBytes::Mapped(parcel, len), incoming))
    }

    /// The bytes of the value.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            ContentBytes::Inline(bytes) => bytes,
            ContentBytes::Mapped(parcel, len) => &parcel[..*len],
        }
    }

    /// Reads a value that begins at `from`.
    pub(crate) fn decode<T: DeserializeOwned>(&self, from: usize) -> Result<T, String> {
        let bytes = &self.bytes()[from..];
        Incoming::lay_out(self.incoming.clone(), || postcard::from_bytes(bytes))
            .map_err(|error| error.to_string())
    }
}

/// Postcard's output, which stops at a length.
struct Bounded {
    bytes: Vec<u8>,
    len_max: usize,
}

impl Flavor for Bounded {
    type Output = Vec<u8>;

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        if self.bytes.len() + data.len() > self.len_max {
            return Err(postcard::Error::SerializeBufferFull);
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.try_extend(&[data])
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.bytes)
    }
}
