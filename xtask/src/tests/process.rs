//! A program's lines, code and time limit come back as they are.

use std::process::Command;
use std::time::Duration;

use crate::process::{Show, finish};

fn shell(script: &str, limit: Duration) -> crate::process::Finished {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    finish(&mut command, Show::Quiet, limit).expect("there is a shell")
}

#[test]
fn both_outputs_and_the_exit_code_come_back() {
    let finished = shell("echo a; echo b >&2; exit 3", Duration::from_secs(60));
    let mut lines = finished.lines.clone();
    lines.sort();
    assert_eq!(lines, ["a", "b"]);
    assert_eq!(finished.code, Some(3));
    assert!(!finished.succeeded() && !finished.timed_out);
}

#[test]
fn a_program_that_does_not_end_is_killed_at_its_limit() {
    let finished = shell("exec sleep 600", Duration::from_millis(50));
    assert!(finished.timed_out && !finished.succeeded());
    assert_eq!(finished.code, None);
}

#[test]
fn the_tail_leaves_out_what_passed() {
    let finished = shell("echo '  PASS [ 1s] a'; echo b; echo c; echo d", Duration::from_secs(60));
    assert_eq!(finished.tail(2), "c\nd");
    assert_eq!(finished.tail(9), "b\nc\nd");
}

#[test]
fn a_program_that_does_not_exist_is_an_error() {
    let mut command = Command::new("no-such-program-at-all");
    assert!(finish(&mut command, Show::Quiet, Duration::from_secs(60)).is_err());
}
