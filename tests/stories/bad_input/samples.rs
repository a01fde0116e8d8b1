//! Files of samples.

use std::fs;
use std::io::Write;

use artifice_tests::Vm;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{cloud, goes_wrong};

#[test]
fn a_file_that_is_missing_is_named() {
    let cloud = cloud();
    cloud.set("source", "{kind: file, path: [samples.ndjson, missing.ndjson]}");
    goes_wrong(&cloud, 2, &["missing.ndjson", "check the path"]);
    cloud.set("source", "{kind: file, path: 'more/*.ndjson'}");
    goes_wrong(&cloud, 2, &["more/*.ndjson"]);
    fs::create_dir_all(cloud.path("more")).unwrap();
    cloud.set("source", "{kind: file, path: more}");
    goes_wrong(&cloud, 2, &["more is a directory"]);
}

#[test]
fn an_empty_file_is_not_the_same_as_no_samples() {
    let cloud = cloud();
    for content in ["", "\n\n", " "] {
        cloud.write("samples.ndjson", content);
        goes_wrong(&cloud, 1, &["samples.ndjson:", "the file is empty"]);
    }
    for content in ["[]", "[]\n[]\n"] {
        cloud.write("samples.ndjson", content);
        cloud.bill("--month 2013-08").done().says("nothing to bill");
    }
}

#[test]
fn a_truncated_file_is_said_to_be_truncated_where_it_ends() {
    let cloud = cloud();
    let whole = cloud.read("samples.ndjson");
    let lines = whole.lines().count();
    for missing in [2, 3, 40, 200] {
        cloud.write("samples.ndjson", &whole[..whole.len() - missing]);
        goes_wrong(&cloud, 1, &[&format!("samples.ndjson:{lines}:"), "truncated"]);
    }
    cloud.write("samples.ndjson", whole.trim_end());
    cloud.bill("--month 2013-08").done().bill_of("demo");
}

#[test]
fn a_truncated_gzip_file_is_said_to_be_truncated() {
    let cloud = cloud();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(cloud.read("samples.ndjson").as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    cloud.set("source", "{kind: file, path: samples.ndjson.gz}");
    for length in [3, 10, 11, whole.len() / 3, whole.len() / 2, whole.len() - 9, whole.len() - 8, whole.len() - 1] {
        cloud.write("samples.ndjson.gz", &whole[..length]);
        goes_wrong(&cloud, 1, &["samples.ndjson.gz:", "truncated"]);
    }
    let mut damaged = whole.clone();
    let end = damaged.len() - 8;
    damaged[end] ^= 1;
    cloud.write("samples.ndjson.gz", damaged);
    goes_wrong(&cloud, 1, &["samples.ndjson.gz:"]);
    cloud.write("samples.ndjson.gz", whole);
    cloud.bill("--month 2013-08").done().bill_of("demo");
}

#[test]
fn a_truncated_zstd_file_is_said_to_be_truncated() {
    let cloud = cloud();
    let whole = zstd::encode_all(cloud.read("samples.ndjson").as_bytes(), 3).unwrap();
    cloud.set("source", "{kind: file, path: samples.ndjson.zst}");
    for length in [5, 10, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        cloud.write("samples.ndjson.zst", &whole[..length]);
        goes_wrong(&cloud, 1, &["samples.ndjson.zst:", "truncated"]);
    }
    cloud.write("samples.ndjson.zst", whole);
    cloud.bill("--month 2013-08").done().bill_of("demo");
}

#[test]
fn a_sample_that_is_none_is_named_with_its_line_and_column() {
    let cloud = cloud();
    let good = cloud.read("samples.ndjson");
    let one = Vm::of("demo", "vm-2").active("2013-08-05", 0);
    let line = good.lines().count() + 1;
    for (from, to, what) in [
        ("\"counter_volume\":1", "\"counter_volume\":\"1\"", "without quotes"),
        ("\"counter_volume\":1", "\"counter_volume\":1e9999", "1e9999"),
        ("\"counter_volume\":1", "\"counter_volume\":null", "null"),
        ("2013-08-05T00:00:00\"", "2013-08-32T00:00:00\"", "2013-08-32T00:00:00"),
        ("2013-08-05T00:00:00\"", "yesterday\"", "yesterday"),
        ("\"counter_name\"", "\"counter_nome\"", "counter_name"),
        ("\"resource_id\":\"vm-2\"", "\"resource_id\":5", "string"),
        ("\"resource_metadata\":{", "\"resource_metadata\":[{", ""),
        (",\"counter_type\"", ";\"counter_type\"", ""),
        ("{\"project_id\"", "[[{\"project_id\"", ""),
    ] {
        let bad = one.replacen(from, to, 1);
        assert_ne!(bad, one, "{from}");
        cloud.write("samples.ndjson", format!("{good}{bad}"));
        goes_wrong(&cloud, 1, &[&format!("samples.ndjson:{line}:"), what]);
    }
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    let cloud = cloud();
    let good = cloud.read("samples.ndjson").into_bytes();
    for bytes in [b"\xff\xfe{\x00}\x00".as_slice(), b"\x00\x00\x00\x00", b"PK\x03\x04 a zip file", b"\xc3"] {
        cloud.write("samples.ndjson", bytes);
        goes_wrong(&cloud, 1, &["samples.ndjson:1:"]);
        cloud.write("samples.ndjson", [&good, bytes].concat());
        goes_wrong(&cloud, 1, &["samples.ndjson:"]);
    }
}

#[test]
fn samples_of_two_units_are_a_failure_of_their_tenant_only() {
    let cloud = cloud();
    let other = artifice_tests::Volume::of("bob", "disk").sized(1, "2013-08-05", 2);
    cloud.meter(other.replacen("\"GB\"", "\"ip\"", 1));

    let ran = cloud.bill("--month 2013-08").failed().says("bob").says("disk").says("'GB'").says("'ip'");

    assert_eq!(ran.failures(), ["bob"]);
    ran.bill_of("demo");
}
