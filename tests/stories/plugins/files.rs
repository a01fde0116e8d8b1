//! Files that are no backend.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::Command;
use std::thread;
use std::time::Duration;

use artifice_tests::{Elf, damaged, plugin, without_backend};

use super::{CSV, cloud, refused};

fn with(content: impl AsRef<[u8]>, what: &str) {
    let cloud = cloud();
    cloud.write(&format!("plugins/{CSV}"), content);
    refused(&cloud, what);
}

#[test]
fn a_file_that_is_no_library_is_refused() {
    with("", "empty; build or install the library again");
    with("not a library\n", "not a shared library (no ELF header)");
    with("x".repeat(10_000), "not a shared library (no ELF header)");
    with([0x7f, b'E', b'L', b'F'], "not a shared library");
    with([[0x7f, b'E', b'L', b'F'].as_slice(), &[2, 1, 1, 0], &[0; 100]].concat(), "");
}

#[test]
fn a_library_for_another_machine_is_refused() {
    let library = plugin("billing_csv_invoice");
    with(damaged(&library, Elf::OtherMachine), "built for another architecture");
    with(damaged(&library, Elf::OtherClass), "built for another architecture");
    with(damaged(&library, Elf::OtherOrder), "built for another architecture");
    with(damaged(&library, Elf::Program), "an ELF file, but no shared library");
}

#[test]
fn a_library_for_another_version_of_the_interface_is_refused() {
    let newer = fs::read(plugin("test_newer_interface")).unwrap();
    with(newer, "built for plugin interface 0.5.0, this artifice speaks 0.4.0; update artifice, or build the backend");
    let older = fs::read(plugin("test_older_interface")).unwrap();
    with(older, "built for plugin interface 0.3.0, this artifice speaks 0.4.0; build the backend with the plugin");
}

#[test]
fn a_library_with_other_types_is_refused_in_one_line() {
    let cloud = cloud();
    cloud.write(&format!("plugins/{CSV}"), fs::read(plugin("test_other_layout")).unwrap());
    refused(&cloud, "its types differ from this artifice's interface");
}

#[test]
fn a_truncated_library_is_refused_at_every_length() {
    let whole = fs::read(plugin("billing_csv_invoice")).unwrap();
    let cloud = cloud();
    let short = [1, 4, 15, 16, 19, 20, 63, 64, 65, 500, 4095, 4096, 4097];
    let parts = (1..20).map(|part| whole.len() * part / 20 + part);
    let nearly = [8192, 4096, 64, 2, 1].map(|missing| whole.len() - missing);
    for length in short.into_iter().chain(parts).chain(nearly) {
        cloud.write(&format!("plugins/{CSV}"), &whole[..length]);
        refused(&cloud, if length < 64 { "" } else { "truncated" });
    }
}

#[test]
fn a_library_that_lacks_its_middle_is_refused() {
    let whole = fs::read(plugin("billing_csv_invoice")).unwrap();
    for (from, to) in [(64, 4096), (whole.len() / 4, whole.len() / 2), (whole.len() / 2, whole.len() / 2 + 1)] {
        with([&whole[..from], &whole[to..]].concat(), "");
    }
}

#[test]
fn a_library_whose_head_is_overwritten_never_ends_the_program_with_a_signal() {
    let whole = fs::read(plugin("billing_csv_invoice")).unwrap();
    let cloud = cloud();
    for (at, byte) in
        [(32, 0xff), (33, 0xff), (39, 0xff), (40, 0xff), (47, 0x7f), (54, 0xff), (56, 0xff), (57, 0xff), (60, 0xff)]
    {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        cloud.write(&format!("plugins/{CSV}"), bytes);
        let ran = cloud.bill("--month 2013-08");
        assert_eq!(ran.signal, None, "byte {at}: {ran:?}");
        assert!(matches!(ran.status, Some(0 | 2)), "byte {at}: {ran:?}");
    }
}

#[test]
fn a_library_without_a_backend_is_refused() {
    with(fs::read(without_backend()).unwrap(), "a shared library, but no artifice backend");
}

#[test]
fn a_directory_or_a_link_to_nowhere_is_refused() {
    let cloud = cloud();
    fs::create_dir_all(cloud.path("plugins").join(CSV)).unwrap();
    refused(&cloud, "not a file");

    let cloud = super::cloud();
    fs::create_dir_all(cloud.path("plugins")).unwrap();
    symlink("nowhere.so", cloud.path("plugins").join(CSV)).unwrap();
    refused(&cloud, "check that it exists");
    symlink(CSV, cloud.path("plugins").join("loop")).unwrap();
    fs::remove_file(cloud.path("plugins").join(CSV)).unwrap();
    symlink("loop", cloud.path("plugins").join(CSV)).unwrap();
    refused(&cloud, "");
}

#[test]
fn a_link_to_a_library_is_a_library() {
    let cloud = cloud();
    fs::create_dir_all(cloud.path("plugins")).unwrap();
    symlink(plugin("billing_csv_invoice"), cloud.path("plugins").join(CSV)).unwrap();
    cloud.bill("--month 2013-08").done().bill_of("demo");
}

#[test]
fn a_pipe_in_a_librarys_place_is_refused() {
    let cloud = cloud();
    fs::create_dir_all(cloud.path("plugins")).unwrap();
    let pipe = cloud.path("plugins").join(CSV);
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    for arguments in ["plugin list", "bill --month 2013-08"] {
        let mut running = cloud.command(arguments).spawn().unwrap();
        let ended = (0..50).any(|_| {
            thread::sleep(Duration::from_millis(100));
            running.try_wait().unwrap().is_some()
        });
        let _ = running.kill();
        assert!(ended, "{arguments} hangs");
    }
}

fn set(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_library_that_anybody_may_replace_is_refused() {
    let cloud = cloud();
    cloud.write(&format!("plugins/{CSV}"), fs::read(plugin("billing_csv_invoice")).unwrap());
    let (directory, file) = (cloud.path("plugins"), cloud.path("plugins").join(CSV));
    for (path, mode) in [(&file, 0o666), (&directory, 0o777), (&cloud.path(""), 0o757)] {
        let before = fs::metadata(path).unwrap().permissions();
        set(path, mode);
        refused(&cloud, "anybody may put something else in its place");
        refused(&cloud, "chmod o-w ");
        let listed = cloud.run("plugin list --format json").done().json();
        let plugins = listed["plugins"].as_array().unwrap();
        let ours = plugins.iter().find(|plugin| plugin["file"].as_str() == file.to_str()).unwrap();
        assert!(ours["error"].as_str().unwrap().contains("anybody may put something else"), "{ours}");
        assert!(plugins.iter().any(|plugin| plugin["error"].is_null()), "the others are listed");
        fs::set_permissions(path, before).unwrap();
    }
    cloud.bill("--month 2013-08").done();
}

#[test]
fn a_library_that_a_group_may_replace_is_told() {
    let cloud = cloud();
    cloud.write(&format!("plugins/{CSV}"), fs::read(plugin("billing_csv_invoice")).unwrap());
    let file = cloud.path("plugins").join(CSV);
    // Only the superuser gives a file to a group of others.
    if chown(&file, None, Some(65_533)).is_err() {
        return;
    }
    set(&file, 0o664);
    let told = format!("the group of {} may put something else in its place", file.canonicalize().unwrap().display());
    let ran = cloud.bill("--month 2013-08").done().says(&told).says("chmod g-w ");
    assert_eq!(ran.err.matches("the group of ").count(), 1, "{ran:?}");
    cloud.run("plugin list").done().says(&told);
}
