//! A table that reads well in a terminal and is valid Markdown.

use std::fmt;

/// Rows under a head; the first column is text, the others are numbers.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table; `head` has the columns, separated by commas.
    pub(crate) fn new(head: &str) -> Table {
        Table { rows: vec![head.split(", ").map(str::to_owned).collect()] }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        assert_eq!(row.len(), self.rows[0].len(), "a row is as wide as the head");
        self.rows.push(row);
    }

    fn width(&self, column: usize) -> usize {
        self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(3)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = (0..self.rows[0].len()).map(|column| self.width(column)).collect();
        for (number, row) in self.rows.iter().enumerate() {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "| {cell:<width$} |")?,
                    _ => write!(f, " {cell:>width$} |")?,
                }
            }
            writeln!(f)?;
            if number == 0 {
                let rule = |width: &usize| format!("{}:|", "-".repeat(width + 1));
                let rest: String = widths[1..].iter().map(rule).collect();
                writeln!(f, "|{}|{rest}", "-".repeat(widths[0] + 2))?;
            }
        }
        Ok(())
    }
}
