//! Tasks in a group: it ends when all have ended, and the first error ends the others.

use std::num::ParseIntError;

use rt::cancel::CancelExt;
use rt::time::{Duration, sleep};

async fn parse(text: &'static str) -> Result<i32, ParseIntError> {
    sleep(Duration::from_millis(10)).await;
    text.parse()
}

#[rt::main]
async fn main() {
    let sum = rt::task::group(async |group| {
        let one = group.spawn_try(parse("1"));
        let two = group.spawn_try(parse("2"));
        one.await.unwrap() + two.await.unwrap()
    });
    println!("sum: {}", sum.await.unwrap());

    let failed = rt::task::group(async |group| {
        group.spawn_try(parse("x"));
        let slow = sleep(Duration::from_secs(3_600)).on_cancel(async {
            sleep(Duration::from_millis(10)).await;
            println!("the slow one has cleaned up");
        });
        group.spawn(slow);
    });
    let error = failed.await.unwrap_err();
    for (_, error) in error.errors() {
        println!("failed: {error}");
    }

    // At most two at a time, and no more once one of them says so.
    let limited = rt::task::group(async |group| {
        group.limit(2);
        for number in 1..=4 {
            let all = group.clone();
            group.spawn(async move {
                sleep(Duration::from_millis(20 * number)).await;
                println!("{number} has run");
                if number == 2 {
                    all.cancel();
                }
            });
        }
    });
    println!("ended early: {}", limited.await.is_ok());
}
