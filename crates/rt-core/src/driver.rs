//! What a thread sleeps in, and where the futures that wait for time register.

use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::context;
use crate::error::NoRuntime;
use crate::shared::ExecutorShared;

/// Fires what is due, and says until when a thread may sleep.
///
/// A driver has a part for each *slot*: 0 to `workers` are the workers, and after them come
/// [`GUESTS`] slots for threads inside `block_on`. rt-time implements it for timers.
///
/// [`GUESTS`]: crate::GUESTS
///
/// ```
/// use rt_core::{Config, Driver, Executor};
/// use std::any::{Any, TypeId};
/// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
/// use std::time::Instant;
///
/// /// Counts how often it is asked, and has nothing that falls due.
/// #[derive(Default)]
/// struct Looks(AtomicU64);
///
/// impl Driver for Looks {
///     fn turn(&self, _slot: usize) -> Option<Instant> {
///         self.0.fetch_add(1, Ordering::Relaxed);
///         None
///     }
///     fn hand_over(&self, _from: usize, _to: usize) -> bool { false }
///     fn shutdown(&self, _slot: usize) {}
///     fn part(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
///         (id == TypeId::of::<Looks>()).then_some(self)
///     }
/// }
///
/// let executor = Executor::start(Config::current_thread(), Arc::new(Looks::default())).unwrap();
/// executor.block_on(rt_core::yield_now());
/// ```
pub trait Driver: Send + Sync + 'static {
    /// Fires what is due for `slot`, and returns when the slot's thread must be awake next.
    ///
    /// Wakers run on the calling thread, outside every lock. The thread that drives `slot` calls it
    /// before each park, and every 61 turns of its run loop, or 30 µs if that is sooner. So it must
    /// cost next to nothing while nothing is registered. Another thread calls it only after a
    /// [`jump`](Driver::jump).
    fn turn(&self, slot: usize) -> Option<Instant>;

    /// Whether `turn` would fire something for some slot.
    ///
    /// Asked, as [`jump`](Driver::jump) is, while every thread of the executor sleeps and no task
    /// is ready.
    fn is_due(&self) -> bool {
        false
    }

    /// Nobody can go on before something is due: unless something is, a clock that stands still
    /// moves to the first deadline. True if something is due then, and the slots are turned, on
    /// whatever thread found that nobody can go on.
    fn jump(&self) -> bool {
        false
    }

    /// `from` is not driven by anybody any more: moves what waits there to `to`, which is.
    ///
    /// True if something moved: then the caller unparks the thread of `to`.
    fn hand_over(&self, from: usize, to: usize) -> bool;

    /// `slot` is not driven any more, because the executor stops: wakes all that waits there, and
    /// refuses what is registered later.
    fn shutdown(&self, slot: usize);

    /// A future that is ready when so much time has passed, for what waits in this crate with a
    /// limit; `None` from a driver without a clock.
    fn sleep(&self, duration: Duration) -> Option<DriverSleep> {
        let _ = duration;
        None
    }

    /// The part of the driver that has this type, for the futures that register with it.
    fn part(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)>;
}

/// A wait for time, as a driver makes it.
pub type DriverSleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A driver with nothing in it.
///
/// For an executor that needs no timers; see [`Executor::start`](crate::Executor::start).
///
/// ```
/// use rt_core::{Config, Executor, NoDriver};
///
/// let driver = std::sync::Arc::new(NoDriver);
/// let executor = Executor::start(Config::current_thread(), driver).unwrap();
/// executor.block_on(async {});
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDriver;

impl Driver for NoDriver {
    fn turn(&self, _slot: usize) -> Option<Instant> {
        None
    }

    fn hand_over(&self, _from: usize, _to: usize) -> bool {
        false
    }

    fn shutdown(&self, _slot: usize) {}

    fn part(&self, _type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        None
    }
}

/// Where a registration made on the calling thread belongs.
///
/// [`with_driver`] gives it.
///
/// ```
/// # use rt_core::{Config, Driver, Executor};
/// # use std::{any::{Any, TypeId}, sync::Arc, time::Instant};
/// # struct Timers;
/// # impl Driver for Timers {
/// #     fn turn(&self, _slot: usize) -> Option<Instant> { None }
/// #     fn hand_over(&self, _from: usize, _to: usize) -> bool { false }
/// #     fn shutdown(&self, _slot: usize) {}
/// #     fn part(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
/// #         (id == TypeId::of::<Timers>()).then_some(self)
/// #     }
/// # }
/// # let executor = Executor::start(Config::current_thread(), Arc::new(Timers)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Place, with_driver};
///
/// let own = with_driver(|_: &Timers, place: Place<'_>| place.is_own());
/// assert_eq!(own, Ok(true));
/// # });
/// ```
pub struct Place<'a> {
    shared: &'a ExecutorShared,
    slot: usize,
    is_own: bool,
}

impl Place<'_> {
    /// The slot to register with.
    ///
    /// ```
    /// # use rt_core::{Config, Driver, Executor};
    /// # use std::{any::{Any, TypeId}, sync::Arc, time::Instant};
    /// # struct Timers;
    /// # impl Driver for Timers {
    /// #     fn turn(&self, _slot: usize) -> Option<Instant> { None }
    /// #     fn hand_over(&self, _from: usize, _to: usize) -> bool { false }
    /// #     fn shutdown(&self, _slot: usize) {}
    /// #     fn part(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
    /// #         (id == TypeId::of::<Timers>()).then_some(self)
    /// #     }
    /// # }
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(Timers)).unwrap();
    /// # executor.block_on(async {
    /// let slot = rt_core::with_driver(|_: &Timers, place| place.slot());
    /// assert!(slot.unwrap() <= rt_core::GUESTS); // there is one worker's, and the guests'
    /// # });
    /// ```
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// True if the calling thread drives that slot: it will look before it sleeps.
    ///
    /// ```
    /// # use rt_core::{Config, Driver, Executor};
    /// # use std::{any::{Any, TypeId}, sync::Arc, time::Instant};
    /// # struct Timers;
    /// # impl Driver for Timers {
    /// #     fn turn(&self, _slot: usize) -> Option<Instant> { None }
    /// #     fn hand_over(&self, _from: usize, _to: usize) -> bool { false }
    /// #     fn shutdown(&self, _slot: usize) {}
    /// #     fn part(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
    /// #         (id == TypeId::of::<Timers>()).then_some(self)
    /// #     }
    /// # }
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(Timers)).unwrap();
    /// # executor.block_on(async {
    /// let is_own = rt_core::with_driver(|_: &Timers, place| place.is_own());
    /// assert_eq!(is_own, Ok(true));
    /// # });
    /// ```
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// Tells every thread that the driver's clock was stopped, started or set. From now on the
    /// executor counts who sleeps, and calls [`Driver::jump`] when everybody does.
    ///
    /// ```
    /// # use rt_core::{Config, Driver, Executor};
    /// # use std::{any::{Any, TypeId}, sync::Arc, time::Instant};
    /// # struct Timers;
    /// # impl Driver for Timers {
    /// #     fn turn(&self, _slot: usize) -> Option<Instant> { None }
    /// #     fn hand_over(&self, _from: usize, _to: usize) -> bool { false }
    /// #     fn shutdown(&self, _slot: usize) {}
    /// #     fn part(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
    /// #         (id == TypeId::of::<Timers>()).then_some(self)
    /// #     }
    /// # }
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(Timers)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::with_driver(|_: &Timers, place| place.clock_changed()).unwrap();
    /// # });
    /// ```
    pub fn clock_changed(&self) {
        self.shared.count_sleepers();
        self.shared.unpark_all();
    }

    /// Makes the thread of the slot look at its driver again; nothing to do for one's own.
    ///
    /// ```
    /// # use rt_core::{Config, Driver, Executor};
    /// # use std::{any::{Any, TypeId}, sync::Arc, time::Instant};
    /// # struct Timers;
    /// # impl Driver for Timers {
    /// #     fn turn(&self, _slot: usize) -> Option<Instant> { None }
    /// #     fn hand_over(&self, _from: usize, _to: usize) -> bool { false }
    /// #     fn shutdown(&self, _slot: usize) {}
    /// #     fn part(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
    /// #         (id == TypeId::of::<Timers>()).then_some(self)
    /// #     }
    /// # }
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(Timers)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::with_driver(|_: &Timers, place| place.unpark()).unwrap();
    /// # });
    /// ```
    pub fn unpark(&self) {
        if !self.is_own {
            self.shared.slots[self.slot].parker.unpark();
        }
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("slot", &self.slot).field("is_own", &self.is_own).finish()
    }
}

/// Calls `f` with the part of the current runtime's driver that has type `D`.
///
/// ```
/// # use rt_core::{Config, Driver, Executor};
/// # use std::{any::{Any, TypeId}, sync::Arc, time::Instant};
/// # struct Timers;
/// # impl Driver for Timers {
/// #     fn turn(&self, _slot: usize) -> Option<Instant> { None }
/// #     fn hand_over(&self, _from: usize, _to: usize) -> bool { false }
/// #     fn shutdown(&self, _slot: usize) {}
/// #     fn part(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
/// #         (id == TypeId::of::<Timers>()).then_some(self)
/// #     }
/// # }
/// # let executor = Executor::start(Config::current_thread(), Arc::new(Timers)).unwrap();
/// # executor.block_on(async {
/// let found = rt_core::with_driver(|_: &Timers, _place| "there they are");
/// assert_eq!(found, Ok("there they are"));
/// # });
/// ```
///
/// # Errors
///
/// [`NoRuntime`] if the calling thread is not inside a runtime.
///
/// # Panics
///
/// If the runtime's driver has no such part.
pub fn with_driver<D: Any + Send + Sync, R>(
    f: impl FnOnce(&D, Place<'_>) -> R,
) -> Result<R, NoRuntime> {
    context::with_shared(|shared, own| {
        let Some(part) = part_of(shared) else {
            let name = std::any::type_name::<D>();
            panic!("this runtime was started without a driver part of type {name}");
        };
        let slot = own.map_or(0, |worker| worker.slot);
        f(part, Place { shared, slot, is_own: own.is_some() })
    })
}

/// Calls `f` with the part of the current runtime's driver that has type `D`; `None` outside a
/// runtime, and in one whose driver has no such part.
///
/// ```
/// assert_eq!(rt_core::try_with_driver(|_: &u8| ()), None); // no runtime, no driver
/// ```
pub fn try_with_driver<D: Any + Send + Sync, R>(f: impl FnOnce(&D) -> R) -> Option<R> {
    context::with_shared(|shared, _| part_of(shared).map(f)).ok().flatten()
}

fn part_of<D: Any + Send + Sync>(shared: &ExecutorShared) -> Option<&D> {
    shared.driver.part(TypeId::of::<D>())?.downcast_ref::<D>()
}
