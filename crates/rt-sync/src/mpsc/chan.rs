//! What the ends of a channel share: room, slots, and who waits on which side.
//!
//! # Protocol
//!
//! Room is what the capacity leaves beside slots that are claimed and not emptied, and permits. A
//! sender that finds none waits in `waiting`, with `may_wait` set before it looks for the last
//! time. The receiver moves `head`, then looks at `may_wait`. Between the two stands a fence on
//! each side, so one of them sees the other. Whoever makes room reserves it, under the lock, for
//! the oldest that waits, which so holds a permit when it is woken. Newcomers see `may_wait` and
//! wait behind.
//!
//! The receiver leaves its waker, then marks the slot that it waits for; who publishes there wakes
//! it. The last sender, and the last permit of a closed channel, wake it too.
//!
//! # Invariants
//!
//! - I1: one thread at a time is the receiver; only it writes `head`.
//! - I2: while a sender waits, `may_wait` is true.
//!
//! Models: `a_sent_value_is_received`, `room_is_seen_or_given`,
//! `a_closed_channel_ends_when_its_last_permit_does`.

use super::blocks::{Block, Blocks};
use super::tail::{Claim, Position, RESERVED_MAX, Tail, TailWord};
use crate::permits::Request;
use crate::sender_count::SenderCount;
use crate::waiters::{QueueGuard, WaitQueue, wake};
use crate::waker_cell::WakerCell;
use rt_primitive::CachePadded;
use rt_primitive::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use rt_primitive::mutant;
use std::ptr;
use std::task::Waker;

/// The capacity of a channel that has no limit.
pub(super) const UNBOUNDED: usize = usize::MAX;

/// See the head of the file.
pub(super) struct Chan<T> {
    // [A] How far the senders have come.
    tail: CachePadded<TailWord>,
    // [A] The slot that the receiver looks at (I1).
    head: CachePadded<AtomicU64>,
    // [C] At most [`RESERVED_MAX`], or [`UNBOUNDED`].
    capacity: usize,
    // [A] False only if no sender waits (I2).
    may_wait: AtomicBool,
    // [C] How many may still send.
    senders: SenderCount,
    // [C]
    blocks: Blocks<T>,
    // [L] The receiver's waker, while it waits.
    receiver: WakerCell,
    // [L] Senders that wait for room.
    pub(super) waiting: WaitQueue<Request>,
    // [L] Senders that wait for the receiver to close.
    pub(super) watching: WaitQueue<()>,
}

/// Why a sender has no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

/// What the receiver finds.
pub(super) enum Next<T> {
    Value(T),
    Nothing,
    /// Nothing is left and nothing will come.
    Over,
}

impl<T> Chan<T> {
    pub(super) fn new(capacity: usize) -> Chan<T> {
        Chan {
            tail: CachePadded::new(TailWord::new()),
            head: CachePadded::new(AtomicU64::new(0)),
            capacity,
            may_wait: AtomicBool::new(false),
            senders: SenderCount::one(),
            blocks: Blocks::new(),
            receiver: WakerCell::new(),
            waiting: WaitQueue::new(()),
            watching: WaitQueue::new(()),
        }
    }

    /// What this is to those who show what waits for what.
    pub(super) fn resource(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    pub(super) fn capacity_max(&self) -> usize {
        self.capacity
    }

    /// Room that is left now.
    pub(super) fn room(&self) -> usize {
        match self.capacity {
            UNBOUNDED => UNBOUNDED,
            capacity => capacity.saturating_sub(self.taken(self.tail.load())),
        }
    }

    /// Values that were sent and not received.
    pub(super) fn len(&self) -> usize {
        self.tail.load().position().since(self.head())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.tail.load().is_closed()
    }

    fn head(&self) -> Position {
        // ORDERING: Acquire; pairs with Release in `move_on`: what the receiver did with a value is
        // before the send that takes its room.
        Position::from_number(self.head.load(Ordering::Acquire))
    }

    /// Slots and permits that take up room.
    fn taken(&self, tail: Tail) -> usize {
        tail.position().since(self.head()) + tail.reserved()
    }

    /// Whether `claim` may be made of a channel that is like this.
    #[inline]
    fn permits(&self, tail: Tail, claim: Claim) -> Result<(), Refused> {
        let Some(wanted) = claim.room() else { return Ok(()) };
        if tail.is_closed() {
            return Err(Refused::Closed);
        }
        if self.capacity != UNBOUNDED && self.taken(tail) + wanted > self.capacity {
            return Err(Refused::Full);
        }
        Ok(())
    }

    /// Claims a slot for `value` and publishes it.
    ///
    /// # Errors
    ///
    /// Why not, and the value.
    #[inline]
    pub(super) fn send(&self, claim: Claim, value: T) -> Result<(), (Refused, T)> {
        let mut tail = self.tail.load();
        let (block, position) = loop {
            if let Err(refused) = self.permits(tail, claim) {
                return Err((refused, value));
            }
            if Blocks::<T>::is_at_edge(tail.position()) {
                match self.claim_at_edge(tail, claim) {
                    Ok(claimed) => break claimed,
                    Err(found) => tail = found,
                }
                continue;
            }
            let block = self.blocks.last();
            match self.tail.claim(tail, claim) {
                Ok(()) => break (block, tail.position()),
                Err(found) => tail = found,
            }
        };
        // SAFETY: I2 of `blocks`: it holds a slot that was claimed above and is not published:
        // `last` was read between a look at the tail and the claim of that position.
        let block = unsafe { &*block };
        // SAFETY: bullet 1 of `publish`: claimed above.
        if unsafe { block.slot(position).publish(value) } && !mutant!("mpsc.no_wake") {
            self.wake_receiver();
        }
        Ok(())
    }

    /// Claims the first slot of a block, which it makes if need be; the tail if it has changed.
    #[cold]
    fn claim_at_edge(&self, seen: Tail, claim: Claim) -> Result<(*const Block<T>, Position), Tail> {
        let mut growth = self.blocks.lock();
        let tail = self.tail.load();
        if tail != seen {
            return Err(tail);
        }
        self.blocks.grow_to(tail.position(), &mut growth);
        self.tail.claim(tail, claim)?;
        Ok((self.blocks.last(), tail.position()))
    }

    /// Takes so many permits; at most as many as the capacity.
    pub(super) fn reserve(&self, permits: usize) -> Result<(), Refused> {
        let claim = Claim::Permits(permits);
        let mut tail = self.tail.load();
        loop {
            self.permits(tail, claim)?;
            match self.tail.claim(tail, claim) {
                Ok(()) => return Ok(()),
                Err(found) => tail = found,
            }
        }
    }

    /// Gives permits back that were not used.
    pub(super) fn give_back(&self, permits: usize) {
        if !self.tail.give_back(permits).is_closed() {
            self.offer_room();
        } else if !mutant!("mpsc.last_permit_untold") {
            // It may be what the receiver waits for.
            self.wake_receiver();
        }
    }

    /// True when others wait for room, who come first.
    #[inline]
    pub(super) fn may_wait(&self) -> bool {
        // ORDERING: Relaxed; a sender that sees it too late came at the same time as who waits.
        self.may_wait.load(Ordering::Relaxed)
    }

    /// Says that a sender waits, or will if it finds no room now. The caller has the lock of
    /// `waiting`, and looks for room next.
    pub(super) fn announce_wait(&self) {
        // ORDERING: Relaxed; the fence below orders it.
        self.may_wait.store(true, Ordering::Relaxed);
        if !mutant!("mpsc.wait_no_fence") {
            // ORDERING: pairs with the fence in `offer_room`: either we see the new `head`, or the
            // receiver sees that we wait.
            fence(Ordering::SeqCst);
        }
    }

    /// Says that nobody waits, if it is so.
    fn note_if_empty(&self, waiting: &mut QueueGuard<'_, Request, ()>) {
        if waiting.is_empty() {
            self.retract_wait();
        }
    }

    /// Says that nobody waits. The caller has the lock of `waiting`, and saw it empty.
    pub(super) fn retract_wait(&self) {
        // ORDERING: Relaxed; who waits next sets it again under the lock.
        self.may_wait.store(false, Ordering::Relaxed);
    }

    /// Gives room, which has just been made, to those who wait for it.
    #[inline]
    pub(super) fn offer_room(&self) {
        if self.capacity == UNBOUNDED {
            return;
        }
        if !mutant!("mpsc.offer_no_fence") {
            // ORDERING: pairs with the fence in `announce_wait`, which says what for.
            fence(Ordering::SeqCst);
        }
        if self.may_wait() {
            self.give_room(self.waiting.lock());
        }
    }

    /// Gives what room there is to the oldest that wait, as long as it is enough for the next.
    #[cold]
    pub(super) fn give_room(&self, waiting: QueueGuard<'_, Request, ()>) {
        waiting.serve_while(
            |request, ()| {
                let reserved = self.reserve(request.wanted());
                reserved.map(|()| *request = Request::Granted).is_ok()
            },
            |waiting| self.note_if_empty(waiting),
        );
    }

    /// The next value. For the receiver alone (I1).
    ///
    /// # Safety
    ///
    /// - The caller is the receiver.
    #[inline]
    pub(super) unsafe fn next(&self) -> Next<T> {
        let head = self.head_of_receiver();
        // SAFETY: bullet 1; this is its slot.
        let block = unsafe { self.blocks.block_at(head) };
        if let Some(slot) = block.map(|block| block.slot(head)) {
            // SAFETY: bullet 1; this is its slot.
            if let Some(value) = unsafe { slot.take() } {
                self.move_on(head);
                return Next::Value(value);
            }
        }
        if self.tail.load().is_over(head) { Next::Over } else { Next::Nothing }
    }

    /// Leaves `waker` to be called when there may be something; true if there is something now.
    ///
    /// # Safety
    ///
    /// - The caller is the receiver.
    pub(super) unsafe fn wait(&self, waker: &Waker) -> bool {
        self.receiver.register(waker);
        let head = self.head_of_receiver();
        // SAFETY: bullet 1; this is its slot.
        let mut block = unsafe { self.blocks.block_at(head) };
        if block.is_none() {
            // Nothing was claimed here, so the block can be made.
            self.blocks.grow_to(head, &mut self.blocks.lock());
            // SAFETY: bullet 1; this is its slot.
            block = unsafe { self.blocks.block_at(head) };
        }
        let block = block.expect("the block of the head was made");
        // The end is looked for after the waker was left, so who ends it finds the waker.
        !block.slot(head).wait() || self.tail.load().is_over(head)
    }

    fn head_of_receiver(&self) -> Position {
        // ORDERING: Relaxed; only the receiver writes `head` (I1).
        Position::from_number(self.head.load(Ordering::Relaxed))
    }

    /// The receiver has emptied the slot at `head`.
    #[inline]
    fn move_on(&self, head: Position) {
        // ORDERING: Release; pairs with Acquire in `head`.
        self.head.store(head.plus(1).number(), Ordering::Release);
    }

    /// Wakes the receiver, if it waits.
    pub(super) fn wake_receiver(&self) {
        self.receiver.take().into_iter().for_each(wake);
    }

    /// The receiver takes no more than what was claimed or reserved before.
    pub(super) fn close(&self) {
        if self.tail.close().is_closed() {
            return;
        }
        self.waiting.lock().serve_all(
            |request, ()| *request = Request::Refused,
            |waiting| self.note_if_empty(waiting),
        );
        if !mutant!("mpsc.close_unwatched") {
            self.watching.lock().serve_all(|(), ()| (), |_| ());
        }
    }

    pub(super) fn senders(&self) -> &SenderCount {
        &self.senders
    }

    /// A sender is gone; the last one ends the channel.
    pub(super) fn remove_sender(&self) {
        if self.senders.remove() {
            self.tail.end();
            self.wake_receiver();
        }
    }

    /// Panics unless a channel can have this capacity.
    #[track_caller]
    pub(super) fn check_capacity(capacity: usize) {
        assert!(
            (1..=RESERVED_MAX).contains(&capacity),
            "a channel cannot have a capacity of {capacity}; ask for 1 to {RESERVED_MAX}, or for \
             an `unbounded_channel`"
        );
    }
}

impl<T> Drop for Chan<T> {
    /// Drops the values that nobody received.
    fn drop(&mut self) {
        // SAFETY: the duty of next: nobody else is here, so this is the receiver.
        while let Next::Value(value) = unsafe { self.next() } {
            drop(value);
        }
    }
}
