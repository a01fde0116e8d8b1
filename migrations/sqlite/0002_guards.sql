-- What no client may do to the ledger, whatever it believes.
--
-- The triggers stand apart from the tables, because a distributed PostgreSQL has rights (GRANT)
-- in their place. Their messages begin with the rule's name; the program knows the rules by it.
--
-- Three traps of SQLite's are closed here. INSERT OR REPLACE deletes the row in its way without
-- firing delete triggers, so an insert over an existing key is refused before. Foreign keys are
-- checked only where a client has switched them on, so parents are looked for. And a client's
-- UPDATE can move a row, so what identifies or charges something cannot be updated at all.

-- No two live invoices of one tenant overlap. The newest one that starts before this one ends
-- must not reach into it: one look into an index, because those before it do not overlap either.
CREATE TRIGGER statement_no_overlap BEFORE INSERT ON statement
WHEN NEW.kind = 'invoice' AND NEW.state <> 'void' AND EXISTS (
    SELECT 1 FROM statement AS other
    WHERE other.tenant_no = NEW.tenant_no AND other.period_start < NEW.period_end AND other.period_end > NEW.period_start
      AND other.kind = 'invoice' AND other.state <> 'void'
)
BEGIN
    SELECT RAISE(ABORT, 'statement_no_overlap: another invoice of this tenant covers a part of this period');
END;

-- No two live usages of one series overlap.
CREATE TRIGGER usage_no_overlap BEFORE INSERT ON usage
WHEN NEW.live = 1 AND (
    SELECT other.period_end FROM usage AS other
    WHERE other.tenant_no = NEW.tenant_no AND other.series_no = NEW.series_no
      AND other.period_start < NEW.period_end AND other.live = 1
    ORDER BY other.period_start DESC LIMIT 1
) > NEW.period_start
BEGIN
    SELECT RAISE(ABORT, 'usage_no_overlap: another statement has billed a part of this usage');
END;

-- A statement begins unsent, and goes the ways of its life (see "A statement's life" in ARCHITECTURE.md).
CREATE TRIGGER statement_begins_pending BEFORE INSERT ON statement
WHEN NEW.state <> 'pending' OR NEW.claim IS NOT NULL OR NEW.receipt IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'statement_life: a statement begins pending');
END;

CREATE TRIGGER statement_life BEFORE UPDATE ON statement
WHEN NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    VALUES ('pending', 'sending'), ('pending', 'void'),
           ('sending', 'committed'), ('sending', 'pending'), ('sending', 'in_doubt'),
           ('in_doubt', 'committed'), ('in_doubt', 'pending'),
           ('committed', 'voiding'), ('voiding', 'void')
)
BEGIN
    SELECT RAISE(ABORT, 'statement_life: a statement does not go from this state to that');
END;

CREATE TRIGGER statement_content_stays BEFORE UPDATE ON statement
WHEN (NEW.tenant_no, NEW.statement_id, NEW.kind, NEW.period_start, NEW.period_end, NEW.timezone, NEW.currency,
      NEW.subtotal, NEW.total, NEW.digest, NEW.backend, NEW.backend_version, NEW.created_us)
  <> (OLD.tenant_no, OLD.statement_id, OLD.kind, OLD.period_start, OLD.period_end, OLD.timezone, OLD.currency,
      OLD.subtotal, OLD.total, OLD.digest, OLD.backend, OLD.backend_version, OLD.created_us)
  OR NEW.tenant_name IS NOT OLD.tenant_name
  OR (OLD.receipt IS NOT NULL AND (NEW.receipt IS NOT OLD.receipt OR NEW.receipt_details IS NOT OLD.receipt_details))
BEGIN
    SELECT RAISE(ABORT, 'statement_content_stays: what a statement says is never changed');
END;

-- Usage only ends: from live to void, once its statement is void.
CREATE TRIGGER usage_only_ends BEFORE UPDATE ON usage
WHEN NOT (
    NEW.live = 0 AND OLD.live = 1
    AND (NEW.tenant_no, NEW.series_no, NEW.period_start, NEW.period_end, NEW.statement_id, NEW.meter, NEW.section,
         NEW.resource_name, NEW.volume, NEW.unit, NEW.aggregate)
      = (OLD.tenant_no, OLD.series_no, OLD.period_start, OLD.period_end, OLD.statement_id, OLD.meter, OLD.section,
         OLD.resource_name, OLD.volume, OLD.unit, OLD.aggregate)
    AND EXISTS (SELECT 1 FROM statement WHERE tenant_no = OLD.tenant_no AND statement_id = OLD.statement_id AND state = 'void')
)
BEGIN
    SELECT RAISE(ABORT, 'usage_only_ends: usage is never changed; it ends when its statement is void');
END;

CREATE TRIGGER line_stays BEFORE UPDATE ON "line"
BEGIN
    SELECT RAISE(ABORT, 'line_stays: it is never changed');
END;

CREATE TRIGGER tax_stays BEFORE UPDATE ON "tax"
BEGIN
    SELECT RAISE(ABORT, 'tax_stays: it is never changed');
END;

CREATE TRIGGER series_stays BEFORE UPDATE ON "series"
BEGIN
    SELECT RAISE(ABORT, 'series_stays: it is never changed');
END;

CREATE TRIGGER invoice_number_stays BEFORE UPDATE ON "invoice_number"
BEGIN
    SELECT RAISE(ABORT, 'invoice_number_stays: it is never changed');
END;

CREATE TRIGGER tenant_stays BEFORE UPDATE ON tenant
WHEN NEW.tenant_no <> OLD.tenant_no OR NEW.tenant_id <> OLD.tenant_id
BEGIN
    SELECT RAISE(ABORT, 'tenant_stays: only its name changes');
END;

-- A backend's numbers have no gaps, whoever takes them.
CREATE TRIGGER invoice_number_is_next BEFORE INSERT ON invoice_number
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM invoice_number WHERE backend = NEW.backend)
  OR NEW.backend IS NOT (SELECT backend FROM statement WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id)
BEGIN
    SELECT RAISE(ABORT, 'invoice_number_is_next: a statement takes the next number of its own backend');
END;

-- Nothing is deleted.
CREATE TRIGGER tenant_no_delete BEFORE DELETE ON "tenant"
BEGIN
    SELECT RAISE(ABORT, 'tenant_no_delete: nothing is deleted from the ledger');
END;
CREATE TRIGGER series_no_delete BEFORE DELETE ON "series"
BEGIN
    SELECT RAISE(ABORT, 'series_no_delete: nothing is deleted from the ledger');
END;
CREATE TRIGGER statement_no_delete BEFORE DELETE ON "statement"
BEGIN
    SELECT RAISE(ABORT, 'statement_no_delete: nothing is deleted from the ledger');
END;
CREATE TRIGGER invoice_number_no_delete BEFORE DELETE ON "invoice_number"
BEGIN
    SELECT RAISE(ABORT, 'invoice_number_no_delete: nothing is deleted from the ledger');
END;
CREATE TRIGGER usage_no_delete BEFORE DELETE ON "usage"
BEGIN
    SELECT RAISE(ABORT, 'usage_no_delete: nothing is deleted from the ledger');
END;
CREATE TRIGGER line_no_delete BEFORE DELETE ON "line"
BEGIN
    SELECT RAISE(ABORT, 'line_no_delete: nothing is deleted from the ledger');
END;
CREATE TRIGGER tax_no_delete BEFORE DELETE ON "tax"
BEGIN
    SELECT RAISE(ABORT, 'tax_no_delete: nothing is deleted from the ledger');
END;

-- Nothing is replaced: an existing key refuses the insert before SQLite could delete its row.
CREATE TRIGGER tenant_no_replace BEFORE INSERT ON "tenant"
WHEN EXISTS (SELECT 1 FROM "tenant" AS other WHERE other.tenant_no = NEW.tenant_no)
  OR EXISTS (SELECT 1 FROM "tenant" AS other WHERE other.tenant_id = NEW.tenant_id)
BEGIN
    SELECT RAISE(ABORT, 'tenant_no_replace: the key is taken');
END;
CREATE TRIGGER series_no_replace BEFORE INSERT ON "series"
WHEN EXISTS (SELECT 1 FROM "series" AS other WHERE other.tenant_no = NEW.tenant_no AND other.series_no = NEW.series_no)
  OR EXISTS (SELECT 1 FROM "series" AS other WHERE other.tenant_no = NEW.tenant_no AND other.resource_id = NEW.resource_id AND other.entry = NEW.entry AND other.service = NEW.service AND other.location = NEW.location)
BEGIN
    SELECT RAISE(ABORT, 'series_no_replace: the key is taken');
END;
CREATE TRIGGER statement_no_replace BEFORE INSERT ON "statement"
WHEN EXISTS (SELECT 1 FROM "statement" AS other WHERE other.statement_id = NEW.statement_id)
BEGIN
    SELECT RAISE(ABORT, 'statement_no_replace: the key is taken');
END;
CREATE TRIGGER invoice_number_no_replace BEFORE INSERT ON "invoice_number"
WHEN EXISTS (SELECT 1 FROM "invoice_number" AS other WHERE other.backend = NEW.backend AND other.number = NEW.number)
  OR EXISTS (SELECT 1 FROM "invoice_number" AS other WHERE other.statement_id = NEW.statement_id)
BEGIN
    SELECT RAISE(ABORT, 'invoice_number_no_replace: the key is taken');
END;
CREATE TRIGGER usage_no_replace BEFORE INSERT ON "usage"
WHEN EXISTS (SELECT 1 FROM "usage" AS other WHERE other.tenant_no = NEW.tenant_no AND other.series_no = NEW.series_no AND other.period_start = NEW.period_start AND other.statement_id = NEW.statement_id)
BEGIN
    SELECT RAISE(ABORT, 'usage_no_replace: the key is taken');
END;
CREATE TRIGGER line_no_replace BEFORE INSERT ON "line"
WHEN EXISTS (SELECT 1 FROM "line" AS other WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.statement_id AND other.line_no = NEW.line_no)
BEGIN
    SELECT RAISE(ABORT, 'line_no_replace: the key is taken');
END;
CREATE TRIGGER tax_no_replace BEFORE INSERT ON "tax"
WHEN EXISTS (SELECT 1 FROM "tax" AS other WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.statement_id AND other.tax_no = NEW.tax_no)
BEGIN
    SELECT RAISE(ABORT, 'tax_no_replace: the key is taken');
END;

-- Parents exist, also for clients that do not check foreign keys; and a statement that went out grows no more.
CREATE TRIGGER statement_has_tenant BEFORE INSERT ON statement
WHEN NOT EXISTS (SELECT 1 FROM tenant WHERE tenant_no = NEW.tenant_no)
BEGIN
    SELECT RAISE(ABORT, 'statement_has_tenant: there is no such tenant');
END;
CREATE TRIGGER series_has_tenant BEFORE INSERT ON series
WHEN NOT EXISTS (SELECT 1 FROM tenant WHERE tenant_no = NEW.tenant_no)
BEGIN
    SELECT RAISE(ABORT, 'series_has_tenant: there is no such tenant');
END;
CREATE TRIGGER usage_has_series BEFORE INSERT ON usage
WHEN NOT EXISTS (SELECT 1 FROM series WHERE tenant_no = NEW.tenant_no AND series_no = NEW.series_no)
BEGIN
    SELECT RAISE(ABORT, 'usage_has_series: there is no such series');
END;
CREATE TRIGGER usage_of_new_statement BEFORE INSERT ON "usage"
WHEN NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state = 'pending' AND tries = 0
)
BEGIN
    SELECT RAISE(ABORT, 'usage_of_new_statement: there is no such statement, or it has been sent');
END;
CREATE TRIGGER line_of_new_statement BEFORE INSERT ON "line"
WHEN NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state = 'pending' AND tries = 0
)
BEGIN
    SELECT RAISE(ABORT, 'line_of_new_statement: there is no such statement, or it has been sent');
END;
CREATE TRIGGER tax_of_new_statement BEFORE INSERT ON "tax"
WHEN NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state = 'pending' AND tries = 0
)
BEGIN
    SELECT RAISE(ABORT, 'tax_of_new_statement: there is no such statement, or it has been sent');
END;
CREATE TRIGGER invoice_number_of_new_statement BEFORE INSERT ON "invoice_number"
WHEN NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state = 'pending' AND tries = 0
)
BEGIN
    SELECT RAISE(ABORT, 'invoice_number_of_new_statement: there is no such statement, or it has been sent');
END;
