//! Logging in: which release it is, and as whom it is asked.

use std::sync::Arc;

use artifice_plugin_api::Error;

use super::{Client, Clock, Failed, Session};
use crate::wire::{Answer, record, request, text};

impl Client {
    pub(super) fn login(&self, clock: Clock) -> Result<Arc<Session>, Error> {
        let (release, newer) = self.release(clock)?;
        let (major, version) = read_release(&release).ok_or_else(|| {
            Error::refused(format_args!(
                "{}: it does not say which release it is; is it OpenERP or Odoo?",
                self.http.address("")
            ))
        })?;
        if !(6..=18).contains(&major) {
            let known = if major > 18 { "newer than what is known here, 18" } else { "too old; 6.1 is the first" };
            return Err(Error::refused(format_args!("{}: release {version} is {known}", self.http.address(""))));
        }
        let endpoint = &self.endpoint;
        let who = [&endpoint.database, &endpoint.username].map(text);
        let mut params: Vec<_> = who.into_iter().chain([text(endpoint.password.reveal())]).collect();
        let (path, method) = match newer && major >= 8 {
            true => {
                params.push(record([]));
                ("/xmlrpc/2/common", "authenticate")
            }
            false => ("/xmlrpc/common", "login"),
        };
        // A log-in changes nothing that matters, so it may be tried again.
        match self.send(clock, true, path, method, params, method).map_err(Failed::asked)? {
            Answer::Int(uid) if uid > 0 => Ok(Arc::new(Session { major, version, uid })),
            _ => Err(Error::refused(format_args!(
                "{} {method}: the ERP does not let the user '{}' into the database '{}'; correct username and password \
                 (or the API key), and look whether the user is active",
                self.http.address(path),
                endpoint.username,
                endpoint.database
            ))),
        }
    }

    /// What the ERP says of itself, and whether it was said by the newer protocol.
    fn release(&self, clock: Clock) -> Result<(Answer, bool), Error> {
        let timeout = clock.left().min(self.endpoint.timeout);
        let newer = self.http.call("/xmlrpc/2/common", request("version", Vec::new()), timeout);
        match newer {
            Err(lost) if lost.status == Some(404) => {
                let old = self.send(clock, true, "/xmlrpc/common", "version", Vec::new(), "version");
                Ok((old.map_err(Failed::asked)?, false))
            }
            Ok(Ok(answer)) => Ok((answer, true)),
            // Whatever else happened, the careful way finds out what it is.
            _ => {
                let again = self.send(clock, true, "/xmlrpc/2/common", "version", Vec::new(), "version");
                Ok((again.map_err(Failed::asked)?, true))
            }
        }
    }
}

/// The release's number and name: `[16, 0, 0, "final", 0, ""]`, `["saas~17", 2, …]`.
fn read_release(answer: &Answer) -> Option<(u32, String)> {
    let version = answer.get("server_version").and_then(Answer::text).unwrap_or_default().to_owned();
    let first = answer.get("server_version_info").and_then(Answer::list).and_then(<[Answer]>::first);
    let major = match first {
        Some(Answer::Int(number)) => u32::try_from(*number).ok(),
        Some(Answer::Text(text)) => leading(text),
        _ => None,
    };
    Some((major.or_else(|| leading(&version))?, version))
}

/// The first number of a text.
fn leading(text: &str) -> Option<u32> {
    let digits: String =
        text.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_release_is_read() {
        let release = |info: Answer, version: &str| {
            let fields = vec![
                ("server_version".to_owned(), Answer::Text(version.to_owned())),
                ("server_version_info".to_owned(), Answer::List(vec![info])),
            ];
            read_release(&Answer::Record(fields)).map(|(major, _)| major)
        };
        assert_eq!(release(Answer::Int(16), "16.0"), Some(16));
        assert_eq!(release(Answer::Text("saas~17".into()), "saas~17.2"), Some(17));
        assert_eq!(release(Answer::Nil, "7.0-20140804"), Some(7));
        assert_eq!(release(Answer::Nil, ""), None);
    }
}
