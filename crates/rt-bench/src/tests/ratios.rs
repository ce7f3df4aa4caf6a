//! The arithmetic of the tables.

use std::time::Duration;

use crate::{
    measure::Sample,
    page,
    report::Report,
    row::{Row, WeightRow},
    spread::{Spread, geometric_mean},
    suite::{Footprint, Group, PARKED_TASKS},
};

/// A rep in which rt, tokio and smol need so many milliseconds, of wall time and of CPU.
fn rep(wall: [u64; 3], cpu: [u64; 3]) -> [Sample; 3] {
    [0, 1, 2].map(|peer: usize| Sample {
        wall: Duration::from_millis(wall[peer]),
        cpu: Duration::from_millis(cpu[peer]),
    })
}

fn row(name: &'static str, reps: &[[Sample; 3]]) -> Row {
    Row::new((Group("core"), name), 2, reps)
}

#[test]
fn a_spread_has_the_middle_and_the_ends() {
    let spread = |median, min, max| Spread { median, min, max };
    assert_eq!(Spread::of([3.0, 1.0, 2.0]), spread(2.0, 1.0, 3.0));
    assert_eq!(Spread::of([4.0, 1.0, 2.0, 10.0]), spread(3.0, 1.0, 10.0));
}

#[test]
fn a_win_and_the_same_loss_have_the_mean_one() {
    assert!((geometric_mean(&[4.0, 0.25]) - 1.0).abs() < 1e-9);
    assert!((geometric_mean(&[2.0, 8.0]) - 4.0).abs() < 1e-9);
}

#[test]
fn a_ratio_is_the_peers_median_over_ours() {
    let reps =
        [rep([10, 20, 5], [8, 40, 4]), rep([10, 30, 5], [8, 40, 4]), rep([90, 10, 50], [9, 41, 9])];
    let row = row("fork_join", &reps);
    assert_eq!(row.wall_ms.ratios(), [2.0, 0.5]);
    assert_eq!(row.wall_ms.better_ratio(), 0.5);
    assert_eq!(row.cpu_s.ratios(), [5.0, 0.5]);
}

#[test]
fn every_ratio_below_one_is_a_loss_and_no_other() {
    let rows = vec![
        row("won", &[rep([10, 10, 11], [1, 1, 2])]),
        row("lost", &[rep([10, 30, 5], [4, 2, 8])]),
    ];
    let bytes = |bytes: usize| Footprint { allocated: bytes * PARKED_TASKS, resident: 0 };
    let weights = vec![WeightRow::new("bytes", 2, &[[64, 128, 32].map(bytes)])];
    let losses = Report { rows, weights }.losses();
    let expected = "\
* lost, workers 2, time: smol/rt 0.500
* lost, workers 2, CPU: tokio/rt 0.500
* bytes (allocated), workers 2, memory: smol/rt 0.500
* bytes (resident), workers 2, memory: tokio/rt NaN
* bytes (resident), workers 2, memory: smol/rt NaN
";
    assert_eq!(losses, expected);
}

#[test]
fn the_page_has_the_rows_the_means_and_the_facts() {
    let rows = vec![
        row("first", &[rep([10, 20, 80], [10, 20, 80])]),
        row("second", &[rep([10, 80, 20], [10, 80, 20])]),
    ];
    let report = Report { rows, weights: Vec::new() };
    let page = page::text(&report, "* Machine: a test\n", 7, "");
    let squeezed = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "* Machine: a test * Reps: 7",
        "| first | 2 | 10.0 (10.0..10.0) | 20.0 (20.0..20.0) | 80.0 (80.0..80.0) | 2.00 | 8.00 |",
        "| core | 2 | 2 | 4.00 | 4.00 | 2.00 | 2.00 | 2.00 |",
        "## Losses None: no ratio is below 1.0.",
        "* `chained_spawn`: a chain of 100 000 tasks",
    ] {
        assert!(squeezed.contains(text), "`{text}` is missing in:\n{page}");
    }
}
