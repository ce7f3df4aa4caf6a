//! All results of a run as tables, with the losses in words.

use crate::{
    peer::PEERS,
    row::{Row, Versus, WeightRow},
    spread::{Spread, geometric_mean},
    suite::Group,
    table::Table,
};

/// What a run has measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
    pub(crate) weights: Vec<WeightRow>,
}

impl Report {
    /// Everything that there is to show, as Markdown.
    pub(crate) fn body(&self) -> String {
        let mut sections = Vec::new();
        if !self.rows.is_empty() {
            sections.push(format!("## Time\n\n{}", self.times()));
            sections.push(format!("## Geometric means\n\n{}", self.means()));
        }
        if !self.weights.is_empty() {
            sections.push(format!("## Memory\n\n{}", self.memory()));
        }
        sections.push(format!("## Losses\n\n{}", self.losses()));
        sections.join("\n")
    }

    fn times(&self) -> Table {
        let mut table = Table::new(
            "bench, workers, rt ms, tokio ms, smol ms, tokio/rt, smol/rt, \
             rt CPU s, tokio CPU s, smol CPU s, CPU better/rt",
        );
        for row in &self.rows {
            let [tokio, smol] = row.wall_ms.ratios().map(digits);
            let mut cells = vec![row.name.to_owned(), row.workers.to_string()];
            cells.extend(row.wall_ms.0.map(spread));
            cells.extend([tokio, smol]);
            cells.extend(row.cpu_s.0.map(|seconds| format!("{:.3}", seconds.median)));
            cells.push(digits(row.cpu_s.better_ratio()));
            table.push(cells);
        }
        table
    }

    fn means(&self) -> Table {
        let mut table = Table::new(
            "group, workers, benches, tokio/rt, smol/rt, better/rt, lowest, CPU better/rt",
        );
        for (group, workers) in self.groups() {
            let rows =
                || self.rows.iter().filter(move |row| (row.group, row.workers) == (group, workers));
            let mean = |of: &dyn Fn(&Row) -> f64| {
                digits(geometric_mean(&rows().map(of).collect::<Vec<_>>()))
            };
            let lowest = rows().map(|row| row.wall_ms.better_ratio()).fold(f64::INFINITY, f64::min);
            table.push(vec![
                group.0.to_owned(),
                workers.to_string(),
                rows().count().to_string(),
                mean(&|row| row.wall_ms.ratios()[0]),
                mean(&|row| row.wall_ms.ratios()[1]),
                mean(&|row| row.wall_ms.better_ratio()),
                digits(lowest),
                mean(&|row| row.cpu_s.better_ratio()),
            ]);
        }
        table
    }

    /// The groups with their numbers of workers, in the order of the rows.
    fn groups(&self) -> Vec<(Group, usize)> {
        let mut groups = Vec::new();
        for row in &self.rows {
            if !groups.contains(&(row.group, row.workers)) {
                groups.push((row.group, row.workers));
            }
        }
        groups
    }

    fn memory(&self) -> Table {
        let mut table = Table::new("bench, workers, rt B, tokio B, smol B, tokio/rt, smol/rt");
        for (name, workers, bytes) in self.weight_lines() {
            let mut cells = vec![name, workers.to_string()];
            cells.extend(bytes.0.map(|bytes| format!("{:.0}", bytes.median)));
            cells.extend(bytes.ratios().map(digits));
            table.push(cells);
        }
        table
    }

    fn weight_lines(&self) -> impl Iterator<Item = (String, usize, Versus)> + '_ {
        self.weights.iter().flat_map(|row| {
            let name = |how| format!("{} ({how})", row.name);
            [
                (name("allocated"), row.workers, row.allocated),
                (name("resident"), row.workers, row.resident),
            ]
        })
    }

    /// Every ratio below 1.0, a line each.
    pub(crate) fn losses(&self) -> String {
        let mut lines = Vec::new();
        for row in &self.rows {
            let name = row.name.to_owned();
            lines.extend(lost(&name, row.workers, "time", &row.wall_ms));
            lines.extend(lost(&name, row.workers, "CPU", &row.cpu_s));
        }
        for (name, workers, bytes) in self.weight_lines() {
            lines.extend(lost(&name, workers, "memory", &bytes));
        }
        if lines.is_empty() { "None: no ratio is below 1.0.\n".to_owned() } else { lines.concat() }
    }
}

fn lost(name: &str, workers: usize, what: &str, versus: &Versus) -> Vec<String> {
    let ratios = PEERS[1..].iter().zip(versus.ratios());
    // A ratio that is no number at all is no win either.
    let losses = ratios.filter(|(_, ratio)| *ratio < 1.0 || ratio.is_nan());
    let line =
        |(peer, value)| format!("* {name}, workers {workers}, {what}: {peer}/rt {value:.3}\n");
    losses.map(line).collect()
}

pub(crate) fn spread(spread: Spread) -> String {
    let Spread { median, min, max } = spread;
    format!("{} ({}..{})", digits(median), digits(min), digits(max))
}

/// Three digits, which is more than the noise leaves.
fn digits(value: f64) -> String {
    let decimals = match value {
        100.0.. => 0,
        10.0..100.0 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}
