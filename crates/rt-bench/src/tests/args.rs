//! What the command line means.

use crate::args::{Command, Options, UsageError, parse};

fn check(line: &str) -> Result<Command, UsageError> {
    parse(line.split_whitespace().map(str::to_owned))
}

fn options(line: &str) -> Options {
    match check(line) {
        Ok(Command::Run(options)) => options,
        other => panic!("`{line}` is a run, not {other:?}"),
    }
}

fn error(line: &str) -> String {
    check(line).expect_err("the line is refused").to_string()
}

#[test]
fn a_bare_run_is_the_page() {
    let run = options("");
    assert_eq!((run.filter, run.reps, run.is_page), (None, 7, true));
    assert!(run.workers.contains(&1), "one worker is measured: {:?}", run.workers);
}

#[test]
fn a_part_of_the_suite_is_not_the_page() {
    for line in ["fork", "--quick", "--no-write", "--reps 6", "core --reps 9"] {
        assert!(!options(line).is_page, "`{line}` would overwrite the page");
    }
}

#[test]
fn quick_means_three_reps_on_one_number_of_workers() {
    let run = options("--quick");
    assert_eq!((run.reps, run.workers.len()), (3, 1));
    assert_eq!(options("--quick --reps 5").reps, 5);
}

#[test]
fn workers_add_up_in_the_order_given() {
    assert_eq!(options("--workers 4 yield --workers 1").workers, [4, 1]);
}

#[test]
fn a_filter_is_part_of_a_name_or_a_whole_group() {
    for line in ["spawn_many", "block_on", "memory", "time", "bytes_parked"] {
        assert_eq!(options(line).filter.as_deref(), Some(line));
    }
}

#[test]
fn what_means_nothing_is_refused_with_the_names_of_the_benches() {
    let cases = [
        ("yeild", "no bench is named like `yeild`"),
        ("--quik", "`--quik` is not an option"),
        ("--workers", "`--workers` needs a number from 1, not ``"),
        ("--workers 0", "`--workers` needs a number from 1, not `0`"),
        ("--reps many", "`--reps` needs a number from 1, not `many`"),
        ("fork join", "`join` is a second filter"),
        ("--list nonsense", "no bench is named like `nonsense`"),
    ];
    for (line, text) in cases {
        let error = error(line);
        assert!(error.contains(text), "`{line}` says: {error}");
        assert!(error.contains("\nspawn_many_local "), "`{line}` names no bench: {error}");
    }
}

#[test]
fn the_list_names_every_bench() {
    assert_eq!(check("--list"), Ok(Command::List));
    assert_eq!(crate::args::bench_list().lines().count(), crate::suite::all().len());
}

#[test]
fn a_child_is_told_its_peer_and_workers() {
    let weigh = Command::Weigh { peer: "smol".to_owned(), workers: 2 };
    assert_eq!(check("--weigh smol 2"), Ok(weigh));
    assert!(error("--weigh").contains("needs a peer"));
}
