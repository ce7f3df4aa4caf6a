//! Cancelled at either end of a channel, or while a value is made once: nothing waits on.

use std::future::pending;
use std::sync::Arc;

use rt::sync::{Mutex, OnceCell, broadcast, mpsc, oneshot, watch};
use rt::task::yield_now;
use rt::time::{Duration, timeout};

use crate::cancel_stress::cancel_all;
use crate::with_workers;

/// One of each.
struct Channels {
    sender: mpsc::Sender<u64>,
    receiver: Mutex<mpsc::Receiver<u64>>,
    watch: watch::Sender<u64>,
    broadcast: broadcast::Sender<u64>,
    once: OnceCell<u64>,
}

impl Channels {
    fn new() -> Channels {
        let (sender, receiver) = mpsc::channel(2);
        Channels {
            sender,
            receiver: Mutex::new(receiver),
            watch: watch::Sender::new(0),
            broadcast: broadcast::Sender::new(4),
            once: OnceCell::new(),
        }
    }

    /// Waits at one end of one of them, again and again, until it is cancelled.
    async fn use_one(&self, kind: usize) {
        loop {
            match kind % 9 {
                0 | 1 => self.sender.send(1).await.unwrap(),
                2 => drop(self.receiver.lock().await.recv().await),
                3 => self.watch.subscribe().changed().await.unwrap(),
                4 => self.watch.send_modify(|value| *value += 1),
                5 => drop(self.broadcast.subscribe().recv().await),
                // Nobody may listen.
                6 => drop(self.broadcast.send(1)),
                7 => {
                    let (sender, receiver) = oneshot::channel();
                    rt::spawn(async move {
                        yield_now().await;
                        // Who waited may be gone.
                        let _ = sender.send(1);
                    });
                    assert_eq!(receiver.await, Ok(1));
                }
                // Who makes it is cut off, and the next one has to.
                _ => drop(self.once.get_or_init(pending).await),
            }
            yield_now().await;
        }
    }

    /// Each serves who comes now, as if nobody had been there before.
    async fn is_as_new(&self) {
        let mut receiver = self.receiver.lock().await;
        while receiver.try_recv().is_ok() {}
        for number in [7, 8] {
            self.sender.send(number).await.unwrap();
        }
        assert_eq!((receiver.recv().await, receiver.recv().await), (Some(7), Some(8)));
        assert_eq!((self.watch.receiver_count(), self.broadcast.receiver_count()), (0, 0));
        let (mut watcher, mut listener) = (self.watch.subscribe(), self.broadcast.subscribe());
        self.watch.send(7).unwrap();
        watcher.changed().await.unwrap();
        self.broadcast.send(7).unwrap();
        assert_eq!(listener.recv().await, Ok(7));
        assert_eq!(self.once.get_or_init(async || 7).await, &7);
    }
}

#[test]
fn a_hundred_thousand_cancelled_at_channels_leave_no_waiter_behind() {
    let runtime = with_workers(4);
    let channels = Arc::new(Channels::new());
    cancel_all(&runtime, 0xC4A7, &channels, |channels, kind| async move {
        channels.use_one(kind).await
    });
    runtime.block_on(async {
        timeout(Duration::from_secs(60), channels.is_as_new()).await.expect("nothing is lost");
    });
}
