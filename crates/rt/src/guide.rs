//! The pages of the guide, so that their programs are compiled and run with the examples in docs.

/// A page of the guide, or the README.
macro_rules! pages {
    ($($name:ident: $path:literal),* $(,)?) => {
        $(
            #[doc = include_str!($path)]
            struct $name;
        )*
    };
}

pages! {
    Readme: "../../../README.md",
    FromAsyncio: "../../../docs/guide/from-asyncio.md",
    FromTokio: "../../../docs/guide/from-tokio.md",
    WhenItHangs: "../../../docs/guide/when-it-hangs.md",
}
