//! How long a worker has been awake, in one word that tells it at any moment.

use std::time::Duration;

use rt_primitive::Tally;

/// The sum of a worker's waking time, to which its present one belongs.
///
/// The lowest bit says whether the worker is awake. The rest is, while it sleeps, the sum in
/// nanoseconds; while it is awake, the sum less the time at which it woke, so that adding the time
/// now gives the sum. One word, so no reader sees a sum without the sleep that it belongs to.
#[derive(Debug, Default)]
pub(crate) struct BusyTime {
    // [O] Written by the worker, read by anybody.
    word: Tally,
}

const AWAKE: u64 = 1;

impl BusyTime {
    /// The worker is awake from now on; nothing if it was.
    pub(crate) fn wake(&self, now: Duration) {
        let word = self.word.get();
        if word & AWAKE == 0 {
            self.word.set(word.wrapping_sub(doubled(now)) | AWAKE);
        }
    }

    /// The worker sleeps from now on; nothing if it did.
    pub(crate) fn sleep(&self, now: Duration) {
        let word = self.word.get();
        if word & AWAKE != 0 {
            self.word.set((word & !AWAKE).wrapping_add(doubled(now)));
        }
    }

    /// The sum until now.
    pub(crate) fn read(&self, now: Duration) -> Duration {
        let word = self.word.get();
        let sum = if word & AWAKE == 0 { word } else { (word & !AWAKE).wrapping_add(doubled(now)) };
        // Less than nothing if it woke after `now` was read.
        Duration::from_nanos((sum as i64 / 2).max(0) as u64)
    }
}

/// Nanoseconds, above the lowest bit: enough for 146 years.
fn doubled(now: Duration) -> u64 {
    (now.as_nanos() as u64).wrapping_mul(2)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::BusyTime;

    #[test]
    fn waking_time_adds_up_and_sleep_does_not() {
        let (busy, second) = (BusyTime::default(), Duration::from_secs);
        busy.wake(second(10));
        assert_eq!(busy.read(second(9)), second(0));
        assert_eq!(busy.read(second(12)), second(2));
        busy.sleep(second(15));
        busy.sleep(second(16));
        assert_eq!(busy.read(second(99)), second(5));
        busy.wake(second(100));
        busy.wake(second(101));
        assert_eq!(busy.read(second(107)), second(12));
    }
}
