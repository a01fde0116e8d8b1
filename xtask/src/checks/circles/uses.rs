//! Which file uses what of which other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemImpl, ItemMod, ItemUse, Macro, Path, Type, Visibility};

use super::modules::{Crate, Target, attributes, is_for_tests, leaves};

/// From which file to which, and the names that tie them.
pub type Arrows = BTreeMap<(usize, usize), BTreeSet<String>>;

/// The files in which functions and constants of types are, by type and name.
type Functions = HashMap<(Target, String), usize>;

/// All arrows of a crate.
pub fn arrows(own: &Crate) -> Arrows {
    let mut functions = Functions::new();
    for (index, file) in own.files.iter().enumerate() {
        add_functions(own, index, file.module, &file.items, &mut functions);
    }
    let mut found = Arrows::new();
    for (index, file) in own.files.iter().enumerate() {
        let mut reader =
            Reader { own, functions: &functions, file: index, module: file.module, own_type: None, found: &mut found };
        file.items.iter().for_each(|item| reader.visit_item(item));
    }
    found
}

fn add_functions(own: &Crate, file: usize, module: usize, items: &[Item], functions: &mut Functions) {
    for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
        match item {
            Item::Mod(ItemMod { ident, content: Some((_, items)), .. }) => {
                if let Some(inner) = own.inner(module, &ident.to_string()) {
                    add_functions(own, file, inner, items, functions);
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let Some(own_type) = type_of(own, module, item) else { continue };
                for inner in &item.items {
                    let name = match inner {
                        ImplItem::Fn(inner) if !is_for_tests(&inner.attrs) => &inner.sig.ident,
                        ImplItem::Const(inner) if !is_for_tests(&inner.attrs) => &inner.ident,
                        _ => continue,
                    };
                    functions.insert((own_type.clone(), name.to_string()), file);
                }
            }
            _ => {}
        }
    }
}

/// The type that an `impl` is for, if the crate defines it.
fn type_of(own: &Crate, module: usize, item: &ItemImpl) -> Option<Target> {
    let Type::Path(path) = &*item.self_ty else { return None };
    own.targets(module, &names(&path.path)).into_iter().map(|(target, _)| target).find(is_item)
}

fn is_item(target: &Target) -> bool {
    matches!(target, Target::Item(..))
}

fn names(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Reads one file, and draws the arrows from it.
struct Reader<'r> {
    own: &'r Crate,
    functions: &'r Functions,
    file: usize,
    module: usize,
    /// What `Self` is.
    own_type: Option<Target>,
    found: &'r mut Arrows,
}

impl Reader<'_> {
    fn draw(&mut self, to: usize, what: String) {
        if to != self.file {
            self.found.entry((self.file, to)).or_default().insert(what);
        }
    }

    /// A path in the code.
    fn uses(&mut self, path: &[String]) {
        let targets = match (path, &self.own_type) {
            ([first, ..], Some(own)) if first == "Self" => vec![(own.clone(), 1)],
            _ => self.own.targets(self.module, path),
        };
        for (target, length) in targets {
            let Target::Item(_, name) = &target else { continue };
            self.draw(self.own.file_of(&target), name.clone());
            let function = path.get(length).and_then(|inner| self.functions.get(&(target.clone(), inner.clone())));
            if let (Some(file), Some(inner)) = (function, path.get(length)) {
                self.draw(*file, format!("{name}::{inner}"));
            }
        }
    }

    /// Code that only its macro understands: whatever looks like a path in it.
    fn uses_in(&mut self, tokens: &TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut colons, mut is_field) = (0, false);
        for token in tokens.clone() {
            match &token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    if !is_field {
                        path.push(name.to_string());
                    }
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Literal(literal) => self.uses_named(&literal.to_string()),
                TokenTree::Group(group) => self.uses_in(&group.stream()),
                TokenTree::Punct(_) => {}
            }
            colons = 0;
            // `a.b` is a field or a method of a value, and `'a` a lifetime; but `..b` is a path.
            is_field = match (&token, is_field) {
                (TokenTree::Punct(mark), false) => matches!(mark.as_char(), '.' | '\''),
                _ => false,
            };
            if !matches!(token, TokenTree::Ident(_)) {
                self.end(&mut path);
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.uses(path);
            path.clear();
        }
    }

    /// A path in a text, as serde's attributes take it.
    fn uses_named(&mut self, literal: &str) {
        let path: Vec<String> = literal.trim_matches('"').split("::").map(str::to_owned).collect();
        let is_name = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if path.len() > 1 && path.iter().all(is_name) {
            self.uses(&path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(item) if is_for_tests(&item.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let (Some((_, items)), Some(inner)) = (&item.content, self.own.inner(self.module, &item.ident.to_string()))
        else {
            return;
        };
        let outer = std::mem::replace(&mut self.module, inner);
        items.iter().for_each(|item| self.visit_item(item));
        self.module = outer;
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let outer = std::mem::replace(&mut self.own_type, type_of(self.own, self.module, item));
        visit::visit_item_impl(self, item);
        self.own_type = outer;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // What is only passed on is no use of it.
        if matches!(item.vis, Visibility::Inherited) {
            for (path, _) in leaves(item) {
                self.uses(&path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.uses(&names(path));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        if let Some(file) = item.path.get_ident().and_then(|name| self.own.file_of_macro(&name.to_string())) {
            self.draw(file, format!("{}!", names(&item.path).join("::")));
        }
        self.uses_in(&item.tokens);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.uses_in(&list.tokens);
        }
    }
}
