//! A task that waits until what a lock guards has become what it wants.

use std::sync::Arc;

use rt::sync::{Condvar, Mutex};

#[rt::main]
async fn main() {
    let shared = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    let consumer = rt::spawn({
        let shared = shared.clone();
        async move {
            let (list, changed) = &*shared;
            let list = list.lock().await;
            let list = changed.wait_while(list, |list: &mut Vec<u32>| list.len() < 3).await;
            println!("three are there: {list:?}");
        }
    });
    for number in 1..=3 {
        let (list, changed) = &*shared;
        list.lock().await.push(number);
        changed.notify_one();
        rt::task::yield_now().await;
    }
    consumer.await.unwrap();
}
