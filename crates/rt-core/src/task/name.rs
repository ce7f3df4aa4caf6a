//! The name of a task, kept without an allocation where it is only a number.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::str;

use crate::task::id::Id;

/// What the names of tasks that were given none begin with.
const PREFIX: &[u8] = b"Task-";
/// The digits of the largest number.
const DIGITS_MAX: usize = 20;
/// The longest of those names.
const NUMBERED_MAX: usize = PREFIX.len() + DIGITS_MAX;

/// The name of a task: the one it was given, or `Task-` and its number.
///
/// It is used as the text that it is. A list of many tasks has no text of its own for each.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let task = executor.block_on(async { rt_core::current_task().info() });
/// assert!(task.name.starts_with("Task-"));
/// assert_eq!(task.name, format!("Task-{}", task.id));
/// ```
#[derive(Clone)]
pub struct TaskName {
    name: Name,
}

#[derive(Clone)]
enum Name {
    Given(Cow<'static, str>),
    Numbered(NumberedName),
}

/// The text at the end of the array.
#[derive(Clone, Copy)]
struct NumberedName {
    start: u8,
    text: [u8; NUMBERED_MAX],
}

impl TaskName {
    pub(crate) fn given(name: Cow<'static, str>) -> TaskName {
        TaskName { name: Name::Given(name) }
    }

    pub(crate) fn numbered(id: Id) -> TaskName {
        let (mut text, mut start) = ([0; NUMBERED_MAX], NUMBERED_MAX);
        let mut number = id.number();
        loop {
            start -= 1;
            text[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        start -= PREFIX.len();
        text[start..start + PREFIX.len()].copy_from_slice(PREFIX);
        TaskName { name: Name::Numbered(NumberedName { start: start as u8, text }) }
    }

    /// The name as text.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = executor.block_on(async { rt_core::current_task().info() });
    /// assert!(task.name.as_str().ends_with(&task.id.to_string()));
    /// ```
    pub fn as_str(&self) -> &str {
        match &self.name {
            Name::Given(name) => name,
            Name::Numbered(NumberedName { start, text }) => {
                str::from_utf8(&text[usize::from(*start)..]).expect("digits are text")
            }
        }
    }
}

impl Deref for TaskName {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for TaskName {
    fn as_ref(&self) -> &str {
        self
    }
}

impl From<TaskName> for String {
    fn from(name: TaskName) -> String {
        match name.name {
            Name::Given(name) => name.into_owned(),
            Name::Numbered(_) => name.as_str().to_owned(),
        }
    }
}

impl PartialEq for TaskName {
    fn eq(&self, other: &TaskName) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for TaskName {}

impl PartialEq<str> for TaskName {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for TaskName {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for TaskName {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl Hash for TaskName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
