//! The headers of a file: whose machine it is for, whether it is whole, and what the linker is to make of it.

use object::elf::{self, FileHeader64};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, ReadRef};

const NOT_A_LIBRARY: &str = "not a shared library (no ELF header); build the crate as a cdylib and install the .so";
const TRUNCATED: &str = "truncated: parts that its headers name lie beyond its end; install it again";
const OTHER_MACHINE: &str = "built for another architecture; build it for this machine";

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

/// A program header: what the linker is to make of a part of the file.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// What it is.
    pub kind: elf::ProgramType,
    /// What may be done with it in memory: `PF_R`, `PF_W`, `PF_X`.
    pub flags: u32,
    /// Where it is in the file.
    pub offset: u64,
    /// Where it is in memory, from where the library is loaded.
    pub at: u64,
    /// Its bytes in the file.
    pub stored: u64,
    /// Its bytes in memory.
    pub memory: u64,
    /// What its address is aligned to.
    pub align: u64,
}

/// The program headers of a whole library of this machine.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn read<'data>(data: impl ReadRef<'data>, length: u64) -> Result<Vec<Header>, &'static str> {
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
    let header = FileHeader64::<Endianness>::parse(data).map_err(|_| TRUNCATED)?;
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
    let headers = segments.iter().map(|segment| Header {
        kind: segment.p_type(endian),
        flags: segment.p_flags(endian).0,
        offset: segment.p_offset(endian),
        at: segment.p_vaddr(endian),
        stored: segment.p_filesz(endian),
        memory: segment.p_memsz(endian),
        align: segment.p_align(endian),
    });
    Ok(headers.collect())
}
