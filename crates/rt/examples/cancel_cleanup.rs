//! A task that is cancelled cleans up, with awaits, before it ends.

use rt::cancel::{CancelExt, Cancelled};
use rt::time::{Duration, sleep};

async fn transfer() -> Result<&'static str, Cancelled> {
    println!("begin");
    let steps = async {
        sleep(Duration::from_secs(3_600)).await;
        "done"
    };
    match steps.catch_cancel().await {
        Ok(done) => Ok(done),
        Err(cancelled) => {
            println!("told to end, roll back");
            sleep(Duration::from_millis(20)).await; // nothing cuts this short
            println!("rolled back");
            Err(cancelled)
        }
    }
}

#[rt::main]
async fn main() {
    let task = rt::spawn(transfer());
    sleep(Duration::from_millis(20)).await;
    println!("cancel: {}", task.cancel());
    let end = task.await;
    println!("cancelled: {}", end.unwrap_err().is_cancelled());

    // A task that catches nothing is dropped where it waits.
    let task = rt::spawn(sleep(Duration::from_secs(3_600)));
    task.cancel();
    println!("cancelled: {}", task.await.unwrap_err().is_cancelled());
}
