//! tokio's set of tasks; a region is futures' `Abortable`, and a list of tasks the user's own.
//!
//! `join_all` of futures would not do for many join handles: once tokio's budget for a poll is
//! spent it looks at all that are left, each time, so 100 000 take many seconds.

use super::{Many, registry::Registry};
use crate::peer::Tokio;
use ::tokio::task::JoinSet;
use futures::future::abortable;

impl Many for Tokio {
    async fn group(children: usize) -> usize {
        let mut set = JoinSet::new();
        for number in 0..children {
            set.spawn(async move { number });
        }
        let mut sum = 0;
        while let Some(value) = set.join_next().await {
            sum += value.expect("a child ends with a value");
        }
        sum
    }

    async fn gather(tasks: usize) -> Vec<usize> {
        let mut set = JoinSet::new();
        for number in 0..tasks {
            set.spawn(async move { (number, number) });
        }
        let mut values = vec![0; tasks];
        while let Some(value) = set.join_next().await {
            let (place, value) = value.expect("a task ends with a value");
            values[place] = value;
        }
        values
    }

    async fn region<F>(future: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        let (future, _abort) = abortable(future);
        future.await.expect("nobody aborts it")
    }

    type Roll = Registry;

    fn roll() -> Registry {
        Registry::default()
    }

    fn enrolled<F>(roll: &Registry, future: F) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let entry = roll.enter();
        async move {
            let output = future.await;
            drop(entry);
            output
        }
    }

    fn list(roll: &Registry) -> usize {
        roll.list().len()
    }
}
