//! Who becomes a worker process, and who does not.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

/// Runs this program with a variable as a worker has it, and with this as its standard input; it
/// must come to `main`, which lists its tests.
fn check_main_runs(invitation: &str, stdin: Stdio) {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("--list")
        .env("RT_POOL_WORKER", invitation)
        .stdin(stdin)
        .output()
        .unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    assert!(list.contains("check_main") || list.contains("entries::"), "{invitation}: {list}");
}

#[test]
fn the_variable_alone_makes_no_worker() {
    for invitation in ["", "1", "1-2", "x-y", "1-2-main", "18446744073709551616-1"] {
        check_main_runs(invitation, Stdio::null());
    }
}

#[test]
fn a_socket_that_was_not_made_for_it_makes_no_worker() {
    let (_ours, theirs) = UnixStream::pair().unwrap();
    let number = rustix::fs::fstat(&theirs).unwrap().st_ino;
    let me = std::process::id();
    check_main_runs(
        &format!("{me}-{}", number + 1),
        OwnedFd::from(theirs.try_clone().unwrap()).into(),
    );
    // The right socket, said to be another process's.
    check_main_runs(&format!("{}-{number}", me + 1), OwnedFd::from(theirs).into());
}

#[test]
fn a_worker_keeps_its_invitation_to_itself() {
    rt::run(async {
        let pool = super::quiet(1).build().unwrap();
        let look = || {
            let child = Command::new("cat").arg("/proc/self/environ").output().unwrap();
            let inherited = child.stdout.windows(14).any(|part| part == b"RT_POOL_WORKER");
            (std::env::var_os("RT_POOL_WORKER").is_some(), inherited)
        };
        assert_eq!(pool.run(look, ()).await.unwrap(), (false, false));
    });
}

#[test]
fn a_job_has_what_std_offers() {
    rt::run(async {
        let pool = super::quiet(1).build().unwrap();
        let look = || {
            let thread = std::thread::spawn(|| std::thread::current().name().is_none());
            let mut input = String::new();
            let read = std::io::stdin().read_line(&mut input).unwrap();
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let stream = std::net::TcpStream::connect(address);
            let args = std::env::args().count();
            let shell = Command::new("true").status().unwrap().success();
            (thread.join().unwrap(), read, stream.is_ok(), args, shell)
        };
        assert_eq!(pool.run(look, ()).await.unwrap(), (true, 0, true, 1, true));
    });
}
