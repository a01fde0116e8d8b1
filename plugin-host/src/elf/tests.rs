//! The C library of the system, as it is and with bytes of it changed: it has every table that there is.

use std::fs;

use proptest::prelude::*;

use super::*;

/// A symbol of glibc's data, larger than a header of backends.
const OBJECT: &str = "_IO_2_1_stdout_";

/// The C library that this process runs with; none, if it is not glibc.
fn library() -> Option<Vec<u8>> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let path =
        maps.lines().filter_map(|line| line.split_whitespace().nth(5)).find(|path| path.contains("/libc.so.6"))?;
    Some(fs::read(path).unwrap())
}

fn checked(bytes: &[u8]) -> Result<bool, &'static str> {
    let headers = header::read(bytes, bytes::wide(bytes.len()))?;
    exports(bytes, &headers, OBJECT)
}

#[test]
fn a_library_as_it_was_built_is_sound() {
    let Some(library) = library() else { return };
    assert_eq!(checked(&library), Ok(true));
    assert_eq!(check(&library[..], bytes::wide(library.len())), Ok(false), "it has no backends");
}

/// What stands in a library's program headers of a kind: the place of each in the file.
fn header_places(library: &[u8], kind: elf::ProgramType) -> Vec<usize> {
    let count = usize::from(bytes::u16_at(library, 56));
    (0..count).map(|index| 64 + index * 56).filter(|at| bytes::u32_at(library, *at) == kind.0).collect()
}

/// The place in the file of an entry of the dynamic table.
fn entry_place(library: &[u8], tag: elf::DynamicTag) -> usize {
    let header = header_places(library, elf::PT_DYNAMIC)[0];
    let (from, length) =
        (bytes::size(bytes::u64_at(library, header + 8)), bytes::size(bytes::u64_at(library, header + 32)));
    let tag = u64::try_from(tag.0).unwrap();
    (from..from + length).step_by(16).find(|at| bytes::u64_at(library, *at) == tag).unwrap()
}

fn with(library: &[u8], at: usize, value: u64) -> Result<bool, &'static str> {
    let mut library = library.to_vec();
    library[at..at + 8].copy_from_slice(&value.to_ne_bytes());
    checked(&library)
}

#[test]
fn what_the_linker_would_follow_out_of_the_library_is_refused() {
    let Some(library) = library() else { return };
    let place = |kind, field: usize| header_places(&library, kind)[0] + field;
    for (at, value, what) in [
        (place(elf::PT_DYNAMIC, 16), 1 << 40, "its dynamic table lies outside of what is loaded"),
        (place(elf::PT_TLS, 40), 1 << 60, "its thread-local data is larger than any library's"),
        (place(elf::PT_TLS, 48), 3, "its thread-local data is larger than any library's"),
        (place(elf::PT_TLS, 16), 1 << 40, "its thread-local data is not loaded"),
        (place(elf::PT_GNU_RELRO, 40), 1 << 32, "what is to be protected after relocation is not its data"),
        (place(elf::PT_LOAD, 40), 1 << 50, "it takes more memory than any library"),
        (entry_place(&library, elf::DT_STRTAB) + 8, 1 << 40, "its table of names is not loaded"),
        (entry_place(&library, elf::DT_SYMTAB) + 8, 1 << 40, "its table of symbols is not loaded"),
        (entry_place(&library, elf::DT_GNU_HASH) + 8, 1 << 40, "the hash table of its symbols is not whole"),
        (entry_place(&library, elf::DT_VERSYM) + 8, 1 << 40, "its table of versions is not whole"),
        (entry_place(&library, elf::DT_VERDEF) + 8, 1 << 40, "its table of versions is not whole"),
        (entry_place(&library, elf::DT_RELA) + 8, 1 << 40, "its table of relocations is not loaded"),
        (entry_place(&library, elf::DT_RELAENT) + 8, 8, "its relocations are of another size than this machine's"),
    ] {
        assert_eq!(with(&library, at, value), Err(what));
    }
}

/// Everything that is loaded but code: what the linker may look at.
fn tables(library: &[u8]) -> Vec<std::ops::Range<usize>> {
    let place = |at: usize, field: usize| bytes::size(bytes::u64_at(library, at + field));
    let data = |at: &usize| bytes::u32_at(library, at + 4) & elf::PF_X.0 == 0;
    let loaded = header_places(library, elf::PT_LOAD).into_iter().filter(data);
    loaded.map(|at| place(at, 8)..place(at, 8) + place(at, 32)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_changed_there_is_an_answer(places in prop::collection::vec((any::<u32>(), any::<u8>()), 1..8)) {
        if let Some(mut library) = library() {
            let tables = tables(&library);
            for (place, byte) in places {
                let place = usize::try_from(place).unwrap();
                // A half of the changes is in the headers at the front.
                let range = if place % 2 == 0 { &(0..1024) } else { &tables[place % tables.len()] };
                library[range.start + place / 7 % range.len()] = byte;
            }
            let _ = checked(&library);
        }
    }
}
