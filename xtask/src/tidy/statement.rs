//! Finds the comment that stands above a statement, from any line of it.

use super::Source;

/// The comment lines directly above the statement that line `at` (from 0) belongs to, joined.
///
/// A statement may span lines: the search goes up while the line is inside brackets that an earlier
/// line opened, or continues an expression, or is one field of a struct literal. A comment that
/// stands directly above any of these lines counts.
pub(crate) fn comment_above(source: &Source, at: usize, tag: &str) -> Option<String> {
    let mut at = at;
    loop {
        let comment = block_above(source, at);
        if comment.contains(tag) {
            return Some(comment);
        }
        at = continued_from(source, at)?;
    }
}

/// The contiguous comment block above a line; attributes between them do not count as a gap.
fn block_above(source: &Source, at: usize) -> String {
    let above = source.lines[..at].iter().rev();
    let mut block: Vec<&str> = above
        .skip_while(|line| line.is_attribute())
        .take_while(|line| line.is_comment())
        .map(|line| line.comment.trim_start_matches(['/', '!']).trim())
        .collect();
    block.reverse();
    block.join(" ")
}

/// The line above, if line `at` continues what stands there.
fn continued_from(source: &Source, at: usize) -> Option<usize> {
    let above = (0..at).rev().find(|&line| source.lines[line].has_code())?;
    let code = source.lines[above].code.trim_end();
    let in_brackets = opens_more_than_it_closes(source, at);
    let continues = !code.ends_with(['{', '}', ';', ',']) || code.ends_with("=>");
    if in_brackets || continues || is_literal_field(source, at) {
        return Some(above);
    }
    None
}

/// Whether a `(` or `[` is open at the start of line `at`, inside the innermost brace.
fn opens_more_than_it_closes(source: &Source, at: usize) -> bool {
    let mut depth = 0i32;
    for line in source.lines[..at].iter().rev() {
        for mark in line.code.chars().rev() {
            match mark {
                ')' | ']' | '}' => depth += 1,
                '(' | '[' if depth == 0 => return true,
                '{' if depth == 0 => return false,
                '(' | '[' | '{' => depth -= 1,
                _ => {}
            }
        }
        // Nothing reaches out of an item.
        if line.indent() == 0 && line.has_code() && depth <= 0 {
            return false;
        }
    }
    false
}

/// `name: value,` of a struct literal, which is part of the statement that builds the struct.
fn is_literal_field(source: &Source, at: usize) -> bool {
    let code = source.lines[at].code.trim();
    let name_end = code.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    name_end.is_some_and(|end| end > 0 && code[end..].starts_with(": ") && code.ends_with(','))
}
