//! The modules of a crate, and what a name means in each.

use std::collections::{HashMap, HashSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, UseTree};

/// A crate, as far as its names go.
pub struct Crate {
    /// Its files; the first is its root.
    pub files: Vec<File>,
    modules: Vec<Module>,
    /// The files of its `macro_rules!`, whose names know no module.
    macros: HashMap<String, usize>,
}

/// A file of a crate.
pub struct File {
    /// Its path in the workspace.
    pub path: String,
    /// The module that it is.
    pub module: usize,
    /// What it says.
    pub items: Vec<Item>,
}

struct Module {
    parent: Option<usize>,
    file: usize,
    names: HashMap<String, Vec<Meaning>>,
    globs: Vec<Vec<String>>,
}

/// What a name can mean; it can mean a type and a function at once.
enum Meaning {
    Module(usize),
    Item,
    Import(Vec<String>),
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A module.
    Module(usize),
    /// What is defined under a name in a module.
    Item(usize, String),
}

impl Crate {
    /// Reads a crate from its root.
    pub fn read(root: &str, texts: &HashMap<&str, &str>) -> Result<Crate, String> {
        let mut own = Crate { files: Vec::new(), modules: Vec::new(), macros: HashMap::new() };
        let directory = root.rsplit_once('/').map_or("", |(directory, _)| directory);
        own.read_file(root, directory, None, texts)?;
        Ok(own)
    }

    /// Reads a file, and those of its modules, which are in `directory`.
    fn read_file(
        &mut self,
        path: &str,
        directory: &str,
        parent: Option<usize>,
        texts: &HashMap<&str, &str>,
    ) -> Result<usize, String> {
        let text =
            texts.get(path).ok_or_else(|| format!("{path}: there is no such file, but a `mod` that names it"))?;
        let content = syn::parse_file(text).map_err(|why| format!("{path}: this is no Rust: {why}"))?;
        let file = self.files.len();
        let module = self.add_module(parent, file);
        self.files.push(File { path: path.to_owned(), module, items: Vec::new() });
        self.read_items(&content.items, module, directory, texts)?;
        self.files[file].items = content.items;
        Ok(module)
    }

    fn add_module(&mut self, parent: Option<usize>, file: usize) -> usize {
        self.modules.push(Module { parent, file, names: HashMap::new(), globs: Vec::new() });
        self.modules.len() - 1
    }

    fn read_items(
        &mut self,
        items: &[Item],
        module: usize,
        directory: &str,
        texts: &HashMap<&str, &str>,
    ) -> Result<(), String> {
        let file = self.modules[module].file;
        for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
            let (name, meaning) = match item {
                Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    let below = format!("{directory}/{name}");
                    let id = match &inner.content {
                        Some((_, items)) => {
                            let id = self.add_module(Some(module), file);
                            self.read_items(items, id, &below, texts)?;
                            id
                        }
                        None => {
                            let beside = self.files[file].path.rsplit_once('/').map_or("", |(beside, _)| beside);
                            let path = named_path(&inner.attrs).map(|path| format!("{beside}/{path}"));
                            let path = path.unwrap_or_else(|| format!("{below}.rs"));
                            self.read_file(&path, &below, Some(module), texts)?
                        }
                    };
                    (name, Meaning::Module(id))
                }
                Item::Macro(item) => {
                    self.macros.extend(item.ident.iter().map(|name| (name.to_string(), file)));
                    continue;
                }
                Item::Const(item) => (item.ident.to_string(), Meaning::Item),
                Item::Enum(item) => (item.ident.to_string(), Meaning::Item),
                Item::Fn(item) => (item.sig.ident.to_string(), Meaning::Item),
                Item::Static(item) => (item.ident.to_string(), Meaning::Item),
                Item::Struct(item) => (item.ident.to_string(), Meaning::Item),
                Item::Trait(item) => (item.ident.to_string(), Meaning::Item),
                Item::TraitAlias(item) => (item.ident.to_string(), Meaning::Item),
                Item::Type(item) => (item.ident.to_string(), Meaning::Item),
                Item::Union(item) => (item.ident.to_string(), Meaning::Item),
                _ => continue,
            };
            self.modules[module].names.entry(name).or_default().push(meaning);
        }
        // Those of functions and blocks, too.
        let mut imports = Imports::default();
        items.iter().for_each(|item| imports.visit_item(item));
        for (name, path) in imports.names {
            self.modules[module].names.entry(name).or_default().push(Meaning::Import(path));
        }
        self.modules[module].globs.extend(imports.globs);
        Ok(())
    }

    /// The module of that name in a module.
    pub fn inner(&self, module: usize, name: &str) -> Option<usize> {
        self.modules[module].names.get(name)?.iter().find_map(|meaning| match meaning {
            Meaning::Module(id) => Some(*id),
            _ => None,
        })
    }

    /// The file that says what a target is.
    pub fn file_of(&self, target: &Target) -> usize {
        let (Target::Module(module) | Target::Item(module, _)) = target;
        self.modules[*module].file
    }

    /// The file that defines a macro.
    pub fn file_of_macro(&self, name: &str) -> Option<usize> {
        self.macros.get(name).copied()
    }

    /// What a path leads to from a module, and how many of its names that took: what is left is in a type or a trait.
    /// Nothing if it leads out of the crate.
    pub fn targets(&self, module: usize, path: &[String]) -> Vec<(Target, usize)> {
        self.resolve(module, path, &mut HashSet::new())
    }

    fn resolve<'c>(
        &'c self,
        module: usize,
        path: &[String],
        passed: &mut HashSet<(usize, &'c [String])>,
    ) -> Vec<(Target, usize)> {
        let Some(first) = path.first() else { return Vec::new() };
        let begin = match first.as_str() {
            "crate" => vec![Target::Module(0)],
            "self" => vec![Target::Module(module)],
            "super" => self.modules[module].parent.map(Target::Module).into_iter().collect(),
            name => self.look_up(module, name, passed),
        };
        let mut found: Vec<(Target, usize)> = begin.into_iter().map(|target| (target, 1)).collect();
        for (index, name) in path.iter().enumerate().skip(1) {
            let mut next = Vec::new();
            for (target, length) in found {
                match target {
                    Target::Module(inside) if name == "super" => {
                        next.extend(self.modules[inside].parent.map(|parent| (Target::Module(parent), index + 1)));
                    }
                    Target::Module(inside) => {
                        next.extend(self.look_up(inside, name, passed).into_iter().map(|target| (target, index + 1)));
                    }
                    Target::Item(..) => next.push((target, length)),
                }
            }
            found = next;
        }
        found
    }

    /// What a name means in a module. (What leads in circles itself is passed once.)
    fn look_up<'c>(&'c self, module: usize, name: &str, passed: &mut HashSet<(usize, &'c [String])>) -> Vec<Target> {
        let mut found = Vec::new();
        for meaning in self.modules[module].names.get(name).into_iter().flatten() {
            match meaning {
                Meaning::Module(id) => found.push(Target::Module(*id)),
                Meaning::Item => found.push(Target::Item(module, name.to_owned())),
                Meaning::Import(path) if passed.insert((module, path)) => {
                    found.extend(self.resolve(module, path, passed).into_iter().map(|(target, _)| target));
                    passed.remove(&(module, path));
                }
                Meaning::Import(_) => {}
            }
        }
        // A name that a module has itself hides those that a glob brings.
        let globs = if found.is_empty() { self.modules[module].globs.as_slice() } else { &[] };
        for path in globs {
            if passed.insert((module, path)) {
                for (target, _) in self.resolve(module, path, passed) {
                    if let Target::Module(inside) = target {
                        found.extend(self.look_up(inside, name, passed));
                    }
                }
                passed.remove(&(module, path));
            }
        }
        found
    }
}

/// What is imported where, tests and inner modules left out.
#[derive(Default)]
struct Imports {
    names: Vec<(String, Vec<String>)>,
    globs: Vec<Vec<String>>,
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast Item) {
        if !matches!(item, Item::Mod(_)) && !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (path, name) in leaves(item) {
            match name {
                Some(name) => self.names.push((name, path)),
                None => self.globs.push(path),
            }
        }
    }
}

/// Each path that a `use` imports, with the name that it gets here; none for all names of a module.
pub fn leaves(item: &ItemUse) -> Vec<(Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    if item.leading_colon.is_none() {
        add_leaves(&item.tree, &mut Vec::new(), &mut found);
    }
    found
}

fn add_leaves(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<(Vec<String>, Option<String>)>) {
    let with = |name: &syn::Ident, before: &[String]| {
        // `a::{self}` is `a`.
        let own = (name != "self").then(|| name.to_string());
        before.iter().cloned().chain(own).collect::<Vec<String>>()
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            add_leaves(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) => {
            let path = with(&name.ident, before);
            found.extend(path.last().cloned().map(|name| (path, Some(name))));
        }
        UseTree::Rename(name) => found.push((with(&name.ident, before), Some(name.rename.to_string()))),
        UseTree::Glob(_) => found.push((before.clone(), None)),
        UseTree::Group(group) => group.items.iter().for_each(|tree| add_leaves(tree, before, found)),
    }
}

/// Whether something is there for tests only.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            let words: Vec<String> = list.tokens.clone().into_iter().map(|token| token.to_string()).collect();
            matches!(words.as_slice(), [word] if word == "test")
        }
        _ => false,
    })
}

/// The file that `#[path = "…"]` names.
fn named_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// The attributes of an item.
pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
