//! What a frame's head may be, and what is refused.

use proptest::prelude::*;

use crate::process::frame::{FrameError, FrameHeader, FrameKind, HEADER_LEN, ParcelUse};

fn frame(header: FrameHeader, body: &[u8]) -> Vec<u8> {
    [&header.to_bytes(body.len())[..], body].concat()
}

#[test]
fn a_frame_comes_apart_as_it_was_put_together() {
    let header = FrameHeader { parcel: ParcelUse::Body, ..FrameHeader::new(FrameKind::Done, 7, 9) };
    let bytes = frame(header, b"body");
    assert_eq!(FrameHeader::split(&bytes), Ok((header, &b"body"[..])));
}

#[test]
fn what_is_no_frame_is_refused() {
    let mut bytes = frame(FrameHeader::new(FrameKind::Done, 7, 9), b"body");
    let cut = &bytes[..HEADER_LEN - 1];
    assert_eq!(FrameHeader::split(cut), Err(FrameError::Short(HEADER_LEN - 1)));
    let longer = [&bytes[..], b"x"].concat();
    assert_eq!(FrameHeader::split(&longer), Err(FrameError::Length { told: 4, found: 5 }));
    bytes[5] = 3;
    assert_eq!(FrameHeader::split(&bytes), Err(FrameError::Parcel(3)));
    bytes[4] = 0;
    assert_eq!(FrameHeader::split(&bytes), Err(FrameError::Kind(0)));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = FrameHeader::split(&bytes);
    }
}
