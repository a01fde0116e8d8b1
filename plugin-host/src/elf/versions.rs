//! Versions of symbols: which it has, and which it needs of whom.

use object::{ReadRef, elf};

use super::bytes::{u16_at, u32_at};
use super::dynamic::Dynamic;
use super::image::Image;
use super::symbols::Symbols;
use super::wrong::Wrong;

/// The bit of a version's number that is not part of it.
const HIDDEN: u16 = 0x8000;
const NOT_WHOLE: Wrong = "its table of versions is not whole";

/// Checks that each symbol's version is one of the tables', and that each library whose versions it needs is one that
/// it needs.
pub fn check<'data>(
    image: &Image<impl ReadRef<'data>>,
    dynamic: &Dynamic<'data>,
    symbols: &Symbols<'_, 'data>,
) -> Result<(), Wrong> {
    let needed = dynamic.get(elf::DT_VERNEED).map(|at| highest_needed(image, dynamic, at)).transpose()?;
    let defined = dynamic.get(elf::DT_VERDEF).map(|at| highest_defined(image, dynamic, at)).transpose()?;
    let highest = needed.max(defined);
    match (dynamic.get(elf::DT_VERSYM), highest) {
        (None, None) => Ok(()),
        (Some(at), Some(highest)) => {
            let numbers = image.bytes(at, symbols.count() * 2).ok_or(NOT_WHOLE)?;
            let mut numbers = numbers.as_chunks::<2>().0.iter().map(|number| u16::from_ne_bytes(*number));
            if numbers.all(|number| number & !HIDDEN <= highest) {
                Ok(())
            } else {
                Err("a symbol has a version that is in no table")
            }
        }
        _ => Err("it has versions of symbols without a table of them"),
    }
}

/// The highest number of a version that it needs of another library.
fn highest_needed<'data>(
    image: &Image<impl ReadRef<'data>>,
    dynamic: &Dynamic<'data>,
    first: u64,
) -> Result<u16, Wrong> {
    let (mut at, mut highest) = (first, 0);
    loop {
        let entry = image.bytes(at, 16).ok_or(NOT_WHOLE)?;
        let file = dynamic.name(u32_at(entry, 4).into());
        if !dynamic.needed().any(|needed| Some(needed) == file) {
            return Err("it needs versions of a library that it does not need");
        }
        let mut version_at = at.saturating_add(u32_at(entry, 8).into());
        loop {
            let version = image.bytes(version_at, 16).ok_or(NOT_WHOLE)?;
            if dynamic.name(u32_at(version, 8).into()).is_none() {
                return Err(NOT_WHOLE);
            }
            highest = highest.max(u16_at(version, 6) & !HIDDEN);
            match u32_at(version, 12) {
                0 => break,
                step => version_at = version_at.saturating_add(step.into()),
            }
        }
        match u32_at(entry, 12) {
            0 => return Ok(highest),
            step => at = at.saturating_add(step.into()),
        }
    }
}

/// The highest number of a version that it has itself.
fn highest_defined<'data>(
    image: &Image<impl ReadRef<'data>>,
    dynamic: &Dynamic<'data>,
    first: u64,
) -> Result<u16, Wrong> {
    let (mut at, mut highest) = (first, 0);
    loop {
        let entry = image.bytes(at, 20).ok_or(NOT_WHOLE)?;
        highest = highest.max(u16_at(entry, 4) & !HIDDEN);
        let name = image.bytes(at.saturating_add(u32_at(entry, 12).into()), 8).ok_or(NOT_WHOLE)?;
        if dynamic.name(u32_at(name, 0).into()).is_none() {
            return Err(NOT_WHOLE);
        }
        match u32_at(entry, 16) {
            0 => return Ok(highest),
            step => at = at.saturating_add(step.into()),
        }
    }
}
