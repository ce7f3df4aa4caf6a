//! Thread-local storage of the modelled threads.

/// Declares thread-local values of the modelled threads.
#[macro_export]
macro_rules! thread_local {
    ($($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = $start:expr);+ $(;)?) => {
        $($crate::__loom::thread_local! { $(#[$attribute])* $vis static $name: $type = $start; })+
    };
}
