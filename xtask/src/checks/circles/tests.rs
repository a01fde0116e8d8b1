//! Circles that are planted, and what is none.

use super::*;

/// What is found in a crate whose other files than its root are these.
fn found(root: &str, files: &[(&str, &str)]) -> Vec<String> {
    let source = |path: &str, text: &str| Source { path: format!("a/{path}"), text: text.to_owned() };
    let mut sources = vec![source("Cargo.toml", "[package]\nname = \"a\"\n"), source("src/lib.rs", root)];
    sources.extend(files.iter().map(|(path, text)| source(&format!("src/{path}"), text)));
    check(&sources)
}

/// The circle of two files that use one another by these names.
fn circle(one: &str, of_other: &str, other: &str, of_one: &str) -> String {
    format!(
        "a/src/{one}: a circle of 2 files; what two of them share belongs into a third\n    \
         a/src/{one} uses {of_other} of a/src/{other}\n    a/src/{other} uses {of_one} of a/src/{one}"
    )
}

/// A file that is used in some way, and that uses the one that does so.
const USED: &str = "use crate::one::One;\n\
                    pub struct Two(One);\n\
                    pub enum Kind { A(One), B }\n\
                    pub fn two() {}\n\
                    pub mod inner { pub fn three() {} }\n\
                    impl Two { pub fn new() {} }\n\
                    macro_rules! four { () => {} }\n";

#[test]
fn every_way_to_use_something_is_seen() {
    for (code, names) in [
        ("use crate::two::Two;", "Two"),
        ("use super::two::Two;", "Two"),
        ("use super::two::{self, Two as Second}; type T = two::Kind;", "Kind, Two"),
        ("use super::{two::{inner::{three as third}, Kind}};", "Kind, three"),
        ("use super::Passed;", "Two"),
        ("use super::*; type T = Passed;", "Two"),
        ("use super::two::*; fn f() { two() }", "two"),
        ("use super::two::Kind::*;", "Kind"),
        ("use super::two as t; fn f() { t::inner::three() }", "three"),
        ("fn f() { use super::two; two::two() }", "two"),
        ("fn f() { super::two::two() }", "two"),
        ("fn f(x: Option<&mut crate::two::Two>) {}", "Two"),
        ("fn f() -> impl Into<super::two::Two> {}", "Two"),
        ("fn f(x: X) { match x { super::two::Kind::B => {} } }", "Kind"),
        ("fn f() { super::two::Two::new() }", "Two, Two::new"),
        ("fn f() { format!(\"{}\", g(super::two::inner::three())) }", "three"),
        ("fn f() { vec![1..self::super::two::inner::three()] }", "three"),
        ("fn f() { four!() }", "four!"),
        ("mod deep { fn f() { super::super::two::two() } }", "two"),
        ("struct S { #[serde(with = \"crate::two::two\")] x: X }", "two"),
        ("impl crate::two::Two {}", "Two"),
    ] {
        let root = "mod two;\nmod one;\npub use two::Two as Passed;";
        let one = format!("pub struct One;\n{code}\n");
        let found = found(root, &[("one.rs", &one), ("two.rs", USED)]);
        assert_eq!(found, [circle("two.rs", "One", "one.rs", names)], "{code}");
    }
}

#[test]
fn what_is_none_is_not_found() {
    for code in [
        "",
        "mod deep {}",
        "pub use super::two::Two;",
        "pub(crate) use super::two::*;",
        "// super::two::two()",
        "/// See [`super::two::two`].\nfn f() {}",
        "fn f() { x.two(); x.four; \"super::two::two\" }",
        "#[cfg(test)] use super::two::Two;",
        "#[cfg(test)] fn f() { super::two::two() }",
        "#[cfg(test)] mod tests { use super::super::two::Two; }",
        "impl One { #[cfg(test)] fn f() { super::two::two() } }",
        "use ::two::Two; use two::Two as Other; fn f() { two::two() }",
        "fn two() {} fn f() { two() }",
        "struct two; fn f() { format!(\"{}\", x.two) }",
    ] {
        let one = format!("pub struct One;\n{code}\n");
        assert_eq!(found("mod one;\nmod two;", &[("one.rs", &one), ("two.rs", USED)]), [""; 0], "{code}");
    }
}

#[test]
fn a_module_and_what_is_in_it_are_two_files() {
    let root = "mod one;\npub struct Shared;";
    let inner = ("one/inner.rs", "pub fn go(x: super::super::Shared, y: super::Mine) {}");
    let through = ("one.rs", "mod inner;\npub use inner::go;\npub struct Mine;");
    assert_eq!(found(root, &[through, inner]), [""; 0], "it only passes on");
    let using = ("one.rs", "mod inner;\npub struct Mine;\nfn f() { inner::go(x) }");
    assert_eq!(found(root, &[using, inner]), [circle("one.rs", "go", "one/inner.rs", "Mine")]);
}

#[test]
fn a_function_of_a_type_is_where_it_stands() {
    let root = "mod one;\nmod two;";
    let one = "pub struct One;\nimpl One { fn f() { Self::go() } }";
    let two = "use crate::one::One;\nimpl One { pub fn go() {} }";
    let expected = circle("one.rs", "One::go", "two.rs", "One");
    assert_eq!(found(root, &[("one.rs", one), ("two.rs", two)]), [expected]);
}

#[test]
fn longer_circles_and_several_are_told_apart() {
    let root = "mod a;\nmod b;\nmod c;\nmod d;\nmod e;";
    let files = [
        ("a.rs", "pub fn a() { super::b::b() }"),
        ("b.rs", "pub fn b() { super::c::c() }"),
        ("c.rs", "pub fn c() { super::a::a(); super::d::d() }"),
        ("d.rs", "pub fn d() { super::e::e() }"),
        ("e.rs", "pub fn e() { super::d::d() }"),
    ];
    let found = found(root, &files);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("a/src/a.rs: a circle of 3 files"), "{}", found[0]);
    assert_eq!(found[1], circle("d.rs", "e", "e.rs", "d"));
}

#[test]
fn imports_that_lead_nowhere_end() {
    let root = "mod a;\nmod b;\nuse a::*;\nfn f() { x(); y::z() }";
    let files = [
        ("a.rs", "pub use super::b::*;\npub use super::b::y;"),
        ("b.rs", "pub use super::a::*;\npub use super::a::y;"),
    ];
    assert_eq!(found(root, &files), [""; 0]);
}

#[test]
fn a_file_that_cannot_be_read_does_not_pass() {
    assert_eq!(found("mod gone;", &[]), ["a/src/gone.rs: there is no such file, but a `mod` that names it"]);
    assert!(found("mod broken;", &[("broken.rs", "fn {")])[0].starts_with("a/src/broken.rs: this is no Rust: "));
}
