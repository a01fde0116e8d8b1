//! Libraries that are not what they should be.

use std::fs;
use std::path::{Path, PathBuf};

/// What is changed in the head of an ELF file.
#[derive(Debug, Clone, Copy)]
pub enum Elf {
    /// It claims to be for another machine (`e_machine`).
    OtherMachine,
    /// It claims to be a 32-bit file (`EI_CLASS`).
    OtherClass,
    /// It claims another byte order (`EI_DATA`).
    OtherOrder,
    /// It claims to be a program (`e_type`).
    Program,
}

/// A library's bytes, with that changed.
pub fn damaged(library: &Path, change: Elf) -> Vec<u8> {
    let mut bytes = fs::read(library).unwrap();
    match change {
        // EM_MIPS is no machine that these tests run on.
        Elf::OtherMachine => bytes[18..20].copy_from_slice(&[8, 0]),
        Elf::OtherClass => bytes[4] = 1,
        Elf::OtherOrder => bytes[5] = 2,
        Elf::Program => bytes[16..18].copy_from_slice(&[2, 0]),
    }
    bytes
}

/// A library of the system that is no backend: whatever this process has mapped itself.
pub fn without_backend() -> PathBuf {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut paths = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    let found = paths.find(|path| path.contains("/libc.so") || path.contains("/libgcc_s.so"));
    found.expect("this process uses the system's C library").into()
}
