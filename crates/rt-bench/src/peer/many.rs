//! What a peer has for many tasks at once, for the benches of groups.

mod registry;
mod rt;
mod smol;
mod tokio;

/// Groups, cancellable parts and lists of tasks, as the peer's own users would have them.
pub(crate) trait Many: 'static {
    /// Starts so many children that end at once, and waits for all; the sum of their values.
    fn group(children: usize) -> impl Future<Output = usize> + Send;

    /// Starts so many tasks that end at once; their values in the order of the start.
    fn gather(tasks: usize) -> impl Future<Output = Vec<usize>> + Send;

    /// Runs a future that somebody outside may ask to end, and code after it would clean up.
    fn region<F>(future: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future + Send,
        F::Output: Send;

    /// What the tasks of the program are found in.
    type Roll: Clone + Send + 'static;

    fn roll() -> Self::Roll;

    /// The future of a task that is found in there until it ends.
    fn enrolled<F>(
        roll: &Self::Roll,
        future: F,
    ) -> impl Future<Output = F::Output> + Send + 'static
    where
        F: Future + Send + 'static,
        F::Output: Send;

    /// Makes a list of the tasks, each with its number and where it was spawned; its length.
    fn list(roll: &Self::Roll) -> usize;
}
