//! What can be told of a file before the dynamic linker sees it.
//!
//! `dlopen` maps a file without looking whether it is whole, so a truncated one ends the process
//! with SIGBUS; and what it says of other faults is often misleading (of a library for another
//! architecture: "No such file or directory"). So the headers are read first.

use std::fs::File;
use std::path::Path;

use object::read::ReadCache;
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSymbol, ReadRef, elf};

use crate::error::LoadError;

/// The symbol under which a library exports its backends (abi_stable's name for it).
pub const SYMBOL: &str = "_1as_0lib_1header_0root_bmodule_bloader";

/// Checks that a file is a whole shared library of this machine, with backends in it.
pub fn check(path: &Path) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
    let bad = |what: &str| LoadError::BadFile { path: path.to_owned(), what: what.to_owned() };
    // Before it is opened: opening a pipe would wait for somebody to write into it.
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(bad("not a file; name the shared library itself"));
    }
    if about.len() == 0 {
        return Err(bad("empty; build or install the library again"));
    }
    let file = File::open(path).map_err(unreadable)?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !is_whole(&ReadCache::new(file), about.len()).map_err(bad)? {
        return Err(LoadError::NoBackend { path: path.to_owned() });
    }
    Ok(())
}

const NOT_A_LIBRARY: &str = "not a shared library (no ELF header); build the crate as a cdylib and install the .so";
const TRUNCATED: &str = "truncated: parts that its headers name lie beyond its end; install it again";
const OTHER_MACHINE: &str = "built for another architecture; build it for this machine";

/// Whether a whole library has the backends' symbol, or else what is wrong with it.
fn is_whole<'data>(data: impl ReadRef<'data>, length: u64) -> Result<bool, &'static str> {
    let magic = data.read_bytes_at(0, 20).map_err(|()| NOT_A_LIBRARY)?;
    if !magic.starts_with(&elf::ELFMAG) {
        return Err(NOT_A_LIBRARY);
    }
    let (class, order) = if cfg!(target_pointer_width = "64") {
        (elf::ELFCLASS64.0, if cfg!(target_endian = "big") { elf::ELFDATA2MSB.0 } else { elf::ELFDATA2LSB.0 })
    } else {
        return Err("artifice loads backends on 64-bit machines only");
    };
    if magic[4] != class || magic[5] != order {
        return Err(OTHER_MACHINE);
    }
    let header = elf::FileHeader64::<Endianness>::parse(data).map_err(|_| TRUNCATED)?;
    let endian = header.endian().map_err(|_| OTHER_MACHINE)?;
    if header.e_machine(endian) != MACHINE {
        return Err(OTHER_MACHINE);
    }
    if header.e_type(endian) != elf::ET_DYN {
        return Err("an ELF file, but no shared library; build the crate as a cdylib");
    }
    let segments = header.program_headers(endian, data).map_err(|_| TRUNCATED)?;
    let fits = |offset: u64, size: u64| offset.checked_add(size).is_some_and(|end| end <= length);
    if segments.is_empty() || !segments.iter().all(|s| fits(s.p_offset(endian), s.p_filesz(endian))) {
        return Err(TRUNCATED);
    }
    header.section_headers(endian, data).map_err(|_| TRUNCATED)?;
    let library = object::read::elf::ElfFile64::<Endianness, _>::parse(data).map_err(|_| TRUNCATED)?;
    Ok(library.dynamic_symbols().any(|symbol| symbol.is_definition() && symbol.name() == Ok(SYMBOL)))
}

#[cfg(target_arch = "x86_64")]
const MACHINE: elf::Machine = elf::EM_X86_64;
#[cfg(target_arch = "aarch64")]
const MACHINE: elf::Machine = elf::EM_AARCH64;
#[cfg(target_arch = "riscv64")]
const MACHINE: elf::Machine = elf::EM_RISCV;
#[cfg(target_arch = "powerpc64")]
const MACHINE: elf::Machine = elf::EM_PPC64;
#[cfg(target_arch = "s390x")]
const MACHINE: elf::Machine = elf::EM_S390;
