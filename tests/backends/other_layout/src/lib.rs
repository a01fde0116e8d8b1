//! A library that claims its package's version of the interface, and has other types.
//!
//! Three packages are made of it: `other_layout`, of the version that this artifice speaks,
//! `newer_interface`, of one that it does not speak yet, and `older_interface`, of one that it speaks
//! no longer.

#![allow(
    missing_docs,
    non_local_definitions,
    unsafe_code,
    clippy::as_conversions,
    reason = "what abi_stable's macros write for a library's head"
)]

use abi_stable::library::RootModule;
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::RString;
use abi_stable::{StableAbi, declare_root_module_statics, export_root_module};

/// What this library exports, under the name that the host looks for.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = ModuleRef)))]
#[sabi(missing_field(panic))]
pub struct Module {
    /// The module's name.
    #[sabi(last_prefix_field)]
    pub name: extern "C" fn() -> RString,
}

impl RootModule for ModuleRef {
    declare_root_module_statics! {ModuleRef}
    const BASE_NAME: &'static str = "artifice_backend";
    const NAME: &'static str = "an artifice invoice backend";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new(env!("CARGO_PKG_VERSION"));
}

extern "C" fn name() -> RString {
    env!("CARGO_CRATE_NAME").into()
}

/// The library's head.
#[export_root_module]
pub fn module() -> ModuleRef {
    Module { name }.leak_into_prefix()
}
