//! What time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use artifice_model::Timestamp;

/// The instant, as Odoo writes it.
pub fn now() -> String {
    let micros = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    Timestamp::from_micros(micros.try_into().unwrap()).to_string()[..19].replace('T', " ")
}
