//! Patterns with `**` where links lead back: whoever follows them comes to no end.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// How many directories are gone through at most, each as often as links lead to it.
const MOST_DIRECTORIES: usize = 100_000;

/// Whether going through what a pattern names comes to an end. Directories whose name is not `wanted` are left out, as
/// the pattern leaves them out.
///
/// # Errors
/// Why not, and what to do.
pub fn ends(base: &Path, pattern: &str, wanted: fn(&str) -> bool) -> Result<(), String> {
    let parts = || Path::new(pattern).components();
    if !parts().any(|part| part == Component::Normal("**".as_ref())) {
        return Ok(());
    }
    let is_plain = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let start = base.join(parts().take_while(is_plain).collect::<PathBuf>());
    Walk { around: Vec::new(), left: MOST_DIRECTORIES, wanted }.enter(&start)
}

/// The way through directories.
struct Walk {
    /// The directories around, as they are without links.
    around: Vec<PathBuf>,
    left: usize,
    wanted: fn(&str) -> bool,
}

impl Walk {
    fn enter(&mut self, directory: &Path) -> Result<(), String> {
        // What cannot be read is for whoever follows the pattern to complain about.
        let Ok(real) = fs::canonicalize(directory) else { return Ok(()) };
        if self.around.contains(&real) {
            return Err(format!(
                "{} leads back to {}, so that ** would go round without end; name the directories, or take that link away",
                directory.display(),
                real.display()
            ));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            format!("** leads to more than {MOST_DIRECTORIES} directories, links included; name some of them")
        })?;
        self.around.push(real);
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if (self.wanted)(&entry.file_name().to_string_lossy()) && entry.path().is_dir() {
                self.enter(&entry.path())?;
            }
        }
        self.around.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_that_lead_back_are_found_where_a_pattern_follows_them() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path();
        fs::create_dir_all(base.join("a/b/.c")).unwrap();
        symlink(base.join("a"), base.join("again")).unwrap();
        let not_hidden = |name: &str| !name.starts_with('.');
        assert_eq!(ends(base, "**/*.json", not_hidden), Ok(()), "a link aside leads on");
        symlink(base, base.join("a/b/.c/back")).unwrap();
        assert_eq!(ends(base, "**/*.json", not_hidden), Ok(()), "what is hidden is not gone into");
        let says = ends(base, "a/*/**/x", |_| true).unwrap_err();
        assert!(says.contains("/b/.c/back/a") && says.contains(" leads back to "), "{says}");
        assert_eq!(ends(base, "a/*/x", |_| true), Ok(()));
        for link in ["one", "two", "three"] {
            symlink(".", base.join("a").join(link)).unwrap();
        }
        assert!(ends(base, "a/**", not_hidden).unwrap_err().contains("leads back"));
    }
}
