//! Certificates that are not what they should be: each is said in words, with what to do.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

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

/// A server with a certificate for that name and those years, of that authority or of itself.
fn server(authority: Option<&Authority>, name: &str, years: (i32, i32)) -> Canned {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
    let key = KeyPair::generate().unwrap();
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, &authority.issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let tls = ServerConfig::builder().with_no_client_auth();
    let tls = tls.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    Canned::encrypted(tls, |_| answer("200 OK", "", "[]"))
}

/// What is said of a server by whoever trusts that authority, if any.
fn says(server: &Canned, authority: Option<&Authority>) -> Result<u16, String> {
    let file = authority.map(|authority| authority.file.path());
    let http = Http::new("openstack", file, Duration::from_secs(10)).unwrap();
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
