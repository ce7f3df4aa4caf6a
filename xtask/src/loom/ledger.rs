//! The ledger: how many executions each model explores, so that a collapse is seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Fewer than this part of the ledger's number, in per cent: interleavings are skipped.
const PERCENT_MIN: u64 = 60;
/// More than this: the model grew, and its time with it.
const PERCENT_MAX: u64 = 300;

/// What one model did, and how long that took on some machine.
#[derive(Debug)]
struct Explored {
    executions: u64,
    seconds: Option<f64>,
}

/// Models by name.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    models: BTreeMap<String, Explored>,
}

impl Ledger {
    /// Lines of `name executions`, or `name executions seconds`.
    pub(crate) fn parse(text: &str) -> Result<Ledger, String> {
        let mut models = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default();
            let executions = words.next().and_then(|word| word.parse().ok());
            let executions =
                executions.ok_or_else(|| format!("`{line}` is not `name executions`"))?;
            let seconds = words.next().and_then(|word| word.parse().ok());
            if models.insert(name.to_owned(), Explored { executions, seconds }).is_some() {
                return Err(format!("two models are called `{name}`; rename one"));
            }
        }
        Ok(Ledger { models })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// Takes over what a run of some of the models found.
    pub(crate) fn replace_by(&mut self, explored: Ledger) {
        self.models.extend(explored.models);
    }

    /// What the committed file holds: the seconds are rounded up, so that they seldom change.
    pub(crate) fn to_text(&self) -> String {
        let line = |(name, model): (&String, &Explored)| match model.whole_seconds() {
            Some(seconds) => format!("{name} {} {seconds}\n", model.executions),
            None => format!("{name} {}\n", model.executions),
        };
        self.models.iter().map(line).collect()
    }

    /// The models, in the order of their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    /// The executions of one model.
    pub(crate) fn executions(&self, name: &str) -> Option<u64> {
        self.models.get(name).map(|model| model.executions)
    }

    /// The seconds of one model, rounded up, if they are known.
    pub(crate) fn whole_seconds(&self, name: &str) -> Option<u64> {
        self.models.get(name)?.whole_seconds()
    }

    pub(crate) fn table(&self) -> String {
        let width = self.models.keys().map(String::len).max().unwrap_or(0).max("model".len());
        let mut table = format!("{:<width$}  {:>10}  {:>7}\n", "model", "executions", "seconds");
        for (name, model) in &self.models {
            let seconds = model.seconds.map_or("-".to_owned(), |seconds| format!("{seconds:.2}"));
            let _ = writeln!(table, "{name:<width$}  {:>10}  {seconds:>7}", model.executions);
        }
        table
    }

    /// What is wrong with this run, seen from the committed ledger. Of a part of the models, none
    /// can be said to be missing.
    pub(crate) fn compare(&self, expected: &Ledger, is_part: bool) -> Vec<String> {
        let mut complaints = Vec::new();
        for (name, &Explored { executions, .. }) in &self.models {
            match expected.executions(name) {
                None => complaints.push(format!("{name}: not in the ledger")),
                Some(before) if executions * 100 < before * PERCENT_MIN => {
                    complaints.push(format!(
                        "{name}: {executions} executions, {before} in the ledger: it collapsed"
                    ))
                }
                Some(before) if executions * 100 > before * PERCENT_MAX => complaints.push(
                    format!("{name}: {executions} executions, {before} in the ledger: it exploded"),
                ),
                Some(_) => {}
            }
        }
        let missing = expected.models.keys().filter(|name| !self.models.contains_key(*name));
        complaints.extend(
            missing
                .filter(|_| !is_part)
                .map(|name| format!("{name}: in the ledger, and did not run")),
        );
        complaints
    }
}

impl Explored {
    fn whole_seconds(&self) -> Option<u64> {
        self.seconds.map(|seconds| seconds.ceil().max(1.0) as u64)
    }
}
