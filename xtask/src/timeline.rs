//! `timeline`: draws what each worker polled, and when, in a real run of the example `timeline`.

use std::fmt::Write as _;
use std::fs;

use crate::process::{cargo, workspace_root};
use crate::{Failure, Outcome};

const FILE: &str = "docs/guide/timeline.svg";

/// Sizes in pixels.
const WIDTH: u64 = 960;
const LANE: u64 = 56;
const BAR: u64 = 36;
const LEFT: u64 = 80;
const TOP: u64 = 28;

/// One poll, in microseconds since the first.
#[derive(Debug, PartialEq, Eq)]
struct Poll {
    worker: u64,
    start: u64,
    end: u64,
    task: String,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    crate::flags_only(arguments, &[])?;
    let arguments = ["run", "--quiet", "--release", "-p", "rt", "--example", "timeline"];
    let output = cargo(&arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let polls: Option<Vec<Poll>> = text.lines().map(parse).collect();
    let polls = polls.filter(|polls| output.status.success() && !polls.is_empty());
    let polls = polls.ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        Failure::Failed(format!("the example `timeline` printed no polls\n{text}{said}"))
    })?;
    fs::write(workspace_root().join(FILE), draw(&polls))?;
    println!("{FILE} is written: {} polls", polls.len());
    Ok(())
}

/// Reads `worker start end task`.
fn parse(line: &str) -> Option<Poll> {
    let mut words = line.splitn(4, ' ');
    let mut number = || words.next()?.parse().ok();
    let (worker, start, end) = (number()?, number()?, number()?);
    Some(Poll { worker, start, end, task: words.next()?.to_owned() })
}

fn draw(polls: &[Poll]) -> String {
    let workers = 1 + polls.iter().map(|poll| poll.worker).max().unwrap_or(0);
    let last = polls.iter().map(|poll| poll.end).max().unwrap_or(0).max(1);
    let x = |micros: u64| LEFT + micros * (WIDTH - LEFT - 20) / last;
    let height = TOP + workers * LANE + 30;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for worker in 0..workers {
        let y = TOP + worker * LANE;
        let _ = writeln!(svg, "<text x=\"8\" y=\"{}\">worker {worker}</text>", y + BAR / 2 + 4);
        let line = y + BAR;
        let end = WIDTH - 20;
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{line}\" x2=\"{end}\" y2=\"{line}\" stroke=\"#bbbbbb\"/>"
        );
    }
    for poll in polls {
        let (from, to) = (x(poll.start), x(poll.end));
        let width = (to - from).max(1);
        let y = TOP + poll.worker * LANE;
        let color = color(&poll.task);
        let Poll { task, start, end, .. } = poll;
        let _ = writeln!(
            svg,
            "<rect x=\"{from}\" y=\"{y}\" width=\"{width}\" height=\"{BAR}\" fill=\"{color}\">\
             <title>{task}: {start} to {end} µs</title></rect>"
        );
        if width > 40 {
            let (x, y) = (from + 3, y + BAR / 2 + 4);
            let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\">{task}</text>");
        }
    }
    let y = TOP + workers * LANE + 14;
    for step in 0..=4 {
        let micros = last * step / 4;
        let x = x(micros);
        let _ =
            writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{micros} µs</text>");
    }
    svg.push_str("</svg>\n");
    svg
}

/// A light color, the same for each poll of a task.
fn color(task: &str) -> String {
    let sum = task.bytes().fold(17_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
    format!("hsl({}, 65%, 72%)", sum * 47 % 360)
}

#[cfg(test)]
mod tests {
    use super::{Poll, draw, parse};

    #[test]
    fn a_line_is_a_poll() {
        let poll = Poll { worker: 1, start: 20, end: 30, task: "part 7".to_owned() };
        assert_eq!(parse("1 20 30 part 7"), Some(poll));
        assert_eq!(parse("1 20 part 7"), None);
    }

    #[test]
    fn each_worker_has_a_lane_and_each_poll_a_bar() {
        let polls = ["0 0 90 a", "1 10 20 b"].map(|line| parse(line).unwrap());
        let svg = draw(&polls);
        assert_eq!(svg.matches(">worker ").count(), 2);
        assert_eq!(svg.matches("<title>").count(), 2);
    }
}
