//! Symbols, and the hash tables by which the linker finds them.

use object::{ReadRef, elf};

use super::bytes::{size, u16_at, u32_at, u32s, u64_at, wide};
use super::dynamic::Dynamic;
use super::image::Image;
use super::wrong::Wrong;

/// The size of a symbol, in bytes.
const SYMBOL: u64 = 24;
const HASH: Wrong = "the hash table of its symbols is not whole";

/// A library's symbols.
#[derive(Debug)]
pub struct Symbols<'d, 'data> {
    entries: &'data [u8],
    dynamic: &'d Dynamic<'data>,
}

/// A symbol.
#[derive(Debug, Clone, Copy)]
pub struct Symbol {
    name: u32,
    info: u8,
    section: u16,
    /// Its address.
    pub value: u64,
    /// Its size, in bytes.
    pub size: u64,
}

impl Symbol {
    /// What it is: `STT_OBJECT`, `STT_FUNC`, …
    pub fn kind(&self) -> u8 {
        self.info & 0xf
    }

    /// Whether it is the library's own, rather than one that it needs.
    pub fn is_defined(&self) -> bool {
        self.section != elf::SHN_UNDEF.0
    }
}

impl<'d, 'data> Symbols<'d, 'data> {
    /// Reads the symbols. How many there are is said nowhere: the hash tables tell.
    pub fn read(image: &Image<impl ReadRef<'data>>, dynamic: &'d Dynamic<'data>) -> Result<Self, Wrong> {
        let of_hash = dynamic.get(elf::DT_HASH).map(|at| hashed(image, at).ok_or(HASH)).transpose()?;
        // Where there are both, the linker looks into this one.
        let of_gnu_hash = dynamic.get(elf::DT_GNU_HASH).map(|at| gnu_hashed(image, at).ok_or(HASH)).transpose()?;
        let count = of_gnu_hash.or(of_hash).unwrap_or(0);
        let at = dynamic.get(elf::DT_SYMTAB).ok_or("it has no table of symbols")?;
        let entries = count.checked_mul(SYMBOL).and_then(|size| image.bytes(at, size));
        Ok(Symbols { entries: entries.ok_or("its table of symbols is not loaded")?, dynamic })
    }

    /// All symbols.
    pub fn all(&self) -> impl Iterator<Item = Symbol> {
        self.entries.as_chunks::<24>().0.iter().map(|entry| Symbol {
            name: u32_at(entry, 0),
            info: entry[4],
            section: u16_at(entry, 6),
            value: u64_at(entry, 8),
            size: u64_at(entry, 16),
        })
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        wide(self.entries.len()) / SYMBOL
    }

    /// A symbol's name.
    pub fn name(&self, symbol: &Symbol) -> Option<&'data [u8]> {
        self.dynamic.name(symbol.name.into())
    }

    /// Whether each has a name, and those that the linker calls are code.
    pub fn check(&self, image: &Image<impl ReadRef<'data>>) -> Result<(), Wrong> {
        for symbol in self.all() {
            if self.name(&symbol).is_none() {
                return Err("a symbol's name lies outside of its names");
            }
            if symbol.kind() == elf::STT_GNU_IFUNC.0 && symbol.is_defined() && !image.is_code(symbol.value) {
                return Err("a symbol that chooses a function is no code of its own");
            }
        }
        Ok(())
    }
}

/// How many symbols an old hash table (`DT_HASH`) is about; none, if it is not whole, or leads in circles.
fn hashed<'data>(image: &Image<impl ReadRef<'data>>, at: u64) -> Option<u64> {
    let head = image.bytes(at, 8)?;
    let (buckets, symbols) = (u64::from(u32_at(head, 0)), u64::from(u32_at(head, 4)));
    let table = image.bytes(at.checked_add(8)?, (buckets + symbols) * 4)?;
    let (buckets, chains) = table.split_at_checked(size(buckets * 4))?;
    let mut seen = vec![false; size(symbols)];
    for mut number in u32s(buckets) {
        while number != 0 {
            let place = size(number.into());
            let seen = seen.get_mut(place)?;
            if std::mem::replace(seen, true) {
                return None;
            }
            number = u32_at(chains, place * 4);
        }
    }
    Some(symbols)
}

/// How many symbols GNU's hash table is about; none, if it is not whole.
fn gnu_hashed<'data>(image: &Image<impl ReadRef<'data>>, at: u64) -> Option<u64> {
    let head = image.bytes(at, 16)?;
    let [buckets, first, filters] = [0, 4, 8].map(|place| u64::from(u32_at(head, place)));
    if !filters.is_power_of_two() {
        return None;
    }
    let begin = at.checked_add(16)?;
    image.bytes(begin, filters * 8)?;
    let begin = begin + filters * 8;
    let (table, begin) = (image.bytes(begin, buckets * 4)?, begin + buckets * 4);
    let last = u32s(table).max().map_or(0, u64::from);
    if u32s(table).any(|number| number != 0 && u64::from(number) < first) {
        return None;
    }
    if last == 0 {
        return Some(first);
    }
    // Each chain ends at a number that is odd, and the last one ends behind all others.
    let mut number = last;
    while u32_at(image.bytes(begin.checked_add((number - first) * 4)?, 4)?, 0) & 1 == 0 {
        number += 1;
    }
    Some(number + 1)
}
