//! Operations against a plain model.

mod wheel;
