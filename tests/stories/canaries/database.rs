//! A database's server that repeats the password that it was sent.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use artifice_tests::Cloud;
use artifice_tests::canary::Canary;

use super::{Spelling, told, watch};

/// Addresses of a database, in which a password has signs that mean something there.
const ADDRESSES: [&str; 14] = [
    "postgres://u:{}@{host}/x?sslmod=disable",
    "postgres://u:{}@{host}/x?sslmode=bogus",
    "postgres://u:{}@{host}/x?password={}",
    "postgres://u:a?{}@{host}/x",
    "postgres://u:9?{}=1@{host}/x",
    "postgres://u:9/{}@{host}/x",
    "postgres://u:9#{}@{host}/x",
    "postgres://u:a@{}@{host}/x?y?z",
    "postgres://u:{}@@{host}/x",
    "postgres://u:{}%zz@{host}",
    "postgres://u:{}@127.0.0.1:port/x",
    "mysql://u:{}@{host}/x",
    "u:{}@{host}/x",
    "sqlite://u:x?{}",
];

/// A server that speaks as much of PostgreSQL's protocol as it takes to be given a password. It answers with an error
/// that repeats it.
struct Parrot {
    port: u16,
}

impl Parrot {
    fn repeating(echoes: Vec<String>) -> Parrot {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // Ends with the program: nobody connects any more by then.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let says = format!("password authentication failed: {}", echoes.join(" "));
                thread::spawn(move || answer(stream, &says));
            }
        });
        Parrot { port }
    }
}

/// A message: its kind, its length with itself, its content.
fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 4).unwrap().to_be_bytes();
    [&[kind][..], &length, content].concat()
}

fn answer(mut stream: TcpStream, says: &str) -> Option<()> {
    let read = |stream: &mut TcpStream, kinds: usize| -> Option<Vec<u8>> {
        let mut head = vec![0; kinds + 4];
        stream.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes(head[kinds..].try_into().ok()?);
        let mut content = vec![0; usize::try_from(length).ok()?.checked_sub(4)?];
        stream.read_exact(&mut content).ok()?;
        Some(content)
    };
    // A request for TLS comes first, and is declined.
    if read(&mut stream, 0)?.len() == 4 {
        stream.write_all(b"N").ok()?;
        read(&mut stream, 0)?;
    }
    stream.write_all(&message(b'R', &3_u32.to_be_bytes())).ok()?;
    read(&mut stream, 1)?;
    let error = format!("SFATAL\0VFATAL\0C28P01\0M{says}\0\0");
    stream.write_all(&message(b'E', error.as_bytes())).ok()
}

#[test]
fn a_database_that_repeats_its_password_gives_nothing_away() {
    let cloud = Cloud::new();
    let mut leaks = Vec::new();
    for spelling in Spelling::ALL {
        for place in ["database.url", "database.password", "PGPASSWORD"] {
            let canary = spelling.canary(place);
            let mut known = canary.clone();
            let mut echoes: Vec<String> = canary.echoes().into_iter().map(|(_, echo)| echo).collect();
            if spelling == Spelling::Digits {
                echoes = vec![canary.digits()];
                known = canary.clone();
            }
            let parrot = Parrot::repeating(echoes);
            let port = parrot.port;
            let keys = format!("database: x, host: 127.0.0.1, port: '{port}', username: y");
            let section = match place {
                "database.password" => format!("{{{keys}, {}}}", spelling.key(&cloud, "password", &canary)),
                "PGPASSWORD" => format!("{{{keys}}}"),
                _ => match spelling {
                    Spelling::Variable => format!("{{url: 'postgres://y:${{CANARY}}@127.0.0.1:{port}/x'}}"),
                    Spelling::File => {
                        cloud.write(
                            "canary.secret",
                            format!("postgres://y:{}@127.0.0.1:{port}/x\n", encoded(&canary.text())),
                        );
                        "{url_file: canary.secret}".to_owned()
                    }
                    _ => format!("{{url: 'postgres://y:{}@127.0.0.1:{port}/x'}}", encoded(&spelling.secret(&canary))),
                },
            };
            cloud.set("database", &section);
            for arguments in ["-vv statement list", "-vv --log-format json db verify"] {
                let mut command = cloud.command(arguments);
                command.env(
                    "CANARY",
                    if spelling == Spelling::Within { canary.text()[4..].to_owned() } else { canary.text() },
                );
                if place == "PGPASSWORD" {
                    command.env("PGPASSWORD", spelling.secret(&canary));
                }
                let ran = artifice_tests::Ran::of(&mut command).refused();
                assert!(ran.err.contains("password authentication failed"), "{place} {spelling:?}: {ran:#?}");
                let found = watch(&known).leaks(&ran);
                leaks.extend(
                    found.into_iter().map(|leak| format!("{place} {spelling:?}: {leak}: {}", ran.err.trim_end())),
                );
            }
        }
    }
    let outputs = ["standard output", "standard error", "the log as JSON"];
    told("the database", 3, Spelling::ALL.len() * 2, &outputs, &leaks);
}

/// As a URL has it.
fn encoded(text: &str) -> String {
    let one =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[test]
fn an_address_with_signs_in_its_password_shows_nothing_of_it() {
    let cloud = Cloud::new();
    let (parrot, mut leaks) = (Parrot::repeating(Vec::new()), Vec::new());
    for address in ADDRESSES {
        let canary = Canary::at(format!("the address {address}"));
        let host = format!("127.0.0.1:{}", parrot.port);
        let url = address.replace("{host}", &host).replace("{}", &canary.text());
        cloud.set("database", &format!("{{url: '{url}'}}"));
        for arguments in ["config check", "-vv statement list", "-vv --log-format json db verify"] {
            let ran = cloud.run(arguments);
            assert!(ran.signal.is_none() && !ran.err.contains("panicked"), "{address}: {ran:#?}");
            leaks.extend(
                watch(&canary).leaks(&ran).into_iter().map(|leak| format!("{address}: {leak}: {}", ran.err.trim_end())),
            );
        }
    }
    told("addresses", ADDRESSES.len(), 3, &["standard output", "standard error", "the log as JSON"], &leaks);
}
