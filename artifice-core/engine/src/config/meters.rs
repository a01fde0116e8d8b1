//! `meters:`: what is charged. README.md ("What is charged") says what each key means.

use std::collections::HashMap;

use artifice_model::Decimal;
use artifice_model::aggregate::{Aggregate, Condition, Entry, Factor, MaxGap, MaxRate, Plausible, Scaling, Template};
use artifice_model::sample::is_missing;

use artifice_settings::duration_us;
use artifice_settings::{Document, Map, Node, one_of};

/// `main.slice`, `main.max_gap` and `main.stale_after`: what holds for entries that do not say otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Defaults {
    pub slice_us: Option<i64>,
    pub max_gap: Option<MaxGap>,
    pub stale_after_us: Option<i64>,
}

impl Defaults {
    /// How long a sample holds that would hold without an end, and names no event to end it.
    fn unannounced_us(self) -> Option<i64> {
        self.max_gap.filter(|gap| *gap != MaxGap::Unlimited).map(MaxGap::micros)
    }
}

/// How many entries may read one meter.
const MOST_OF_A_METER: usize = 1000;

/// A list of entries that has a name.
type Preset = (&'static str, fn() -> Vec<Entry>);
/// A key of an entry, and which aggregates do anything with it.
type Parameter = (&'static str, fn(&Aggregate) -> bool);

const PRESETS: [Preset; 3] =
    [("default", Entry::built_in), ("notifications", Entry::notifications), ("polling", Entry::polling)];

/// Lists that are written as a configuration writes them: their names, their files, and these.
const WRITTEN: [(&str, &str, &str); 1] =
    [("gnocchi", "config/presets/gnocchi.yaml", include_str!("../../../../config/presets/gnocchi.yaml"))];

/// What to write, in short.
const EXAMPLE: &str = "write for example `{meter: volume.size, section: Block storage, aggregate: max_per_slice}`";

/// The entries of the list; the built-in ones without it.
pub(super) fn entries(list: Option<Node<'_>>, defaults: Defaults) -> Vec<Entry> {
    let Some(list) = list else { return preset(Entry::built_in, defaults) };
    let items = list.list();
    if items.is_empty() {
        list.mistake("nothing is charged by an empty list; leave the key out to charge the built-in meters");
    }
    let mut entries: Vec<(Node<'_>, Entry)> = Vec::new();
    let mut known = Known::default();
    for item in items {
        let more = match item.value() {
            value if value.is_string() => named(&item, defaults),
            _ => item.clone().map().and_then(|map| entry(map, defaults)).into_iter().collect(),
        };
        for entry in more {
            known.compare(&item, &entry, &entries);
            entries.push((item.clone(), entry));
        }
    }
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// Places of the entries so far.
#[derive(Default)]
struct Known {
    ids: HashMap<String, usize>,
    /// Of each meter: only its entries can charge the same.
    meters: HashMap<String, Vec<usize>>,
}

impl Known {
    /// Reports what an entry has that it may not have beside those before it.
    fn compare(&mut self, item: &Node<'_>, entry: &Entry, before: &[(Node<'_>, Entry)]) {
        if let Some((other, _)) = self.ids.get(&entry.id).and_then(|place| before.get(*place)) {
            let (id, name) = (&entry.id, other.name());
            item.mistake(format!("has the id '{id}', as {name} has; give one of them another `id`"));
        }
        self.ids.entry(entry.id.clone()).or_insert(before.len());
        let of_meter = self.meters.entry(entry.meter.clone()).or_default();
        // Each is compared with those before it: without a bound, that takes the square of their number.
        if of_meter.len() == MOST_OF_A_METER {
            item.mistake(format!("more than {MOST_OF_A_METER} entries read the meter {}; leave some out", entry.meter));
        }
        if of_meter.len() < MOST_OF_A_METER {
            doubles(item, entry, of_meter.iter().filter_map(|place| before.get(*place)));
        }
        of_meter.push(before.len());
    }
}

/// Reports an entry that would charge what another one charges.
fn doubles<'b, 'd: 'b>(item: &Node<'_>, entry: &Entry, before: impl Iterator<Item = &'b (Node<'d>, Entry)>) {
    let mut before = before;
    if let Some((other, known)) = before.find(|(_, known)| known.doubles(entry)) {
        item.mistake(format!(
            "would charge {} once more as the same service, beside {} ({}); give one of them another `service`, or \
             a `match` that excludes the other's",
            entry.meter,
            other.name(),
            known.id
        ));
    }
}

/// A list that has a name.
fn named(item: &Node<'_>, defaults: Defaults) -> Vec<Entry> {
    let name = item.value().as_str().unwrap_or_default();
    if let Some((_, file, text)) = WRITTEN.iter().find(|(known, ..)| *known == name) {
        return written(item, file, text, defaults);
    }
    let list = item.parse(|text| match PRESETS.iter().find(|(name, _)| *name == text) {
        Some((_, list)) => Ok(*list),
        None => {
            let names = PRESETS.iter().map(|(name, _)| *name).chain(WRITTEN.iter().map(|(name, ..)| *name));
            let nearest = one_of(text, names);
            Err(format!("'{text}' is no list of entries; {nearest}; to name a meter, {EXAMPLE}"))
        }
    });
    list.map(|list| preset(list, defaults)).unwrap_or_default()
}

/// A list that has a name, and is written as a configuration writes it.
fn written(item: &Node<'_>, file: &str, text: &str, defaults: Defaults) -> Vec<Entry> {
    let document = match Document::parse(file, text.to_owned()) {
        Ok(document) => document,
        Err(mistake) => {
            item.take_over_mistakes(vec![mistake]);
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    if let Some(mut root) = document.root().map() {
        let list = root.get("meters");
        let items = list.iter().flat_map(Node::list);
        entries.extend(items.filter_map(|item| entry(item.map()?, defaults)));
        root.end();
    }
    item.take_over(document);
    entries
}

fn preset(list: fn() -> Vec<Entry>, defaults: Defaults) -> Vec<Entry> {
    let mut entries = list();
    for entry in &mut entries {
        entry.slice_us = defaults.slice_us.unwrap_or(entry.slice_us);
        entry.stale_after_us = defaults.stale_after_us.unwrap_or(entry.stale_after_us);
        entry.unannounced_us = defaults.unannounced_us().unwrap_or(entry.unannounced_us);
        if entry.max_gap != MaxGap::Unlimited {
            entry.max_gap = defaults.max_gap.unwrap_or(entry.max_gap);
        }
    }
    entries
}

/// One entry of the list. What is wrong is reported; then there is none.
fn entry(mut map: Map<'_>, defaults: Defaults) -> Option<Entry> {
    let item = map.node().clone();
    let meter = required(&mut map, "meter", &format!("name the meter that it reads; {EXAMPLE}"));
    let section = required(&mut map, "section", "name the part of the statement, for example `section: Network`");
    let words = Aggregate::ALL.map(|aggregate| (aggregate.name(), aggregate));
    let aggregate = map.word("aggregate", &words);
    if map.get("aggregate").is_none() {
        item.mistake(format!("aggregate is missing; {}", one_of("", words.map(|(name, _)| name))));
    }
    let usual = Entry::new(
        meter.as_deref().unwrap_or_default(),
        section.as_deref().unwrap_or_default(),
        aggregate.unwrap_or(Aggregate::Last),
    );
    let unused = aggregate.map(|aggregate| reject_unused(&mut map, aggregate));
    let entry = Entry {
        id: named_text(&mut map, "id").unwrap_or(usual.id),
        service: template(&mut map, "service").unwrap_or(usual.service),
        conditions: map.get("match").and_then(conditions).unwrap_or_default(),
        unit: named_text(&mut map, "unit"),
        value: map.parse("value", number),
        scaling: scaling(&mut map, usual.aggregate),
        slice_us: map.parse("slice", duration_us).or(defaults.slice_us).unwrap_or(usual.slice_us),
        max_gap: map.parse("max_gap", super::main::max_gap).or(defaults.max_gap).unwrap_or(usual.max_gap),
        unannounced_us: defaults.unannounced_us().unwrap_or(usual.unannounced_us),
        stale_after_us: map
            .parse("stale_after", duration_us)
            .or(defaults.stale_after_us)
            .unwrap_or(usual.stale_after_us),
        reset_below: map.parse("reset_below", part).unwrap_or(usual.reset_below),
        plausible: plausible(&mut map),
        states: states(&mut map, "states").unwrap_or(usual.states),
        gone: states(&mut map, "gone").unwrap_or(usual.gone),
        state: template(&mut map, "state").unwrap_or(usual.state),
        resource_name: template(&mut map, "resource_name").unwrap_or(usual.resource_name),
        location: template(&mut map, "location"),
        ..usual
    };
    map.end();
    (meter.is_some() && section.is_some() && unused.is_some()).then_some(entry)
}

/// Reports every parameter that the aggregate does nothing with.
fn reject_unused(map: &mut Map<'_>, aggregate: Aggregate) {
    let all = Aggregate::ALL;
    let slices = |one: &Aggregate| one.is_sliced();
    let looks_back = |one: &Aggregate| one.looks_back();
    let has_states = |one: &Aggregate| one.reads_states();
    let values = |one: &Aggregate| one.reads_values();
    // A difference of two readings is the same, whatever is added to both.
    let levels = |one: &Aggregate| one.reads_values() && !one.is_rise();
    let units = |one: &Aggregate| one.heeds_unit();
    let no_rise = |one: &Aggregate| !one.is_rise();
    let rise = |one: &Aggregate| one.is_rise();
    let holds = |one: &Aggregate| one.holds();
    let gone = |one: &Aggregate| one.heeds_gone();
    let parameters: [Parameter; 14] = [
        ("slice", slices),
        ("max_gap", looks_back),
        ("stale_after", holds),
        ("states", has_states),
        ("state", gone),
        ("gone", gone),
        ("value", no_rise),
        ("factor", values),
        ("offset", levels),
        ("unit", units),
        ("negative", levels),
        ("reset_below", rise),
        ("max_rate", rise),
        ("implausible", values),
    ];
    for (key, is_used) in parameters {
        if let Some(node) = map.get(key).filter(|_| !is_used(&aggregate)) {
            let users: Vec<&str> = all.iter().filter(|one| is_used(one)).map(|one| one.name()).collect();
            let (name, users) = (aggregate.name(), users.join(", "));
            node.mistake(format!("{name} does nothing with {key}; leave it out (it is for {users})"));
        }
    }
}

/// A number.
fn number(text: &str) -> Result<Decimal, String> {
    text.parse().map_err(|_| format!("'{text}' is not a number; write it as 5 or -0.25"))
}

/// A part of something: 0 to 1.
fn part(text: &str) -> Result<Decimal, String> {
    let is_part = |part: &Decimal| !part.is_negative() && *part <= Decimal::ONE;
    text.parse()
        .ok()
        .filter(is_part)
        .ok_or_else(|| format!("'{text}' is no part; write a number from 0 to 1, such as 0.9"))
}

/// Which readings are plausible, and what becomes of the others.
fn plausible(map: &mut Map<'_>) -> Plausible {
    Plausible {
        negative: map.word("negative", &[("allow", true), ("hold", false)]).unwrap_or(false),
        max_rate: map.parse("max_rate", max_rate).unwrap_or_default(),
        skip: map.word("implausible", &[("skip", true), ("hold", false)]).unwrap_or(false),
    }
}

/// A rate a second: `none`, `1000`, or `12.5 GB`.
fn max_rate(text: &str) -> Result<MaxRate, String> {
    if text == "none" {
        return Ok(MaxRate::Unlimited);
    }
    let wrong = || format!("'{text}' is no rate; write how many a second are plausible, as 1000 or `125 GB`, or none");
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (amount, unit) = text.split_at(end);
    let amount: Decimal = amount.parse().map_err(|_| wrong())?;
    let unit = unit.trim();
    let unit = unit.strip_suffix("/s").or_else(|| unit.strip_suffix(" per second")).unwrap_or(unit);
    Ok(MaxRate::PerSecond(amount, Some(unit.to_owned()).filter(|unit| !unit.is_empty())))
}

/// value × factor + offset.
fn scaling(map: &mut Map<'_>, aggregate: Aggregate) -> Scaling {
    let (factor_node, offset_node) = (map.get("factor"), map.get("offset"));
    let factor = map.parse("factor", str::parse::<Factor>).unwrap_or(Factor::ONE);
    let offset = map.parse("offset", number);
    if let Some(node) = factor_node.filter(|_| aggregate.is_rise() && factor.is_negative()) {
        node.mistake("a counter that counts backwards has no increase; give a factor above 0");
    }
    Scaling::new(factor, offset.unwrap_or_default()).unwrap_or_else(|| {
        if let Some(node) = offset_node {
            node.mistake("has too many digits for the factor's denominator");
        }
        Scaling::default()
    })
}

/// `match:`: each key with the value, or one of the values, that it must have.
fn conditions(node: Node<'_>) -> Option<Vec<Condition>> {
    let keys = node.clone().map()?.entries();
    if keys.is_empty() {
        node.mistake("names no metadata; write for example `match: {volume_type: [ssd, nvme]}`, or leave it out");
    }
    let condition = |(key, node): (String, Node<'_>)| {
        let items = node.list();
        if items.is_empty() {
            node.mistake("an empty list accepts no sample; name the values, or leave it out");
        }
        for item in items.iter().filter(|item| item.value().as_str().is_some_and(is_missing)) {
            item.mistake("metadata that is empty or None is missing, so no sample has it; name another value");
        }
        Condition { key, values: items.iter().filter_map(Node::text).collect() }
    };
    Some(keys.into_iter().map(condition).collect())
}

/// Texts with places, of which the first counts whose places can all be filled.
fn template(map: &mut Map<'_>, key: &'static str) -> Option<Template> {
    let node = map.get(key)?;
    let items = node.list();
    if items.is_empty() {
        node.mistake("an empty list makes no text; leave the key out");
    }
    let texts = items.iter().filter_map(|item| {
        item.parse(|text| match text.trim() {
            "" => Err("a text is expected here, such as '{metadata.host}'".to_owned()),
            _ => Template::new([text]).map(|_| text.to_owned()).map_err(|why| why.to_string()),
        })
    });
    Template::new(texts.collect::<Vec<_>>()).ok()
}

/// States, which are compared without regard to case.
fn states(map: &mut Map<'_>, key: &'static str) -> Option<Vec<String>> {
    let node = map.get(key)?;
    let states: Vec<String> = node.list().iter().filter_map(Node::text).map(|state| state.to_lowercase()).collect();
    if states.is_empty() {
        node.mistake(match key {
            "states" => "no state is charged; name those that are, or leave the key out",
            _ => "names no state; name those that are meant, or leave the key out",
        });
    }
    Some(states)
}

/// A text that must be there.
fn required(map: &mut Map<'_>, key: &'static str, advice: &str) -> Option<String> {
    if map.get(key).is_none() {
        map.node().mistake(format!("{key} is missing; {advice}"));
    }
    named_text(map, key)
}

/// A text that is not empty.
fn named_text(map: &mut Map<'_>, key: &'static str) -> Option<String> {
    map.parse(key, |text| match text.trim() {
        "" => Err("a text is expected here"),
        text => Ok(text.to_owned()),
    })
}

#[cfg(test)]
mod tests;
