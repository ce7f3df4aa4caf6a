//! A dump as text: the circles, then the tree of who waits for whom.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use crate::dump::{Dump, awaited};
use crate::task::id::Id;
use crate::task::info::TaskInfo;

/// How deep a chain of waiting tasks is drawn before it goes on at the margin.
const DEPTH_MAX: usize = 64;

/// For each task that somebody waits for those who do, and the tasks that are drawn already.
struct Tree<'a> {
    waiting_for: BTreeMap<Id, Vec<&'a TaskInfo>>,
    drawn: HashSet<Id>,
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: HashSet<Id> = self.tasks().iter().map(|task| task.id).collect();
        let awaited_here = |task: &TaskInfo| awaited(task).filter(|on| known.contains(on));
        let mut tree = Tree { waiting_for: BTreeMap::new(), drawn: HashSet::new() };
        for task in self.tasks() {
            if let Some(on) = awaited_here(task) {
                tree.waiting_for.entry(on).or_default().push(task);
            }
        }
        for cycle in self.cycles() {
            writeln!(f, "deadlock: {} tasks wait in a circle", cycle.len())?;
            for task in cycle {
                writeln!(f, "  {}  {}, {}", task.name, task.standing(), task.origin())?;
            }
        }
        for root in self.tasks().iter().filter(|task| awaited_here(task).is_none()) {
            tree.draw(f, root, "", 0)?;
        }
        // Those in a circle, and those below the deepest that was drawn.
        for task in self.tasks() {
            tree.draw(f, task, "", 0)?;
        }
        Ok(())
    }
}

impl Tree<'_> {
    /// Draws `task` and below it those that wait for it, unless it has been drawn.
    fn draw(
        &mut self,
        f: &mut fmt::Formatter<'_>,
        task: &TaskInfo,
        margin: &str,
        depth: usize,
    ) -> fmt::Result {
        if !self.drawn.insert(task.id) {
            return Ok(());
        }
        writeln!(f, "{}  {}, {}", task.name, task.standing(), task.origin())?;
        if depth == DEPTH_MAX {
            return Ok(());
        }
        let below = self.waiting_for.remove(&task.id).unwrap_or_default();
        let below: Vec<_> = below.into_iter().filter(|it| !self.drawn.contains(&it.id)).collect();
        for (place, waiter) in below.iter().enumerate() {
            let (branch, under) = if place + 1 == below.len() {
                ("└── ", "    ")
            } else {
                ("├── ", "│   ")
            };
            write!(f, "{margin}{branch}")?;
            self.draw(f, waiter, &format!("{margin}{under}"), depth + 1)?;
        }
        Ok(())
    }
}
