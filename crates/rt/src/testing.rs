//! What tests of timed code need: time that waits for them.
//!
//! A test that sleeps is slow, and one that sleeps too little fails now and then. With
//! [`pause`](crate::time::pause), or `#[rt::test(start_paused = true)]`, time passes only when
//! nothing else can happen, so a test of hours takes milliseconds and ends the same way each time.

/// Waits until every other task of the runtime is blocked.
///
/// ```
/// use rt::testing::settle;
///
/// rt::run(async {
///     let task = rt::spawn(async { rt::task::yield_now().await });
///     settle().await;
///     assert!(task.is_finished());
/// });
/// ```
///
/// trio: `wait_all_tasks_blocked`.
#[doc(alias = "wait_all_tasks_blocked")]
#[doc(inline)]
pub use rt_core::settle;

/// Says that a thread outside the runtime is at work, so that time does not jump meanwhile.
///
/// ```
/// use rt::time::{Duration, Instant, pause, sleep};
///
/// rt::run(async {
///     pause();
///     let start = Instant::now();
///     let (tell, told) = std::sync::mpsc::channel();
///     let working = rt::testing::external();
///     let handle = rt::Handle::current();
///     let slow = std::thread::spawn(move || {
///         std::thread::yield_now(); // real work, of which the clock knows nothing
///         drop(handle.spawn(async move { tell.send(Instant::now()).unwrap() }));
///         drop(working);
///     });
///     sleep(Duration::from_secs(60)).await;
///     slow.join().unwrap();
///     assert_eq!(told.recv().unwrap(), start);
/// });
/// ```
#[doc(inline)]
pub use rt_core::external;

#[doc(inline)]
pub use rt_core::{OutsideWork, Settle};

#[doc(hidden)]
pub use crate::seeds::{SeedResult, run_seeds};
