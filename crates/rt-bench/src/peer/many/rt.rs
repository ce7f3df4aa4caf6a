//! Our groups, regions and lists.

use super::Many;
use crate::peer::Rt;
use ::rt::{
    cancel::CancelExt,
    runtime::Handle,
    task::{self, Group},
};
use std::convert::Infallible;

impl Many for Rt {
    async fn group(children: usize) -> usize {
        let ended = task::group_with(task::Policy::FailFast, async |g: Group<Infallible>| {
            let handles: Vec<_> =
                (0..children).map(|number| g.spawn(async move { number })).collect();
            let mut sum = 0;
            for handle in handles {
                sum += handle.await.expect("a child ends with a value");
            }
            sum
        });
        ended.await.expect("no child fails")
    }

    async fn gather(tasks: usize) -> Vec<usize> {
        let ended = task::gather((0..tasks).map(|number| async move { number })).await;
        ended.into_iter().map(|value| value.expect("a task ends with a value")).collect()
    }

    async fn region<F>(future: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        future.catch_cancel().await.expect("nobody cancels it")
    }

    type Roll = ();

    fn roll() {}

    fn enrolled<F>((): &(), future: F) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        future
    }

    fn list((): &()) -> usize {
        // Without the one that asks.
        Handle::current().tasks().len() - 1
    }
}
