//! What one message between the pool and a worker process begins with.

/// The largest body that goes through a socket, in bytes; larger ones go in a parcel.
///
/// A frame is one datagram, so it is whole or absent, and must fit a socket's send buffer, which no
/// system in use has below 96 KiB.
pub(crate) const INLINE_MAX: usize = 64 * 1024;

/// Bytes of a header.
pub(crate) const HEADER_LEN: usize = 24;

/// The largest frame.
pub(crate) const FRAME_MAX: usize = HEADER_LEN + INLINE_MAX;

/// What a worker process says at the start, so that a program of another version is noticed.
pub(crate) const PROTOCOL_VERSION: u64 = 1;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum FrameKind {
    /// To the worker: its settings. `aux` is the version of the protocol.
    Config = 1,
    /// To the worker: run this first, and keep what it makes. `aux` is a function's offset.
    Init = 2,
    /// To the worker: run a function of this program. `aux` is its offset.
    Job = 3,
    /// To the worker: run a job by its name, which the body begins with.
    NamedJob = 4,
    /// To the worker: no job will follow.
    Retire = 5,
    /// To the pool: a worker has begun. `job` names its program, `aux` the protocol's version.
    Hello = 32,
    /// To the pool: a worker waits for its first job.
    Ready = 33,
    /// To the pool: a result. `aux` is how long the job ran, in nanoseconds.
    Done = 34,
    /// To the pool: the job panicked.
    Panicked = 35,
    /// To the pool: the job could not begin, or its result not be sent.
    Refused = 36,
}

/// The header of a frame: 24 bytes, little end first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) kind: FrameKind,
    pub(crate) parcel: ParcelUse,
    pub(crate) job: u64,
    pub(crate) aux: u64,
}

/// What a frame has a parcel for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ParcelUse {
    /// There is none.
    #[default]
    None = 0,
    /// It holds what the body refers to.
    Blobs = 1,
    /// It holds the body as well, whose length the frame's own body tells in 8 bytes.
    Body = 2,
}

/// Why a datagram is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameError {
    Short(usize),
    Kind(u8),
    Parcel(u8),
    Length { told: u32, found: usize },
}

impl FrameHeader {
    /// A header without a parcel.
    pub(crate) fn new(kind: FrameKind, job: u64, aux: u64) -> FrameHeader {
        FrameHeader { kind, parcel: ParcelUse::None, job, aux }
    }

    /// The bytes of a frame's head; `body_len` is for the reader to compare.
    pub(crate) fn to_bytes(self, body_len: usize) -> [u8; HEADER_LEN] {
        assert!(body_len <= INLINE_MAX, "a body of {body_len} bytes belongs in a parcel");
        let mut bytes = [0; HEADER_LEN];
        bytes[0..4].copy_from_slice(&(body_len as u32).to_le_bytes());
        bytes[4] = self.kind as u8;
        bytes[5] = self.parcel as u8;
        bytes[8..16].copy_from_slice(&self.job.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.aux.to_le_bytes());
        bytes
    }

    /// Takes a datagram apart. Nothing in it is believed before it was compared.
    pub(crate) fn split(datagram: &[u8]) -> Result<(FrameHeader, &[u8]), FrameError> {
        let Some((head, body)) = datagram.split_first_chunk::<HEADER_LEN>() else {
            return Err(FrameError::Short(datagram.len()));
        };
        let told = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        if told as usize != body.len() {
            return Err(FrameError::Length { told, found: body.len() });
        }
        let kind = FrameKind::of(head[4]).ok_or(FrameError::Kind(head[4]))?;
        let parcel = ParcelUse::of(head[5]).ok_or(FrameError::Parcel(head[5]))?;
        let word = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("8 bytes"));
        Ok((FrameHeader { kind, parcel, job: word(8), aux: word(16) }, body))
    }
}

impl FrameKind {
    fn of(byte: u8) -> Option<FrameKind> {
        use FrameKind::*;
        [Config, Init, Job, NamedJob, Retire, Hello, Ready, Done, Panicked, Refused]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

impl ParcelUse {
    fn of(byte: u8) -> Option<ParcelUse> {
        [ParcelUse::None, ParcelUse::Blobs, ParcelUse::Body]
            .into_iter()
            .find(|parcel| *parcel as u8 == byte)
    }
}

impl std::fmt::Display for FrameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FrameError::Short(len) => write!(f, "a frame of {len} bytes, shorter than a header"),
            FrameError::Kind(kind) => write!(f, "a frame of the unknown kind {kind}"),
            FrameError::Parcel(parcel) => write!(f, "a frame with the parcel mark {parcel}"),
            FrameError::Length { told, found } => {
                write!(f, "a frame that tells of {told} bytes and has {found}")
            }
        }
    }
}
