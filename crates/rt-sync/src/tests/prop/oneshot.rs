//! A oneshot against what is known of it: a value, and which half is still there.

use crate::oneshot::{self, TryRecvError};
use proptest::prelude::*;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Waker};

#[derive(Clone, Copy, Debug)]
enum Step {
    Send,
    DropSender,
    AskClosed,
    WaitClosed,
    Poll,
    Try,
    Close,
    DropReceiver,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    use Step::*;
    let step = prop::sample::select(vec![
        Send,
        DropSender,
        AskClosed,
        WaitClosed,
        Poll,
        Poll,
        Try,
        Close,
        DropReceiver,
    ]);
    prop::collection::vec(step, 1..12)
}

/// What a plain reader would say the channel is in.
#[derive(Default)]
struct Plain {
    value: Option<Arc<()>>,
    is_sender_gone: bool,
    is_closed: bool,
    is_taken: bool,
}

impl Plain {
    fn expected(&self) -> Result<(), TryRecvError> {
        match self.value {
            _ if self.is_taken => Err(TryRecvError::Closed),
            Some(_) => Ok(()),
            None if self.is_sender_gone || self.is_closed => Err(TryRecvError::Closed),
            None => Err(TryRecvError::Empty),
        }
    }
}

proptest! {
    #[test]
    fn a_oneshot_does_what_a_plain_one_does(steps in steps()) {
        let token = Arc::new(());
        let (sender, receiver) = oneshot::channel();
        let (mut sender, mut receiver) = (Some(sender), Some(receiver));
        let mut plain = Plain::default();
        let mut cx = Context::from_waker(Waker::noop());
        for step in steps {
            match (step, &mut sender, &mut receiver) {
                (Step::Send, Some(_), _) => {
                    let sent = sender.take().unwrap().send(token.clone());
                    prop_assert_eq!(sent.is_ok(), !plain.is_closed);
                    plain.value = sent.is_ok().then(|| token.clone());
                    plain.is_sender_gone = true;
                }
                (Step::DropSender, Some(_), _) => {
                    sender = None;
                    plain.is_sender_gone = true;
                }
                (Step::AskClosed, Some(sender), _) => {
                    prop_assert_eq!(sender.is_closed(), plain.is_closed);
                }
                (Step::WaitClosed, Some(sender), _) => {
                    let closed = pin!(sender.closed());
                    prop_assert_eq!(closed.poll(&mut cx).is_ready(), plain.is_closed);
                }
                (Step::Poll, _, Some(receiver)) if !plain.is_taken => {
                    let polled = Pin::new(receiver).poll(&mut cx);
                    let expected = plain.expected();
                    prop_assert_eq!(polled.is_pending(), expected == Err(TryRecvError::Empty));
                    if polled.is_ready() {
                        plain.is_taken = true;
                        plain.is_closed = true;
                        plain.value = None;
                    }
                }
                (Step::Try, _, Some(receiver)) => {
                    let expected = plain.expected();
                    prop_assert_eq!(receiver.try_recv().map(|_| ()), expected);
                    if expected != Err(TryRecvError::Empty) {
                        plain.is_taken = true;
                        plain.is_closed = true;
                        plain.value = None;
                    }
                }
                (Step::Close, _, Some(receiver)) => {
                    receiver.close();
                    plain.is_closed = true;
                }
                (Step::DropReceiver, _, Some(_)) => {
                    receiver = None;
                    plain.is_closed = true;
                    plain.value = None;
                }
                _ => {}
            }
        }
        drop((sender, receiver));
        let held = usize::from(plain.value.is_some());
        prop_assert_eq!(Arc::strong_count(&token), 1 + held, "a value was lost or kept");
    }
}
