//! To show a thing never waits, whoever has it.

use std::fmt::{self, Debug};

use rt::sync::{Mutex, OnceCell, RwLock, broadcast, watch};

use crate::on_each_executor;

fn shown(thing: &impl Debug) -> String {
    format!("{thing:?}")
}

#[test]
fn a_lock_that_is_held_is_shown_as_locked() {
    on_each_executor(async || {
        let (mutex, lock) = (Mutex::new(1), RwLock::new(1));
        assert_eq!(shown(&mutex), "Mutex { value: 1, .. }");
        let guards = (mutex.lock().await, lock.write().await);
        assert_eq!(shown(&mutex), "Mutex { value: <locked>, .. }");
        assert_eq!(shown(&lock), "RwLock { value: <locked>, .. }");
        assert_eq!(shown(&guards), "(1, 1)");
    });
}

#[test]
fn a_watch_is_shown_while_its_value_is_changed() {
    on_each_executor(async || {
        let (sender, receiver) = watch::channel(0);
        sender.send_modify(|value| {
            *value += 1;
            assert_eq!(shown(&sender), "Sender { receivers: 1, .. }");
            assert_eq!(shown(&receiver), "Receiver { has_changed: Ok(false), .. }");
        });
        assert_eq!(shown(&receiver), "Receiver { has_changed: Ok(true), .. }");
    });
}

#[test]
fn a_cell_is_shown_while_its_value_is_made() {
    on_each_executor(async || {
        let cell = OnceCell::new();
        let make = async || shown(&cell).len();
        assert_eq!(cell.get_or_init(make).await, &"OnceCell(None)".len());
    });
}

/// A value that shows the channel it is sent through, whenever it is copied or dropped.
struct Telltale(broadcast::WeakSender<Telltale>);

impl Telltale {
    fn tell(&self) {
        if let Some(sender) = self.0.upgrade() {
            assert!(shown(&sender).starts_with("Sender { receivers: "));
            assert!(sender.len() <= 1);
        }
    }
}

impl Clone for Telltale {
    fn clone(&self) -> Self {
        self.tell();
        Telltale(self.0.clone())
    }
}

impl Drop for Telltale {
    fn drop(&mut self) {
        self.tell();
    }
}

impl Debug for Telltale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Telltale")
    }
}

#[test]
fn a_broadcast_is_shown_while_its_values_are_copied_and_dropped() {
    on_each_executor(async || {
        let (sender, mut one) = broadcast::channel(1);
        let two = sender.subscribe();
        for _ in 0..3 {
            sender.send(Telltale(sender.downgrade())).unwrap();
        }
        let _ = one.recv().await; // missed some
        drop(one.recv().await.unwrap());
        drop(two);
        drop(one);
        assert!(sender.send(Telltale(sender.downgrade())).is_err());
    });
}
