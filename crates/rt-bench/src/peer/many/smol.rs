//! smol has no groups, so futures' `join_all` stands in for them; the rest is as with tokio.

use super::{Many, registry::Registry};
use crate::peer::{Peer, Smol, Tokio};
use futures::future::join_all;

impl Many for Smol {
    async fn group(children: usize) -> usize {
        Smol::gather(children).await.into_iter().sum()
    }

    async fn gather(tasks: usize) -> Vec<usize> {
        join_all((0..tasks).map(|number| Smol::spawn(async move { number }))).await
    }

    fn region<F>(future: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future + Send,
        F::Output: Send,
    {
        Tokio::region(future)
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
        Tokio::enrolled(roll, future)
    }

    fn list(roll: &Registry) -> usize {
        roll.list().len()
    }
}
