//! The channels that each runtime's users would take.
//!
//! smol's users take async-channel, which smol gives out; it has no channels for everybody, so they
//! take those of tokio, which run on any executor.

use ::{rt::sync as ours, smol::channel as smols, tokio::sync as tokios};

use crate::peer::{Rt, Smol, Tokio};

/// What a peer sends values through.
pub(crate) trait Channels {
    type QueueSender<T: Send + 'static>: Clone + Send + Sync + 'static;
    type QueueReceiver<T: Send + 'static>: Send + 'static;
    type WatchSender: Send + Sync + 'static;
    type WatchReceiver: Clone + Send + 'static;
    type BroadcastSender: Send + Sync + 'static;
    type BroadcastReceiver: Send + 'static;

    /// A bounded channel.
    fn queue<T: Send + 'static>(capacity: usize) -> (Self::QueueSender<T>, Self::QueueReceiver<T>);

    /// Sends to a receiver that must still be there.
    fn put<T: Send + 'static>(
        sender: &Self::QueueSender<T>,
        value: T,
    ) -> impl Future<Output = ()> + Send;

    /// The next value; `None` when every sender is gone.
    fn get<T: Send + 'static>(
        receiver: &mut Self::QueueReceiver<T>,
    ) -> impl Future<Output = Option<T>> + Send;

    /// A watched number that is 0.
    fn watch() -> (Self::WatchSender, Self::WatchReceiver);

    fn set(sender: &Self::WatchSender, value: usize);

    /// Waits for a change, and returns the value.
    fn changed(receiver: &mut Self::WatchReceiver) -> impl Future<Output = usize> + Send;

    /// A sender for everybody, and so many receivers.
    fn broadcast(
        capacity: usize,
        receivers: usize,
    ) -> (Self::BroadcastSender, Vec<Self::BroadcastReceiver>);

    fn tell(sender: &Self::BroadcastSender, value: usize);

    /// The next value, none of which may have been missed.
    fn hear(receiver: &mut Self::BroadcastReceiver) -> impl Future<Output = usize> + Send;
}

/// What tokio and rt call alike: a watch and a broadcast.
macro_rules! watch_and_broadcast {
    ($sync:ident) => {
        type WatchSender = $sync::watch::Sender<usize>;
        type WatchReceiver = $sync::watch::Receiver<usize>;
        type BroadcastSender = $sync::broadcast::Sender<usize>;
        type BroadcastReceiver = $sync::broadcast::Receiver<usize>;

        fn watch() -> (Self::WatchSender, Self::WatchReceiver) {
            $sync::watch::channel(0)
        }

        fn set(sender: &Self::WatchSender, value: usize) {
            sender.send_replace(value);
        }

        async fn changed(receiver: &mut Self::WatchReceiver) -> usize {
            receiver.changed().await.expect("the sender is still there");
            *receiver.borrow_and_update()
        }

        fn broadcast(
            capacity: usize,
            receivers: usize,
        ) -> (Self::BroadcastSender, Vec<Self::BroadcastReceiver>) {
            let (sender, _) = $sync::broadcast::channel(capacity);
            let receivers = (0..receivers).map(|_| sender.subscribe()).collect();
            (sender, receivers)
        }

        fn tell(sender: &Self::BroadcastSender, value: usize) {
            sender.send(value).expect("the receivers are still there");
        }

        async fn hear(receiver: &mut Self::BroadcastReceiver) -> usize {
            receiver.recv().await.expect("no value is missed")
        }
    };
}

/// What tokio and rt call alike: a channel with one receiver.
macro_rules! queue {
    ($sync:ident) => {
        type QueueSender<T: Send + 'static> = $sync::mpsc::Sender<T>;
        type QueueReceiver<T: Send + 'static> = $sync::mpsc::Receiver<T>;

        fn queue<T: Send + 'static>(
            capacity: usize,
        ) -> (Self::QueueSender<T>, Self::QueueReceiver<T>) {
            $sync::mpsc::channel(capacity)
        }

        async fn put<T: Send + 'static>(sender: &Self::QueueSender<T>, value: T) {
            assert!(sender.send(value).await.is_ok(), "the receiver is still there");
        }

        async fn get<T: Send + 'static>(receiver: &mut Self::QueueReceiver<T>) -> Option<T> {
            receiver.recv().await
        }
    };
}

impl Channels for Rt {
    queue!(ours);
    watch_and_broadcast!(ours);
}

impl Channels for Tokio {
    queue!(tokios);
    watch_and_broadcast!(tokios);
}

impl Channels for Smol {
    type QueueSender<T: Send + 'static> = smols::Sender<T>;
    type QueueReceiver<T: Send + 'static> = smols::Receiver<T>;

    fn queue<T: Send + 'static>(capacity: usize) -> (Self::QueueSender<T>, Self::QueueReceiver<T>) {
        smols::bounded(capacity)
    }

    async fn put<T: Send + 'static>(sender: &Self::QueueSender<T>, value: T) {
        assert!(sender.send(value).await.is_ok(), "the receiver is still there");
    }

    async fn get<T: Send + 'static>(receiver: &mut Self::QueueReceiver<T>) -> Option<T> {
        receiver.recv().await.ok()
    }

    watch_and_broadcast!(tokios);
}
