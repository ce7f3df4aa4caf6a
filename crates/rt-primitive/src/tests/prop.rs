//! Properties, against plain models.

mod deque;
