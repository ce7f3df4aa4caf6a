//! One end of the connection between the pool and a worker process: frames, each one datagram.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg,
    sendmsg, socketpair,
};

use super::codec::Packet;
use super::frame::{FRAME_MAX, FrameError, FrameHeader, ParcelUse};

/// File descriptors that a frame may have.
const FDS_MAX: usize = 2;

/// A frame that came in.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) header: FrameHeader,
    pub(crate) body: Vec<u8>,
    pub(crate) fds: Vec<OwnedFd>,
}

/// What a receive came to.
#[derive(Debug)]
pub(crate) enum Received {
    Frame(Frame),
    /// Nothing is there at the moment.
    Nothing,
    /// The other end is closed.
    End,
}

/// Why there is no frame.
#[derive(Debug)]
pub(crate) enum LinkError {
    /// The system refused.
    System(Errno),
    /// What came in is no frame.
    Frame(FrameError),
    /// A datagram longer than any frame, or with more descriptors.
    Oversize,
}

/// Whether a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    Wait,
    Never,
}

/// Two connected ends. Each send is one datagram: it comes whole, in order, or not at all.
pub(crate) fn pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
}

/// Sends one frame.
pub(crate) fn send(
    socket: impl AsFd,
    header: FrameHeader,
    body: &[u8],
    fds: &[BorrowedFd<'_>],
    patience: Patience,
) -> Result<(), Errno> {
    let head = header.to_bytes(body.len());
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FDS_MAX))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() {
        let has_room = control.push(SendAncillaryMessage::ScmRights(fds));
        assert!(has_room, "a frame has {} descriptors, the limit is {FDS_MAX}", fds.len());
    }
    let mut flags = SendFlags::NOSIGNAL;
    flags.set(SendFlags::DONTWAIT, patience == Patience::Never);
    let parts = [IoSlice::new(&head), IoSlice::new(body)];
    loop {
        match sendmsg(socket.as_fd(), &parts, &mut control, flags) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
            Ok(_) => return Ok(()),
        }
    }
}

/// Receives frames into a buffer that is used again.
#[derive(Debug)]
pub(crate) struct FrameReceiver {
    buffer: Box<[u8]>,
}

impl FrameReceiver {
    pub(crate) fn new() -> FrameReceiver {
        // One byte more than a frame, so that a longer datagram shows.
        FrameReceiver { buffer: vec![0; FRAME_MAX + 1].into_boxed_slice() }
    }

    /// Takes the next frame out of `socket`.
    pub(crate) fn receive(
        &mut self,
        socket: impl AsFd,
        patience: Patience,
    ) -> Result<Received, LinkError> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FDS_MAX))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut flags = RecvFlags::CMSG_CLOEXEC;
        flags.set(RecvFlags::DONTWAIT, patience == Patience::Never);
        let received = loop {
            let mut parts = [IoSliceMut::new(&mut self.buffer)];
            match recvmsg(socket.as_fd(), &mut parts, &mut control, flags) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(Received::Nothing),
                Err(Errno::CONNRESET) => return Ok(Received::End),
                Err(error) => return Err(LinkError::System(error)),
                Ok(received) => break received,
            }
        };
        // Taken out at once: what is not wanted below is closed when this goes.
        let fds: Vec<OwnedFd> = control
            .drain()
            .filter_map(|message| match message {
                RecvAncillaryMessage::ScmRights(fds) => Some(fds),
                _ => None,
            })
            .flatten()
            .collect();
        if received.bytes == 0 {
            return Ok(Received::End);
        }
        let cut = ReturnFlags::TRUNC | ReturnFlags::CTRUNC;
        if received.flags.intersects(cut) || received.bytes > FRAME_MAX {
            return Err(LinkError::Oversize);
        }
        let (header, body) =
            FrameHeader::split(&self.buffer[..received.bytes]).map_err(LinkError::Frame)?;
        Ok(Received::Frame(Frame { header, body: body.to_vec(), fds }))
    }
}

impl Frame {
    /// Whether its descriptors are those its header tells of.
    pub(crate) fn is_consistent(&self) -> bool {
        self.fds.len() == usize::from(self.header.parcel != ParcelUse::None)
    }

    /// What it carries.
    pub(crate) fn into_packet(mut self) -> Packet {
        let has_parcel = self.header.parcel != ParcelUse::None;
        let parcel = self.fds.pop().filter(|_| has_parcel);
        Packet { body: self.body, parcel, parcel_use: self.header.parcel }
    }
}

impl std::fmt::Display for LinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LinkError::System(error) => write!(f, "its socket failed: {error}"),
            LinkError::Frame(error) => error.fmt(f),
            LinkError::Oversize => f.write_str(
                "a datagram longer than any frame, or with more descriptors than may be open here",
            ),
        }
    }
}
