//! A race whose runners start one after the other.

use std::panic::resume_unwind;
use std::time::Duration;

use rt_core::JoinSet;
use rt_time::timeout;

/// Races futures for the first success, but starts the next one only when the one before has
/// failed, or `delay` has passed since its start.
///
/// Returns the winner's place and its value; the others are cancelled and awaited. asyncio: what
/// `create_connection` does for the addresses of a host, happy eyeballs.
///
/// ```
/// use rt::time::{Duration, sleep};
///
/// let attempt = async |pause_ms| {
///     sleep(Duration::from_millis(pause_ms)).await;
///     Ok::<_, &str>(pause_ms)
/// };
/// let attempts = [3_600_000, 1].map(attempt);
/// let first = rt::run(async {
///     rt::task::race_staggered(attempts, Duration::from_millis(5)).await
/// });
/// assert_eq!(first, Ok((1, 1)));
/// ```
///
/// # Errors
///
/// The errors of all, in the order in which they came.
///
/// # Panics
///
/// With the panic of a runner, and outside a runtime.
///
/// # Cancel safety
///
/// Dropped, it aborts those that run, and the others never start.
#[doc(alias = "staggered_race")]
pub async fn race_staggered<I, T, E>(futures: I, delay: Duration) -> Result<(usize, T), Vec<E>>
where
    I: IntoIterator,
    I::Item: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut waiting = futures.into_iter().enumerate().peekable();
    let mut running = JoinSet::new();
    let mut errors = Vec::new();
    loop {
        if let Some((number, future)) = waiting.next() {
            running.spawn(async move { (number, future.await) });
        }
        let ended = match waiting.peek() {
            Some(_) => match timeout(delay, running.join_next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            },
            None => running.join_next().await,
        };
        match ended {
            None => return Err(errors),
            Some(Ok((number, Ok(value)))) => {
                running.cancel_all();
                while running.join_next().await.is_some() {}
                return Ok((number, value));
            }
            Some(Ok((_, Err(error)))) => errors.push(error),
            Some(Err(error)) => {
                if let Ok(panic) = error.try_into_panic() {
                    resume_unwind(panic);
                }
            }
        }
    }
}
