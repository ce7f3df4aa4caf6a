//! The queues: each node goes to one taker, whatever the takers, the owner and a close do.

use rt_primitive::deque::Steal;
use rt_primitive::model;
use rt_primitive::sync::Arc;

use crate::queue::Chain;
use crate::queue::injector::Injector;
use crate::queue::local::local_queue;
use crate::queue::next::NextSlot;
use crate::tests::node::{Node, numbers};

/// Asserts that `found` holds the numbers from 0 on, each once.
fn assert_each_once(mut found: Vec<usize>, len: usize) {
    found.sort_unstable();
    assert_eq!(found, (0..len).collect::<Vec<_>>(), "lost or handed out twice");
}

/// Two pushers, one of them of a chain, against a taker.
///
/// Mutants: injector.push_relaxed
#[test]
fn the_injector_hands_out_each_task_once() {
    model::check("the_injector_hands_out_each_task_once", Some(3), |order| {
        let injector = Arc::new(Injector::new());
        let (one, two, taker) = (injector.clone(), injector.clone(), injector.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || one.push(Chain::one(Node::new(0))).is_ok(),
            move || {
                let mut chain = Chain::one(Node::new(1));
                chain.push(Node::new(2));
                two.push(chain).is_ok()
            },
            move || taker.take(1, 2).0.map(numbers),
        );
        assert!(a.join().unwrap() && b.join().unwrap());
        let mut found = c.join().unwrap().unwrap_or_default();
        while let (Some(chain), _) = injector.take(2, 2) {
            found.extend(numbers(chain));
        }
        let (of_one, of_two) = (|&n: &usize| n == 1, |&n: &usize| n == 2);
        assert!(
            found.iter().position(of_one) < found.iter().position(of_two),
            "first in, first out"
        );
        assert_each_once(found, 3);
    });
}

/// A push against a close: the chain is drained by the closer or comes back to the pusher, in
/// order.
///
/// Mutants: injector.close_leaves_open
#[test]
fn a_closed_injector_gives_the_task_back() {
    model::check("a_closed_injector_gives_the_task_back", Some(3), |order| {
        let injector = Arc::new(Injector::new());
        let (pusher, closer) = (injector.clone(), injector.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let mut chain = Chain::one(Node::new(0));
                chain.push(Node::new(1));
                pusher.push(chain).err().map(numbers)
            },
            move || closer.close().map(numbers),
        );
        let (returned, drained) = (a.join().unwrap(), b.join().unwrap());
        assert_eq!(returned.or(drained), Some(vec![0, 1]), "neither drained nor given back");
        assert!(injector.push(Chain::one(Node::new(2))).is_err(), "I3: closed for good");
    });
}

/// Two pushes of one thread against a taker and a close: each node is handed out, drained or given
/// back, and once one was given back so is the next.
///
/// Mutants: injector.close_leaves_open
#[test]
fn a_close_comes_between_pushes_and_takes() {
    model::check("a_close_comes_between_pushes_and_takes", Some(2), |order| {
        let injector = Arc::new(Injector::new());
        let (pusher, taker, closer) = (injector.clone(), injector.clone(), injector.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || [0, 1].map(|number| pusher.push(Chain::one(Node::new(number))).err()),
            move || taker.take(1, 2).0.map(numbers),
            move || closer.close().map(numbers),
        );
        let [first, second] = a.join().unwrap().map(|back| back.map(numbers));
        assert!(first.is_none() || second.is_some(), "I3: open again after it was closed");
        let (taken, drained) = (b.join().unwrap(), c.join().unwrap());
        let found = [first, second, taken, drained].into_iter().flatten().flatten().collect();
        assert_each_once(found, 2);
        assert!(injector.is_empty());
    });
}

/// The owner puts and takes, a thief takes; who has a node links it anew.
///
/// Mutants: next.take_by_load, next.store_relaxed
#[test]
fn the_next_slot_gives_each_task_to_one_taker() {
    model::check("the_next_slot_gives_each_task_to_one_taker", Some(3), |order| {
        let slot = Arc::new(NextSlot::new());
        let (owner, thief) = (slot.clone(), slot.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let mut found = Vec::new();
                found.extend(owner.put(Node::new(0)).err());
                found.extend(owner.put(Node::new(1)).err());
                found.extend(owner.take());
                found
            },
            move || thief.take().map(|node| numbers(Chain::one(node))),
        );
        let mut found: Vec<Node> = a.join().unwrap();
        found.extend(slot.take());
        let mut found: Vec<usize> = found.into_iter().map(Node::number).collect();
        found.extend(b.join().unwrap().unwrap_or_default());
        assert_each_once(found, 2);
    });
}

/// A thief takes the next slot, and again what the owner puts there after that: each node goes to
/// one taker.
///
/// Mutants: next.take_by_load
#[test]
fn a_next_slot_is_used_again_after_a_theft() {
    model::check("a_next_slot_is_used_again_after_a_theft", None, |order| {
        let slot = Arc::new(NextSlot::new());
        assert!(slot.put(Node::new(0)).is_ok());
        let (owner, thief) = (slot.clone(), slot.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                // Full until the thief has come; a worker's deque gets it then.
                let back = owner.put(Node::new(1)).err();
                back.into_iter().chain(owner.take()).map(Node::number).collect::<Vec<_>>()
            },
            move || {
                let stolen = [thief.take(), thief.take()];
                stolen.into_iter().flatten().flat_map(|node| numbers(Chain::one(node))).collect()
            },
        );
        let mut found = a.join().unwrap();
        let stolen: Vec<usize> = b.join().unwrap();
        found.extend(stolen);
        found.extend(slot.take().map(Node::number));
        assert_each_once(found, 2);
    });
}

/// The owner overflows a full deque into the injector while a thief takes from both and links anew
/// what it took.
///
/// Mutants: injector.push_relaxed
#[test]
fn an_overflow_meets_a_thief() {
    model::check("an_overflow_meets_a_thief", Some(2), |order| {
        let (queue, victim) = local_queue();
        let injector = Arc::new(Injector::new());
        let (overflow, source) = (injector.clone(), injector.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                for number in 0..5 {
                    queue.push(Node::new(number), |half| assert!(overflow.push(half).is_ok()));
                }
                let found: Vec<Node> = std::iter::from_fn(|| queue.pop()).collect();
                (found, queue)
            },
            move || {
                let (mine, _) = local_queue();
                let mut found = Vec::new();
                if let Steal::Success((node, _)) = mine.steal_from(&victim) {
                    found.push(node);
                }
                if let (Some(batch), _) = source.take(1, 2) {
                    batch.for_each(|node| mine.push(node, |_| unreachable!("a batch fits")));
                }
                found.extend(std::iter::from_fn(|| mine.pop()));
                found.into_iter().flat_map(|node| numbers(Chain::one(node))).collect::<Vec<_>>()
            },
        );
        let (found, _queue) = a.join().unwrap();
        let mut found: Vec<usize> = found.into_iter().map(Node::number).collect();
        found.extend(b.join().unwrap());
        while let (Some(batch), _) = injector.take(1, 2) {
            found.extend(numbers(batch));
        }
        assert_each_once(found, 5);
    });
}

/// A batch goes from the injector into a deque while a thief takes from there and links it anew.
///
/// Mutants: chain.publish_before_next
#[test]
fn a_batch_is_read_before_it_is_published() {
    model::check("a_batch_is_read_before_it_is_published", Some(2), |order| {
        let (queue, victim) = local_queue();
        let (a, b) = model::spawn2(
            order,
            move || {
                let mut batch = Chain::one(Node::new(0));
                batch.push(Node::new(1));
                batch.for_each(|node| queue.push(node, |_| unreachable!("two nodes fit")));
                let found: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
                (found, queue)
            },
            move || {
                let (mine, _) = local_queue();
                let Steal::Success((node, _)) = mine.steal_from(&victim) else { return None };
                Some(numbers(Chain::one(node)))
            },
        );
        let (found, _queue) = a.join().unwrap();
        let stolen = b.join().unwrap().unwrap_or_default();
        let mut found: Vec<_> = found.into_iter().map(Node::number).collect();
        found.extend(stolen);
        assert_each_once(found, 2);
    });
}
