//! Atomic types that count their read-modify-writes; loads and stores are std's own.

use crate::count;
use std::ops::{Deref, DerefMut};
use std::sync::atomic as plain;

pub use std::sync::atomic::Ordering;

/// A fence; the sequentially consistent ones are counted.
pub fn fence(order: Ordering) {
    if order == Ordering::SeqCst {
        count::fence();
    }
    plain::fence(order);
}

/// Declares the type, and the operations all of them have.
macro_rules! counted {
    ($name:ident $(<$param:ident>)?, $value:ty) => {
        #[doc = concat!("std's `", stringify!($name), "` with its read-modify-writes counted.")]
        #[derive(Debug, Default)]
        #[repr(transparent)]
        pub struct $name $(<$param>)? (plain::$name $(<$param>)?);

        impl $(<$param>)? $name $(<$param>)? {
            /// An atomic that starts as `value`.
            pub const fn new(value: $value) -> Self {
                Self(plain::$name::new(value))
            }

            /// Takes the value out.
            pub fn into_inner(self) -> $value {
                self.0.into_inner()
            }

            /// As std's.
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                count::rmw(1);
                // ORDERING: the caller's.
                self.0.compare_exchange(current, new, success, failure)
            }

            /// As std's.
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                count::rmw(1);
                // ORDERING: the caller's.
                self.0.compare_exchange_weak(current, new, success, failure)
            }

            /// As std's; every attempt is counted.
            pub fn fetch_update(
                &self,
                success: Ordering,
                failure: Ordering,
                mut update: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                // ORDERING: the caller's.
                self.0.fetch_update(success, failure, |value| {
                    let new = update(value)?;
                    count::rmw(1);
                    Some(new)
                })
            }
        }

        impl $(<$param>)? Deref for $name $(<$param>)? {
            type Target = plain::$name $(<$param>)?;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl $(<$param>)? DerefMut for $name $(<$param>)? {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl $(<$param>)? From<$value> for $name $(<$param>)? {
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }

        counted!(@rmw $name $(<$param>)?, $value: swap);
    };
    (@rmw $name:ident $(<$param:ident>)?, $value:ty: $($method:ident)+) => {
        impl $(<$param>)? $name $(<$param>)? {
            $(
                /// As std's.
                pub fn $method(&self, value: $value, order: Ordering) -> $value {
                    count::rmw(1);
                    // ORDERING: the caller's.
                    self.0.$method(value, order)
                }
            )+
        }
    };
}

/// Declares an integer type.
macro_rules! counted_integer {
    ($($name:ident, $value:ty);+ $(;)?) => { $(
        counted!($name, $value);
        counted!(@rmw $name, $value: fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor
            fetch_max fetch_min);
    )+ };
}

counted_integer! {
    AtomicU8, u8;
    AtomicU32, u32;
    AtomicU64, u64;
    AtomicUsize, usize;
}
counted!(AtomicBool, bool);
counted!(@rmw AtomicBool, bool: fetch_and fetch_nand fetch_or fetch_xor);
counted!(AtomicPtr<T>, *mut T);
