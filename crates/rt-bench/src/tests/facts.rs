//! What the head of the page says.

use crate::machine::{busy_ticks, date_of, own_ticks, processor, version};

#[test]
fn a_day_number_becomes_its_date() {
    let cases = [
        (0, "1970-01-01"),
        (58, "1970-02-28"),
        (59, "1970-03-01"),
        (364, "1970-12-31"),
        (789, "1972-02-29"),
        (11_016, "2000-02-29"),
        (11_017, "2000-03-01"),
        (20_781, "2026-11-24"),
        (47_540, "2100-02-28"),
        (47_541, "2100-03-01"),
    ];
    for (day, date) in cases {
        assert_eq!(date_of(day), date, "day {day}");
    }
}

#[test]
fn a_version_is_read_from_the_lock_file() {
    let lock = "[[package]]\nname = \"rt-core\"\nversion = \"0.2.0\"\n\n[[package]]\n\
                name = \"rt\"\nversion = \"0.1.0\"\n";
    assert_eq!(version(lock, "rt"), "0.1.0");
    assert_eq!(version(lock, "rt-core"), "0.2.0");
    assert_eq!(version(lock, "smol"), "unknown");
}

#[test]
fn the_processor_is_read_from_its_line() {
    assert_eq!(processor("vendor_id\t: A\nmodel name\t: B 9 (x)\n"), "B 9 (x)");
    assert_eq!(processor(""), "unknown");
}

#[test]
fn idle_and_guest_ticks_are_not_busy_ones() {
    assert_eq!(busy_ticks("cpu  1 2 4 1000 1000 8 16 32 1000 1000\ncpu0 9 9 9"), 63);
}

#[test]
fn own_ticks_are_those_of_the_process_and_its_children() {
    let stat = "7 (a (b) c) R 1 2 3 4 5 6 7 8 9 10 1000 200 30 4 99";
    assert_eq!(own_ticks(stat), 1234);
}
