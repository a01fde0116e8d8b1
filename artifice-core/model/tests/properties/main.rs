//! What holds for any samples: aggregation is what its definition says, whatever order samples
//! arrive in; parts of a period add up to the whole; units convert there and back;
//! tiers and packages cost what counting unit by unit does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod charging;
mod fraction;
mod oracle;
mod series;

mod additivity;
mod adjusting;
mod conversion;
mod definition;
mod month_prices;
mod parts;
mod rating;
mod repetition;
mod taking_back;
