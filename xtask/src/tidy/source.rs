//! A Rust file as three views of the same columns: as written, code only, comments only.
//!
//! In `code` every character of a comment, and of the inside of a string or a character literal, is
//! a blank; in `comment` everything else is. So a message that talks about `unsafe` cannot fool a
//! rule that looks for it, and a column means the same place in all three.

/// One line of a file.
pub(crate) struct Line {
    pub(crate) raw: String,
    pub(crate) code: String,
    pub(crate) comment: String,
    /// Inside an item that only test builds have.
    pub(crate) is_test: bool,
}

pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
}

impl Line {
    pub(crate) fn is_blank(&self) -> bool {
        self.raw.trim().is_empty()
    }

    pub(crate) fn has_code(&self) -> bool {
        !self.code.trim().is_empty()
    }

    /// A line with a comment and nothing else.
    pub(crate) fn is_comment(&self) -> bool {
        !self.has_code() && !self.is_blank()
    }

    pub(crate) fn is_attribute(&self) -> bool {
        self.code.trim_start().starts_with("#[")
    }

    pub(crate) fn indent(&self) -> usize {
        self.raw.len() - self.raw.trim_start().len()
    }
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Source {
        let (code, comment) = split_views(text);
        let mut lines: Vec<Line> = text
            .lines()
            .zip(code.split('\n').zip(comment.split('\n')))
            .map(|(raw, (code, comment))| Line {
                raw: raw.to_owned(),
                code: code.to_owned(),
                comment: comment.trim().to_owned(),
                is_test: is_test_path(path),
            })
            .collect();
        mark_test_items(&mut lines);
        Source { path: path.to_owned(), lines }
    }

    /// The `//!` block that opens the file, without the marks.
    pub(crate) fn head(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map_while(|line| line.raw.strip_prefix("//!")).map(str::trim)
    }

    /// The lines outside tests, numbered from 1.
    pub(crate) fn product_lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.is_test)
            .map(|(at, line)| (at + 1, line))
    }

    /// The crate's directory name, for a file below `crates/`, or `xtask`.
    pub(crate) fn package(&self) -> Option<&str> {
        match self.path.strip_prefix("crates/") {
            Some(rest) => rest.split('/').next(),
            None => self.path.split('/').next().filter(|first| *first == "xtask"),
        }
    }
}

pub(crate) fn is_test_path(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs" || part == "benches")
}

/// Marks each item under `#[cfg(test)]`, from the attribute to its closing brace or semicolon.
fn mark_test_items(lines: &mut [Line]) {
    let mut at = 0;
    while at < lines.len() {
        let code = &lines[at].code;
        if !code.contains("#[cfg(test)]") && !code.contains("#[cfg(all(test") {
            at += 1;
            continue;
        }
        let mut depth = 0i32;
        loop {
            lines[at].is_test = true;
            let code = lines[at].code.clone();
            at += 1;
            let is_attribute = code.trim_start().starts_with("#[");
            for mark in code.chars() {
                depth += i32::from(mark == '{') - i32::from(mark == '}');
            }
            let ends = code.trim_end().ends_with(['}', ';', ',']);
            if at == lines.len() || (!is_attribute && depth == 0 && ends) {
                break;
            }
        }
    }
}

/// Whether `word` stands in `text` with no letter, digit or underscore beside it.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    word_columns(text, word).next().is_some()
}

/// The byte offsets at which `word` stands alone.
pub(crate) fn word_columns<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

/// What the characters at one place of a file belong to.
enum Mode {
    Code,
    LineComment,
    BlockComment { depth: usize },
    Text,
    RawText { hashes: usize },
}

/// Blanks the comments and literals out of one copy of the text, and all else out of the other.
fn split_views(text: &str) -> (String, String) {
    let letters: Vec<char> = text.chars().collect();
    let (mut code, mut comment) = (String::new(), String::new());
    let mut mode = Mode::Code;
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        let (width, next) = step(&mode, rest, letters[..at].last().copied());
        let is_comment =
            |mode: &Mode| matches!(mode, Mode::LineComment | Mode::BlockComment { .. });
        let in_comment = is_comment(&mode) || next.as_ref().is_some_and(is_comment);
        // A literal keeps its quotes in `code`, so that `""` is still seen to be a value.
        let in_code = !in_comment && (matches!(mode, Mode::Code) || next.is_some());
        for &letter in &rest[..width] {
            push_or_blank(&mut code, letter, in_code);
            push_or_blank(&mut comment, letter, in_comment);
        }
        at += width;
        mode = next.unwrap_or(mode);
    }
    (blank_character_literals(&code), comment)
}

/// A blank is as wide as what it hides, so byte columns agree too.
fn push_or_blank(view: &mut String, letter: char, is_kept: bool) {
    if is_kept || letter == '\n' {
        view.push(letter);
    } else {
        view.extend(std::iter::repeat_n(' ', letter.len_utf8()));
    }
}

/// How many characters come next as one, and the mode after them when it changes.
fn step(mode: &Mode, rest: &[char], before: Option<char>) -> (usize, Option<Mode>) {
    let starts = |pattern: &str| {
        rest.len() >= pattern.len() && pattern.chars().zip(rest).all(|(a, b)| a == *b)
    };
    match mode {
        Mode::Code if starts("//") => (2, Some(Mode::LineComment)),
        Mode::Code if starts("/*") => (2, Some(Mode::BlockComment { depth: 1 })),
        Mode::Code if starts("'\"'") => (3, None),
        Mode::Code if starts("'\\\"'") => (4, None),
        Mode::Code if starts("\"") => (1, Some(Mode::Text)),
        Mode::Code if starts("r") && !before.is_some_and(is_name_before_raw) => {
            let hashes = rest[1..].iter().take_while(|letter| **letter == '#').count();
            match rest.get(1 + hashes) {
                Some('"') => (2 + hashes, Some(Mode::RawText { hashes })),
                _ => (1, None),
            }
        }
        Mode::LineComment if starts("\n") => (1, Some(Mode::Code)),
        Mode::BlockComment { depth } if starts("/*") => {
            (2, Some(Mode::BlockComment { depth: depth + 1 }))
        }
        Mode::BlockComment { depth: 1 } if starts("*/") => (2, Some(Mode::Code)),
        Mode::BlockComment { depth } if starts("*/") => {
            (2, Some(Mode::BlockComment { depth: depth - 1 }))
        }
        Mode::Text if starts("\\") => (rest.len().min(2), None),
        Mode::Text if starts("\"") => (1, Some(Mode::Code)),
        Mode::RawText { hashes } if starts("\"") => {
            match rest[1..].iter().take(*hashes).filter(|letter| **letter == '#').count() {
                found if found == *hashes => (1 + hashes, Some(Mode::Code)),
                _ => (1, None),
            }
        }
        _ => (1, None),
    }
}

/// `b` and `c` may stand before the `r` of a raw string; any other name character may not.
fn is_name_before_raw(letter: char) -> bool {
    (letter.is_alphanumeric() || letter == '_') && letter != 'b' && letter != 'c'
}

/// A brace in quotes is not a brace: `'{'` becomes `' '`.
fn blank_character_literals(code: &str) -> String {
    let mut letters: Vec<char> = code.chars().collect();
    for at in 0..letters.len().saturating_sub(2) {
        let is_one = letters[at] == '\'' && letters[at + 2] == '\'';
        if is_one && !matches!(letters[at + 1], '\n' | '\\') {
            letters[at + 1] = ' ';
        }
    }
    letters.into_iter().collect()
}
