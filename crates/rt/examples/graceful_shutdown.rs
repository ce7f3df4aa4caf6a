//! A service that is told to stop: it refuses what is new, ends what it has begun, then goes.

use std::sync::Arc;

use rt::cancel::{CancelExt, Cancelled};
use rt::sync::Queue;
use rt::time::{Duration, sleep};

async fn serve(requests: Arc<Queue<u32>>) -> Result<(), Cancelled> {
    while let Ok(request) = requests.get_job().await {
        println!("request {} begins", *request);
        sleep(Duration::from_millis(20)).await;
        println!("request {} is answered", *request);
    }
    println!("no more requests");
    Ok(())
}

/// Waits to be told, by whoever cancels it.
async fn wait_for_stop(requests: Arc<Queue<u32>>) -> Result<(), Cancelled> {
    let told = std::future::pending::<()>().catch_cancel().await.unwrap_err();
    println!("stop: {} requests are still in line", requests.len());
    requests.shutdown();
    Err(told)
}

fn main() {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let requests = Arc::new(Queue::unbounded());
        for request in 1..=3 {
            requests.put(request).await.unwrap();
        }
        let service = rt::spawn(serve(requests.clone()));
        let stop = rt::spawn(wait_for_stop(requests.clone()));
        sleep(Duration::from_millis(10)).await;
        stop.cancel();
        assert!(stop.await.unwrap_err().is_cancelled());
        println!("refused: {}", requests.put(4).await.is_err());
        service.await.unwrap().unwrap();
    });
    println!("left over: {}", runtime.shutdown().aborted_total);
}
