//! What to do when the server's certificate cannot be trusted, or it does not speak TLS as the client does.

use std::io;

use rustls::CertificateError;

/// What to do about anything else.
pub(super) const OTHER: &str = "check sslmode and sslrootcert in database.url, and the server's certificate";
const AUTHORITY: &str = "it is self-signed, or of an authority that is not known here: write a file with the authority's certificate as \
                         sslrootcert in database.url, or let the system trust it";
const RENEW: &str = "have the server's certificate renewed; if it is valid today, set this machine's clock";
const NAME: &str =
    "write a name that the certificate is for as the host of database.url, or have one made for that host";

/// What to do about an error of reading, which is how such a one comes.
pub(super) fn advice(error: &io::Error) -> &'static str {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(certificate)) = tls else { return OTHER };
    match certificate {
        CertificateError::UnknownIssuer => AUTHORITY,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => RENEW,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => NAME,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn each_reason_has_its_remedy() {
        let of = |error| advice(&io::Error::new(ErrorKind::InvalidData, rustls::Error::InvalidCertificate(error)));
        assert_eq!(of(CertificateError::UnknownIssuer), AUTHORITY);
        assert_eq!(of(CertificateError::Expired), RENEW);
        assert_eq!(of(CertificateError::NotValidYet), RENEW);
        assert_eq!(of(CertificateError::NotValidForName), NAME);
        assert_eq!(of(CertificateError::BadEncoding), OTHER);
        assert_eq!(advice(&ErrorKind::InvalidData.into()), OTHER);
    }
}
