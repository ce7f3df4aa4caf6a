//! Finds the orderings of a file, and what each could be weakened to.

use std::fmt;

use crate::tidy::Source;

/// Each ordering with those that are weaker, the strongest first.
const WEAKER: &[(&str, &[&str])] = &[
    ("Ordering::AcqRel", &["Ordering::Acquire", "Ordering::Release", "Ordering::Relaxed"]),
    ("Ordering::Acquire", &["Ordering::Relaxed"]),
    ("Ordering::Release", &["Ordering::Relaxed"]),
    // A weaker fence orders nothing between a store and a load after it, so it may as well go.
    ("fence(Ordering::SeqCst)", &["()"]),
];

/// One ordering of a file, made weaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weakened {
    /// Counted from 1.
    line: usize,
    column: usize,
    old: &'static str,
    new: &'static str,
}

impl Weakened {
    /// The text of the file with this change.
    pub(crate) fn applied_to(&self, text: &str) -> String {
        let change = |(at, line): (usize, &str)| {
            if at + 1 == self.line {
                let end = self.column + self.old.len();
                format!("{}{}{}\n", &line[..self.column], self.new, &line[end..])
            } else {
                format!("{line}\n")
            }
        };
        text.lines().enumerate().map(change).collect()
    }
}

impl fmt::Display for Weakened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} to {}", self.line, self.old, self.new)
    }
}

/// Every weaker form of every ordering outside tests, in the order of the lines.
pub(crate) fn weakenings(source: &Source) -> Vec<Weakened> {
    let mut found = Vec::new();
    for (line, text) in source.product_lines() {
        for &(old, weaker) in WEAKER {
            for (column, _) in text.code.match_indices(old) {
                // The other value of a `mutant!` is wrong already.
                if !text.code[..column].trim_end().ends_with("=>") {
                    found.extend(weaker.iter().map(|new| Weakened { line, column, old, new }));
                }
            }
        }
    }
    found
}
