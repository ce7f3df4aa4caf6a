//! A worker that was taken over: whatever it sends, the pool kills it and goes on.

use std::os::fd::{AsFd, BorrowedFd};

use rt::pool::{JobError, ProcessPool};
use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::net::{
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, sendmsg, shutdown,
};

use super::quiet;

/// A header of a frame: the length it tells, its kind, its parcel mark, its job and a number.
fn header(len: u32, kind: u8, parcel: u8, job: u64) -> Vec<u8> {
    let mut bytes = len.to_le_bytes().to_vec();
    bytes.extend([kind, parcel, 0, 0]);
    bytes.extend(job.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes());
    bytes
}

const DONE: u8 = 34;
const HELLO: u8 = 32;

/// The socket to the pool, found among the descriptors.
fn socket() -> BorrowedFd<'static> {
    let is_socket = |fd: &i32| {
        let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).unwrap_or_default();
        link.to_string_lossy().starts_with("socket:")
    };
    let fd = (3..100).find(is_socket).unwrap();
    // SAFETY: the duty of borrow_raw: the descriptor stays open for as long as the process lives.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

fn send(bytes: &[u8], fds: &[BorrowedFd<'_>]) {
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(8))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() {
        assert!(control.push(SendAncillaryMessage::ScmRights(fds)));
    }
    let parts = [std::io::IoSlice::new(bytes)];
    sendmsg(socket(), &parts, &mut control, SendFlags::NOSIGNAL).unwrap();
}

/// Sends something, and then does nothing more.
fn misbehave(how: String, job: u64) -> u32 {
    match how.as_str() {
        "garbage" => send(&[0xA5; 333], &[]),
        "short" => send(&[1, 2, 3], &[]),
        "a length that is not its own" => send(&header(u32::MAX, DONE, 0, job), &[]),
        "an oversize datagram" => send(&vec![0; 100_000], &[]),
        "an unknown kind" => send(&header(0, 99, 0, job), &[]),
        "a second hello" => send(&header(0, HELLO, 0, job), &[]),
        "another's job" => send(&header(0, DONE, 0, job + 1000), &[]),
        "a parcel that is not there" => send(&header(0, DONE, 1, job), &[]),
        "a parcel that is not sealed" => {
            let file = memfd_create("open", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING);
            let file = file.unwrap();
            ftruncate(&file, 4096).unwrap();
            send(&header(0, DONE, 1, job), &[file.as_fd()]);
        }
        "a parcel that is a socket" => send(&header(0, DONE, 1, job), &[socket()]),
        "too many descriptors" => send(&header(0, DONE, 0, job), &[socket(); 8]),
        "a descriptor that it does not tell of" => send(&header(0, DONE, 0, job), &[socket()]),
        "nothing, and it closes its end" => {
            shutdown(socket(), Shutdown::Both).unwrap();
        }
        other => panic!("{other}"),
    }
    loop {
        std::thread::yield_now();
    }
}

async fn check(pool: &ProcessPool, how: &str, job: u64) {
    eprintln!("{how}");
    assert_eq!(pool.run(|| 1, ()).await.unwrap(), 1, "before {how}");
    let error = pool.run(misbehave, (how.to_owned(), job)).await.unwrap_err();
    let is_fine = match how {
        "nothing, and it closes its end" => error.as_crash().is_some(),
        _ => matches!(error, JobError::Protocol(_)),
    };
    assert!(is_fine, "{how}: {error}");
    assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2, "after {how}");
}

#[test]
fn what_breaks_the_protocol_costs_the_worker_and_nothing_else() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let ways = [
            "garbage",
            "short",
            "a length that is not its own",
            "an oversize datagram",
            "an unknown kind",
            "a second hello",
            "another's job",
            "a parcel that is not there",
            "a parcel that is not sealed",
            "a parcel that is a socket",
            "too many descriptors",
            "a descriptor that it does not tell of",
            "nothing, and it closes its end",
        ];
        for (at, how) in ways.into_iter().enumerate() {
            // Three jobs a way, counted from 1.
            check(&pool, how, 3 * at as u64 + 2).await;
        }
    });
}

#[test]
fn a_result_that_came_twice_is_refused() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let twice = |job: u64| {
            send(&[header(1, DONE, 0, job), vec![7]].concat(), &[]);
            7_u8
        };
        // The first one counts; the second is of no job that the worker has.
        assert_eq!(pool.run(twice, (1,)).await.unwrap(), 7);
        super::soon("it was noticed", || pool.stats().violations == 1).await;
        assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
    });
}

#[test]
fn a_flood_of_words_is_bounded() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        let flood = || -> u32 {
            let line = [b'x'; 65_536];
            for _ in 0..1_000 {
                std::io::Write::write_all(&mut std::io::stderr(), &line).unwrap();
            }
            std::process::exit(1)
        };
        let error = pool.run(flood, ()).await.unwrap_err();
        assert_eq!(error.as_crash().unwrap().stderr_tail.len(), 8 * 1024);
    });
}
