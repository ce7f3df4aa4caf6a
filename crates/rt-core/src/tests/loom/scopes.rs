//! Regions in scopes that are cancelled from outside, while the region moves between them.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use rt_primitive::model;

use super::support::Flag;
use crate::{CancelExt, CatchCancel, Reason, Scope, scope};

/// A region that is moved between two polls; no two threads use it at a time.
type Moved = Arc<Mutex<Pin<Box<CatchCancel<std::future::Pending<()>>>>>>;

/// A scope whose body polls the region, and what cancels it.
fn around(region: Moved) -> (Pin<Box<dyn Future<Output = Option<Reason>> + Send>>, Scope) {
    let mut own = None;
    let scoped = scope(|scope| {
        own = Some(scope);
        poll_fn(move |cx| region.lock().unwrap().as_mut().poll(cx))
    });
    let ended = async { scoped.await.err().and_then(|error| error.reason().cloned()) };
    (Box::pin(ended), own.expect("the body was made"))
}

/// A region has waited in one scope, and then waits in another, while both are cancelled: it hears
/// of the one that it is in, or that one is woken.
///
/// Mutants: cancel.scope_not_woken
#[test]
fn a_region_that_moved_hears_where_it_is() {
    model::check("a_region_that_moved_hears_where_it_is", Some(2), |order| {
        let region = Moved::new(Mutex::new(Box::pin(pending().catch_cancel())));
        let (mut before, old) = around(region.clone());
        let polled = before.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        let (mut after, new) = around(region);
        let flag = Flag::new();
        let waker = Waker::from(flag.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || old.cancel_with(Reason::text("old")),
            move || new.cancel_with(Reason::text("new")),
            move || {
                let polled = after.as_mut().poll(&mut Context::from_waker(&waker));
                (after, polled)
            },
        );
        assert!(a.join().unwrap() && b.join().unwrap());
        let (mut after, polled) = c.join().unwrap();
        let ended = match polled {
            Poll::Pending => {
                assert!(flag.is_called(), "neither heard nor woken");
                after.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            }
            ready => ready,
        };
        let Poll::Ready(Some(reason)) = ended else {
            panic!("it was cancelled, and has not ended")
        };
        assert_eq!(reason.as_text(), Some("new"));
        drop(before);
    });
}
