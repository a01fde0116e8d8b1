//! One cloud from several files: a region's own values, `secure.yaml`, `clouds.yaml`, and the profile that it names.

use std::collections::BTreeMap;

use artifice_settings::{Node, nearest, one_of};

use super::env::Environment;
use super::find::Found;
use super::spellings::SPELLINGS;
use crate::openstack::credentials::Origin;
use crate::openstack::said::{Said, Sayings};

/// Keys beside `auth` whose misspelling is told: any others may be other programs'.
const MEANT: [&str; 9] = [
    "auth",
    "auth_type",
    "profile",
    "region_name",
    "regions",
    "interface",
    "cacert",
    "verify",
    "application_credential_secret",
];

/// What one file, or a region in it, says of a cloud.
struct Layer<'a> {
    beside: BTreeMap<String, Node<'a>>,
    auth: BTreeMap<String, Node<'a>>,
}

impl<'a> Layer<'a> {
    fn of(cloud: Node<'a>) -> Option<Layer<'a>> {
        let mut beside = keys(cloud)?;
        let auth = match beside.remove("auth") {
            Some(auth) => keys(auth)?,
            None => BTreeMap::new(),
        };
        let known = || SPELLINGS.iter().flat_map(|(_, spellings, _)| spellings.iter().copied());
        for (key, node) in &auth {
            if known().all(|known| known != key) {
                node.mistake(format!("artifice knows no such key here; {}", one_of(key, known())));
            }
        }
        for (key, node) in &beside {
            let is_known = known().any(|known| known == key) || MEANT.contains(&key.as_str());
            if let (false, Some((1, meant))) = (is_known, nearest(key, MEANT)) {
                node.mistake(format!("there is no such key; did you mean '{meant}'?"));
            }
        }
        Some(Layer { beside, auth })
    }
}

/// The keys of a mapping, with `-` as `_`.
fn keys(node: Node<'_>) -> Option<BTreeMap<String, Node<'_>>> {
    let entries = node.map()?.entries().into_iter().filter(|(_, node)| !node.value().is_null());
    Some(entries.map(|(key, node)| (key.replace('-', "_"), node)).collect())
}

/// What is said first, of these spellings.
fn first<'a>(layers: &[Layer<'a>], spellings: &[&str], is_beside_stronger: bool) -> Option<Node<'a>> {
    let in_auth = |spelling: &str| layers.iter().find_map(|layer| layer.auth.get(spelling)).cloned();
    let beside = |spelling: &str| layers.iter().find_map(|layer| layer.beside.get(spelling)).cloned();
    spellings.iter().find_map(|spelling| match is_beside_stronger {
        true => beside(spelling).or_else(|| in_auth(spelling)),
        false => in_auth(spelling).or_else(|| beside(spelling)),
    })
}

/// All that the files say of a cloud.
pub(super) fn sayings<'d>(
    files: &[&'d Found],
    environment: &Environment,
    name: &str,
    region: Option<Said<'d>>,
) -> Option<Sayings<'d>> {
    let own = files.iter().filter(|file| !file.is_public());
    let nodes: Vec<(&Found, Node<'d>)> = own.filter_map(|file| Some((*file, file.cloud(name)?))).collect();
    // Where something is missing that a person writes into clouds.yaml: the weaker of the two.
    let (file, at) = nodes.last().map(|(file, node)| (file.path.clone(), node.clone()))?;
    let origin = Origin::Cloud { name: name.to_owned(), file };
    // (Of all files, so that all mistakes are told.)
    let layers: Vec<Option<Layer<'d>>> = nodes.into_iter().map(|(_, node)| Layer::of(node)).collect();
    let mut layers: Vec<Layer<'d>> = layers.into_iter().collect::<Option<_>>()?;
    layers.extend(profile(files, environment, &layers)?);
    let (region, values) = self::region(&layers, name, region)?;
    if let Some(values) = values {
        layers.insert(0, values);
    }
    let mut said = BTreeMap::new();
    for (key, spellings, is_beside_stronger) in SPELLINGS {
        if let Some(node) = first(&layers, spellings, is_beside_stronger) {
            said.insert(key, Said::Written(node));
        }
    }
    said.remove("region_name");
    said.extend(region.map(|region| ("region_name", region)));
    Some(Sayings { origin, at, said })
}

/// The profile that a cloud names, if it names one.
fn profile<'d>(files: &[&'d Found], environment: &Environment, layers: &[Layer<'d>]) -> Option<Option<Layer<'d>>> {
    let Some(named_at) = first(layers, &["profile", "cloud"], true) else { return Some(None) };
    let name = named_at.text()?;
    let public = files.iter().find(|file| file.is_public());
    match public.and_then(|file| file.cloud(&name)) {
        Some(node) => Layer::of(node).map(Some),
        None => {
            let names: Vec<String> = public.map(|file| file.names()).unwrap_or_default();
            let what = match public {
                Some(file) if !names.is_empty() => {
                    let known = one_of(&name, names.iter().map(String::as_str));
                    format!("there is no profile '{name}' in {}; {known}", file.path.display())
                }
                _ => format!(
                    "there is no clouds-public.yaml in which a profile '{name}' could be, and artifice brings none; write \
                     auth.auth_url here, or the profile there (looked in {})",
                    environment.places()
                ),
            };
            named_at.mistake(what);
            None
        }
    }
}

/// The region that is meant, with values of its own.
#[allow(clippy::type_complexity)]
fn region<'d>(
    layers: &[Layer<'d>],
    cloud: &str,
    wanted: Option<Said<'d>>,
) -> Option<(Option<Said<'d>>, Option<Layer<'d>>)> {
    let (at, known) = match layers.iter().find_map(|layer| Some((layer.beside.get("regions")?, true))) {
        Some((node, _)) => (Some(node.clone()), listed(node)?),
        None => match first(layers, &["region_name"], true) {
            Some(node) => (Some(node.clone()), separated(&node)?),
            None => (None, Vec::new()),
        },
    };
    let names = || known.iter().map(|(name, _, _)| name.as_str());
    let (name, values) = match (wanted, &known[..]) {
        (Some(wanted), []) => return Some((Some(wanted), None)),
        (Some(wanted), known) => {
            let text = wanted.text()?;
            let Some((_, _, values)) = known.iter().find(|(name, _, _)| *name == text) else {
                wanted.mistake(format!("'{text}' is no region of the cloud {cloud}; {}", one_of(&text, names())));
                return None;
            };
            (wanted, values.clone())
        }
        (None, []) => return Some((None, None)),
        (None, [(_, node, values)]) => (Said::Written(node.clone()), values.clone()),
        (None, _) => {
            let names = names().collect::<Vec<_>>().join(", ");
            at?.mistake(format!("several regions; choose one with openstack.region or OS_REGION_NAME: {names}"));
            return None;
        }
    };
    match values {
        Some(values) => Some((Some(name), Some(Layer::of(values)?))),
        None => Some((Some(name), None)),
    }
}

/// A region's name, where it stands, and its own values.
type Region<'d> = (String, Node<'d>, Option<Node<'d>>);

/// `regions`: names, or `{name, values}`.
fn listed<'d>(node: &Node<'d>) -> Option<Vec<Region<'d>>> {
    let region = |item: Node<'d>| match item.value().is_mapping() {
        true => {
            let mut map = item.map()?;
            let (name, values) = (map.get("name"), map.get("values"));
            if name.is_none() {
                map.node().mistake("name is missing; write the region's name");
            }
            map.end();
            let name = name?;
            Some((name.text()?, name, values))
        }
        false => Some((item.text()?, item, None)),
    };
    node.list().into_iter().map(region).collect()
}

/// `region_name`: a name, or several as a list or with commas.
fn separated<'d>(node: &Node<'d>) -> Option<Vec<Region<'d>>> {
    let mut regions = Vec::new();
    for item in node.list() {
        for name in item.text()?.split(',') {
            regions.push((name.trim().to_owned(), item.clone(), None));
        }
    }
    Some(regions)
}
