//! A user and a password that go along with every request.

use artifice_settings::Secret;
use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::ask::{Auth, Headers};
use super::error::LogInError;

/// A user with a password (RFC 7617).
pub struct Basic {
    header: Option<HeaderValue>,
}

impl Basic {
    /// This user. A name with a colon in it cannot be told from its password, so nobody has one.
    pub fn new(user: &str, password: &Secret) -> Basic {
        let words = base64(format!("{user}:{}", password.reveal()).as_bytes());
        let mut header = HeaderValue::from_str(&format!("Basic {words}")).ok();
        if let Some(header) = &mut header {
            header.set_sensitive(true);
        }
        Basic { header }
    }
}

impl Auth for Basic {
    fn headers(&self) -> Result<Headers, LogInError> {
        Ok(self.header.iter().map(|header| (AUTHORIZATION, header.clone())).collect())
    }

    fn renew(&self) -> Result<bool, LogInError> {
        Ok(false)
    }
}

/// Six bits a letter (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, place| bits << 8 | usize::from(three.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = LETTERS[bits >> (18 - 6 * place) & 63];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_said_as_the_rfc_says() {
        // RFC 4648, 10, and RFC 7617, 2.
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        let basic = Basic::new("Aladdin", &Secret::new("open sesame".to_owned()));
        assert_eq!(basic.headers().unwrap()[0].1, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(base64(&[0xFB, 0xFF]), "+/8=");
    }
}
