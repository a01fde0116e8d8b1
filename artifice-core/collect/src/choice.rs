//! Who of the tenants is to be billed, and what has to be known of them for that.

use artifice_model::aggregate::matches;
use artifice_model::{Tenant, TenantId};
use artifice_settings::{Map, Node};

/// A tenant, as a source knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTenant {
    /// Its id.
    pub id: TenantId,
    /// What people call it, if anybody knows.
    pub name: Option<String>,
    /// The domain that it belongs to, if that is known.
    pub domain: Option<KnownDomain>,
    /// Whether it can be used.
    pub enabled: bool,
    /// What it is tagged with, if that is known.
    pub tags: Option<Vec<String>>,
}

/// A domain of tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDomain {
    /// Its id.
    pub id: String,
    /// Its name, if that is known.
    pub name: Option<String>,
}

impl KnownTenant {
    /// One whom the source does not know, or not any more.
    pub fn forgotten(tenant: Tenant) -> Self {
        KnownTenant { id: tenant.id, name: tenant.name, domain: None, enabled: true, tags: None }
    }

    /// How much memory it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let texts = self.tags.iter().flatten().chain(&self.name).chain(self.domain.iter().map(|domain| &domain.id));
        size_of::<KnownTenant>() + self.id.len() + texts.map(|text| text.len() + size_of::<String>()).sum::<usize>()
    }

    /// Who it is.
    pub fn tenant(&self) -> Tenant {
        Tenant { id: self.id.clone(), name: self.name.clone() }
    }
}

/// Whether a tenant is to be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Billed,
    /// It is not.
    LeftOut,
    /// Whether it is one of those that are to be depends on what nobody knows of it.
    Unknown,
}

/// `openstack.tenants`: who is to be billed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only these; everybody, if there is none.
    include: Option<Criteria>,
    /// But not these.
    exclude: Criteria,
    /// Nor those that are disabled.
    leaves_out_disabled: bool,
}

/// What a tenant is chosen by: each a list of patterns, in which `*` stands for anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Criteria {
    ids: Vec<String>,
    names: Vec<String>,
    tags: Vec<String>,
    /// Ids or names.
    domains: Vec<String>,
}

impl Choice {
    /// Whether a tenant is to be billed. Nobody is left out by what nobody knows of it: otherwise, to leave out one by its
    /// name would leave out whoever was deleted.
    pub fn judges(&self, tenant: &KnownTenant) -> Verdict {
        if self.leaves_out_disabled && !tenant.enabled || self.exclude.fit(tenant) == Some(true) {
            return Verdict::LeftOut;
        }
        match self.include.as_ref().map_or(Some(true), |include| include.fit(tenant)) {
            Some(true) => Verdict::Billed,
            Some(false) => Verdict::LeftOut,
            None => Verdict::Unknown,
        }
    }

    /// Whether anything depends on the names of domains.
    pub fn asks_for_domains(&self) -> bool {
        self.include.iter().chain([&self.exclude]).any(|criteria| !criteria.domains.is_empty())
    }
}

impl Criteria {
    /// Whether a tenant fits any of them; `None` if that depends on what nobody knows of it.
    fn fit(&self, tenant: &KnownTenant) -> Option<bool> {
        let any = |patterns: &[String], text: &str| patterns.iter().any(|pattern| matches(pattern, text));
        let known = |patterns: &[String], text: Option<&str>| match text {
            _ if patterns.is_empty() => Some(false),
            text => text.map(|text| any(patterns, text)),
        };
        let domain = tenant.domain.as_ref();
        let tags = match &tenant.tags {
            _ if self.tags.is_empty() => Some(false),
            tags => tags.as_ref().map(|tags| tags.iter().any(|tag| any(&self.tags, tag))),
        };
        let all = [
            Some(any(&self.ids, &tenant.id)),
            known(&self.names, tenant.name.as_deref()),
            tags,
            match known(&self.domains, domain.map(|domain| domain.id.as_str())) {
                Some(false) => known(&self.domains, domain.and_then(|domain| domain.name.as_deref())),
                by_id => by_id,
            },
        ];
        if all.contains(&Some(true)) { Some(true) } else { (!all.contains(&None)).then_some(false) }
    }
}

/// `tenants:`
pub(crate) fn read(mut section: Map<'_>) -> Choice {
    let include = section.get("include");
    if let Some(node) = include.as_ref().filter(|node| node.value().is_mapping() || node.value().is_sequence())
        && criteria(node) == Some(Criteria::default())
    {
        node.mistake("nobody is named, so nobody would be billed; leave it out for everybody");
    }
    let include = include.and_then(|node| criteria(&node));
    let exclude = section.get("exclude").and_then(|node| criteria(&node)).unwrap_or_default();
    let leaves_out_disabled = section.word("disabled", &[("bill", false), ("leave_out", true)]).unwrap_or_default();
    section.end();
    Choice { include, exclude, leaves_out_disabled }
}

/// `{id: …, name: …, tag: …, domain: …}`, each one or a list; or a list of ids and names.
fn criteria(node: &Node<'_>) -> Option<Criteria> {
    let texts = |node: Node<'_>| node.list().iter().filter_map(Node::text).collect::<Vec<_>>();
    if !node.value().is_mapping() {
        let both = texts(node.clone());
        return Some(Criteria { ids: both.clone(), names: both, ..Criteria::default() });
    }
    let mut map = node.clone().map()?;
    let mut of = |key| map.get(key).map(texts).unwrap_or_default();
    let criteria = Criteria { ids: of("id"), names: of("name"), tags: of("tag"), domains: of("domain") };
    map.end();
    Some(criteria)
}

#[cfg(test)]
mod tests {
    use artifice_settings::Document;

    use super::*;

    fn choice(yaml: &str) -> Result<Choice, String> {
        let document = Document::configuration("c.yaml", yaml.to_owned()).unwrap();
        let choice = read(document.root().map().unwrap());
        match &document.mistakes()[..] {
            [] => Ok(choice),
            mistakes => Err(mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        }
    }

    fn known(id: &str, tags: &[&str], domain: &str, enabled: bool) -> KnownTenant {
        let domain = Some(KnownDomain { id: format!("id-of-{domain}"), name: Some(domain.to_owned()) });
        let tags = Some(tags.iter().map(|tag| (*tag).to_owned()).collect());
        KnownTenant { id: id.into(), name: Some(format!("{id}-name")), domain, enabled, tags }
    }

    #[test]
    fn who_is_chosen_and_who_is_not() {
        use Verdict::{Billed, LeftOut, Unknown};
        let a = known("a", &["billable", "gold"], "corp", true);
        let b = known("b", &[], "Default", false);
        let gone = KnownTenant::forgotten(Tenant { id: "gone".into(), name: None });
        let named = KnownTenant::forgotten(Tenant { id: "n".into(), name: Some("n-name".to_owned()) });
        for (yaml, expected) in [
            ("{}", [Billed, Billed, Billed, Billed]),
            ("include: {tag: billable}", [Billed, LeftOut, Unknown, Unknown]),
            ("include: {domain: [corp]}", [Billed, LeftOut, Unknown, Unknown]),
            ("include: {domain: id-of-corp}", [Billed, LeftOut, Unknown, Unknown]),
            ("include: {id: [a, gone]}", [Billed, LeftOut, Billed, LeftOut]),
            ("include: [a, n-name]", [Billed, LeftOut, Unknown, Billed]),
            ("include: {name: '*-name'}", [Billed, Billed, Unknown, Billed]),
            ("exclude: {name: [a-name]}", [LeftOut, Billed, Billed, Billed]),
            ("exclude: {tag: gold}", [LeftOut, Billed, Billed, Billed]),
            ("include: {tag: billable}\nexclude: {id: a}", [LeftOut, LeftOut, Unknown, Unknown]),
            ("include: {tag: billable, id: gone}\nexclude: {name: 'n-*'}", [Billed, LeftOut, Billed, LeftOut]),
            ("disabled: leave_out", [Billed, LeftOut, Billed, Billed]),
        ] {
            let choice = choice(yaml).unwrap();
            assert_eq!([&a, &b, &gone, &named].map(|tenant| choice.judges(tenant)), expected, "{yaml}");
        }
    }

    #[test]
    fn a_domain_of_which_only_the_id_is_known_may_be_any_other() {
        let corp = choice("include: {domain: corp}").unwrap();
        let of = |domain: Option<KnownDomain>| corp.judges(&KnownTenant { domain, ..known("a", &[], "x", true) });
        let id = |id: &str| Some(KnownDomain { id: id.to_owned(), name: None });
        assert_eq!([of(None), of(id("1d9a")), of(id("corp"))], [Verdict::Unknown, Verdict::Unknown, Verdict::Billed]);
        assert!(corp.asks_for_domains() && !choice("include: {tag: x}").unwrap().asks_for_domains());
    }

    #[test]
    fn what_is_wrong_is_told() {
        let wrong = choice("include: {}\nexclude: {tags: x}\ndisabled: skip\nexcludes: 1\n").unwrap_err();
        for says in [
            "c.yaml:1:10: include: nobody is named, so nobody would be billed",
            "c.yaml:2:11: exclude.tags: there is no such key; did you mean 'tag'?",
            "c.yaml:3:11: disabled: 'skip' is not known here; it can be bill, leave_out",
            "c.yaml:4:1: excludes: there is no such key; did you mean 'exclude'?",
        ] {
            assert!(wrong.contains(says), "{says}\n{wrong}");
        }
    }
}
