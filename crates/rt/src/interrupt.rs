//! Ctrl-C as a request to cancel the program's main future.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;

use rt_core::Scope;

use crate::launch::Runtime;

/// The main future was cancelled by Ctrl-C.
///
/// A program usually exits with [`Interrupted::EXIT_CODE`] then.
///
/// ```
/// use rt::runtime::Interrupted;
///
/// assert_eq!(Interrupted::EXIT_CODE, 130); // as a shell has it
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interrupted;

impl Interrupted {
    /// What a program exits with that was ended by Ctrl-C: 128 and the signal's number.
    pub const EXIT_CODE: u8 = 130;
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted by Ctrl-C")
    }
}

impl Error for Interrupted {}

impl Runtime {
    /// As [`block_on`](Runtime::block_on), but Ctrl-C asks `future` to end instead of killing the
    /// process.
    ///
    /// The request is one to cancel: regions of `future` clean up, and if it has none it is dropped
    /// where it waits. See the guide's page on cancellation. A value that is there all the same
    /// wins. A second Ctrl-C does not wait: it ends the process with
    /// [`Interrupted::EXIT_CODE`].
    ///
    /// Once this returns Ctrl-C kills the process again, or does what it did before.
    ///
    /// asyncio: `asyncio.run` does the same, and raises `KeyboardInterrupt`.
    ///
    /// ```no_run
    /// use std::process::ExitCode;
    ///
    /// fn main() -> ExitCode {
    ///     let runtime = rt::Runtime::new().unwrap();
    ///     let served = runtime.run_interruptible(std::future::pending::<()>()).unwrap();
    ///     match served {
    ///         Ok(()) => ExitCode::SUCCESS,
    ///         Err(_) => ExitCode::from(rt::runtime::Interrupted::EXIT_CODE),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The outer one if the system refuses the handler or its thread; then `future` is dropped
    /// unpolled. The inner one, [`Interrupted`], if the future was cancelled by Ctrl-C.
    ///
    /// # Panics
    ///
    /// As [`block_on`](Runtime::block_on).
    #[cfg(unix)]
    #[doc(alias = "KeyboardInterrupt")]
    #[track_caller]
    pub fn run_interruptible<F: Future>(
        &self,
        future: F,
    ) -> io::Result<Result<F::Output, Interrupted>> {
        let mut scope = None;
        let scoped = rt_core::scope(|handle| {
            scope = Some(handle);
            future
        });
        let watch = signal::Watch::start(scope.expect("a scope calls its body at once"))?;
        let ended = self.block_on(scoped);
        drop(watch);
        Ok(ended.map_err(|_| Interrupted))
    }
}

#[cfg(unix)]
mod signal {
    //! A thread that waits for Ctrl-C.

    use std::thread::{self, JoinHandle};

    use rt_core::{Reason, ReasonKind};
    use signal_hook::consts::SIGINT;
    use signal_hook::iterator::{Handle, Signals};

    use super::{Interrupted, Scope, io};

    /// Watches for Ctrl-C until it is dropped.
    pub(super) struct Watch {
        signals: Handle,
        thread: Option<JoinHandle<()>>,
    }

    impl Watch {
        /// Cancels `scope` on the first Ctrl-C, and ends the process on the second.
        pub(super) fn start(scope: Scope) -> io::Result<Watch> {
            let mut signals = Signals::new([SIGINT])?;
            let handle = signals.handle();
            let body = move || {
                for _ in signals.forever() {
                    if !scope.cancel_with(Reason::new(ReasonKind::Interrupt)) {
                        std::process::exit(i32::from(Interrupted::EXIT_CODE));
                    }
                }
            };
            let thread = thread::Builder::new().name("rt-ctrl-c".to_owned()).spawn(body);
            Ok(Watch { signals: handle, thread: Some(thread?) })
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            self.signals.close();
            if let Some(thread) = self.thread.take() {
                // It has no more to say: a panic of its was printed.
                let _ = thread.join();
            }
        }
    }
}
