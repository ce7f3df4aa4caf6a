//! What a oneshot says instead of a value.

use std::error::Error;
use std::fmt;

/// No value will come: the sender was dropped before it sent one, or the receiver was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no value will come: the sender was dropped, or this receiver was closed")
    }
}

impl Error for RecvError {}

/// There is no value to take now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryRecvError {
    /// The sender has not sent yet.
    Empty,
    /// No value will come, or it was taken before.
    Closed,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryRecvError::Empty => "no value was sent yet; await the receiver, or try again later",
            TryRecvError::Closed => "no value will come, or it was taken before",
        })
    }
}

impl Error for TryRecvError {}
