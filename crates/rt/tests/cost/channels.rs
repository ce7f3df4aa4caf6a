//! Channels and queues that make nobody wait.

use rt::sync::{Queue, mpsc, oneshot};

use super::{Cost, ROUND, in_block_on, per_operation};

pub(super) fn oneshot_round() -> Cost {
    in_block_on(per_operation(async || {
        for number in 0..ROUND {
            let (sender, receiver) = oneshot::channel();
            sender.send(number).unwrap();
            assert_eq!(receiver.await, Ok(number));
        }
    }))
}

pub(super) fn mpsc_bounded() -> Cost {
    let (sender, mut receiver) = mpsc::channel(128);
    in_block_on(per_operation(async move || {
        for number in 0..ROUND {
            sender.send(number).await.unwrap();
            assert_eq!(receiver.recv().await, Some(number));
        }
    }))
}

pub(super) fn queue_round() -> Cost {
    let queue = Queue::bounded(128);
    in_block_on(per_operation(async move || {
        for number in 0..ROUND {
            queue.put(number).await.unwrap();
            assert_eq!(queue.get().await, Ok(number));
        }
    }))
}
