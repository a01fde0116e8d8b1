//! What a tenant's other statements have billed in the months of a period: tiers, packages and free units
//! go on where they ended, and a month's minimum is for all of them together.

use std::collections::BTreeSet;

use artifice_model::statement::{BilledLine, Line};
use artifice_model::{Calendar, Period, TenantId};

use crate::Engine;
use crate::config::Config;
use crate::draft::prices::Prices;
use artifice_ledger::{
    Filter, Kind, Ledger, LedgerError, Month, State, Statement, StatementId, all_statements, lines_explained,
};

/// A tenant's live statements of some months.
pub(crate) struct OfMonth {
    /// The whole months.
    pub months: Period,
    /// Invoices and adjustments that are not void, in the order in which they were stored.
    pub live: Vec<Statement>,
}

impl OfMonth {
    /// Those of the months that a period lies in.
    pub async fn of(
        ledger: &dyn Ledger,
        calendar: &Calendar,
        tenant: &TenantId,
        period: Period,
    ) -> Result<OfMonth, LedgerError> {
        let months = whole_months(calendar, period);
        let filter = Filter { tenant: Some(tenant.clone()), concerns: Some(months), ..Filter::default() };
        let mut live = all_statements(ledger, &filter).await?;
        live.retain(|other| other.kind != Kind::Credit && other.state != State::Void && other.period.overlaps(months));
        live.sort_by_key(|statement| (statement.number, statement.created));
        Ok(OfMonth { months, live })
    }

    /// Beside what something new of these months is worked out.
    pub fn beside(&self) -> Month {
        let stays = |statement: &&Statement| statement.state != State::Voiding;
        let mut beside: Vec<StatementId> =
            self.live.iter().filter(stays).map(|statement| statement.id.clone()).collect();
        beside.sort();
        Month { months: self.months, beside }
    }

    /// The invoice that a statement is about, or that it is.
    pub fn invoice<'s>(&'s self, statement: &'s Statement) -> &'s Statement {
        let about = statement.refers_to.as_ref();
        about.and_then(|about| self.live.iter().find(|other| other.id == about.id)).unwrap_or(statement)
    }

    /// The statements whose units come before those of a new one for `period`: all of them; or, of an invoice that is
    /// adjusted, those that were stored before it, each with its adjustments. What overlaps the period is in what is
    /// being charged now: a preview of what is billed says the same again. And what is being taken back will be void.
    pub fn earlier(&self, period: Period, adjusted: Option<&Statement>) -> impl Iterator<Item = &Statement> {
        self.live.iter().filter(move |other| {
            let comes_before = adjusted.is_none_or(|invoice| self.invoice(other).is_before(invoice));
            !other.period.overlaps(period) && other.state != State::Voiding && comes_before
        })
    }
}

impl Engine {
    /// The lines of some statements that lie in some months, as the units of today's places; with how their costs came
    /// about where that matters to today's prices and fees.
    pub(crate) async fn lines_of_month(
        &self,
        prices: &Prices,
        ledger: &dyn Ledger,
        months: Period,
        statements: &[&Statement],
    ) -> Result<Vec<BilledLine>, LedgerError> {
        let mut lines = Vec::new();
        for statement in statements {
            let all = if prices.count_flats() || self.config().counts_days() {
                lines_explained(ledger, statement).await?
            } else {
                ledger.statement_body(statement).await?.lines
            };
            let of_months = all.into_iter().filter(|line| line.usage.period.overlaps(months));
            lines.extend(billed(self.config(), statement, of_months));
        }
        Ok(lines)
    }
}

/// A statement's lines, as the units of today's places.
pub(crate) fn billed(
    config: &Config,
    statement: &Statement,
    lines: impl IntoIterator<Item = Line>,
) -> impl Iterator<Item = BilledLine> {
    let lines = todays(config, statement, lines);
    lines.map(|line| BilledLine {
        tenant: statement.tenant.clone(),
        statement_id: statement.id.clone(),
        number: statement.number,
        currency: statement.currency,
        line,
    })
}

/// A statement's lines where they would lie today. In the first edition a host was a location; where today it is none,
/// what it had counts for the region.
pub(crate) fn todays(
    config: &Config,
    statement: &Statement,
    lines: impl IntoIterator<Item = Line>,
) -> impl Iterator<Item = Line> {
    let was_host = statement.rules.is_none() && config.locations.is_region_alone();
    // What an entry itself says of its location, it said then.
    let of_hosts = config.entries.iter().filter(|entry| was_host && entry.location.is_none());
    let of_hosts: BTreeSet<&str> = of_hosts.map(|entry| entry.id.as_str()).collect();
    lines.into_iter().map(move |mut line| {
        if of_hosts.contains(line.usage.entry.as_str()) && !line.is_of_the_whole() {
            line.usage.location = config.locations.region().to_owned();
        }
        line
    })
}

/// The months that a period lies in.
pub(crate) fn whole_months(calendar: &Calendar, period: Period) -> Period {
    let all: Vec<Period> = calendar.months(period).collect();
    let ends = all.first().zip(all.last()).map(|(first, last)| Period::new(first.start(), last.end()));
    ends.and_then(Result::ok).unwrap_or(period)
}
