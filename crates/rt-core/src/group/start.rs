//! Starts a child that says when it is ready, and waits until then.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use rt_primitive::mutant;
use rt_primitive::sync::{Arc, Mutex};

use crate::budget::poll_budget;
use crate::group::spawner::Group;
use crate::task::join::JoinHandle;
use crate::wait::{WaitKind, note_wait};
use rt_primitive::contain::{contain, discard};

/// How a child that was started by [`Group::start`] says that it is ready.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::Ready;
///
/// async fn server(ready: Ready<u16>) {
///     ready.set(8080); // it listens now
/// }
/// let port = rt_core::group(async |g| g.start(server).await.unwrap().1);
/// assert_eq!(port.await.unwrap(), 8080);
/// # });
/// ```
#[must_use = "dropping it says that the child will never be ready"]
pub struct Ready<T> {
    sign: Arc<Mutex<Sign<T>>>,
}

struct Sign<T> {
    value: Option<T>,
    is_gone: bool,
    waker: Option<Waker>,
}

/// What waits for the child's sign.
pub(crate) struct AwaitedSign<T> {
    sign: Arc<Mutex<Sign<T>>>,
}

/// A child's means to give a sign, and what waits for that.
pub(crate) fn sign<T>() -> (Ready<T>, AwaitedSign<T>) {
    let sign = Arc::new(Mutex::new(Sign { value: None, is_gone: false, waker: None }));
    (Ready { sign: sign.clone() }, AwaitedSign { sign })
}

impl<T> AwaitedSign<T> {
    /// The value that the child has given; `None` if it will give none.
    pub(crate) fn poll_sign(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut sign = self.sign.lock();
        if sign.is_gone {
            return Poll::Ready(sign.value.take());
        }
        let old = sign.waker.replace(cx.waker().clone());
        drop(sign);
        discard(old);
        Poll::Pending
    }
}

impl<E: Send + 'static> Group<E> {
    /// Starts a child and waits until it says that it is ready, with a value.
    ///
    /// The child runs on after that. If this is dropped before, the child runs on as well: it is
    /// the group's. trio: `nursery.start`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.block_on(async {
    ///     rt_core::group(async |g| {
    ///         let (_server, port) = g
    ///             .start(async |ready| {
    ///                 ready.set(8080); // it listens now
    ///                 std::future::pending::<()>().await
    ///             })
    ///             .await
    ///             .unwrap();
    ///         assert_eq!(port, 8080);
    ///         g.cancel();
    ///     })
    ///     .await
    ///     .unwrap();
    /// });
    /// ```
    ///
    /// # Errors
    ///
    /// [`NeverReady`] with the child's handle, if it ended, or dropped its [`Ready`], before it
    /// said so; and at once if the group takes no more children.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    #[doc(alias = "nursery.start")]
    #[track_caller]
    pub fn start<T, Fut>(&self, child: impl FnOnce(Ready<T>) -> Fut) -> Start<Fut::Output, T>
    where
        Fut: Future + Send + 'static,
        Fut::Output: Send + 'static,
    {
        let (ready, sign) = sign();
        let handle = self.spawn(child(ready));
        Start { handle: Some(handle), sign, made_at: Location::caller() }
    }
}

impl<T> Ready<T> {
    /// Says that the child is ready.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let value = rt_core::group(async |g| {
    ///     let (_child, value) = g.start(async |ready| ready.set(7)).await.unwrap();
    ///     value
    /// });
    /// assert_eq!(value.await.unwrap(), 7);
    /// # });
    /// ```
    pub fn set(self, value: T) {
        self.sign.lock().value = Some(value);
    }
}

impl<T> Drop for Ready<T> {
    fn drop(&mut self) {
        let mut sign = self.sign.lock();
        sign.is_gone = true;
        let waker = sign.waker.take().filter(|_| !mutant!("start.ready_tells_nobody"));
        drop(sign);
        if let Some(waker) = waker {
            contain(|| waker.wake());
        }
    }
}

/// The future of [`Group::start`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::Start;
///
/// let value = rt_core::group(async |g| {
///     let start: Start<(), u32> = g.start(async |ready| ready.set(7));
///     start.await.unwrap().1
/// });
/// assert_eq!(value.await.unwrap(), 7);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Start<R, T> {
    handle: Option<JoinHandle<R>>,
    sign: AwaitedSign<T>,
    made_at: &'static Location<'static>,
}

impl<R, T> Future for Start<R, T> {
    type Output = Result<(JoinHandle<R>, T), NeverReady<R>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(poll_budget(cx));
        let Poll::Ready(value) = self.sign.poll_sign(cx) else {
            note_wait(WaitKind::Join, self.made_at, 0);
            return Poll::Pending;
        };
        let handle = self.handle.take().expect("a start was polled after it had ended");
        Poll::Ready(match value {
            Some(value) => Ok((handle, value)),
            None => Err(NeverReady { handle }),
        })
    }
}

/// A child ended, or gave it up, before it said that it was ready.
///
/// See [`Group::start`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::Ready;
///
/// let failed = rt_core::group(async |g| {
///     let never = g.start(async |ready: Ready<u16>| drop(ready)).await;
///     never.is_err()
/// });
/// assert!(failed.await.unwrap());
/// # });
/// ```
pub struct NeverReady<R> {
    /// The child.
    pub handle: JoinHandle<R>,
}

impl<R> fmt::Display for NeverReady<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {} will not be ready; its handle is in the error", self.handle.id())
    }
}

impl<R> fmt::Debug for NeverReady<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeverReady").field("handle", &self.handle).finish()
    }
}

impl<R> Error for NeverReady<R> {}

impl<T> fmt::Debug for Ready<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

impl<R, T> fmt::Debug for Start<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").field("handle", &self.handle).finish_non_exhaustive()
    }
}
