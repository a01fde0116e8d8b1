//! Relocations: where the linker writes addresses, before anything of the library runs.

use object::{ReadRef, elf};

use super::bytes::{size, u64_at, u64s, wide};
use super::dynamic::Dynamic;
use super::image::Image;
use super::symbols::{Symbol, Symbols};
use super::wrong::Wrong;

/// The size of a relocation, in bytes.
const RELOCATION: u64 = 24;
/// The size of an address, in bytes.
const WORD: u64 = 8;
const NOT_LOADED: Wrong = "its table of relocations is not loaded";
const NO_CODE: Wrong = "an initialiser is no code of its own";

/// The kinds of relocations that libraries have on this machine, as its psABI numbers them.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
struct Kinds {
    none: u32,
    /// The library's own address and a number.
    relative: u32,
    /// A symbol's address.
    symbol: [u32; 3],
    /// What thread-local data needs.
    thread_local: [u32; 3],
    /// The same in two words.
    thread_local_pair: u32,
    /// What a function of the library answers when the linker calls it.
    called: u32,
}

#[cfg(target_arch = "x86_64")]
const KINDS: Kinds = Kinds {
    none: 0,
    relative: elf::R_X86_64_RELATIVE.0,
    symbol: [elf::R_X86_64_64.0, elf::R_X86_64_GLOB_DAT.0, elf::R_X86_64_JUMP_SLOT.0],
    thread_local: [elf::R_X86_64_DTPMOD64.0, elf::R_X86_64_DTPOFF64.0, elf::R_X86_64_TPOFF64.0],
    thread_local_pair: elf::R_X86_64_TLSDESC.0,
    called: elf::R_X86_64_IRELATIVE.0,
};
#[cfg(target_arch = "aarch64")]
const KINDS: Kinds = Kinds {
    none: 0,
    relative: elf::R_AARCH64_RELATIVE.0,
    symbol: [elf::R_AARCH64_ABS64.0, elf::R_AARCH64_GLOB_DAT.0, elf::R_AARCH64_JUMP_SLOT.0],
    thread_local: [elf::R_AARCH64_TLS_DTPMOD.0, elf::R_AARCH64_TLS_DTPREL.0, elf::R_AARCH64_TLS_TPREL.0],
    thread_local_pair: elf::R_AARCH64_TLSDESC.0,
    called: elf::R_AARCH64_IRELATIVE.0,
};

/// What is checked, and what was found on the way.
struct Relocations<'c, 'data, R> {
    image: &'c Image<R>,
    symbols: &'c Symbols<'c, 'data>,
    own_symbols: Vec<Symbol>,
    has_thread_locals: bool,
    initialisers: Vec<Initialisers>,
}

/// A table of functions that the linker calls, and which of them have got their address.
struct Initialisers {
    at: u64,
    relocated: Vec<bool>,
}

/// Checks that the linker writes only into what is the library's to write, what it can, and that the initialisers that it
/// calls are code.
pub fn check<'data>(
    image: &Image<impl ReadRef<'data>>,
    dynamic: &Dynamic<'data>,
    symbols: &Symbols<'_, 'data>,
    has_thread_locals: bool,
) -> Result<(), Wrong> {
    let mut initialisers = Vec::new();
    for (at, bytes) in [(elf::DT_INIT_ARRAY, elf::DT_INIT_ARRAYSZ), (elf::DT_FINI_ARRAY, elf::DT_FINI_ARRAYSZ)] {
        let Some((at, bytes)) = dynamic.table(at, bytes)? else { continue };
        if image.bytes(at, bytes).is_none() {
            return Err("its initialisers are not loaded");
        }
        initialisers.push(Initialisers { at, relocated: vec![false; size(bytes / WORD)] });
    }
    let own_symbols = symbols.all().collect();
    let mut all = Relocations { image, symbols, own_symbols, has_thread_locals, initialisers };
    if dynamic.get(elf::DT_REL).is_some() {
        return Err("it has relocations that this machine does not know");
    }
    if let Some(table) = dynamic.table(elf::DT_RELA, elf::DT_RELASZ)? {
        if dynamic.get(elf::DT_RELAENT) != Some(RELOCATION) {
            return Err("its relocations are of another size than this machine's");
        }
        all.table(table, dynamic.get(elf::DT_RELACOUNT).unwrap_or(0))?;
    }
    if let Some(kind) = dynamic.get(elf::DT_PLTREL) {
        if kind != u64::try_from(elf::DT_RELA.0).unwrap_or_default() {
            return Err("it has relocations that this machine does not know");
        }
        all.table(dynamic.table(elf::DT_JMPREL, elf::DT_PLTRELSZ)?.ok_or(NOT_LOADED)?, 0)?;
    }
    if let Some(table) = dynamic.table(elf::DT_RELR, elf::DT_RELRSZ)? {
        if dynamic.get(elf::DT_RELRENT) != Some(WORD) {
            return Err("its relocations are of another size than this machine's");
        }
        all.packed(table)?;
    }
    if all.initialisers.iter().any(|table| table.relocated.contains(&false)) { Err(NO_CODE) } else { Ok(()) }
}

impl<'data, R: ReadRef<'data>> Relocations<'_, 'data, R> {
    /// A table of relocations, of which the first so many are to be relative ones.
    fn table(&mut self, (at, bytes): (u64, u64), relative: u64) -> Result<(), Wrong> {
        let table = self.image.bytes(at, bytes).ok_or(NOT_LOADED)?;
        for (index, entry) in table.as_chunks::<24>().0.iter().enumerate() {
            let (to, addend) = (u64_at(entry, 0), u64_at(entry, 16));
            let info = u64_at(entry, 8);
            let number = info >> 32;
            let kind = u32::try_from(info & u64::from(u32::MAX)).unwrap_or_default();
            if number >= self.symbols.count().max(1) {
                return Err("a relocation is about a symbol that is not there");
            }
            let symbol = self.own_symbols.get(size(number)).filter(|_| number != 0).copied();
            self.one(kind, symbol, to, addend, wide(index) < relative)?;
        }
        Ok(())
    }

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn one(&mut self, kind: u32, symbol: Option<Symbol>, to: u64, addend: u64, relative: bool) -> Result<(), Wrong> {
        const UNKNOWN: Wrong = "it has a relocation of a kind that no library has";
        if relative && kind != KINDS.relative {
            return Err("its relocations are not in their order");
        }
        if kind == KINDS.none {
            return Ok(());
        }
        self.writes(to, if kind == KINDS.thread_local_pair { 2 * WORD } else { WORD })?;
        if kind == KINDS.relative {
            // Where it leads the linker does not go: compilers take addresses before an array's beginning.
            self.initialises(to, addend)
        } else if kind == KINDS.called {
            if self.image.is_code(addend) { Ok(()) } else { Err("a relocation calls what is no code of its own") }
        } else if KINDS.thread_local.contains(&kind) || kind == KINDS.thread_local_pair {
            let known = symbol.is_none_or(|symbol| symbol.kind() == elf::STT_TLS.0)
                && (self.has_thread_locals || symbol.is_some_and(|symbol| !symbol.is_defined()));
            if known { Ok(()) } else { Err("a relocation is about thread-local data that is not there") }
        } else if KINDS.symbol.contains(&kind) {
            self.initialises_by_symbol(to, symbol)
        } else {
            Err(UNKNOWN)
        }
    }

    /// What the kinds are is not known here: that the linker writes where it may is all that is checked.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn one(&mut self, _kind: u32, symbol: Option<Symbol>, to: u64, _addend: u64, _relative: bool) -> Result<(), Wrong> {
        self.writes(to, WORD)?;
        self.initialises_by_symbol(to, symbol)
    }

    /// Relative relocations in few words: an address, then bits for the 63 words behind it. What is added to stands in
    /// the word itself.
    fn packed(&mut self, (at, bytes): (u64, u64)) -> Result<(), Wrong> {
        let mut next = 0;
        for entry in u64s(self.image.bytes(at, bytes).ok_or(NOT_LOADED)?) {
            if entry & 1 == 0 {
                self.packed_one(entry)?;
                next = entry.saturating_add(WORD);
            } else {
                for bit in (1..64).filter(|bit| entry >> bit & 1 == 1) {
                    self.packed_one(next.saturating_add((bit - 1) * WORD))?;
                }
                next = next.saturating_add(63 * WORD);
            }
        }
        Ok(())
    }

    fn packed_one(&mut self, to: u64) -> Result<(), Wrong> {
        self.writes(to, WORD)?;
        let addend = self.image.bytes(to, WORD).map_or(0, |bytes| u64_at(bytes, 0));
        self.initialises(to, addend)
    }

    fn writes(&self, to: u64, bytes: u64) -> Result<(), Wrong> {
        if self.image.is_writable(to, bytes) { Ok(()) } else { Err("a relocation is not about its data") }
    }

    /// The address of an initialiser is code.
    fn initialises(&mut self, to: u64, addend: u64) -> Result<(), Wrong> {
        let is_code = self.image.is_code(addend);
        self.initialised(to, is_code)
    }

    fn initialises_by_symbol(&mut self, to: u64, symbol: Option<Symbol>) -> Result<(), Wrong> {
        let is_function = symbol.is_some_and(|symbol| {
            symbol.kind() == elf::STT_FUNC.0 && (!symbol.is_defined() || self.image.is_code(symbol.value))
        });
        self.initialised(to, is_function)
    }

    /// Takes note of an initialiser, if that is what was written.
    fn initialised(&mut self, to: u64, is_code: bool) -> Result<(), Wrong> {
        let place = |table: &Initialisers| to.checked_sub(table.at).map(|from| (from % WORD, size(from / WORD)));
        for table in &mut self.initialisers {
            let Some((within, place)) = place(table) else { continue };
            let Some(relocated) = table.relocated.get_mut(place) else { continue };
            if within != 0 || !is_code {
                return Err(NO_CODE);
            }
            *relocated = true;
        }
        Ok(())
    }
}
