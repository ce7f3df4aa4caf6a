//! A future that is polled, and dropped, with context variables of its own.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::vars::{Binding, ContextVars, Entered};

pin_project! {
    /// The future of [`ContextVar::scope`](crate::ContextVar::scope) and [`ContextVars::scope`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::context_var! { static USER: &'static str = "nobody"; }
    ///
    /// use rt_core::ContextScope;
    /// use std::future::{Ready, ready};
    ///
    /// let within: ContextScope<Ready<u32>> = USER.scope("ada", ready(7));
    /// assert_eq!(within.await, 7);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct ContextScope<F> {
        // [O] One more variable, until the first poll finds out what the others are.
        binding: Option<Binding>,
        // [O] Taken while the future is polled.
        vars: ContextVars,
        // [O] None once it is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for ContextScope<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = Entered::new(std::mem::take(this.vars));
            this.future.set(None);
        }
    }
}

impl<F> ContextScope<F> {
    /// A scope of just these variables.
    pub(super) fn new(vars: ContextVars, future: F) -> ContextScope<F> {
        ContextScope { binding: None, vars, future: Some(future) }
    }

    /// A scope of one more variable than there are where it is first polled.
    pub(super) fn binding(binding: Binding, future: F) -> ContextScope<F> {
        ContextScope { binding: Some(binding), vars: ContextVars::default(), future: Some(future) }
    }
}

impl<F: Future> Future for ContextScope<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let future = this.future.as_mut().as_pin_mut().expect("polled after it was dropped");
        if let Some(binding) = this.binding.take() {
            *this.vars = ContextVars::current().with(binding);
        }
        let entered = Entered::new(std::mem::take(this.vars));
        let polled = future.poll(cx);
        *this.vars = entered.leave();
        polled
    }
}

impl<F> fmt::Debug for ContextScope<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextScope").field("vars", &self.vars).finish_non_exhaustive()
    }
}
