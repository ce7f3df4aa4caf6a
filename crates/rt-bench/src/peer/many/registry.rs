//! A list of tasks, for runtimes that keep none: what their users write.

use std::{
    collections::HashMap,
    panic::Location,
    sync::{Arc, Mutex, MutexGuard},
};

type Entries = HashMap<u64, &'static Location<'static>>;

/// The tasks that have not ended.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    // [L] By number.
    entries: Arc<Mutex<(u64, Entries)>>,
}

/// A task's entry, which goes when this is dropped.
pub(crate) struct Entry {
    registry: Registry,
    number: u64,
}

impl Registry {
    #[track_caller]
    pub(crate) fn enter(&self) -> Entry {
        let mut locked = self.lock();
        locked.0 += 1;
        let number = locked.0;
        locked.1.insert(number, Location::caller());
        drop(locked);
        Entry { registry: self.clone(), number }
    }

    pub(crate) fn list(&self) -> Vec<(u64, &'static Location<'static>)> {
        self.lock().1.iter().map(|(number, at)| (*number, *at)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, (u64, Entries)> {
        self.entries.lock().expect("nothing panics under the lock")
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.registry.lock().1.remove(&self.number);
    }
}
