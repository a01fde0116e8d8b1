//! Why there is no encrypted connection, in words, and what to do.

use std::error::Error;
use std::io;

use artifice_plugin_api::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage};

/// What is wrong, and what to do; none, if it is not encryption that failed.
pub fn words(error: &(dyn Error + 'static)) -> Option<(String, String)> {
    let tls = tls_error(error)?;
    let (why, advice) = match tls {
        rustls::Error::InvalidCertificate(certificate) => return Some(of_certificate(certificate)),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            ("what answers there does not speak TLS".to_owned(), "is http:// meant?")
        }
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure) => (
            format!("it speaks no version of TLS, or no cipher, that artifice does (TLS 1.2 and 1.3): {tls}"),
            "update that service, or what ends TLS before it",
        ),
        rustls::Error::NoCertificatesPresented => {
            ("it shows no certificate".to_owned(), "have one installed there, signed by an authority")
        }
        other => (format!("TLS failed: {other}"), "look after that service, and what ends TLS before it"),
    };
    Some((why, advice.to_owned()))
}

/// What is wrong with a certificate.
fn of_certificate(certificate: &CertificateError) -> (String, String) {
    const CLOCK: &str = "if that is not so, set this machine's clock";
    match certificate {
        CertificateError::UnknownIssuer => (
            "nobody whom this system trusts has signed its certificate (it is self-signed, or of an authority that is not known \
             here, or the server leaves out the certificates between)"
                .to_owned(),
            "write a file with its authority's certificate as ca_file, or let the system trust it".to_owned(),
        ),
        CertificateError::BadSignature => (
            "its certificate is signed by an authority of a name that is trusted here, but with another key".to_owned(),
            "write a file with that authority's certificate of today as ca_file".to_owned(),
        ),
        CertificateError::ExpiredContext { not_after, .. } => (
            format!("its certificate has expired: it was valid until {}", date(*not_after)),
            format!("have it renewed; {CLOCK}"),
        ),
        CertificateError::Expired => ("its certificate has expired".to_owned(), format!("have it renewed; {CLOCK}")),
        CertificateError::NotValidYetContext { not_before, .. } => (
            format!("its certificate is not valid yet, but from {}", date(*not_before)),
            format!("have another one installed until then; {CLOCK}"),
        ),
        CertificateError::NotValidYet => {
            ("its certificate is not valid yet".to_owned(), format!("have another one installed; {CLOCK}"))
        }
        CertificateError::NotValidForNameContext { expected, presented } => (
            format!("its certificate is for {}, and not for {}", names(presented), expected.to_str()),
            "write one of its names into url, or have a certificate made for that one".to_owned(),
        ),
        CertificateError::NotValidForName => (
            "its certificate is for another name".to_owned(),
            "write its name into url, or have a certificate made for that one".to_owned(),
        ),
        CertificateError::Revoked => {
            ("its certificate was revoked".to_owned(), "have another one installed".to_owned())
        }
        other => (
            format!("its certificate cannot be used: {other}"),
            "have one made for the server (X.509 version 3, not an authority's own), signed by an authority that ca_file or the \
             system knows"
                .to_owned(),
        ),
    }
}

/// How many names are shown.
const SHOWN: usize = 5;

fn names(presented: &[String]) -> String {
    // They come as `DnsName("a.example.org")`.
    let plain = |name: &String| name.split('"').nth(1).unwrap_or(name).to_owned();
    match presented {
        [] => "no name at all".to_owned(),
        some => {
            let more = if some.len() > SHOWN { format!(" and {} more", some.len() - SHOWN) } else { String::new() };
            some.iter().take(SHOWN).map(plain).collect::<Vec<_>>().join(", ") + &more
        }
    }
}

fn date(at: UnixTime) -> String {
    let micros = i64::try_from(at.as_secs()).ok().and_then(|seconds| seconds.checked_mul(1_000_000));
    micros.map_or_else(|| "beyond all time".to_owned(), |micros| Timestamp { micros }.to_string())
}

/// The error of TLS among an error's causes.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // What an error of the system's is made of is not its source.
        let inner: Option<&'e (dyn Error + 'static)> =
            match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => error.source(),
            };
        next = inner;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::pki_types::ServerName;

    use super::*;

    #[test]
    fn each_reason_comes_with_its_remedy() {
        let at = UnixTime::since_unix_epoch;
        let expired = CertificateError::ExpiredContext {
            time: at(Duration::from_secs(2_000_000_000)),
            not_after: at(Duration::from_secs(978_307_200)),
        };
        let not_yet = CertificateError::NotValidYetContext {
            time: at(Duration::ZERO),
            not_before: at(Duration::from_secs(978_307_200)),
        };
        let other_name = CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("erp.example.com").unwrap(),
            presented: vec!["DnsName(\"www.example.com\")".to_owned(); 7],
        };
        for (error, why, advice) in [
            (CertificateError::UnknownIssuer, "self-signed, or of an authority that is not known", "as ca_file"),
            (expired, "it was valid until 2001-01-01T00:00:00Z", "set this machine's clock"),
            (not_yet, "not valid yet, but from 2001-01-01T00:00:00Z", "set this machine's clock"),
            (other_name, "www.example.com and 2 more, and not for erp.example.com", "one of its names into url"),
            (CertificateError::BadEncoding, "cannot be used", "version 3"),
        ] {
            let error = io::Error::other(rustls::Error::InvalidCertificate(error));
            let (said, remedy) = words(&error).unwrap();
            assert!(said.contains(why) && remedy.contains(advice), "{said}; {remedy}");
        }
        let plain = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
        assert_eq!(words(&plain).unwrap().1, "is http:// meant?");
        assert!(words(&io::Error::other("refused")).is_none());
    }
}
