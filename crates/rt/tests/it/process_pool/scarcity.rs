//! A system that refuses what a pool needs: the jobs are told, and go on when there is some again.

use std::process::Command;

use rt::pool::{Blob, JobError, ProcessPoolError};
use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use super::quiet;
use crate::child::{in_child, in_child_as, in_child_by};
use crate::process::address_space;

/// A user of whom there are no other processes.
const NOBODY: u32 = 65_532;

/// A limit for this process and those that it starts.
fn limit(resource: Resource, most: Option<u64>) {
    let maximum = getrlimit(resource).maximum;
    setrlimit(resource, Rlimit { current: most, maximum }).unwrap();
}

/// Those that are open stay open, and no other may be.
const NO_MORE: Option<u64> = Some(3);

#[test]
fn without_descriptors_no_worker_starts_until_there_are_some() {
    in_child(
        "process_pool::scarcity::without_descriptors_no_worker_starts_until_there_are_some",
        || {
            rt::run(async {
                let pool = quiet(1).build().unwrap();
                let before = getrlimit(Resource::Nofile).current;
                limit(Resource::Nofile, NO_MORE);
                let error = pool.run(|| 1, ()).await.unwrap_err();
                assert!(matches!(error, JobError::Broken { attempts: 3, .. }), "{error}");
                assert!(error.to_string().contains("Too many open files"), "{error}");
                let refused = quiet(1).build().unwrap_err();
                assert!(matches!(refused, ProcessPoolError::System(_)), "{refused}");
                limit(Resource::Nofile, before);
                assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
            });
        },
    );
}

#[test]
fn without_descriptors_a_large_result_is_an_error_of_its_job() {
    in_child(
        "process_pool::scarcity::without_descriptors_a_large_result_is_an_error_of_its_job",
        || {
            rt::run(async {
                let pool = quiet(1).build().unwrap();
                let large = || Blob::from(vec![1; 200_000]);
                assert_eq!(pool.run(large, ()).await.unwrap().len(), 200_000);
                let before = getrlimit(Resource::Nofile).current;
                limit(Resource::Nofile, NO_MORE);
                assert!(pool.run(large, ()).await.is_err());
                let argument = Blob::from(vec![1; 200_000]);
                let error = pool.run(|blob: Blob| blob.len(), (argument,)).await.unwrap_err();
                assert!(matches!(error, JobError::Encode(_)), "{error}");
                limit(Resource::Nofile, before);
                assert_eq!(pool.run(large, ()).await.unwrap().len(), 200_000);
            });
        },
    );
}

#[test]
fn without_processes_no_worker_starts_until_there_are_some() {
    let user = getuid().is_root().then_some(NOBODY);
    in_child_as(
        user,
        "process_pool::scarcity::without_processes_no_worker_starts_until_there_are_some",
        || {
            rt::run(async {
                let pool = quiet(1).build().unwrap();
                let before = getrlimit(Resource::Nproc).current;
                limit(Resource::Nproc, Some(1));
                let error = pool.run(|| 1, ()).await.unwrap_err();
                assert!(matches!(error, JobError::Broken { attempts: 3, .. }), "{error}");
                let refused = quiet(1).build().unwrap_err();
                assert!(matches!(refused, ProcessPoolError::System(_)), "{refused}");
                limit(Resource::Nproc, before);
                assert_eq!(pool.run(|| 2, ()).await.unwrap(), 2);
            });
        },
    );
}

#[test]
fn a_value_for_which_there_is_no_room_is_an_error_of_its_job() {
    // What grows beyond the limit is then refused, and its process not killed by a signal.
    let command = || {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
        command.arg(std::env::current_exe().unwrap());
        command
    };
    in_child_by(
        command,
        "process_pool::scarcity::a_value_for_which_there_is_no_room_is_an_error_of_its_job",
        || {
            limit(Resource::Fsize, Some(1 << 20));
            rt::run(async {
                let pool = quiet(1).build().unwrap();
                let argument = Blob::from(vec![1; 3 << 20]);
                let error = pool.run(|blob: Blob| blob.len(), (argument,)).await.unwrap_err();
                assert!(matches!(error, JobError::Encode(_)), "{error}");
                let pid = pool.run(std::process::id, ()).await.unwrap();
                let error = pool.run(|| Blob::from(vec![1; 3 << 20]), ()).await.unwrap_err();
                assert!(matches!(error, JobError::Encode(_)), "{error}");
                assert_eq!(pool.run(std::process::id, ()).await.unwrap(), pid);
            });
        },
    );
}

#[test]
fn a_result_for_which_there_is_no_address_is_an_error_of_its_job() {
    in_child(
        "process_pool::scarcity::a_result_for_which_there_is_no_address_is_an_error_of_its_job",
        || {
            rt::run(async {
                let pool = quiet(1).build().unwrap();
                let large = || Blob::from(vec![1; 64 << 20]);
                // The worker has no limit, it was there before; the courier too.
                assert_eq!(pool.run(large, ()).await.unwrap().len(), 64 << 20);
                let before = getrlimit(Resource::As).current;
                limit(Resource::As, Some(address_space() + (32 << 20)));
                let error = pool.run(large, ()).await.unwrap_err();
                assert!(!error.is_cancelled(), "{error}");
                limit(Resource::As, before);
                assert_eq!(pool.run(large, ()).await.unwrap().len(), 64 << 20);
            });
        },
    );
}
