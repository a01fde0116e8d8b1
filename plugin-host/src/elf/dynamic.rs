//! The dynamic table: where the tables are that the linker works with.

use std::collections::HashMap;

use object::{ReadRef, elf};

use super::bytes;
use super::bytes::wide;
use super::header::Header;
use super::image::Image;
use super::wrong::Wrong;

/// The size of an entry, in bytes.
const ENTRY: u64 = 16;
/// The entries that are places of names.
const NAMES: [elf::DynamicTag; 8] = [
    elf::DT_NEEDED,
    elf::DT_SONAME,
    elf::DT_RPATH,
    elf::DT_RUNPATH,
    elf::DT_AUXILIARY,
    elf::DT_FILTER,
    elf::DT_AUDIT,
    elf::DT_DEPAUDIT,
];

/// A library's dynamic table.
#[derive(Debug)]
pub struct Dynamic<'data> {
    /// Of several values of one kind the last one, which is the one that the linker takes.
    values: HashMap<i64, u64>,
    needed: Vec<u64>,
    names: &'data [u8],
}

impl<'data> Dynamic<'data> {
    /// Reads the table, and checks the names in it.
    pub fn read(image: &Image<impl ReadRef<'data>>, headers: &[Header]) -> Result<Dynamic<'data>, Wrong> {
        let mut tables = headers.iter().filter(|header| header.kind == elf::PT_DYNAMIC);
        let (Some(table), None) = (tables.next(), tables.next()) else { return Err("it has not one dynamic table") };
        const OUTSIDE: Wrong = "its dynamic table lies outside of what is loaded";
        // The linker writes addresses into it.
        let bytes = image.bytes(table.at, table.memory).filter(|_| image.is_writable(table.at, table.memory));
        let bytes = bytes.ok_or(OUTSIDE)?;
        let pairs = bytes.as_chunks::<16>().0.iter().map(|entry| {
            let tag = entry.first_chunk().map_or(0, |tag| i64::from_ne_bytes(*tag));
            (tag, bytes::u64_at(entry, 8))
        });
        let entries: Vec<(i64, u64)> = pairs.take_while(|(tag, _)| *tag != elf::DT_NULL.0).collect();
        if wide(entries.len()) >= table.memory / ENTRY {
            return Err("its dynamic table has no end");
        }
        let values: HashMap<i64, u64> = entries.iter().copied().collect();
        let needed = entries.iter().filter(|(tag, _)| *tag == elf::DT_NEEDED.0).map(|(_, value)| *value).collect();
        let mut dynamic = Dynamic { values, needed, names: &[] };
        let names = dynamic.table(elf::DT_STRTAB, elf::DT_STRSZ)?;
        let names = names.and_then(|(at, size)| image.bytes(at, size)).filter(|names| names.ends_with(&[0]));
        dynamic.names = names.ok_or("its table of names is not loaded")?;
        let is_name = |tag: i64| NAMES.iter().any(|name| name.0 == tag);
        if entries.iter().any(|(tag, value)| is_name(*tag) && dynamic.name(*value).is_none()) {
            return Err("a name in its dynamic table lies outside of its names");
        }
        for code in [elf::DT_INIT, elf::DT_FINI] {
            if dynamic.get(code).is_some_and(|at| !image.is_code(at)) {
                return Err("its initialiser is no code of its own");
            }
        }
        Ok(dynamic)
    }

    /// The value of a kind, if it has one.
    pub fn get(&self, tag: elf::DynamicTag) -> Option<u64> {
        self.values.get(&tag.0).copied()
    }

    /// A table's address and size in bytes; none, if there is no such table.
    pub fn table(&self, at: elf::DynamicTag, size: elf::DynamicTag) -> Result<Option<(u64, u64)>, Wrong> {
        match (self.get(at), self.get(size)) {
            (None, _) => Ok(None),
            (Some(at), Some(size)) => Ok(Some((at, size))),
            (Some(_), None) => Err("its dynamic table has a table without its size"),
        }
    }

    /// The name at a place among the names.
    pub fn name(&self, at: u64) -> Option<&'data [u8]> {
        let rest = self.names.get(bytes::size(at)..)?;
        rest.iter().position(|byte| *byte == 0).and_then(|end| rest.get(..end))
    }

    /// The libraries that it needs.
    pub fn needed(&self) -> impl Iterator<Item = &'data [u8]> {
        self.needed.iter().filter_map(|at| self.name(*at))
    }
}
