//! Tasks that wait for each other for ever are found, and named with their lines.

use std::sync::mpsc;

use rt::task::{Builder, JoinHandle};
use rt::time::{Duration, sleep};

#[rt::main(flavor = "current_thread")]
async fn main() {
    let (to_hen, from_egg) = mpsc::channel::<JoinHandle<()>>();
    let hen = Builder::new().name("hen").spawn(async move {
        rt::task::yield_now().await;
        let egg = from_egg.recv().unwrap();
        egg.await.unwrap();
    });
    let egg = Builder::new().name("egg").spawn(async move {
        hen.await.unwrap();
    });
    to_hen.send(egg).unwrap();
    sleep(Duration::from_millis(20)).await;

    let dump = rt::dump();
    for circle in dump.cycles() {
        println!("{} tasks wait in a circle:", circle.len());
        for task in circle {
            let on = task.wait.as_ref().and_then(|wait| wait.on).unwrap();
            let on = dump.tasks().iter().find(|other| other.id == on).unwrap();
            println!("  {} waits for {}", task.name, on.name);
        }
    }
    // `println!("{dump}")` prints the whole report, with lines and numbers:
    //   hen  waiting for join of Task-3, spawned at examples/deadlock_report.rs:11:41
    println!("{} lines of report", dump.to_string().lines().count());
}
