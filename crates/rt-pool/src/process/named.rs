//! The name of a job, as a frame to another program carries it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a frame of kind `NamedJob` begins with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NamedCall<'a> {
    name: &'a str,
    version: u32,
}

impl<'a> NamedCall<'a> {
    pub(crate) fn new(name: &'a str, version: u32) -> NamedCall<'a> {
        NamedCall { name, version }
    }

    /// The head of a frame's body.
    pub(crate) fn to_head(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a text and a number can be written")
    }

    /// The call that a body begins with, and where its arguments begin.
    pub(crate) fn read(body: &'a [u8]) -> Result<(NamedCall<'a>, usize), String> {
        let (call, rest) = postcard::take_from_bytes(body).map_err(|error| error.to_string())?;
        Ok((call, body.len() - rest.len()))
    }

    pub(crate) fn is(&self, name: &str, version: u32) -> bool {
        self.name == name && self.version == version
    }
}

impl fmt::Display for NamedCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}
