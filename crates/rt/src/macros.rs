//! Waiting for several futures at once, within one task.

/// Waits for all futures, side by side in this task, and gives their outputs as a tuple.
///
/// The futures may borrow. For tasks that run in parallel see [`task::gather`](crate::task::gather)
/// and [`task::group`](crate::task::group()). When the task is cancelled, the regions in all
/// branches are told; once those have cleaned up, the branches without one are dropped.
///
/// ```
/// let (left, right) = rt::run(async { rt::join!(async { 1 }, async { 2 }) });
/// assert_eq!(left + right, 3);
/// ```
#[doc(alias = "asyncio.gather")]
#[macro_export]
macro_rules! join {
    (@branches [$($branch:ident)*]) => {
        ::core::future::poll_fn(|cx| {
            let mut round = $crate::__macros::BranchRound::default();
            $(round.poll(::core::pin::Pin::as_mut(&mut $branch), cx);)*
            if !round.is_pending() {
                let outputs = ($(::core::pin::Pin::as_mut(&mut $branch).take_output(),)*);
                return ::core::task::Poll::Ready(outputs);
            }
            if round.is_given_up() {
                $(::core::pin::Pin::as_mut(&mut $branch).give_up();)*
            }
            ::core::task::Poll::Pending
        })
        .await
    };
    (@branches [$($branch:ident)*] $future:expr $(, $rest:expr)*) => {{
        let mut branch = ::core::pin::pin!($crate::__macros::Branch::new($future));
        $crate::join!(@branches [$($branch)* branch] $($rest),*)
    }};
    ($($future:expr),+ $(,)?) => { $crate::join!(@branches [] $($future),+) };
}

/// Waits for all futures to succeed, side by side in this task; the first error ends it.
///
/// The values come as a tuple in `Ok`. At an error the other futures are dropped where they wait.
/// For tasks, which are cancelled and awaited instead, see
/// [`task::try_gather`](crate::task::try_gather()).
///
/// ```
/// rt::run(async {
///     let parse = async |text: &str| text.parse::<i32>();
///     let both = async { rt::try_join!(parse("1"), parse("x")) };
///     assert!(both.await.is_err());
/// });
/// ```
#[doc(alias = "asyncio.gather")]
#[macro_export]
macro_rules! try_join {
    (@branches [$($branch:ident)*]) => {
        ::core::future::poll_fn(|cx| {
            let mut round = $crate::__macros::BranchRound::default();
            $(
                round.poll(::core::pin::Pin::as_mut(&mut $branch), cx);
                if let ::core::option::Option::Some(error) =
                    ::core::pin::Pin::as_mut(&mut $branch).take_error()
                {
                    return ::core::task::Poll::Ready(::core::result::Result::Err(error));
                }
            )*
            if !round.is_pending() {
                let values = ($(::core::pin::Pin::as_mut(&mut $branch).take_value(),)*);
                return ::core::task::Poll::Ready(::core::result::Result::Ok(values));
            }
            ::core::task::Poll::Pending
        })
        .await
    };
    (@branches [$($branch:ident)*] $future:expr $(, $rest:expr)*) => {{
        let mut branch = ::core::pin::pin!($crate::__macros::Branch::new($future));
        $crate::try_join!(@branches [$($branch)* branch] $($rest),*)
    }};
    ($($future:expr),+ $(,)?) => { $crate::try_join!(@branches [] $($future),+) };
}

/// Waits for the first of several futures, and runs its handler.
///
/// Each branch is `pattern = future => handler` or `pattern = future, if condition => handler`. The
/// first future that is ready, and whose output fits its pattern, is selected; the others are
/// dropped, then the handler runs, and its value is that of the whole. A branch whose condition
/// does not hold, or whose output does not fit, is left out; when none is left, `else` runs. It is
/// fair: the polls begin with another branch each time, unless `biased;` stands first.
///
/// ```
/// use rt::time::{Duration, sleep};
///
/// let first = rt::run(async {
///     rt::select! {
///         () = sleep(Duration::from_secs(3_600)) => "an hour",
///         number = async { 7 } => {
///             assert_eq!(number, 7);
///             "at once"
///         }
///     }
/// });
/// assert_eq!(first, "at once");
/// ```
///
/// # Panics
///
/// When no branch is left and there is no `else`.
///
/// # Cancel safety
///
/// What is not selected is dropped where it waits: pass `&mut future` to keep a future.
#[doc(alias = "FIRST_COMPLETED")]
#[macro_export]
macro_rules! select {
    ($($branches:tt)*) => { $crate::__macros::select! { ($crate) $($branches)* } };
}

/// Pins futures where they are, so that they can be polled by reference.
///
/// ```
/// rt::run(async {
///     let answer = async { 42 };
///     rt::pin!(answer);
///     assert_eq!((&mut answer).await, 42);
/// });
/// ```
#[macro_export]
macro_rules! pin {
    ($($name:ident),+ $(,)?) => {
        $(let mut $name = ::core::pin::pin!($name);)+
    };
}
