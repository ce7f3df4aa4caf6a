//! Unit tests that need the crate's insides.

use std::cell::Cell;

use crate::slab::SLOT_BYTES_MAX;
use crate::slab::class::{CLASS_BYTES, class_of};
use crate::task::id::Id;
use crate::task::info::Outcome;
use crate::task::join_error::JoinError;
use crate::task::state::{Completion, LastRef, Snapshot, TaskState};

#[test]
fn a_snapshot_names_its_bits_and_counts_its_references() {
    let ended = TaskState::new(Snapshot::SPAWNED);
    assert_eq!(ended.complete(Outcome::Finished, true), Completion::Done(LastRef::No));
    let cancelled = TaskState::new(Snapshot::SPAWNED);
    cancelled.request_cancel();
    let panicked = TaskState::new(Snapshot::SPAWNED);
    assert!(panicked.announce_callbacks());
    let told = Completion::Tell { joiner: false, callbacks: true };
    assert_eq!(panicked.complete(Outcome::Panicked, true), told);
    let cases = [
        (Snapshot::VACANT, "refs=0"),
        (Snapshot::SPAWNED, "OWNED JOIN FRESH refs=2"),
        (Snapshot::SPAWNED.boxed(), "OWNED JOIN BOXED FRESH refs=2"),
        (Snapshot::ROOT, "OWNED ROOT BOXED refs=2"),
        (ended.load(), "COMPLETE JOIN refs=1"),
        (cancelled.load(), "OWNED NOTIFIED JOIN CANCELLED FRESH refs=2"),
        (panicked.load(), "COMPLETE JOIN PANICKED CALLBACKS refs=2"),
    ];
    for (snapshot, text) in cases {
        assert_eq!(format!("{snapshot:?}"), text);
    }
}

#[test]
fn a_join_error_says_which_task_and_why() {
    let id = Id::single();
    let owned = String::from("late");
    let cases = [
        (JoinError::cancelled(id, None), format!("task {id} was cancelled")),
        (JoinError::self_join(id), format!("task {id} awaited itself, which would never end")),
        (JoinError::panicked(id, Box::new("no luck")), format!("task {id} panicked: no luck")),
        (JoinError::panicked(id, Box::new(owned)), format!("task {id} panicked: late")),
        (JoinError::panicked(id, Box::new(7)), format!("task {id} panicked")),
    ];
    for (error, text) in cases {
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), format!("JoinError({text})"));
    }
}

#[test]
fn only_a_panic_has_a_payload() {
    let id = Id::single();
    let error = JoinError::cancelled(id, None).try_into_panic().unwrap_err();
    assert!(error.is_cancelled() && !error.is_panic() && error.id() == id);
    let payload = JoinError::panicked(id, Box::new(7)).try_into_panic().unwrap();
    assert_eq!(*payload.downcast::<i32>().unwrap(), 7);
}

#[test]
fn a_class_is_the_smallest_that_holds_the_bytes() {
    for bytes in 0..=SLOT_BYTES_MAX {
        let class = class_of(bytes);
        assert!(CLASS_BYTES[class] >= bytes, "{bytes} bytes in class {class}");
        assert!(class == 0 || CLASS_BYTES[class - 1] < bytes, "{bytes} bytes in class {class}");
    }
}

#[test]
fn an_outcome_is_there_once_the_task_has_ended() {
    for outcome in [Outcome::Finished, Outcome::Panicked, Outcome::Cancelled] {
        let state = TaskState::new(Snapshot::SPAWNED);
        state.request_cancel();
        assert_eq!(state.load().outcome(), None);
        let _ = state.complete(outcome, outcome != Outcome::Cancelled);
        assert_eq!(state.load().outcome(), Some(outcome));
    }
}

#[test]
fn what_names_a_task_goes_to_other_threads() {
    fn assert<T: Send + Sync + 'static>() {}
    assert::<crate::JoinHandle<Cell<()>>>();
    assert::<crate::LinkedHandle<Cell<()>>>();
    assert::<crate::JoinTimeout<Cell<()>>>();
    assert::<crate::SharedJoinHandle<()>>();
    assert::<crate::AbortHandle>();
    assert::<crate::TaskRef>();
    assert::<crate::TaskInfo>();
    assert::<crate::TaskBuilder>();
    assert::<crate::CallbackId>();
    assert::<JoinError>();
    assert::<crate::TakeError>();
}
