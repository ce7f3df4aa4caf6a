//! A dump as JSON, for programs.

use std::fmt::{self, Write as _};

use crate::dump::Dump;
use crate::task::details::TaskDetails;
use crate::task::info::TaskInfo;

impl Dump {
    /// The dump as one JSON object: `tasks`, an array of objects, and `cycles`, an array of arrays
    /// of task numbers.
    ///
    /// A task has `id`, `name`, `state`, `spawned_at`, `parent`, `worker`; `wait`, which is null or
    /// has `kind`, `at`, `lock` and `on`; and `details`, which is null or has `polls`, `age_us` and
    /// `since_us`, in microseconds.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// assert_eq!(executor.handle().dump().to_json(), r#"{"tasks":[],"cycles":[]}"#);
    /// ```
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text).expect("a string takes all that is written to it");
        text
    }

    fn write_json(&self, text: &mut String) -> fmt::Result {
        text.push_str("{\"tasks\":[");
        for (place, task) in self.tasks().iter().enumerate() {
            text.push_str(if place == 0 { "" } else { "," });
            write_task(text, task)?;
        }
        text.push_str("],\"cycles\":[");
        for (place, cycle) in self.cycles().iter().enumerate() {
            let ids: Vec<String> = cycle.iter().map(|task| task.id.to_string()).collect();
            write!(text, "{}[{}]", if place == 0 { "" } else { "," }, ids.join(","))?;
        }
        text.push_str("]}");
        Ok(())
    }
}

fn write_task(text: &mut String, task: &TaskInfo) -> fmt::Result {
    write!(text, "{{\"id\":{},\"name\":", task.id)?;
    write_string(text, &task.name)?;
    write!(text, ",\"state\":\"{}\",\"spawned_at\":", task.state)?;
    write_string(text, &task.spawned_at.to_string())?;
    let (parent, worker) = (or_null(task.parent), or_null(task.worker));
    write!(text, ",\"parent\":{parent},\"worker\":{worker},\"wait\":")?;
    match &task.wait {
        None => text.push_str("null"),
        Some(wait) => {
            write!(text, "{{\"kind\":\"{}\",\"at\":", wait.kind)?;
            write_string(text, &wait.at.to_string())?;
            let (lock, on) = (or_null(wait.lock), or_null(wait.on));
            write!(text, ",\"lock\":{lock},\"on\":{on}}}")?;
        }
    }
    text.push_str(",\"details\":");
    match &task.details {
        None => text.push_str("null"),
        Some(TaskDetails { polls, age, since }) => {
            let (age, since) = (age.as_micros(), since.as_micros());
            write!(text, "{{\"polls\":{polls},\"age_us\":{age},\"since_us\":{since}}}")?;
        }
    }
    text.push('}');
    Ok(())
}

/// A JSON number, or null.
fn or_null(number: Option<impl ToString>) -> String {
    number.map_or_else(|| "null".to_owned(), |number| number.to_string())
}

/// A JSON string: quotes, backslashes and control characters are escaped.
fn write_string(text: &mut String, value: &str) -> fmt::Result {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => write!(text, "\\{character}")?,
            control if control.is_control() => write!(text, "\\u{:04x}", u32::from(control))?,
            plain => text.push(plain),
        }
    }
    text.push('"');
    Ok(())
}
