//! What holds for any samples: aggregation is what its definition says, whatever order samples
//! arrive in; parts of a period add up to the whole; units convert there and back;
//! tiers and packages cost what counting unit by unit does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "properties/charging.rs"]
mod charging;
#[path = "properties/fraction.rs"]
mod fraction;
#[path = "properties/oracle.rs"]
mod oracle;
#[path = "properties/series.rs"]
mod series;

#[path = "properties/additivity.rs"]
mod additivity;
#[path = "properties/adjusting.rs"]
mod adjusting;
#[path = "properties/conversion.rs"]
mod conversion;
#[path = "properties/definition.rs"]
mod definition;
#[path = "properties/parts.rs"]
mod parts;
#[path = "properties/rating.rs"]
mod rating;
#[path = "properties/repetition.rs"]
mod repetition;
