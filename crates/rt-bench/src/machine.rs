//! What a result depends on and a reader cannot guess: machine, versions, date.

use std::{
    fs,
    process::Command,
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use crate::peer::PEERS;

const UNKNOWN: &str = "unknown";
/// Linux counts processor time in hundredths of a second wherever it shows it as text.
const TICKS_PER_SECOND: f64 = 100.0;

/// One line a fact, as a Markdown list.
pub(crate) fn facts(lock: &str) -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let versions = PEERS.map(|name| format!("{name} {}", version(lock, name)));
    #[expect(clippy::disallowed_methods, reason = "a date is what the wall clock is for")]
    let date = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    format!(
        "* Date: {}\n* Machine: {cores} cores, {}\n* System: Linux {}, load before the run {}\n\
         * Versions: {}; {}\n",
        date_of(date / 86_400),
        processor(&read("/proc/cpuinfo")),
        first_line(&read("/proc/sys/kernel/osrelease")),
        load(&read("/proc/loadavg")),
        versions.join(", "),
        compiler(),
    )
}

/// What the rest of the machine does during a run.
///
/// It matters more than it seems: with one of two cores taken, two workers share the other.
pub(crate) struct Neighbours {
    start: Instant,
    /// Processor ticks of the others until then.
    ticks: u64,
}

impl Neighbours {
    pub(crate) fn watch() -> Neighbours {
        Neighbours { start: Instant::now(), ticks: foreign_ticks() }
    }

    /// What they have used since, as a fact.
    pub(crate) fn fact(&self) -> String {
        let ticks = foreign_ticks().saturating_sub(self.ticks);
        let cores = ticks as f64 / TICKS_PER_SECOND / self.start.elapsed().as_secs_f64();
        format!("* Other processes used {cores:.2} cores during the run\n")
    }
}

fn foreign_ticks() -> u64 {
    busy_ticks(&read("/proc/stat")).saturating_sub(own_ticks(&read("/proc/self/stat")))
}

/// Ticks in which a core was not idle, from the text of `/proc/stat`.
pub(crate) fn busy_ticks(stat: &str) -> u64 {
    let ticks: Vec<u64> = first_line(stat).split_whitespace().flat_map(str::parse).collect();
    // user nice system idle iowait irq softirq steal; guest time is in user already.
    ticks
        .iter()
        .enumerate()
        .filter(|(field, _)| ![3, 4, 8, 9].contains(field))
        .map(|(_, n)| n)
        .sum()
}

/// Ticks of this process and its children, from the text of `/proc/self/stat`.
pub(crate) fn own_ticks(stat: &str) -> u64 {
    // The program's name may have spaces in it; utime is the 12th field behind it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().skip(11).take(4).flat_map(str::parse::<u64>).sum()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(UNKNOWN)
}

/// The processor's model, from the text of `/proc/cpuinfo`.
pub(crate) fn processor(cpuinfo: &str) -> &str {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split_once(": ")).map_or(UNKNOWN, |(_, model)| model)
}

fn load(loadavg: &str) -> &str {
    loadavg.split_whitespace().next().unwrap_or(UNKNOWN)
}

/// The version of a package, from the text of `Cargo.lock`.
pub(crate) fn version<'a>(lock: &'a str, package: &str) -> &'a str {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let field = lines.next().and_then(|line| line.strip_prefix("version = \""));
    field.map_or(UNKNOWN, |version| version.trim_end_matches('"'))
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| "rustc unknown".to_owned())
}

/// The date of a day counted from 1970-01-01, as `year-month-day`.
pub(crate) fn date_of(day: u64) -> String {
    let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut day, mut year) = (day, 1970);
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", day + 1)
}
