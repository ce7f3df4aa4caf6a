//! asyncio's features, a test for each row of the table in `docs/guarantees.md`, named after it.

mod groups;
mod looking;
mod many;
mod running;
mod tasks;
mod time_limits;
