//! The callbacks of one task against a plain list.

use std::sync::{Arc, Mutex};

use proptest::collection::vec;
use proptest::prelude::*;

use crate::config::Config;
use crate::driver::NoDriver;
use crate::executor::Executor;

#[derive(Clone, Debug)]
enum Op {
    /// Leave a callback.
    Leave,
    /// Take back the callback with this number, counted round and round.
    Remove(usize),
    /// Run what is ready: the task, which ends, and its follow-up.
    Run,
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![4 => Just(Op::Leave), 2 => any::<usize>().prop_map(Op::Remove), 1 => Just(Op::Run)]
}

proptest! {
    #[test]
    fn what_is_left_is_called_in_order_unless_it_is_taken_back(ops in vec(any_op(), 0..40)) {
        let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
        let task = executor.handle().spawn(async {});
        let called = Arc::new(Mutex::new(Vec::new()));
        let (mut ids, mut waiting, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for op in ops {
            match op {
                Op::Leave => {
                    let (number, called) = (ids.len(), called.clone());
                    ids.push(task.on_finish(move |_, _| called.lock().unwrap().push(number)));
                    waiting.push(number);
                }
                Op::Remove(_) if ids.is_empty() => {}
                Op::Remove(number) => {
                    let number = number % ids.len();
                    let place = waiting.iter().position(|&other| other == number);
                    prop_assert_eq!(task.remove_callback(ids[number]), place.is_some());
                    waiting.retain(|&other| other != number);
                }
                Op::Run => {
                    // Once for the task, once for its follow-up.
                    executor.block_on(async {
                        crate::yield_now().await;
                        crate::yield_now().await;
                    });
                    expected.append(&mut waiting);
                }
            }
            prop_assert_eq!(&*called.lock().unwrap(), &expected);
        }
    }
}
