//! What crosses the boundary, for the host. A backend's author needs nothing of this.

#![allow(missing_docs, unsafe_code, reason = "the derives write items without docs, and unsafe glue")]

use abi_stable::library::RootModule;
use abi_stable::package_version_strings;
use abi_stable::sabi_trait;
use abi_stable::sabi_types::RMut;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RBox, ROption, RResult, RSlice, RStr, RString, RVec};
use abi_stable::{StableAbi, declare_root_module_statics};

use crate::answers::{Detail, Document, Listing, Price, Receipt, Standing};
use crate::call::CallParts;
use crate::document::{Context, Header, Line, PriceQuery, Totals};
use crate::error::Error;
use crate::values::Timestamp;

/// What a class says of itself without being created.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct ClassInfo {
    /// The name behind the colon of `module:Class`.
    pub name: RString,
    /// Its version.
    pub version: RString,
    /// What it is for, in one line.
    pub description: RString,
    /// The JSON Schema of its configuration, as JSON text.
    pub config_schema: RString,
    /// Further facts, by key.
    pub extra: RVec<Detail>,
}

/// Takes the documents that a backend lists.
#[sabi_trait]
pub trait AbiTaker {
    /// Takes one; says whether it wants more of them.
    fn take(&mut self, document: Document) -> bool;
}

/// A borrowed taker.
pub type TakerObject<'t> = AbiTaker_TO<'t, RMut<'t, ()>>;

/// A backend, behind the boundary. See [`crate::Backend`].
#[sabi_trait]
pub trait AbiBackend: Send + Sync {
    fn health(&self, call: &CallParts<'_>) -> RResult<(), Error>;
    fn price(&self, call: &CallParts<'_>, query: &PriceQuery<'_>) -> RResult<ROption<Price>, Error>;
    fn find(&self, call: &CallParts<'_>, header: &Header<'_>) -> RResult<Standing, Error>;
    fn discard(&self, call: &CallParts<'_>, header: &Header<'_>) -> RResult<(), Error>;
    fn longest_delay_s(&self) -> RResult<u64, Error>;
    fn documents(&self, call: &CallParts<'_>, since: Timestamp, taker: TakerObject<'_>) -> RResult<Listing, Error>;
    fn open(&self, call: &CallParts<'_>, header: &Header<'_>) -> RResult<InvoiceObject, Error>;
}

/// A document under way, behind the boundary. See [`crate::Invoice`].
#[sabi_trait]
pub trait AbiInvoice: Send {
    fn section(&mut self, name: RStr<'_>) -> RResult<(), Error>;
    fn lines(&mut self, lines: RSlice<'_, Line<'_>>) -> RResult<(), Error>;
    fn totals(&mut self, totals: &Totals<'_>) -> RResult<(), Error>;
    fn commit(&mut self) -> RResult<Receipt, Error>;
    fn rewrite(&mut self, receipt: &Receipt) -> RResult<ROption<Receipt>, Error>;
}

/// An owned backend.
pub type BackendObject = AbiBackend_TO<'static, RBox<()>>;
/// An owned document under way.
pub type InvoiceObject = AbiInvoice_TO<'static, RBox<()>>;

/// What a library exports.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = ModuleRef)))]
#[sabi(missing_field(panic))]
pub struct Module {
    /// The module's name, equal to what stands before the colon of `module:Class`.
    pub name: extern "C" fn() -> RString,
    /// Its classes.
    pub classes: extern "C" fn() -> RResult<RVec<ClassInfo>, Error>,
    /// Makes a backend of a class from its configuration, as JSON text.
    #[sabi(last_prefix_field)]
    pub create: extern "C" fn(RStr<'_>, RStr<'_>, &Context<'_>) -> RResult<BackendObject, Error>,
}

impl RootModule for ModuleRef {
    declare_root_module_statics! {ModuleRef}
    const BASE_NAME: &'static str = "artifice_backend";
    const NAME: &'static str = "an artifice invoice backend";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
