//! The file that this process executes, and whether this code is in it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::dispatch::anchor_address;

/// Leads to the file that the process executes, also when its name is gone or leads elsewhere now.
pub(crate) const SELF: &str = "/proc/self/exe";

/// Tells the file that this process executes from others.
pub(crate) fn token() -> io::Result<u64> {
    let file = fs::metadata(SELF)?;
    Ok(file.ino() ^ file.dev().rotate_left(32) ^ file.size().rotate_left(48))
}

/// Whether this code is part of the file that the process executes. It is not when it was loaded as
/// a shared library, say by Python: then a new process of the same program would be Python's.
pub(crate) fn is_in_main_file() -> io::Result<bool> {
    let program = fs::read_link(SELF)?;
    let maps = fs::read_to_string("/proc/self/maps")?;
    let address = anchor_address();
    let line =
        maps.lines().find(|line| range_of(line).is_some_and(|range| range.contains(&address)));
    Ok(line.and_then(path_of).is_some_and(|path| path == program))
}

/// `55d0-55e0 r-xp 00001000 08:01 1234   path`.
fn range_of(line: &str) -> Option<std::ops::Range<usize>> {
    let (start, end) = line.split_whitespace().next()?.split_once('-')?;
    Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
}

fn path_of(line: &str) -> Option<PathBuf> {
    // The path is the sixth field, and may have blanks; the kernel writes a line feed as \012.
    let mut rest = line;
    for _ in 0..5 {
        rest = rest.trim_start().split_once(' ')?.1;
    }
    Some(PathBuf::from(rest.trim_start().replace("\\012", "\n")))
}
