//! A user and a password that go along with every request.

use artifice_settings::Secret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
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
        let words = BASE64_STANDARD.encode(format!("{user}:{}", password.reveal()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_said_as_the_rfc_says() {
        // RFC 7617, 2.
        let basic = Basic::new("Aladdin", &Secret::new("open sesame".to_owned()));
        assert_eq!(basic.headers().unwrap()[0].1, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
