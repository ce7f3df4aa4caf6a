//! What can be run in another process: functions, and jobs that have a name.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A job that has a name, so that another program can be asked for it. [`job!`](crate::job!) makes
/// one of a function.
///
/// ```
/// use rt_pool::Job;
///
/// rt_pool::job! {
///     /// Adds two numbers.
///     pub fn add(a: u32, b: u32) -> u32 { a + b }
///     with { version: 2, idempotent: true }
/// }
/// assert_eq!(add(1, 2), 3); // still a function
/// assert_eq!(add::call((1, 2)), 3);
/// assert!(add::NAME.ends_with("::add"));
/// assert_eq!(add::VERSION, 2);
/// ```
pub trait Job: 'static {
    /// Its path, such as `pictures::shrink`.
    const NAME: &'static str;
    /// To be raised when its arguments or its result change. A worker of another version refuses.
    const VERSION: u32;
    /// True if it does no harm to run it again, so that it is tried again when its process dies.
    const IDEMPOTENT: bool;
    /// Its arguments, as a tuple.
    type Args: Serialize + DeserializeOwned + Send + 'static;
    /// Its result.
    type Out: Serialize + DeserializeOwned + Send + 'static;

    /// Runs it, here and now.
    ///
    /// ```
    /// use rt_pool::Job;
    ///
    /// rt_pool::job! { fn double(n: u32) -> u32 { n * 2 } }
    /// assert_eq!(double::call((4,)), 8);
    /// ```
    fn call(args: Self::Args) -> Self::Out;
}

/// A function that can be run in another process of the same program: a plain `fn`, or a closure
/// that captures nothing. Its arguments are a tuple.
///
/// ```compile_fail
/// # let pool = rt_pool::ProcessPool::builder().build().unwrap();
/// let captured = 1;
/// pool.run(move |n: u32| n + captured, (2,)); // the other process has no `captured`
/// ```
pub trait JobFn<Args>: Copy + Send + 'static {
    /// Its result.
    type Out;

    /// Runs it, here and now.
    ///
    /// ```
    /// use rt_pool::JobFn;
    ///
    /// assert_eq!((|a: u32, b: u32| a + b).call((1, 2)), 3);
    /// ```
    fn call(self, args: Args) -> Self::Out;
}

macro_rules! job_fn {
    ($($arg:ident)*) => {
        impl<F, R, $($arg),*> JobFn<($($arg,)*)> for F
        where
            F: Fn($($arg),*) -> R + Copy + Send + 'static,
        {
            type Out = R;

            #[allow(non_snake_case, reason = "an argument is named as its type")]
            fn call(self, ($($arg,)*): ($($arg,)*)) -> R {
                self($($arg),*)
            }
        }
    };
}

job_fn!();
job_fn!(A);
job_fn!(A B);
job_fn!(A B C);
job_fn!(A B C D);
job_fn!(A B C D E);
job_fn!(A B C D E G);
job_fn!(A B C D E G H);
job_fn!(A B C D E G H I);

/// Makes a [`Job`] of a function, under the same name; the function stays as it is.
///
/// Options: `version: N`, 1 by default; `idempotent: true`, for a job that may run more than once.
///
/// ```
/// rt_pool::job! {
///     /// How many words the text has.
///     fn words(text: String) -> usize { text.split_whitespace().count() }
///     with { idempotent: true }
/// }
///
/// assert_eq!(words("one two".to_owned()), 2);
/// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
/// let result = pool.job::<words>(("one two three".to_owned(),));
/// # let _ = result;
/// ```
#[macro_export]
macro_rules! job {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block
        $(with { $($option:ident: $value:expr),* $(,)? })?
    ) => {
        $(#[$attribute])*
        $visibility fn $name($($arg: $type),*) $(-> $out)? $body

        #[allow(non_camel_case_types, reason = "the job is named as its function")]
        #[derive(Debug)]
        #[doc(hidden)]
        $visibility struct $name {}

        impl $crate::Job for $name {
            const NAME: &'static str = concat!(module_path!(), "::", stringify!($name));
            const VERSION: u32 = $crate::job!(@version $($($option: $value,)*)?);
            const IDEMPOTENT: bool = $crate::job!(@idempotent $($($option: $value,)*)?);
            type Args = ($($type,)*);
            type Out = $crate::job!(@out $($out)?);

            fn call(($($arg,)*): Self::Args) -> Self::Out {
                $name($($arg),*)
            }
        }
    };
    (@out) => { () };
    (@out $out:ty) => { $out };
    (@version) => { 1 };
    (@version version: $value:expr, $($rest:tt)*) => { $value };
    (@version $other:ident: $value:expr, $($rest:tt)*) => { $crate::job!(@version $($rest)*) };
    (@idempotent) => { false };
    (@idempotent idempotent: $value:expr, $($rest:tt)*) => { $value };
    (@idempotent $other:ident: $value:expr, $($rest:tt)*) => {
        $crate::job!(@idempotent $($rest)*)
    };
}
