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
    Cancellation: "../../../docs/guide/cancellation.md",
    FromAsyncioTasks: "../../../docs/guide/from-asyncio/tasks.md",
    FromAsyncioMany: "../../../docs/guide/from-asyncio/many.md",
    FromAsyncioTime: "../../../docs/guide/from-asyncio/time.md",
    FromAsyncioSync: "../../../docs/guide/from-asyncio/sync.md",
    FromAsyncioQueues: "../../../docs/guide/from-asyncio/queues.md",
    FromAsyncioExecutors: "../../../docs/guide/from-asyncio/executors.md",
    FromAsyncioLooking: "../../../docs/guide/from-asyncio/looking.md",
    FromTokio: "../../../docs/guide/from-tokio.md",
    Testing: "../../../docs/guide/testing.md",
    WhenItHangs: "../../../docs/guide/when-it-hangs.md",
}
