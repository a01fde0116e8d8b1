//! What a statement says: as it can be stored, and as one digest.

use std::borrow::Cow;
use std::fmt::Write;

use artifice_model::statement::Draft;
use sha2::{Digest as _, Sha256};

use crate::ids::Digest;
use crate::{Body, Kind, Refusal, Statement};

/// What no database keeps in a text (PostgreSQL refuses it), and what takes its place.
const NUL: (char, &str) = ('\0', "\u{FFFD}");

/// A text without NUL characters.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains(NUL.0) { Cow::Owned(text.replace(NUL.0, NUL.1)) } else { Cow::Borrowed(text) }
}

/// A draft as both databases can store it. A tenant who has put a NUL character into a resource's name
/// pays like everybody else. In what tells one usage from another it is refused: replaced, it could
/// make one of two.
pub(crate) fn storable(draft: &Draft) -> Result<Cow<'_, Draft>, Refusal> {
    let has_nul = |text: &str| text.contains(NUL.0);
    let identities = draft.usage.iter().flat_map(|usage| {
        [
            ("resource", usage.resource_id.as_str()),
            ("service", &usage.service),
            ("location", &usage.location),
            ("unit", &usage.unit),
        ]
    });
    if let Some((what, text)) = identities.chain([("tenant", draft.tenant.id.as_str())]).find(|(_, text)| has_nul(text))
    {
        return Err(Refusal::Nul { what, text: without_nul(text).into_owned() });
    }
    let names = draft.lines.iter().flat_map(|line| [&line.name, &line.usage.resource_name]);
    let mut names = names.chain(draft.usage.iter().map(|usage| &usage.resource_name)).chain(&draft.tenant.name);
    if !names.any(|name| has_nul(name)) {
        return Ok(Cow::Borrowed(draft));
    }
    let mut draft = draft.clone();
    let replace = |text: &mut String| *text = without_nul(text).into_owned();
    draft.tenant.name.iter_mut().for_each(replace);
    draft.usage.iter_mut().map(|usage| &mut usage.resource_name).for_each(replace);
    for line in &mut draft.lines {
        [&mut line.name, &mut line.usage.resource_name].into_iter().for_each(replace);
    }
    Ok(Cow::Owned(draft))
}

/// SHA-256 over everything that a document says, in hexadecimal. `about` is the id of what a credit or an
/// adjustment is about.
pub fn digest(kind: Kind, about: Option<&str>, timezone: &str, draft: &Draft) -> Digest {
    let body = Body { lines: draft.lines.clone(), taxes: draft.taxes.clone() };
    let sums = [&draft.subtotal, &draft.total].map(|sum| sum.map(|sum| sum.to_string()).unwrap_or_default());
    let head =
        [kind.name(), &draft.tenant.id, &draft.period.to_string(), timezone, draft.currency.code(), &sums[0], &sums[1]];
    of(&head, about, &body)
}

/// The digest of a statement as it was read.
pub(crate) fn digest_of_stored(statement: &Statement, body: &Body) -> Digest {
    let (subtotal, total) = (statement.subtotal.to_string(), statement.total.to_string());
    let period = statement.period.to_string();
    let head = [
        statement.kind.name(),
        &statement.tenant.id,
        &period,
        &statement.timezone,
        statement.currency.code(),
        &subtotal,
        &total,
    ];
    of(&head, statement.refers_to.as_ref().map(|referred| referred.id.as_str()), body)
}

fn of(head: &[&str], about: Option<&str>, body: &Body) -> Digest {
    let mut content = Content(Sha256::new());
    head.iter().chain(&about).for_each(|text| content.add(text));
    for line in &body.lines {
        let usage = &line.usage;
        for text in
            [&usage.section, &usage.location, &usage.service, &line.name, &usage.resource_id, &usage.resource_name]
        {
            content.add(text);
        }
        for text in [&usage.entry, &usage.meter, usage.aggregate_name(), &usage.unit] {
            content.add(text);
        }
        content.add(&usage.period.to_string());
        content.add(&usage.volume.to_string());
        let rate = line.rate.as_ref();
        content
            .add(&rate.map(|rate| format!("{} per {} at {}", rate.amount, rate.per, rate.origin)).unwrap_or_default());
        content.add(&line.cost.map(|cost| cost.to_string()).unwrap_or_default());
    }
    for tax in &body.taxes {
        content.add(&tax.name);
        content.add(&format!("{} {} {}", tax.percent, tax.base, tax.amount));
    }
    let hex = content.0.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    hex.into()
}

struct Content(Sha256);

impl Content {
    /// Adds a text with its length, so that `ab`, `c` is not `a`, `bc`.
    fn add(&mut self, text: &str) {
        self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text);
    }
}
