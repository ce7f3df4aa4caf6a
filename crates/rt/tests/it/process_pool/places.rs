//! Strange places to have a pool in: each works, or says why not.

use std::fs::{self, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rt::pool::{JobError, ProcessPool, ProcessPoolError};
use rustix::process::{chroot, getuid};

use super::quiet;
use crate::child::{in_child, in_child_by, in_child_with};

/// A user without any rights.
const NOBODY: u32 = 65_534;

fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// A copy of this program, to be spoilt; in a directory of its own.
fn copy_of_this_program(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("rt-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir(&directory).unwrap();
    let path = directory.join("it");
    fs::copy(this_program(), &path).unwrap();
    path
}

fn check_it_works() {
    rt::run(async {
        let pool = quiet(1).build().unwrap();
        assert_eq!(pool.run(|n: u32| n + 1, (1,)).await.unwrap(), 2);
        assert!(pool.run(|| -> u32 { std::process::exit(3) }, ()).await.is_err());
        assert_eq!(pool.run(|n: u32| n + 1, (2,)).await.unwrap(), 3);
    });
}

#[test]
fn main_runs_once() {
    // The child's output is looked at for a second run.
    in_child("process_pool::places::main_runs_once", check_it_works);
}

#[test]
fn closed_standard_descriptors_do_no_harm() {
    let command = || {
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" <&- 2>&-"]).arg(this_program());
        command
    };
    let name = "process_pool::places::closed_standard_descriptors_do_no_harm";
    in_child_by(command, name, check_it_works);
}

#[test]
fn the_programs_file_may_be_gone_or_be_another() {
    let name = "process_pool::places::the_programs_file_may_be_gone_or_be_another";
    let path = copy_of_this_program("gone");
    in_child_by(
        || Command::new(&path),
        name,
        || {
            let path = this_program();
            fs::remove_file(&path).unwrap();
            check_it_works();
            fs::write(&path, "#!/bin/sh\nexit 9\n").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
            check_it_works();
            fs::remove_dir_all(path.parent().unwrap()).unwrap();
        },
    );
}

#[test]
fn a_pool_in_a_shared_library_is_refused_with_advice() {
    // The loader is the program then, and this file is one of those that it has mapped.
    const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
    if !fs::exists(LOADER).unwrap() {
        return;
    }
    let command = || {
        let mut command = Command::new(LOADER);
        command.arg(this_program());
        command
    };
    let name = "process_pool::places::a_pool_in_a_shared_library_is_refused_with_advice";
    in_child_by(command, name, || {
        let error = quiet(1).build().unwrap_err();
        assert!(matches!(error, ProcessPoolError::NoEntry), "{error}");
        assert!(error.to_string().contains("name a worker program"), "{error}");
    });
}

#[test]
fn pools_in_pools_have_an_end() {
    let variables = [("RT_POOL_DEPTH", "4")];
    in_child_with("process_pool::places::pools_in_pools_have_an_end", &variables, || {
        let error = quiet(1).build().unwrap_err();
        assert!(matches!(error, ProcessPoolError::TooDeep), "{error}");
    });
}

#[test]
fn without_proc_there_is_an_error_and_no_pool() {
    if !getuid().is_root() {
        return;
    }
    in_child("process_pool::places::without_proc_there_is_an_error_and_no_pool", || {
        // A pool that was there before cannot start its worker any more.
        let before = quiet(1).build().unwrap();
        let empty = std::env::temp_dir().join(format!("rt-empty-{}", std::process::id()));
        fs::create_dir(&empty).unwrap();
        chroot(&empty).unwrap();
        let error = quiet(1).build().unwrap_err();
        assert!(matches!(error, ProcessPoolError::System(_)), "{error}");
        let error = rt::run(async move { before.run(|| 1, ()).await.unwrap_err() });
        assert!(matches!(error, JobError::Broken { attempts: 3, .. }), "{error}");
        assert!(error.to_string().contains("No such file"), "{error}");
    });
}

/// Starts a program as a pool starts a worker, with the rights of nobody; true if it came to
/// `main`.
fn comes_to_main(program: &PathBuf) -> bool {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let number = rustix::fs::fstat(&theirs).unwrap().st_ino;
    let child = Command::new(program)
        .arg("--list")
        .env("RT_POOL_WORKER", format!("{}-{number}", std::process::id()))
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .uid(NOBODY)
        .spawn()
        .unwrap();
    drop(ours);
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).contains("places::")
}

#[test]
fn a_program_with_more_rights_than_its_user_is_no_worker() {
    if !getuid().is_root() {
        return;
    }
    let path = copy_of_this_program("set-user-id");
    fs::set_permissions(path.parent().unwrap(), Permissions::from_mode(0o755)).unwrap();
    chown(&path, Some(0), Some(0)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    assert!(!comes_to_main(&path), "a plain program with all that it takes is a worker");
    fs::set_permissions(&path, Permissions::from_mode(0o4755)).unwrap();
    assert!(comes_to_main(&path), "who starts it must not choose where it begins");
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[test]
fn another_program_that_serves_nobody_is_named_in_the_error() {
    rt::job! { fn nothing() {} }
    rt::run(async {
        // One that ends at once, one that never says anything, and one that talks nonsense.
        for program in ["true", "false"] {
            let path = ["/bin", "/usr/bin"].map(|bin| PathBuf::from(bin).join(program));
            let path = path.into_iter().find(|path| path.exists()).unwrap();
            let pool: ProcessPool = quiet(1).program(path).build().unwrap();
            let error = pool.job::<nothing>(()).await.unwrap_err();
            assert!(matches!(error, JobError::Broken { attempts: 3, .. }), "{error}");
            assert!(error.to_string().contains("died while it began"), "{error}");
        }
    });
}
