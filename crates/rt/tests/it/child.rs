//! Runs a test in a process of its own: for what a whole process shows.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// The name of the test that a child process is to run.
const CHILD: &str = "RT_TEST_CHILD";

/// Runs `body` in a child process, which is this binary, asked for the test `name` alone.
pub(crate) fn in_child(name: &str, body: impl FnOnce()) {
    in_child_with(name, &[], body);
}

/// As [`in_child`], with environment variables.
pub(crate) fn in_child_with(name: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    run(name, body, |command| command.envs(variables.iter().copied()));
}

/// As [`in_child`], as the user with this number.
pub(crate) fn in_child_as(user: Option<u32>, name: &str, body: impl FnOnce()) {
    run(name, body, |command| match user {
        Some(user) => command.uid(user),
        None => command,
    });
}

/// As [`in_child`], started by this command, which ends with the path of this binary.
pub(crate) fn in_child_by(command: impl FnOnce() -> Command, name: &str, body: impl FnOnce()) {
    if std::env::var(CHILD).is_ok_and(|child| child == name) {
        return body();
    }
    check(command(), name);
}

fn run(name: &str, body: impl FnOnce(), prepare: impl FnOnce(&mut Command) -> &mut Command) {
    let command = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        prepare(&mut command);
        command
    };
    in_child_by(command, name, body);
}

/// Runs the test in a process that this command starts.
fn check(mut command: Command, name: &str) {
    // Whoever asks for a test by its name wants it, also if it is for `ci --full` alone.
    command.args(["--exact", name, "--nocapture", "--include-ignored"]).env(CHILD, name);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let status = output.status;
    assert!(status.success(), "{name} failed in its process, {status}:\n{text}\n{errors}");
    assert!(text.contains("1 passed"), "no test is called {name}:\n{text}");
    // A worker process that came to `main` would say so as well.
    assert_eq!(text.matches("running 1 test").count(), 1, "main ran again:\n{text}");
}
