//! The suite's own oneshot.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use crate::oneshot::channel;

#[test]
fn a_value_sent_first_is_there_at_the_first_poll() {
    let (sender, receiver) = channel();
    sender.send(7);
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(pin!(receiver).poll(&mut cx), Poll::Ready(7));
}

#[test]
fn a_value_from_another_thread_wakes_the_receiver() {
    let (sender, receiver) = channel();
    let thread = std::thread::spawn(move || sender.send(7));
    assert_eq!(smol::block_on(receiver), 7);
    thread.join().expect("the sender does not panic");
}
