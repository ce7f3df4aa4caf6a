//! Where a ready task waits: a worker's next slot, then its deque, then the injector.
//!
//! The queues hold any `T: Linked` and know nothing of tasks.

use rt_primitive::{mutant, perturb};

pub(crate) mod injector;
pub(crate) mod local;
pub(crate) mod next;

/// Something one pointer wide that can be linked into an intrusive list.
///
/// # Safety
///
/// - `as_raw` is never null, and `from_raw` gives back what `as_raw` was called on.
/// - What `set_next` stored, `next` gives back, for whoever holds the node.
pub(crate) unsafe trait Linked: Copy + Send + 'static {
    fn set_next(self, next: Option<Self>);

    fn next(self) -> Option<Self>;

    fn as_raw(self) -> *mut ();

    /// # Safety
    ///
    /// - `raw` came from `as_raw`.
    unsafe fn from_raw(raw: *mut ()) -> Self;
}

/// Nodes linked by `next`, oldest first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain<T> {
    pub(crate) first: T,
    pub(crate) last: T,
    pub(crate) len: usize,
}

impl<T: Linked> Chain<T> {
    /// A chain of one.
    pub(crate) fn one(node: T) -> Chain<T> {
        node.set_next(None);
        Chain { first: node, last: node, len: 1 }
    }

    /// Adds a node behind the last.
    pub(crate) fn push(&mut self, node: T) {
        node.set_next(None);
        self.last.set_next(Some(node));
        self.last = node;
        self.len += 1;
    }

    /// Hands out each node, oldest first; a node may be gone as soon as it was handed out.
    pub(crate) fn for_each(self, mut f: impl FnMut(T)) {
        let mut rest = Some(self.first);
        while let Some(node) = rest {
            if mutant!("chain.publish_before_next") {
                f(node);
                perturb!();
                rest = node.next();
                continue;
            }
            // Read before `f` publishes the node: whoever takes it from there may free it at once.
            rest = node.next();
            f(node);
        }
    }
}
