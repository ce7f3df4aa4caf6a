//! The end of what a process wrote.

use std::collections::VecDeque;

/// Bytes that are kept.
const KEPT_MAX: usize = 8 * 1024;

/// The last bytes that a process wrote since its job began.
#[derive(Debug)]
pub(super) struct Tail {
    kept: VecDeque<u8>,
}

impl Tail {
    pub(super) fn new() -> Tail {
        Tail { kept: VecDeque::new() }
    }

    /// What came before belongs to another job.
    pub(super) fn begin_job(&mut self) {
        self.kept.clear();
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(KEPT_MAX)..];
        let surplus = (self.kept.len() + bytes.len()).saturating_sub(KEPT_MAX);
        self.kept.drain(..surplus);
        self.kept.extend(bytes);
    }

    /// The bytes as text; what is no UTF-8 is replaced.
    pub(super) fn into_text(self) -> String {
        let bytes: Vec<u8> = self.kept.into();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
