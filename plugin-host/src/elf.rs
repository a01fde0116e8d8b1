//! What the dynamic linker takes on trust of a library's file.
//!
//! The linker follows the addresses, sizes and indices of its tables wherever they lead, so a damaged one ends the
//! process, or makes it write where it must not. What it follows before it runs anything of the library is checked
//! here: the segments, the dynamic table, names, symbols and their hash tables, versions, relocations, initialisers. (What
//! glibc does with each is in its elf/dl-load.c, dl-version.c, dl-lookup.c and dl-reloc.c.)
//!
//! What the library's code and data *are* is beyond any check: they are its author's.

mod bytes;
mod dynamic;
mod header;
mod image;
mod loaded;
mod relocations;
mod symbols;
#[cfg(test)]
mod tests;
mod versions;
mod wrong;

use artifice_plugin_api::abi_stable::library::LibHeader;
use object::{ReadRef, elf};

use dynamic::Dynamic;
use header::Header;
use image::Image;
use symbols::{Symbol, Symbols};
use wrong::Wrong;

/// The symbol under which a library exports its backends (abi_stable's name for it).
pub const SYMBOL: &str = "_1as_0lib_1header_0root_bmodule_bloader";

/// Whether a library of this machine exports backends. It is sound then, as far as the linker trusts it.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check<'data>(data: impl ReadRef<'data>, length: u64) -> Result<bool, String> {
    let headers = header::read(data, length)?;
    let damaged = |what| format!("damaged: {what}; build or install it again");
    exports(data, &headers, SYMBOL).map_err(damaged)
}

fn exports<'data>(data: impl ReadRef<'data>, headers: &[Header], name: &str) -> Result<bool, Wrong> {
    let image = Image::new(data, headers)?;
    let dynamic = Dynamic::read(&image, headers)?;
    let symbols = Symbols::read(&image, &dynamic)?;
    let is_it = |symbol: &Symbol| symbol.is_defined() && symbols.name(symbol) == Some(name.as_bytes());
    let Some(symbol) = symbols.all().find(is_it) else { return Ok(false) };
    check_symbol(&image, &symbol)?;
    symbols.check(&image)?;
    let has_thread_locals = loaded::check(&image, headers)?;
    versions::check(&image, &dynamic, &symbols)?;
    relocations::check(&image, &dynamic, &symbols, has_thread_locals)?;
    Ok(true)
}

/// What stands under the backends' symbol is read and written as abi_stable's header.
fn check_symbol<'data>(image: &Image<impl ReadRef<'data>>, symbol: &Symbol) -> Result<(), Wrong> {
    let size = bytes::wide(size_of::<LibHeader>());
    let is_header = symbol.kind() == elf::STT_OBJECT.0
        && symbol.size >= size
        && symbol.value.is_multiple_of(bytes::wide(align_of::<LibHeader>()))
        && image.bytes(symbol.value, size).is_some()
        && image.is_writable(symbol.value, size);
    if is_header { Ok(()) } else { Err("the symbol of its backends is no header of backends in its data") }
}
