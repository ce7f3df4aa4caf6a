//! Thread-local storage that starts from a constant.

/// Declares thread-local values that start from a constant; read them with `with` or `try_with`.
///
/// ```
/// use std::cell::Cell;
///
/// rt_primitive::thread_local! {
///     static DEPTH: Cell<u32> = Cell::new(0);
/// }
/// DEPTH.with(|depth| depth.set(depth.get() + 1));
/// assert_eq!(DEPTH.with(Cell::get), 1);
/// ```
#[macro_export]
macro_rules! thread_local {
    ($($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = $start:expr);+ $(;)?) => {
        $(::std::thread_local! { $(#[$attribute])* $vis static $name: $type = const { $start }; })+
    };
}
