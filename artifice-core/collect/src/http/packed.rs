//! Answers that are packed: only where their header says so, though nobody asks for it.

use std::io::{self, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use reqwest::blocking::Response;
use reqwest::header::CONTENT_ENCODING;

use super::error::Failure;

/// An answer's content as it is meant. What is packed is not longer than `most_bytes` either.
pub fn unpack(response: Response, most_bytes: usize) -> Result<Box<dyn Read>, Failure> {
    let packing = response.headers().get(CONTENT_ENCODING).map(|packing| packing.to_str().unwrap_or("?"));
    let packing = packing.unwrap_or_default().trim().to_ascii_lowercase();
    let packed = |response| Bounded { input: response, left: most_bytes };
    Ok(match packing.as_str() {
        "" | "identity" => Box::new(response),
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(packed(response))),
        "deflate" => Box::new(ZlibDecoder::new(packed(response))),
        _ => {
            let packing: String = packing.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
            return Err(Failure::Client(format!(
                "the answer is packed as {packing}, which nobody asked for; look after what stands before that service"
            )));
        }
    })
}

/// Whether reading ended because the packed answer is too long.
pub fn is_too_long(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<TooLong>())
}

/// The packed answer is too long.
#[derive(Debug, thiserror::Error)]
#[error("the packed answer is too long")]
struct TooLong;

/// An input of bounded length.
struct Bounded<R> {
    input: R,
    left: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.left = self.left.checked_sub(count).ok_or_else(|| io::Error::other(TooLong))?;
        Ok(count)
    }
}
