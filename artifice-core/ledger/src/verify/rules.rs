//! The rules that are queries: each finds what breaks it.
//!
//! A query answers the statement's id and a detail for `{}`; `$1` is the tenant's number. Both
//! databases are asked the same. What they spell otherwise begins with `@`: `@statement`, `@usage`,
//! `@line`, `@audit` and `@work` are the tables with their instants as microseconds (`period_start`,
//! `period_end`, `created_us`, `lease_until_us`, `at_us`), `@trail_us` is the instant since when every
//! statement has a trail, `@now` is now.

use super::finding::{Gravity, RESTORE};

/// A rule.
pub(in super::super) struct Rule {
    pub name: &'static str,
    pub gravity: Gravity,
    pub what: &'static str,
    pub advice: &'static str,
    pub sql: &'static str,
}

const fn wrong(name: &'static str, what: &'static str, sql: &'static str) -> Rule {
    Rule { name, gravity: Gravity::Wrong, what, advice: RESTORE, sql }
}

const fn waiting(name: &'static str, what: &'static str, advice: &'static str, sql: &'static str) -> Rule {
    Rule { name, gravity: Gravity::Waiting, what, advice, sql }
}

/// Rows of a table whose statement is not there.
macro_rules! orphans {
    ($table:literal) => {
        concat!(
            "SELECT CAST(o.statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail FROM ",
            $table,
            " AS o WHERE o.tenant_no = $1 AND NOT EXISTS (SELECT 1 FROM statement AS own
                  WHERE own.tenant_no = o.tenant_no AND own.statement_id = o.statement_id)
              GROUP BY o.statement_id"
        )
    };
}

/// Rules about all documents' numbers.
pub(super) const OF_NUMBERS: &[Rule] = &[
    wrong(
        "number_gap",
        "the numbers of a backend's documents have gaps: {}",
        "SELECT CAST(NULL AS text) AS statement_id,
                backend || ' has ' || CAST(count(*) AS text) || ', from ' || CAST(min(number) AS text) || ' to '
                        || CAST(max(number) AS text) AS detail
         FROM invoice_number GROUP BY backend HAVING count(*) <> max(number) OR min(number) <> 1",
    ),
    wrong(
        "number_of_nobody",
        "number {} is taken by a statement that is not there",
        "SELECT CAST(n.statement_id AS text) AS statement_id, CAST(n.number AS text) AS detail FROM invoice_number AS n
         WHERE NOT EXISTS (SELECT 1 FROM statement AS own
                           WHERE own.tenant_no = n.tenant_no AND own.statement_id = n.statement_id)",
    ),
];

/// Rules about what is stored of a tenant.
pub(super) const OF_TENANT: &[Rule] = &[
    wrong(
        "statement_overlap",
        "another live invoice of this tenant covers a part of its period",
        "SELECT CAST(statement_id AS text) AS statement_id, '' AS detail FROM (
             SELECT statement_id, period_start, max(period_end) OVER (
                 ORDER BY period_start, statement_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
             FROM @statement AS s WHERE tenant_no = $1 AND kind = 'invoice' AND state <> 'void') AS ordered
         WHERE before > period_start",
    ),
    // An operator bills what two statements say: which of them is the wrong one only people can tell.
    Rule {
        advice: "look at both statements (`artifice statement show`), and void the one that is wrong",
        ..wrong(
            "usage_overlap",
            "{} of its usages are billed by another statement, too",
            "SELECT CAST(statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail FROM (
                 SELECT statement_id, period_start, max(period_end) OVER (
                     PARTITION BY series_no ORDER BY period_start, statement_id
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                 FROM @usage AS u WHERE tenant_no = $1 AND live AND corrects IS NULL) AS ordered
             WHERE before > period_start GROUP BY statement_id",
        )
    },
    wrong(
        "usage_live",
        "{} of its usages are live though it is void, or not live though it is not",
        "SELECT CAST(u.statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail
         FROM usage AS u JOIN statement AS own ON own.tenant_no = u.tenant_no AND own.statement_id = u.statement_id
         WHERE u.tenant_no = $1
           AND (CASE WHEN u.live THEN 1 ELSE 0 END) = (CASE WHEN own.state = 'void' THEN 1 ELSE 0 END)
         GROUP BY u.statement_id",
    ),
    wrong(
        "usage_outside",
        "{} of its usages do not lie in its period",
        "SELECT CAST(u.statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail
         FROM @usage AS u JOIN @statement AS own ON own.tenant_no = u.tenant_no AND own.statement_id = u.statement_id
         WHERE u.tenant_no = $1 AND (u.period_start < own.period_start OR u.period_end > own.period_end
                                     OR u.period_start >= u.period_end)
         GROUP BY u.statement_id",
    ),
    wrong(
        "line_outside",
        "{} of its lines do not lie in its period",
        "SELECT CAST(l.statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail
         FROM @line AS l JOIN @statement AS own ON own.tenant_no = l.tenant_no AND own.statement_id = l.statement_id
         WHERE l.tenant_no = $1 AND (l.period_start < own.period_start OR l.period_end > own.period_end
                                     OR l.period_start >= l.period_end)
         GROUP BY l.statement_id",
    ),
    wrong(
        "usage_of_credit",
        "it is a credit, and has {} usages: what is taken back is used by nobody",
        "SELECT CAST(own.statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail
         FROM statement AS own JOIN usage AS u ON u.tenant_no = own.tenant_no AND u.statement_id = own.statement_id
         WHERE own.tenant_no = $1 AND own.kind = 'credit' GROUP BY own.statement_id",
    ),
    wrong(
        "usage_corrects",
        "{} of its usages correct what is not there, or not live, or not of the same invoice",
        "SELECT CAST(u.statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail
         FROM @usage AS u JOIN statement AS own ON own.tenant_no = u.tenant_no AND own.statement_id = u.statement_id
         WHERE u.tenant_no = $1 AND u.corrects IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM @usage AS other
             JOIN statement AS before ON before.tenant_no = other.tenant_no AND before.statement_id = other.statement_id
             WHERE other.tenant_no = u.tenant_no AND other.statement_id = u.corrects AND other.series_no = u.series_no
               AND other.period_start = u.period_start AND other.period_end = u.period_end AND other.unit = u.unit
               AND other.corrects IS NULL AND (other.live OR NOT u.live)
               AND own.kind = 'adjustment' AND own.refers_to = coalesce(before.refers_to, before.statement_id))
         GROUP BY u.statement_id",
    ),
    wrong(
        "usage_without_series",
        "{} of its usages are of a series that is not there",
        "SELECT CAST(u.statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail FROM usage AS u
         WHERE u.tenant_no = $1 AND NOT EXISTS (
             SELECT 1 FROM series AS own WHERE own.tenant_no = u.tenant_no AND own.series_no = u.series_no)
         GROUP BY u.statement_id",
    ),
    wrong("usage_orphan", "{} usages are of a statement that is not there", orphans!("usage")),
    wrong("line_orphan", "{} lines are of a statement that is not there", orphans!("line")),
    wrong("tax_orphan", "{} taxes are of a statement that is not there", orphans!("tax")),
    wrong("trail_orphan", "{} entries of the trail are of a statement that is not there", orphans!("audit")),
    wrong(
        "credit_missing",
        "it is {}, and no credit takes it back",
        "SELECT CAST(own.statement_id AS text) AS statement_id, own.state AS detail FROM statement AS own
         WHERE own.tenant_no = $1 AND (own.state = 'voiding' OR (own.state = 'void' AND own.receipt IS NOT NULL))
           AND NOT EXISTS (SELECT 1 FROM statement AS credit WHERE credit.tenant_no = own.tenant_no
                           AND credit.refers_to = own.statement_id AND credit.kind = 'credit')",
    ),
    wrong(
        "credit_not_committed",
        "it is void, but the backend may not have the credit, which is {}",
        "SELECT CAST(own.statement_id AS text) AS statement_id, credit.state AS detail FROM statement AS own
         JOIN statement AS credit ON credit.tenant_no = own.tenant_no AND credit.refers_to = own.statement_id
         WHERE own.tenant_no = $1 AND own.state = 'void' AND own.receipt IS NOT NULL
           AND credit.kind = 'credit' AND credit.state <> 'committed'",
    ),
    wrong(
        "credit_too_early",
        "it is {}, though a credit takes it back",
        "SELECT CAST(own.statement_id AS text) AS statement_id, own.state AS detail FROM statement AS own
         JOIN statement AS credit ON credit.tenant_no = own.tenant_no AND credit.refers_to = own.statement_id
         WHERE own.tenant_no = $1 AND own.state NOT IN ('voiding', 'void') AND credit.kind = 'credit'",
    ),
    wrong(
        "refers_to",
        "it is an adjustment or credit, and about no committed statement of the same tenant, period, currency and backend",
        "SELECT CAST(own.statement_id AS text) AS statement_id, '' AS detail FROM @statement AS own
         WHERE own.tenant_no = $1 AND own.kind <> 'invoice' AND NOT EXISTS (
             SELECT 1 FROM @statement AS other
             WHERE other.tenant_no = own.tenant_no AND other.statement_id = own.refers_to
               AND other.period_start = own.period_start AND other.period_end = own.period_end
               AND other.currency = own.currency AND other.backend = own.backend AND other.receipt IS NOT NULL
               AND (other.kind = 'invoice' OR (other.kind = 'adjustment' AND own.kind = 'credit'))
               AND (own.kind = 'credit' OR own.state = 'void' OR other.state = 'committed'))",
    ),
    wrong(
        "revisions",
        "its {} adjustments are not numbered from 1 without gaps",
        "SELECT CAST(refers_to AS text) AS statement_id, CAST(count(*) AS text) AS detail FROM statement
         WHERE tenant_no = $1 AND kind = 'adjustment' GROUP BY refers_to
         HAVING count(*) <> max(revision) OR min(revision) <> 1 OR count(DISTINCT revision) <> count(*)",
    ),
    wrong(
        "number_missing",
        "it has no number, so it is in no list",
        "SELECT CAST(own.statement_id AS text) AS statement_id, '' AS detail FROM statement AS own
         WHERE own.tenant_no = $1 AND NOT EXISTS (
             SELECT 1 FROM invoice_number AS n WHERE n.tenant_no = own.tenant_no AND n.statement_id = own.statement_id)",
    ),
    wrong(
        "number_of_another_backend",
        "it has a number among the documents of {}, for which it was not made",
        "SELECT CAST(own.statement_id AS text) AS statement_id, n.backend AS detail FROM statement AS own
         JOIN invoice_number AS n ON n.tenant_no = own.tenant_no AND n.statement_id = own.statement_id
         WHERE own.tenant_no = $1 AND n.backend <> own.backend",
    ),
    wrong(
        "trail_gap",
        "its trail has gaps: {} entries are left",
        "SELECT CAST(statement_id AS text) AS statement_id, CAST(count(*) AS text) AS detail FROM audit
         WHERE tenant_no = $1 GROUP BY statement_id HAVING count(*) <> max(entry_no) OR min(entry_no) <> 1",
    ),
    wrong(
        "trail_state",
        "its trail ends with {}",
        "SELECT CAST(own.statement_id AS text) AS statement_id, last.state || ', but it is ' || own.state AS detail
         FROM statement AS own JOIN audit AS last ON last.tenant_no = own.tenant_no AND last.statement_id = own.statement_id
         WHERE own.tenant_no = $1 AND last.state <> own.state AND NOT EXISTS (
             SELECT 1 FROM audit AS later WHERE later.tenant_no = own.tenant_no
             AND later.statement_id = own.statement_id AND later.entry_no > last.entry_no)",
    ),
    wrong(
        "trail_missing",
        "it has no trail, and was stored after there were trails",
        "SELECT CAST(own.statement_id AS text) AS statement_id, '' AS detail FROM @statement AS own
         WHERE own.tenant_no = $1 AND own.created_us >= @trail_us AND NOT EXISTS (
             SELECT 1 FROM audit WHERE audit.tenant_no = own.tenant_no AND audit.statement_id = own.statement_id)",
    ),
    waiting(
        "held",
        "it is held: {}",
        "look at it (`artifice statement show`), then `artifice statement release` it, or void it",
        "SELECT CAST(statement_id AS text) AS statement_id, coalesce(error, 'it is beyond a bound') AS detail
         FROM statement WHERE tenant_no = $1 AND state = 'held'",
    ),
    waiting(
        "in_doubt",
        "nobody knows whether the backend has it: {}",
        "the next `artifice bill` asks the backend and finishes it",
        // Whom somebody is working on is in good hands.
        "SELECT CAST(own.statement_id AS text) AS statement_id, coalesce(own.error, '') AS detail FROM statement AS own
         WHERE own.tenant_no = $1 AND own.state = 'in_doubt' AND NOT EXISTS (
             SELECT 1 FROM @work AS w JOIN tenant ON tenant.tenant_id = w.tenant_id
             WHERE tenant.tenant_no = own.tenant_no AND w.lease_until_us > @now)",
    ),
    waiting(
        "sending_too_long",
        "it is being sent, by a worker whose time has run out",
        "the next `artifice bill` asks the backend whether it has it, and finishes it",
        "SELECT CAST(statement_id AS text) AS statement_id, '' AS detail FROM @statement AS own
         WHERE tenant_no = $1 AND state = 'sending' AND coalesce(lease_until_us, 0) < @now",
    ),
    waiting(
        "pending_too_long",
        "it has been stored for longer than a day, and the backend does not have it: {}",
        "the next `artifice bill` sends it; if it was tried, correct first what its error says",
        "SELECT CAST(own.statement_id AS text) AS statement_id, coalesce(own.error, 'it was not tried') AS detail
         FROM @statement AS own
         WHERE own.tenant_no = $1 AND own.state = 'pending' AND @now - 86400000000 > coalesce((
             SELECT max(entry.at_us) FROM @audit AS entry WHERE entry.tenant_no = own.tenant_no
             AND entry.statement_id = own.statement_id AND entry.action = 'released'), own.created_us)",
    ),
    // Older programs stored an adjustment while an earlier one was being taken back.
    waiting(
        "voiding_blocked",
        "its credit is committed, and it cannot become void: statement {} is a live adjustment that was stored after it",
        "void that one first (`artifice statement void`); then the next `artifice bill` finishes this one",
        "SELECT CAST(own.statement_id AS text) AS statement_id, CAST(max(n.number) AS text) AS detail FROM statement AS own
         JOIN statement AS credit ON credit.tenant_no = own.tenant_no AND credit.refers_to = own.statement_id
         JOIN statement AS later ON later.tenant_no = own.tenant_no AND later.kind = 'adjustment' AND later.state <> 'void'
              AND (later.refers_to = own.statement_id
                   OR (later.refers_to = own.refers_to AND later.revision > own.revision))
         JOIN invoice_number AS n ON n.tenant_no = later.tenant_no AND n.statement_id = later.statement_id
         WHERE own.tenant_no = $1 AND own.state = 'voiding' AND credit.kind = 'credit' AND credit.state = 'committed'
         GROUP BY own.statement_id",
    ),
    waiting(
        "voiding_too_long",
        "it has been taken back for longer than a day, and is not void: its credit is {}",
        "the next `artifice bill`, or the same `artifice statement void`, finishes it",
        "SELECT CAST(own.statement_id AS text) AS statement_id, credit.state AS detail FROM statement AS own
         JOIN @statement AS credit ON credit.tenant_no = own.tenant_no AND credit.refers_to = own.statement_id
         WHERE own.tenant_no = $1 AND own.state = 'voiding' AND credit.kind = 'credit'
           AND credit.created_us < @now - 86400000000",
    ),
];
