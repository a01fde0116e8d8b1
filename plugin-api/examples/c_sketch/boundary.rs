//! What crosses: the same as `c_sketch.h` says.

use std::ffi::c_void;
use std::mem::{offset_of, size_of};
use std::ptr::slice_from_raw_parts;

use artifice_plugin_api::{Header, Line, RStr, Receipt, Tax, Totals};

// What is handed in crosses as it is, without a copy: every type is `repr(C)`. The header says the same.
const _: () = assert!(size_of::<Header<'_>>() == 272 && offset_of!(Header<'_>, tenant) == 120);
const _: () = assert!(size_of::<Line<'_>>() == 328 && offset_of!(Line<'_>, cost) == 272);
const _: () = assert!(size_of::<Totals<'_>>() == 80 && size_of::<Tax<'_>>() == 104);
const _: () = assert!(size_of::<Receipt>() == 64 && size_of::<Answer>() == 72);
const _: () = assert!(size_of::<RStr<'_>>() == size_of::<Text>());

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text(pub *const u8, pub usize);
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CPair(pub Text, pub Text);
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Answer {
    pub kind: u32, // not `ErrorKind`: a C side may answer any number, and an enum with it would be undefined
    pub text: Text,
    pub what: Text,
    pub details: *const CPair,
    pub details_len: usize,
    pub object: *mut c_void,
    pub owner: *mut c_void,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pairs(pub *const CPair, pub usize);
#[repr(C)]
pub struct CCall {
    pub left_us: u64,
    pub extra: Pairs,
}
pub type Each = extern "C" fn(*mut c_void, Text, Text, Text, Pairs) -> u8;
pub const DONE: u32 = 0;
pub const NONE: u32 = 5;
pub const CANCELLED: u32 = 6;
pub const CHANGED: u32 = 7;

#[repr(C)]
#[allow(non_camel_case_types, reason = "the name of the symbol that a library exports")]
pub struct artifice_plugin_v1 {
    pub size: usize,
    pub about: [Text; 5], // module, class, version, description, schema
    pub create: extern "C" fn(Text, Text) -> Answer,
    pub destroy: extern "C" fn(*mut c_void),
    pub find: extern "C" fn(*mut c_void, &CCall, &Header<'_>) -> Answer,
    pub discard: Option<extern "C" fn(*mut c_void, &CCall, &Header<'_>) -> Answer>,
    pub longest_delay_s: Option<extern "C" fn(*mut c_void) -> u64>,
    pub documents: Option<extern "C" fn(*mut c_void, &CCall, i64, Each, *mut c_void) -> Answer>,
    pub open: extern "C" fn(*mut c_void, &CCall, &Header<'_>) -> Answer,
    pub section: Option<extern "C" fn(*mut c_void, Text) -> Answer>,
    pub lines: extern "C" fn(*mut c_void, *const Line<'_>, usize) -> Answer,
    pub totals: extern "C" fn(*mut c_void, &Totals<'_>) -> Answer,
    pub commit: extern "C" fn(*mut c_void) -> Answer,
    pub close: extern "C" fn(*mut c_void),
    pub release: extern "C" fn(Answer),
}
// SAFETY: a table is constant; the functions may be called from any thread, as the header demands.
unsafe impl Sync for artifice_plugin_v1 {}

/// Copies; nothing of the plugin's memory is kept, and what is not UTF-8 is made so.
pub fn copied(from: Text) -> String {
    if from.0.is_null() {
        return String::new();
    }
    // SAFETY: not null, and the header demands `len` bytes that stay until `release`.
    String::from_utf8_lossy(unsafe { &*slice_from_raw_parts(from.0, from.1) }).into_owned()
}
