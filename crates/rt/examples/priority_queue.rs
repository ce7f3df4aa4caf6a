//! The most urgent first; among equals, the one that came first.

use rt::sync::PriorityQueue;

#[rt::main]
async fn main() {
    let queue = PriorityQueue::unbounded();
    for job in [(2, "water the plants"), (1, "put the fire out"), (3, "read"), (1, "call for help")]
    {
        queue.put(job).await.unwrap();
    }
    queue.shutdown();
    while let Ok((urgency, what)) = queue.get().await {
        println!("{urgency} {what}");
    }
}
