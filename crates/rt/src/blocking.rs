//! Jobs that block, on threads of their own: what the crate gives out of it, with examples.

/// Runs a closure that may block on a thread kept for such, and returns a handle to its value.
///
/// ```
/// rt::run(async {
///     let text = rt::task::spawn_blocking(|| std::fs::read_to_string("Cargo.toml"));
///     println!("{}", text.await.unwrap().unwrap());
/// });
/// ```
#[doc(alias = "asyncio.to_thread")]
#[doc(inline)]
pub use rt_core::spawn_blocking;

/// As [`spawn_blocking`](fn@spawn_blocking), for a closure that wants to know whether it was asked
/// to end, or to wait for a future.
///
/// ```
/// rt::run(async {
///     let (tell, told) = std::sync::mpsc::channel();
///     let job = rt::task::spawn_blocking_with(move |cx| {
///         tell.send("begun").unwrap();
///         while cx.check_cancelled().is_ok() {
///             std::thread::yield_now(); // a piece of the work
///         }
///         "half done"
///     });
///     assert_eq!(told.recv(), Ok("begun"));
///     job.abort();
///     assert_eq!(job.await.unwrap(), "half done");
/// });
/// ```
#[doc(alias = "from_thread.check_cancelled")]
#[doc(inline)]
pub use rt_core::spawn_blocking_with;

/// As [`spawn_blocking`](fn@spawn_blocking), with an error that gives the closure back if it is not
/// taken.
///
/// ```
/// use rt::task::{Refusal, try_spawn_blocking};
///
/// let runtime = rt::Builder::new_current_thread()
///     .max_blocking_threads(1)
///     .blocking_queue_capacity(1)
///     .build()?;
/// runtime.block_on(async {
///     let (tell, told) = std::sync::mpsc::channel();
///     let (open, gate) = std::sync::mpsc::channel::<()>();
///     let running = try_spawn_blocking(move || (tell.send(()), gate.recv())).unwrap();
///     told.recv().unwrap();
///     let queued = try_spawn_blocking(|| 1).unwrap();
///     let refused = try_spawn_blocking(|| 2).unwrap_err();
///     assert!(matches!(refused.why, Refusal::QueueFull { capacity: 1 }));
///     assert_eq!((refused.job)(), 2);
///     drop(open);
///     assert_eq!(queued.await.unwrap(), 1);
///     assert!(running.await.is_ok());
/// });
/// # Ok::<(), rt::runtime::StartError>(())
/// ```
#[doc(inline)]
pub use rt_core::try_spawn_blocking;

/// Runs a closure that may block on the thread of the current task, while others run the tasks of
/// its worker.
///
/// ```
/// rt::run(async {
///     let task = rt::spawn(async {
///         let path = String::from("Cargo.toml"); // borrowed, and not moved away
///         rt::task::block_in_place(|| std::fs::read_to_string(&path))
///     });
///     println!("{}", task.await.unwrap().unwrap());
/// });
/// ```
#[doc(inline)]
pub use rt_core::block_in_place;

#[doc(inline)]
pub use rt_core::{BlockingCx, JobCancelled, Refusal, RefusedJob};
