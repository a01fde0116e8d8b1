//! What a file becomes in memory: its loaded segments.

use object::{ReadRef, elf};

use super::header::Header;
use super::wrong::Wrong;
use crate::limits::MAX_IMAGE;

/// The loaded segments of a file, in the order of their addresses.
#[derive(Debug)]
pub struct Image<R> {
    data: R,
    segments: Vec<Header>,
}

impl<'data, R: ReadRef<'data>> Image<R> {
    /// The segments, if the linker can put each where it belongs and none over another.
    pub fn new(data: R, headers: &[Header]) -> Result<Image<R>, Wrong> {
        let segments: Vec<Header> = headers.iter().filter(|header| header.kind == elf::PT_LOAD).copied().collect();
        let Some(first) = segments.first() else { return Err("nothing of it is loaded") };
        let mut free = first.at;
        for segment in &segments {
            let end = segment.at.checked_add(segment.memory).filter(|_| segment.stored <= segment.memory);
            let end = end.ok_or("a segment is larger in the file than in memory")?;
            if segment.at < free {
                return Err("its segments lie over one another");
            }
            if end - first.at > MAX_IMAGE || !segment.align.is_power_of_two() || segment.align > MAX_IMAGE {
                return Err("it takes more memory than any library");
            }
            free = end;
        }
        Ok(Image { data, segments })
    }

    fn segment(&self, at: u64, size: u64) -> Option<&Header> {
        let end = at.checked_add(size)?;
        self.segments.iter().find(|segment| segment.at <= at && end <= segment.at + segment.memory)
    }

    /// Bytes of the file by their address, if all of them may be read there.
    pub fn bytes(&self, at: u64, size: u64) -> Option<&'data [u8]> {
        let segment = self.segment(at, size).filter(|segment| segment.flags & elf::PF_R.0 != 0)?;
        let from = at - segment.at;
        if from.checked_add(size)? > segment.stored {
            return None;
        }
        self.data.read_bytes_at(segment.offset.checked_add(from)?, size).ok()
    }

    /// Whether so many bytes may be written at an address.
    pub fn is_writable(&self, at: u64, size: u64) -> bool {
        self.segment(at, size).is_some_and(|segment| segment.flags & elf::PF_W.0 != 0)
    }

    /// Whether there is code at an address.
    pub fn is_code(&self, at: u64) -> bool {
        self.segment(at, 1).is_some_and(|segment| segment.flags & elf::PF_X.0 != 0)
    }
}
