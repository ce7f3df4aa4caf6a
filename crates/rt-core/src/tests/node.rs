//! A node for the queues, for models and properties.

use rt_primitive::cell::UnsafeCell;

use crate::queue::{Chain, Linked};

/// A node of the intrusive queues, leaked for the length of an execution.
#[derive(Clone, Copy)]
pub(crate) struct Node(&'static NodeMemory);

struct NodeMemory {
    number: usize,
    next: UnsafeCell<Option<Node>>,
}

// SAFETY: the queue that holds a node has its `next` to itself; the checker reports it if not.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

impl Node {
    pub(crate) fn new(number: usize) -> Node {
        Node(Box::leak(Box::new(NodeMemory { number, next: UnsafeCell::new(None) })))
    }

    pub(crate) fn number(self) -> usize {
        self.0.number
    }
}

// SAFETY: the address of the leaked memory is the node.
unsafe impl Linked for Node {
    fn set_next(self, next: Option<Node>) {
        // SAFETY: the calling queue holds the node.
        self.0.next.with_mut(|field| unsafe { field.write(next) });
    }

    fn next(self) -> Option<Node> {
        // SAFETY: the calling queue holds the node.
        self.0.next.with(|field| unsafe { field.read() })
    }

    fn as_raw(self) -> *mut () {
        std::ptr::from_ref(self.0).cast_mut().cast()
    }

    unsafe fn from_raw(raw: *mut ()) -> Node {
        // SAFETY: bullet 1 of the trait's function.
        Node(unsafe { &*raw.cast::<NodeMemory>() })
    }
}

/// Everything in `chain`, oldest first.
pub(crate) fn numbers(chain: Chain<Node>) -> Vec<usize> {
    let mut numbers = Vec::new();
    chain.for_each(|node| numbers.push(node.number()));
    numbers
}
