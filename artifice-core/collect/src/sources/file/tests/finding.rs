//! From paths and patterns to open files.

use std::fs;

use super::*;
use crate::headway::Headway;

fn directory(files: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, sample(file)).unwrap();
    }
    directory
}

fn expanded(patterns: &[&str], base: &Path) -> Result<Vec<String>, FileError> {
    let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    let files = expand(&patterns, base)?;
    Ok(files.iter().map(|file| file.strip_prefix(base).unwrap_or(file).to_str().unwrap().to_owned()).collect())
}

#[test]
fn patterns_are_relative_sorted_and_name_each_file_once() {
    let base = directory(&["b.json", "a.json", "c.gz", "sub/d.json", ".hidden.json", "odd[1].json", "sub/e/f.json"]);
    let base = base.path();
    assert_eq!(
        expanded(&["*.json", "a.json", "./b.json", "c.?z"], base).unwrap(),
        ["a.json", "b.json", "c.gz", "odd[1].json"]
    );
    assert_eq!(expanded(&["odd[1].json"], base).unwrap(), ["odd[1].json"]);
    assert_eq!(expanded(&["sub/*", "-", "-"], base).unwrap(), ["sub/d.json", "-"]);
    assert_eq!(
        expanded(&["**/*.json"], base).unwrap(),
        ["a.json", "b.json", "odd[1].json", "sub/d.json", "sub/e/f.json"]
    );
    let absolute = base.join("sub/d.json");
    assert_eq!(expanded(&[absolute.to_str().unwrap()], Path::new("/elsewhere")).unwrap(), [absolute.to_str().unwrap()]);
    // A base with brackets in its name is no pattern.
    let brackets = base.join("x[y]");
    fs::create_dir(&brackets).unwrap();
    fs::write(brackets.join("in.json"), "[]").unwrap();
    assert_eq!(expanded(&["*.json"], &brackets).unwrap(), ["in.json"]);
}

#[test]
fn a_pattern_that_leads_to_no_file_is_an_error() {
    let base = directory(&["a.json", "sub/b/c.json"]);
    let says = |pattern: &str| {
        let error = expanded(&["a.json", pattern], base.path()).unwrap_err();
        assert!(error.is_unopened());
        error.to_string()
    };
    let place = base.path().display();
    for pattern in ["none.json", "*.gz", "sub/*", "a.json/x"] {
        starts(&says(pattern), &format!("no file matches '{pattern}' in {place}"));
    }
    assert_eq!(says("sub"), format!("{place}/sub is a directory: to read the files in it, write {place}/sub/*"));
    starts(&says("a[.json"), "'a[.json' is not a file name pattern: ");
}

#[test]
fn a_file_that_cannot_be_opened_says_why() {
    let base = directory(&["a.json"]);
    let mut visit = |_: &WireSample<'_>| Ok(());
    read_path(&base.path().join("a.json"), &Headway::default(), &mut visit).unwrap();
    let missing = base.path().join("none.json");
    let error = read_path(&missing, &Headway::default(), &mut visit).unwrap_err();
    assert!(error.is_unopened());
    starts(&error.to_string(), &format!("{} cannot be opened: No such file", missing.display()));
    let error = read_path(base.path(), &Headway::default(), &mut visit).unwrap_err();
    assert!(matches!(error, FileError::Directory { .. }), "{error}");
    let denied = FileError::Open { path: "/x".into(), source: io::ErrorKind::PermissionDenied.into() };
    let says = denied.to_string();
    assert!(says.contains("; let the user that runs artifice read it") && says.contains("not everybody"), "{says}");
}

#[test]
fn links_that_lead_nowhere_or_round_are_named() {
    use std::os::unix::fs::symlink;
    let base = directory(&["a.json"]);
    let says = |pattern: &str| expanded(&[pattern], base.path()).unwrap_err().to_string();
    symlink("nowhere", base.path().join("gone.json")).unwrap();
    symlink("round.json", base.path().join("round.json")).unwrap();
    assert!(says("gone.json").contains("gone.json cannot be opened: No such file"), "{}", says("gone.json"));
    assert!(says("round.json").contains("symbolic links"), "{}", says("round.json"));
    // A pattern finds them, too, and opening them says the same: nothing is left out in silence.
    assert_eq!(expanded(&["*.json"], base.path()).unwrap().len(), 3);
    symlink(".", base.path().join("back")).unwrap();
    assert!(says("**/*.json").contains("leads back to"), "{}", says("**/*.json"));
}

#[test]
fn a_device_is_no_file_and_an_answer_is_never_unpacked() {
    let says = open(Path::new("/dev/zero")).err().unwrap().to_string();
    assert!(says.starts_with("/dev/zero is neither a file nor a pipe"), "{says}");
    for packed in [gzip("[]"), zst("[]")] {
        assert!(read(&packed[..], "f", &mut |_| Ok(())).is_ok());
        assert!(read_text(&packed, "f", &mut |_| Ok(())).is_err());
    }
}

#[test]
fn a_window_beyond_bounds_is_said_to_be_one() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(crate::limits::ZSTD_WINDOW + 1).unwrap();
    encoder.write_all(sample("m").as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let says = error_after(0, packed);
    assert!(says.contains("window of more than 128 MiB") && says.contains("without --long"), "{says}");
}
