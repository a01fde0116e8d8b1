//! What else program headers say of what is loaded.

use object::{ReadRef, elf};

use super::header::Header;
use super::image::Image;
use super::wrong::Wrong;
use crate::limits::{MAX_PROGRAM_HEADERS, MAX_THREAD_LOCAL, MAX_THREAD_LOCAL_ALIGN};

/// Checks the headers that say more of what is loaded. Answers whether the library has memory for each thread.
pub fn check<'data>(image: &Image<impl ReadRef<'data>>, headers: &[Header]) -> Result<bool, Wrong> {
    if headers.len() > MAX_PROGRAM_HEADERS {
        return Err("it has too many program headers");
    }
    let mut thread_locals = 0;
    for header in headers {
        let Header { at, memory, .. } = *header;
        match header.kind {
            elf::PT_TLS => {
                check_thread_locals(image, header)?;
                thread_locals += 1;
            }
            // The linker looks for these at their address and not in the file.
            elf::PT_PHDR | elf::PT_NOTE | elf::PT_GNU_PROPERTY | elf::PT_GNU_EH_FRAME
                if image.bytes(at, memory).is_none() =>
            {
                return Err("a program header is about what is not loaded");
            }
            elf::PT_GNU_RELRO if !image.is_writable(at, memory) => {
                return Err("what is to be protected after relocation is not its data");
            }
            _ => {}
        }
    }
    if thread_locals > 1 { Err("it has several segments of thread-local data") } else { Ok(thread_locals == 1) }
}

fn check_thread_locals<'data>(image: &Image<impl ReadRef<'data>>, header: &Header) -> Result<(), Wrong> {
    let Header { at, stored, memory, align, .. } = *header;
    if memory > MAX_THREAD_LOCAL || !align.is_power_of_two() || align > MAX_THREAD_LOCAL_ALIGN {
        return Err("its thread-local data is larger than any library's");
    }
    if stored > memory || image.bytes(at, stored).is_none() {
        return Err("its thread-local data is not loaded");
    }
    Ok(())
}
