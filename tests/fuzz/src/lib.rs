//! What the fuzz targets have in common: how an input is written, what no input may cost, and what no text may give
//! away. `cargo xtask fuzz` runs the targets.

mod bounds;
mod cloud;
mod input;
mod number;
mod pricing;
mod seal;
mod told;

pub use bounds::{MAIN_MEMORY, bounded};
pub use cloud::cloud;
pub use input::{Input, answers};
pub use number::is_exactly;
pub use pricing::{RULES, calendar, charge, entries};
pub use seal::{PASSWORD, TOKEN, said, sealed};
pub use told::told;

/// Runs a piece of work within the bounds, on an input that is written as [`Input`] says.
#[macro_export]
macro_rules! target {
    (|$input:ident| $work:expr) => {
        $crate::target!(without_secrets, |$input| $work);
    };
    (with_secrets, |$input:ident| $work:expr) => {
        $crate::target!(of, |$input| $work);
    };
    ($read:ident, |$input:ident| $work:expr) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            let $input = $crate::Input::$read(data);
            $crate::bounded($input.len(), || $work);
        });
    };
}
