//! A wait that is given up when it takes too long.

use rt::time::{Duration, sleep, timeout};

async fn answer_after(milliseconds: u64) -> u32 {
    sleep(Duration::from_millis(milliseconds)).await;
    42
}

#[rt::main]
async fn main() {
    let patience = Duration::from_millis(200);

    match timeout(patience, answer_after(1)).await {
        Ok(answer) => println!("in time: {answer}"),
        Err(elapsed) => println!("{elapsed}"),
    }

    // The future is dropped, and with it all that it had begun.
    if timeout(patience, answer_after(60_000)).await.is_err() {
        println!("too slow");
    }

    // To stop waiting for a task without stopping the task, wait for its handle by reference.
    let mut task = rt::spawn(answer_after(400));
    if timeout(patience, &mut task).await.is_err() {
        println!("not yet");
    }
    println!("later: {}", task.await.unwrap());
}
