//! What is in `rt::sync` works on any executor: here on that of the crate `futures`.

use std::sync::Arc;
use std::thread;

use futures::executor::block_on;
use rt::sync::{Mutex, Queue, oneshot};

fn main() {
    let total = Arc::new(Mutex::new(0));
    let queue = Arc::new(Queue::bounded(2));
    let (tell, told) = oneshot::channel();
    let adder = thread::spawn({
        let (total, queue) = (total.clone(), queue.clone());
        move || {
            block_on(async {
                while let Ok(number) = queue.get().await {
                    *total.lock().await += number;
                }
            });
            tell.send("the adder has ended").unwrap();
        }
    });
    block_on(async {
        for number in 1..=10 {
            queue.put(number).await.unwrap();
        }
        queue.shutdown();
        println!("{}", told.await.unwrap());
        println!("{}", *total.lock().await);
    });
    adder.join().unwrap();
}
