//! What sleeps and timeouts do without a runtime.

use crate::{Elapsed, Instant, sleep, sleep_until, timeout, timeout_at};
use std::future::{pending, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_sleep_of_zero_yields_once() {
    let mut sleep = pin!(sleep(Duration::ZERO));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(sleep.as_mut().poll(&mut cx).is_pending());
    assert!(sleep.as_mut().poll(&mut cx).is_ready());
    assert!(sleep.as_mut().poll(&mut cx).is_ready());
}

#[test]
fn a_sleep_until_the_past_is_ready_at_once() {
    assert!(poll_once(sleep_until(Instant::now())).is_ready());
}

#[test]
fn a_timeout_over_what_is_ready_needs_no_runtime() {
    assert_eq!(poll_once(timeout(SECOND, ready(5))), Poll::Ready(Ok(5)));
    assert_eq!(poll_once(timeout(Duration::ZERO, ready(5))), Poll::Ready(Ok(5)));
    assert_eq!(poll_once(timeout_at(Instant::now(), ready(5))), Poll::Ready(Ok(5)));
}

#[test]
fn a_timeout_of_zero_polls_once() {
    let elapsed = poll_once(timeout(Duration::ZERO, pending::<()>()));
    assert!(matches!(elapsed, Poll::Ready(Err(Elapsed { .. }))));
}

#[test]
fn an_elapsed_timeout_is_a_timed_out_io_error() {
    let Poll::Ready(Err(elapsed)) = poll_once(timeout(Duration::ZERO, pending::<()>())) else {
        panic!("polled once");
    };
    assert_eq!(std::io::Error::from(elapsed).kind(), std::io::ErrorKind::TimedOut);
}

#[test]
fn a_sleep_without_end_is_decades_away() {
    let years_20 = Duration::from_secs(86_400 * 365 * 20);
    assert!(sleep(Duration::MAX).deadline() > Instant::now() + years_20);
}

#[test]
#[should_panic(expected = "tests/sleep.rs")]
fn a_sleep_outside_a_runtime_tells_where_it_was_made() {
    let _ = poll_once(sleep(SECOND));
}

#[test]
fn a_sleep_can_be_reset_before_its_first_poll() {
    let mut sleep = pin!(sleep(SECOND));
    let past = Instant::now();
    sleep.as_mut().reset(past);
    assert_eq!(sleep.deadline(), past);
    assert!(sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    assert!(sleep.is_elapsed());
    sleep.as_mut().reset(past + SECOND);
    assert!(!sleep.is_elapsed());
}

#[test]
fn the_futures_can_be_sent_and_shared() {
    fn check<T: Send + Sync>(_: &T) {}
    check(&sleep(SECOND));
    check(&timeout(SECOND, ready(())));
    check(&crate::interval(SECOND));
    check(&crate::Timers::new(1));
}
