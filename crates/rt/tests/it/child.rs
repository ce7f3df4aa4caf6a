//! Runs a test in a process of its own: for what a whole process shows.

use std::process::Command;

/// The name of the test that a child process is to run.
const CHILD: &str = "RT_TEST_CHILD";

/// Runs `body` in a child process, which is this binary, asked for the test `name` alone.
pub(crate) fn in_child(name: &str, body: impl FnOnce()) {
    in_child_with(name, &[], body);
}

/// As [`in_child`], with environment variables.
pub(crate) fn in_child_with(name: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    if std::env::var(CHILD).is_ok_and(|child| child == name) {
        return body();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, name)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let status = output.status;
    assert!(status.success(), "{name} failed in its process, {status}:\n{text}\n{errors}");
    assert!(text.contains("1 passed"), "no test is called {name}:\n{text}");
}
