//! The text files of the workspace, read once for all rules.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::Source;

/// Directories that hold nothing we wrote.
const SKIPPED: &[&str] = &[".git", "target"];

/// Every text file by its path from the root, with `/` between the parts.
pub(crate) struct Tree {
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) sources: Vec<Source>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> io::Result<Tree> {
        let mut texts = BTreeMap::new();
        collect(root, "", &mut texts)?;
        Ok(Tree::new(texts))
    }

    pub(crate) fn new(texts: BTreeMap<String, String>) -> Tree {
        let sources = texts
            .iter()
            .filter(|(path, _)| path.ends_with(".rs"))
            .map(|(path, text)| Source::new(path, text))
            .collect();
        Tree { texts, sources }
    }

    pub(crate) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }
}

fn collect(directory: &Path, prefix: &str, texts: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), texts)?;
            }
            continue;
        }
        // What is not UTF-8 is kept by name: the rule for the top level still sees it.
        let bytes = fs::read(entry.path())?;
        texts.insert(path, String::from_utf8(bytes).unwrap_or_default());
    }
    Ok(())
}
