//! The two programs that asyncio's documentation explains tasks with.

use std::time::Instant;

use rt::time::{Duration, sleep};

async fn say_after(delay_s: u64, what: &'static str, start: Instant) {
    sleep(Duration::from_secs(delay_s)).await;
    println!("    {:.1} s   {what}", start.elapsed().as_secs_f64());
}

/// About three seconds: the second call starts when the first is done.
pub(crate) fn sequence() {
    rt::run(async {
        let start = Instant::now();
        say_after(1, "hello", start).await;
        say_after(2, "world", start).await;
    });
}

/// About two seconds: both wait at the same time.
pub(crate) fn tasks() {
    rt::run(async {
        let start = Instant::now();
        let hello = rt::spawn(say_after(1, "hello", start));
        let world = rt::spawn(say_after(2, "world", start));
        hello.await.expect("a task that only sleeps does not fail");
        world.await.expect("a task that only sleeps does not fail");
    });
}
