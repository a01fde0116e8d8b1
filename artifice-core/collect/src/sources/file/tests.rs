//! Files as clouds and people write them, and as disks and networks break them.

mod finding;
mod properties;

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use super::read::read_in;
use super::window::Sizes;
use super::*;
use crate::headway::Headway;
use crate::wire::{Refusal, Visit, WireSample};

/// A sample of this meter, in the older shape.
fn sample(meter: &str) -> String {
    format!(
        r#"{{"counter_name":"{meter}","counter_type":"gauge","counter_unit":"B","counter_volume":1.50,"project_id":"t","resource_id":"r","timestamp":"2013-08-05T05:17:40","resource_metadata":{{"host":"h"}},"message_id":"m"}}"#
    )
}

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn zst(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    // As the command does, and the library by itself does not.
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// The meters read from a file called `f`, and how reading ended.
fn meters_in(input: impl Read, sizes: Sizes) -> (Vec<String>, Result<(), FileError>) {
    let mut meters = Vec::new();
    let result = read_in(input, "f", sizes, &mut |sample: &WireSample<'_>| {
        meters.push(sample.meter.to_string());
        Ok(())
    });
    (meters, result)
}

/// Reads with chunks of many sizes, which must all agree.
fn read_all(content: impl AsRef<[u8]>) -> (Vec<String>, Result<(), String>) {
    let content = content.as_ref();
    let with = |chunk| {
        let (meters, result) = meters_in(content, Sizes { chunk, limit: Sizes::DEFAULT.limit });
        (meters, result.map_err(|error| error.to_string()))
    };
    let usual = with(Sizes::DEFAULT.chunk);
    for chunk in [1, 2, 3, 7, 64, 255, 1000] {
        assert_eq!(with(chunk), usual, "chunks of {chunk}");
    }
    usual
}

fn meters(content: impl AsRef<[u8]>) -> String {
    let (meters, result) = read_all(content);
    result.unwrap();
    meters.join(" ")
}

/// The error, which comes after this many samples.
fn error_after(count: usize, content: impl AsRef<[u8]>) -> String {
    let (meters, result) = read_all(content);
    assert_eq!(meters.len(), count);
    result.unwrap_err()
}

fn starts(error: &str, with: &str) {
    assert!(error.starts_with(with), "{error}\nshould start with\n{with}");
}

#[test]
fn samples_one_a_line_or_pretty_or_with_nothing_between() {
    let (a, b, c) = (sample("a"), sample("b"), sample("ü"));
    assert_eq!(meters(format!("{a}\n{b}\n{c}\n")), "a b ü");
    assert_eq!(meters(format!("\u{feff}{a}\r\n\r\n \t{b}{c}")), "a b ü");
    assert_eq!(meters(a.replace(',', " ,\n  ").replace(':', " : ").replace("05 : 17 : 40", "05:17:40")), "a");
}

#[test]
fn arrays_and_objects_of_arrays_and_any_mixture() {
    let (a, b, c) = (sample("a"), sample("b"), sample("c"));
    assert_eq!(meters(format!("[{a},{b} ,\n {c}]")), "a b c");
    assert_eq!(meters(format!("{{\"http://x/?a=\\\"{{[\" : [{a}], \"u2\":[],\"u3\":[{b},{c}]\n}}")), "a b c");
    assert_eq!(meters(format!("[{a}]\n{{\"u\":[{b}]}}{c}[]\u{feff}[{a}]")), "a b c a");
    assert_eq!(meters("[]"), "");
    assert_eq!(meters(" [ ] \n{ \"u\" : [ ] } "), "");
}

#[test]
fn a_sample_may_begin_with_an_array_that_nobody_reads() {
    let extra = |value: &str| sample("a").replacen('{', &format!("{{\"x\": {value}, "), 1);
    for value in ["[]", "[1, {}]", "[[]]", "[{\"href\": 1}]", "[{\"a", "[ ] , \"y\" : [ ]"] {
        let value = if value == "[{\"a" { "[{\"a\\\"\": \"]\"}]" } else { value };
        for chunk in [1, 7, 4096] {
            assert_eq!(meters_in(extra(value).as_bytes(), Sizes { chunk, limit: 4096 }).0, ["a"], "{value}");
        }
    }
    assert_eq!(meters(format!("{{\"u\": [], \"v\": [], \"w\": [{}]}}", sample("b"))), "b");
    assert_eq!(meters("{\"u\": [ ]}"), "");
    // A damaged sample of an object of arrays is told as one.
    starts(&error_after(0, "{\"http://c/v2/meters/x\": [{\"resource_id\": 1}]}"), "f:1:43: not a sample");
}

#[test]
fn the_recorded_samples_of_2013_are_read() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings/ceilometer-2013/samples.ndjson.gz");
    if !path.exists() {
        return;
    }
    let mut count = 0;
    let visit: &mut Visit<'_> = &mut |sample| {
        count += 1;
        sample.volume()?;
        sample.at()?;
        Ok(())
    };
    read_path(&path, &Headway::default(), visit).unwrap();
    assert_eq!(count, 20_095);
}

#[test]
fn compressed_files_are_known_by_their_content() {
    let text = format!("{}\n{}\n", sample("a"), sample("b"));
    assert_eq!(meters(gzip(&text)), "a b");
    assert_eq!(meters(zst(&text)), "a b");
    let parts = |pack: fn(String) -> Vec<u8>| [pack(sample("a")), pack(sample("b"))].concat();
    assert_eq!((meters(parts(gzip)), meters(parts(zst))), ("a b".into(), "a b".into()));
    let skippable = [&[0x5e, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &zst(&text)].concat();
    assert_eq!(meters(skippable), "a b");
}

#[test]
fn an_empty_file_is_an_error() {
    for empty in [&b""[..], b" \n\t\r\n", "\u{feff}".as_bytes(), &gzip(""), &gzip("\n"), &zst("")] {
        let error = error_after(0, empty);
        assert!(error.contains("the file is empty: it has no samples, not even `[]`"), "{error}");
    }
    starts(&error_after(0, ""), "f:1:1: the file is empty");
}

#[test]
fn a_truncated_file_says_what_it_ends_in() {
    let a = sample("a");
    let sentence = "the file ends inside the sample that begins at line 2, column 3: it is truncated";
    starts(&error_after(1, format!("{a}\n  {}", &a[..20])), &format!("f:2:23: {sentence}"));
    starts(&error_after(1, format!("[{a},\n  {}\n", &a[..20])), &format!("f:3:1: {sentence}"));
    for open in ["[", "[{a}", "[{a},", "[{a} \n"] {
        let error = error_after(open.matches("{a}").count(), open.replace("{a}", &a));
        assert!(error.contains("the file ends inside an array of samples, before its `]`"), "{error}");
    }
    for open in ["{\"u\":[]", "{\"u\":[],", "{\"u\":[],\"v\"", "{\"u\":[],\"v\":"] {
        let error = error_after(0, open);
        assert!(error.contains("the file ends inside an object of arrays of samples, before its `}`"), "{error}");
    }
    starts(&error_after(0, "{\"u"), "f:1:4: the file ends inside the sample that begins at line 1, column 1");
    starts(&error_after(1, [a.as_bytes(), b"\n\xc3"].concat()), "f:2:1: the file ends inside a character");
}

#[test]
fn a_truncated_or_damaged_compressed_file_names_the_place_it_reached() {
    // Texts that don't compress, so that a cut leaves some of them whole.
    let line = |n: u64| sample(&format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_pow(3)));
    let text: String = (1..3000).map(|n| line(n) + "\n").collect();
    for (name, packed) in [("gzip", gzip(&text)), ("zstd", zst(&text))] {
        // How far a decompressor gets depends on how much is asked of it, so only one size of chunk here.
        let (meters, result) = meters_in(&packed[..packed.len() * 2 / 3], Sizes::DEFAULT);
        let (lines, error) = (meters.len(), result.unwrap_err().to_string());
        assert!(lines > 0, "{error}");
        starts(&error, &format!("f:{}:", lines + 1));
        assert!(error.contains(&format!("the {name} data ends here in the middle: the file is truncated")), "{error}");

        let mut damaged = packed.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 200].fill(0xff);
        let error = meters_in(&damaged[..], Sizes::DEFAULT).1.unwrap_err().to_string();
        assert!(error.contains("damaged") || error.contains("not "), "{error}");
        let garbage = [&packed[..], b"and then some garbage"].concat();
        let error = error_after(2999, garbage);
        starts(&error, &format!("f:3000:1: the {name} data is damaged behind this place"));
    }
    starts(&error_after(0, &gzip("x")[..5]), "f:1:1: the gzip data ends here");
}

#[test]
fn text_that_is_not_utf_8_is_refused_where_it_is() {
    let bad = [sample("ä").as_bytes(), b"\n {\"counter_name\":\"\xc3\xa4\xff\"}\n"].concat();
    starts(&error_after(1, bad), "f:2:20: not UTF-8 text");
    starts(&error_after(0, b"\xff\xfe{\0"), "f:1:1: not UTF-8 text");
}

#[test]
fn what_is_not_json_is_refused_where_it_is() {
    let a = sample("ä");
    for (text, says) in [
        ("hello", "f:1:1: found `h` where a sample (a JSON object, like {\"counter_name\": …}), an array"),
        ("{a}\n{a} x", "f:2:205: found `x` where a sample"),
        ("{a},{a}", "f:1:204: found `,` where a sample"),
        ("[{a}]]", "f:1:206: found `]` where a sample"),
        ("[{a},]", "f:1:206: found `]` where a sample (a JSON object, like {\"counter_name\": …}) belongs"),
        ("[{a} {a}]", "f:1:206: found an object where `,` or `]` after a sample belongs"),
        ("{\"u\": [{a}], }", "f:1:214: found `}` where a key in quotes belongs"),
        ("{\"u\": [], \"v\" []}", "f:1:15: found an array where `:` after a key belongs"),
        ("{\"u\": [], \"v\": {}}", "f:1:18: not a sample as Ceilometer writes it: missing field"),
        ("{\"u\": [], \"v\\x\": []}", "f:1:14: not JSON: invalid escape"),
        ("{\"u\": []\n\0", "f:2:1: found `\\0` where `,` or `}` after an array of samples belongs"),
        ("\n{\"counter_name\" \"a\"}", "f:2:17: not JSON: expected `:`"),
        ("{a}\n{\n\"ä\": nul }", "f:3:9: not JSON: expected ident (in the sample that begins in line 2)"),
        ("{'a': 1}", "f:1:2: not JSON: key must be a string"),
        ("{\"a\": \"x\ny\"}", "f:1:8: not JSON: control character"),
    ] {
        let content = text.replace("{a}", &a);
        let (_, result) = read_all(&content);
        starts(&result.unwrap_err(), says);
    }
}

#[test]
fn what_is_not_a_sample_is_refused_where_it_is() {
    let a = sample("a");
    for (text, found) in [("5", "a number"), ("-1", "a number"), ("\"x\"", "a string"), ("null", "`n`")] {
        starts(&error_after(1, format!("{a}\n{text}")), &format!("f:2:1: found {found} where a sample"));
        starts(&error_after(1, format!("[{a},\n {text}]")), &format!("f:2:2: found {found} where a sample"));
    }
    starts(&error_after(0, format!("[[{a}]]")), "f:1:2: found an array where a sample");
    let lacking = |key: &str| a.replace(&format!("\"{key}\""), "\"x\"");
    let says = "f:2:1: not a sample as Ceilometer writes it: missing field `counter_name`, `meter` or `name`";
    assert_eq!(error_after(1, format!("{a}\n{}\n", lacking("counter_name"))), says);
    // Python writes what is no number as if it were JSON.
    for name in ["NaN", "Infinity", "-Infinity"] {
        let odd = a.replace("1.50", name);
        assert_ne!(odd, a);
        let error = error_after(1, format!("{a}\n{odd}\n"));
        assert!(
            error.starts_with("f:2:") && error.contains(&format!(": {name} is read here, and is no number")),
            "{error}"
        );
        let whole = format!("{{\"x\": {name}}}");
        assert!(error_after(0, whole.clone()).contains(&format!("{name} is read here")), "{}", error_after(0, whole));
    }
    // What stands beside the damage is not what is wrong.
    let beside = error_after(
        0,
        format!("{{\"counter_name\": \"instance\", \"message_id\"\u{f}Infinity: \"{}\"}}", "m".repeat(99)),
    );
    assert!(beside.contains("not JSON: expected `:`"), "{beside}");
    for key in ["project_id", "resource_id", "timestamp", "counter_volume"] {
        let says = format!("not a sample as Ceilometer writes it: missing field `{key}`");
        assert_eq!(error_after(1, format!("{a}\n{}\n", lacking(key))), format!("f:2:{}: {says}", lacking(key).len()));
    }
    starts(&error_after(0, "{}"), "f:1:2: not a sample as Ceilometer writes it: missing field");
    starts(
        &error_after(0, "{\"counter_name\":\n  4711}"),
        "f:2:6: not a sample as Ceilometer writes it: invalid type: integer, expected a string (in the sample that begins in line 1)",
    );
    starts(
        &error_after(0, a.replace("\"m\"", "\"m\",\"project_id\":\"u\"")),
        "f:1:215: not a sample as Ceilometer writes it: duplicate field `project_id`",
    );
}

#[test]
fn nesting_without_end_is_an_error_and_no_overflow() {
    for open in ["[", "{\"a\":", "{\"a\":[", "[{\"a\":[{\"b\":"] {
        let deep = open.repeat(1_000_000);
        assert!(meters_in(deep.as_bytes(), Sizes::DEFAULT).1.is_err());
    }
    let closed = format!("{{\"a\": {}1{} }}", "{\"a\":".repeat(1_000_000), "}".repeat(1_000_000));
    assert!(meters_in(closed.as_bytes(), Sizes::DEFAULT).1.unwrap_err().to_string().contains("missing field"));
}

#[test]
fn a_refusal_names_where_the_sample_begins() {
    let text = format!("[{},\n \"ä\"]", sample("a")).replace("\"ä\"", &sample("b"));
    let error = read(text.as_bytes(), "dir/x.json", &mut |sample| match &*sample.meter {
        "b" => Err(Refusal::new("the unit is odd")),
        _ => Ok(()),
    });
    assert_eq!(error.unwrap_err().to_string(), "dir/x.json:2:2: the unit is odd");
    let error = read(sample("a").replace("1.50", "\"1\"").as_bytes(), "x", &mut |sample| {
        sample.volume().map(drop).map_err(Refusal::from)
    });
    let error = error.unwrap_err();
    assert!(!error.is_unopened());
    assert_eq!(error.to_string(), "x:1:1: the volume \"1\" is not a number: write it as digits, without quotes");
    let error = read(sample("a").replace("-05T", "X05T").as_bytes(), "x", &mut |sample| {
        sample.at().map(drop).map_err(Refusal::from)
    });
    starts(&error.unwrap_err().to_string(), "x:1:1: '2013-08X05T05:17:40' is not a timestamp");
}

#[test]
fn one_sample_may_be_long_but_not_without_end() {
    let long = format!("{}\n{}\n{}", sample("a"), sample(&"b".repeat(3000)), sample("c"));
    let sizes = |limit| Sizes { chunk: 64, limit };
    assert_eq!(meters_in(long.as_bytes(), sizes(4000)).0.len(), 3);
    let (before, result) = meters_in(long.as_bytes(), sizes(3000));
    assert_eq!(before, ["a"]);
    starts(&result.unwrap_err().to_string(), "f:2:1: a single sample here is longer than 3000 bytes");
    let endless = Cursor::new("{\"").chain(io::repeat(b'x'));
    starts(&meters_in(endless, Sizes::DEFAULT).1.unwrap_err().to_string(), "f:1:1: a single sample here is longer");
}

#[test]
fn an_input_that_fails_in_the_middle_names_the_file_and_the_place() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is out"))
        }
    }
    let text = format!("{}\n{{\"ä", sample("a"));
    let says = "f:2:4: the file cannot be read beyond this place: the cable is out";
    let (before, result) = meters_in(Cursor::new(text).chain(Broken), Sizes::DEFAULT);
    assert_eq!(before, ["a"]);
    let error = result.unwrap_err();
    assert!(matches!(error, FileError::Read { .. }));
    starts(&error.to_string(), says);
    for packed in [gzip(sample("a")), zst(sample("a"))] {
        let error = meters_in(Cursor::new(&packed[..20]).chain(Broken), Sizes::DEFAULT).1.unwrap_err();
        assert!(matches!(error, FileError::Read { .. }) && error.to_string().contains("the cable is out"), "{error}");
    }
    starts(&meters_in(Broken, Sizes::DEFAULT).1.unwrap_err().to_string(), "f:1:1: the file cannot be read");
}
