//! Certificates that are not what they should be: each is said in words, with what to do.

use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::*;

/// An authority, and a file of its certificate.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), issuer.pem()).unwrap();
    Authority { issuer, file }
}

/// A certificate for that name and those years, of that authority or of itself, and its key.
fn certified(authority: Option<&Authority>, name: &str, years: (i32, i32)) -> (Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
    let key = KeyPair::generate().unwrap();
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, &authority.issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    (certificate, key)
}

/// A server with such a certificate, which asks for one of an authority, if any.
fn asking(asked: Option<&Authority>, authority: Option<&Authority>, name: &str, years: (i32, i32)) -> Canned {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (certificate, key) = certified(authority, name, years);
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let tls = ServerConfig::builder();
    let tls = match asked {
        Some(asked) => {
            let mut roots = RootCertStore::empty();
            roots.add(asked.issuer.der().clone()).unwrap();
            tls.with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap())
        }
        None => tls.with_no_client_auth(),
    };
    let tls = tls.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    Canned::encrypted(tls, |_| answer("200 OK", "", "[]"))
}

/// A server with such a certificate.
fn server(authority: Option<&Authority>, name: &str, years: (i32, i32)) -> Canned {
    asking(None, authority, name, years)
}

/// What is said of a server by whoever trusts that authority, if any.
fn says(server: &Canned, authority: Option<&Authority>) -> Result<u16, String> {
    let ca_file = authority.map(|authority| authority.file.path().to_owned());
    let http = Http::new("openstack", &Tls { ca_file, ..Tls::default() }, Duration::from_secs(10)).unwrap();
    let answer = http.ask(&Ask::get(&server.url, &Token::new(), "openstack"));
    answer.map(|answer| answer.status).map_err(|error| {
        assert!(!error.is_transient() && error.is_unreachable() && !error.to_string().contains(TOKEN), "{error}");
        error.to_string()
    })
}

const ALWAYS: (i32, i32) = (2000, 2200);

#[test]
fn a_certificate_of_a_named_authority_is_trusted() {
    let authority = authority("the cloud's");
    assert_eq!(says(&server(Some(&authority), "localhost", ALWAYS), Some(&authority)), Ok(200));
}

/// The status that is answered to whoever trusts so, and shows that.
fn status(server: &Canned, tls: &Tls) -> Option<u16> {
    let http = Http::new("openstack", tls, Duration::from_secs(10)).unwrap();
    http.ask(&Ask::get(&server.url, &Token::new(), "openstack")).ok().map(|answer| answer.status)
}

#[test]
fn whoever_is_asked_for_a_certificate_shows_it() {
    let (cloud, operators) = (authority("the cloud's"), authority("the operators'"));
    let server = || asking(Some(&operators), Some(&cloud), "localhost", ALWAYS);
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: String| {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let (certificate, key) = certified(Some(&operators), "billing", ALWAYS);
    let (certificate, key) = (certificate.pem(), key.serialize_pem());
    let apart = (file("billing.pem", certificate.clone()), Some(file("billing.key", key.clone())));
    let together = (file("both.pem", certificate + &key), None);
    let trusting = || Tls { ca_file: Some(cloud.file.path().to_owned()), ..Tls::default() };
    for certificate in [apart, together] {
        assert_eq!(status(&server(), &Tls { certificate: Some(certificate), ..trusting() }), Some(200));
    }
    assert_eq!(status(&server(), &trusting()), None);
}

#[test]
fn who_trusts_anybody_trusts_anybody() {
    let server = server(None, "elsewhere", (2000, 2001));
    assert_eq!(status(&server, &Tls::default()), None);
    assert_eq!(status(&server, &Tls { trusts_anybody: true, ..Tls::default() }), Some(200));
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_with_its_remedy() {
    let (other, renewed) = (authority("another's"), authority("the cloud's"));
    let authority = authority("the cloud's");
    let of = |name, years| server(Some(&authority), name, years);
    let clock = "set this machine's clock";
    for (server, trusted, words) in [
        (of("localhost", ALWAYS), Some(&other), ["nobody whom this system trusts", "as openstack.ca_file"]),
        (of("localhost", ALWAYS), Some(&renewed), ["but with another key", "of today as openstack.ca_file"]),
        (of("localhost", ALWAYS), None, ["nobody whom this system trusts", "as openstack.ca_file"]),
        (server(None, "localhost", ALWAYS), Some(&authority), ["it is self-signed", "as openstack.ca_file"]),
        (of("localhost", (2000, 2001)), Some(&authority), ["was valid until 2001-01-01T00:00:00Z", clock]),
        (of("localhost", (2150, 2160)), Some(&authority), ["but from 2150-01-01T00:00:00Z", clock]),
        (of("keystone", ALWAYS), Some(&authority), ["is for keystone, and not for localhost", "into the URL"]),
    ] {
        let says = says(&server, trusted).unwrap_err();
        assert!(says.contains("cannot connect: ") && words.iter().all(|word| says.contains(word)), "{words:?}: {says}");
        assert!(server.asked().is_empty(), "{says}");
    }
}

#[test]
fn a_server_without_a_version_of_tls_in_common_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url: Url = format!("https://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = std::io::Read::read(&mut stream, &mut [0; 1000]);
            // A fatal alert: protocol_version (RFC 8446, 6.2).
            let _ = std::io::Write::write_all(&mut stream, &[21, 3, 1, 0, 2, 2, 70]);
        }
    });
    let says = error(&url);
    assert!(says.contains("it speaks no version of TLS") && says.ends_with("what ends TLS before it"), "{says}");
}
