//! How much a backend, and a library, may be.

/// The longest reference that a ledger keeps, in bytes.
pub const MAX_REFERENCE: usize = 4096;
/// The longest key of a listed document, in bytes. Those that the ledger gives out have 36.
pub const MAX_KEY: usize = 255;
/// The longest message of an error, in characters: more of it is no help, and the ledger keeps it.
pub const MAX_MESSAGE: usize = artifice_text::LONGEST_LINE;
/// How many program headers a library may have; real ones have a dozen. The dynamic linker puts them on its stack.
pub const MAX_PROGRAM_HEADERS: usize = 64;
/// How much memory a library may take where it is loaded, in bytes.
pub const MAX_IMAGE: u64 = 1 << 30;
/// How much memory a library may take for each thread, in bytes; the process ends where a thread cannot have it.
pub const MAX_THREAD_LOCAL: u64 = 1 << 20;
/// What the memory of a thread may be aligned to, in bytes.
pub const MAX_THREAD_LOCAL_ALIGN: u64 = 4096;
