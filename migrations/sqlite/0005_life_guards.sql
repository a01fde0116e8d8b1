-- What no client may do to a statement, in all of its life: the triggers of 0002 and 0003 for
-- `statement`, as they are since 0004, and what adjustments and credits need.
--
-- A fourth trap of SQLite's is closed here: where a client says OR REPLACE, a NULL becomes the column's
-- default, but after these triggers, which see the NULL. So what has a default (`state`, `tries`,
-- `live`) is compared by IS and IS NOT, which know NULL. And a client may switch CHECKs off, so what
-- money depends on is asked for here, too.

-- No two live invoices of one tenant overlap.
CREATE TRIGGER statement_no_overlap BEFORE INSERT ON statement
WHEN NEW.kind = 'invoice' AND EXISTS (
    SELECT 1 FROM statement AS other
    WHERE other.tenant_no = NEW.tenant_no AND other.period_start < NEW.period_end AND other.period_end > NEW.period_start
      AND other.kind = 'invoice' AND other.state <> 'void'
)
BEGIN
    SELECT RAISE(ABORT, 'statement_no_overlap: another invoice of this tenant covers a part of this period');
END;

-- A statement begins unsent, and goes the ways of its life (see artifice-core/src/ledger/life.rs).
CREATE TRIGGER statement_begins BEFORE INSERT ON statement
WHEN (NEW.state IS NOT 'pending' AND (NEW.state IS NOT 'held' OR NEW.kind = 'credit'))
  OR NEW.claim IS NOT NULL OR NEW.receipt IS NOT NULL OR NEW.receipt_details IS NOT NULL OR NEW.tries IS NOT 0
BEGIN
    SELECT RAISE(ABORT, 'statement_life: a statement begins pending or held (a credit pending), and untried');
END;

CREATE TRIGGER statement_has_period BEFORE INSERT ON statement
WHEN NEW.period_start >= NEW.period_end
BEGIN
    SELECT RAISE(ABORT, 'statement_has_period: a period starts before it ends');
END;

CREATE TRIGGER statement_has_currency BEFORE INSERT ON statement
WHEN NEW.currency NOT GLOB '[A-Z][A-Z][A-Z]'
BEGIN
    SELECT RAISE(ABORT, 'statement_has_currency: a statement is in a currency');
END;

CREATE TRIGGER statement_life BEFORE UPDATE ON statement
WHEN NEW.state IS NULL OR NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    VALUES ('held', 'pending'), ('held', 'void'),
           ('pending', 'sending'), ('pending', 'void'),
           ('sending', 'committed'), ('sending', 'pending'), ('sending', 'in_doubt'),
           ('in_doubt', 'committed'), ('in_doubt', 'pending'),
           ('committed', 'voiding'), ('voiding', 'void')
)
BEGIN
    SELECT RAISE(ABORT, 'statement_life: a statement does not go from this state to that');
END;

-- Every sending begins with a claim of its own, and is counted: whoever lost the one before finds another
-- one in its place. Nothing else makes a claim.
CREATE TRIGGER statement_claim BEFORE UPDATE ON statement
WHEN CASE WHEN OLD.state = 'pending' AND NEW.state = 'sending'
     THEN NEW.claim IS NULL OR NEW.claim IS OLD.claim OR NEW.tries IS NOT OLD.tries + 1
     ELSE NEW.claim IS NOT OLD.claim OR NEW.tries IS NOT OLD.tries END
BEGIN
    SELECT RAISE(ABORT, 'statement_claim: a claim is made where the sending begins, and counted');
END;

-- Nothing is sent without its number. (Where a client checks no foreign keys, it could be stored so.) And
-- no credit is sent while what it takes back is still counted as billed.
CREATE TRIGGER statement_is_whole BEFORE UPDATE ON statement
WHEN OLD.state = 'pending' AND NEW.state = 'sending' AND (
    NOT EXISTS (SELECT 1 FROM invoice_number WHERE statement_id = NEW.statement_id)
    OR (NEW.kind = 'credit' AND NOT EXISTS (
        SELECT 1 FROM statement AS other
        WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.refers_to AND other.state = 'voiding'
    ))
)
BEGIN
    SELECT RAISE(ABORT, 'statement_is_whole: what is sent has a number, and a credit takes back what is voiding');
END;

-- A receipt comes with the commit, whole, and with nothing else: what was never sent has none when it is void.
CREATE TRIGGER statement_receipt BEFORE UPDATE ON statement
WHEN (NEW.receipt IS NULL) <> (NEW.receipt_details IS NULL)
  OR (NEW.receipt IS NOT NULL AND NEW.state NOT IN ('committed', 'voiding', 'void'))
  OR (NEW.receipt IS NOT OLD.receipt AND NEW.state IS NOT 'committed')
  OR (NEW.receipt_details IS NOT NULL AND NOT json_valid(NEW.receipt_details))
BEGIN
    SELECT RAISE(ABORT, 'statement_receipt: a receipt comes with the commit, whole, and its details are JSON');
END;

CREATE TRIGGER statement_content_stays BEFORE UPDATE ON statement
WHEN (NEW.tenant_no, NEW.statement_id, NEW.kind, NEW.period_start, NEW.period_end, NEW.timezone, NEW.currency,
      NEW.subtotal, NEW.total, NEW.digest, NEW.backend, NEW.backend_version, NEW.created_us)
  <> (OLD.tenant_no, OLD.statement_id, OLD.kind, OLD.period_start, OLD.period_end, OLD.timezone, OLD.currency,
      OLD.subtotal, OLD.total, OLD.digest, OLD.backend, OLD.backend_version, OLD.created_us)
  OR NEW.tenant_name IS NOT OLD.tenant_name OR NEW.refers_to IS NOT OLD.refers_to
  OR NEW.revision IS NOT OLD.revision OR NEW.settings IS NOT OLD.settings
  OR (OLD.receipt IS NOT NULL AND (NEW.receipt IS NOT OLD.receipt OR NEW.receipt_details IS NOT OLD.receipt_details))
  OR (NEW.void_reason IS NOT OLD.void_reason AND (OLD.void_reason IS NOT NULL OR NEW.state NOT IN ('voiding', 'void')))
BEGIN
    SELECT RAISE(ABORT, 'statement_content_stays: what a statement says is never changed');
END;

-- A credit or an adjustment is about a document that the same backend has, of the same tenant, period and
-- currency. (A credit has no credit.)
CREATE TRIGGER statement_refers BEFORE INSERT ON statement
WHEN NEW.kind IS NOT 'invoice' AND NOT EXISTS (
    SELECT 1 FROM statement AS other
    WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.refers_to
      AND (other.period_start, other.period_end, other.currency, other.backend)
        = (NEW.period_start, NEW.period_end, NEW.currency, NEW.backend)
      AND other.state = 'committed'
      AND (other.kind = 'invoice' OR (other.kind = 'adjustment' AND NEW.kind = 'credit'))
      AND NEW.kind IN ('adjustment', 'credit')
)
BEGIN
    SELECT RAISE(ABORT, 'statement_refers: a credit or adjustment is about a committed statement of the same tenant, period, currency and backend');
END;

-- Revisions have no gaps, so that the order of their numbers is the one in which they were stored: what
-- corrects something of another adjustment is later than that one, and taken back before it.
CREATE TRIGGER statement_revision_is_next BEFORE INSERT ON statement
WHEN NEW.kind = 'adjustment' AND NEW.revision IS NOT (
    SELECT coalesce(max(other.revision), 0) + 1 FROM statement AS other
    WHERE other.tenant_no = NEW.tenant_no AND other.refers_to = NEW.refers_to AND other.kind = 'adjustment'
)
BEGIN
    SELECT RAISE(ABORT, 'statement_revision: an adjustment is the next one of its invoice');
END;

-- What is taken back has no live adjustments (they would change what is no longer there), and none after
-- it; what the backend has is taken back by a credit, which the backend has before it is void.
CREATE TRIGGER statement_void BEFORE UPDATE ON statement
WHEN NEW.state <> OLD.state AND NEW.state IN ('voiding', 'void') AND (
    NEW.kind = 'credit' OR NEW.void_reason IS NULL
    OR EXISTS (
        SELECT 1 FROM statement AS other
        WHERE other.tenant_no = NEW.tenant_no AND other.kind = 'adjustment' AND other.state <> 'void'
          AND (other.refers_to = NEW.statement_id OR (other.refers_to = NEW.refers_to AND other.revision > NEW.revision))
    )
    OR (NEW.state = 'voiding' AND NOT EXISTS (
        SELECT 1 FROM statement AS credit
        WHERE credit.tenant_no = NEW.tenant_no AND credit.refers_to = NEW.statement_id AND credit.kind = 'credit'
    ))
    OR (OLD.state = 'voiding' AND NOT EXISTS (
        SELECT 1 FROM statement AS credit
        WHERE credit.tenant_no = NEW.tenant_no AND credit.refers_to = NEW.statement_id AND credit.kind = 'credit'
          AND credit.state = 'committed'
    ))
)
BEGIN
    SELECT RAISE(ABORT, 'statement_void: a statement is taken back with a reason, by a credit, and only without live adjustments');
END;

CREATE TRIGGER statement_no_delete BEFORE DELETE ON statement
BEGIN
    SELECT RAISE(ABORT, 'statement_no_delete: nothing is deleted from the ledger');
END;

CREATE TRIGGER statement_no_replace BEFORE INSERT ON statement
WHEN EXISTS (SELECT 1 FROM statement AS other WHERE other.statement_id = NEW.statement_id)
  OR EXISTS (SELECT 1 FROM statement AS other
             WHERE other.tenant_no = NEW.tenant_no AND other.refers_to = NEW.refers_to AND other.kind = NEW.kind
               AND other.revision IS NEW.revision)
BEGIN
    SELECT RAISE(ABORT, 'statement_no_replace: the key is taken');
END;

CREATE TRIGGER statement_has_tenant BEFORE INSERT ON statement
WHEN NOT EXISTS (SELECT 1 FROM tenant WHERE tenant_no = NEW.tenant_no)
BEGIN
    SELECT RAISE(ABORT, 'statement_has_tenant: there is no such tenant');
END;

DROP TRIGGER usage_begins_live;
CREATE TRIGGER usage_begins_live BEFORE INSERT ON usage
WHEN NEW.live IS NOT 1
BEGIN
    SELECT RAISE(ABORT, 'usage_begins_live: usage is live until its statement is void');
END;

-- No two live usages of one series overlap, unless one corrects the other.
DROP TRIGGER usage_no_overlap;
CREATE TRIGGER usage_no_overlap BEFORE INSERT ON usage
WHEN NEW.corrects IS NULL AND (
    SELECT other.period_end FROM usage AS other
    WHERE other.tenant_no = NEW.tenant_no AND other.series_no = NEW.series_no
      AND other.period_start < NEW.period_end AND other.live = 1 AND other.corrects IS NULL
    ORDER BY other.period_start DESC LIMIT 1
) > NEW.period_start
BEGIN
    SELECT RAISE(ABORT, 'usage_no_overlap: another statement has billed a part of this usage');
END;

-- A correction stands in an adjustment and corrects live usage of the same series, period and unit, of the
-- same invoice or of an earlier adjustment to it. (What is corrected does not end before its correction:
-- see statement_void.)
CREATE TRIGGER usage_corrects BEFORE INSERT ON usage
WHEN NEW.corrects IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM usage AS other
    JOIN statement AS before ON before.tenant_no = other.tenant_no AND before.statement_id = other.statement_id
    JOIN statement AS own ON own.tenant_no = other.tenant_no AND own.statement_id = NEW.statement_id
    WHERE other.tenant_no = NEW.tenant_no AND other.series_no = NEW.series_no AND other.statement_id = NEW.corrects
      AND other.period_start = NEW.period_start AND other.period_end = NEW.period_end AND other.unit = NEW.unit
      AND other.corrects IS NULL AND other.live = 1
      AND own.kind = 'adjustment' AND own.revision > coalesce(before.revision, 0)
      AND own.refers_to = coalesce(before.refers_to, before.statement_id)
)
BEGIN
    SELECT RAISE(ABORT, 'usage_corrects: a correction is an adjustment''s, and corrects what is live of the same invoice');
END;

-- Usage only ends: from live to void, with its statement.
DROP TRIGGER usage_only_ends;
CREATE TRIGGER usage_only_ends BEFORE UPDATE ON usage
WHEN NOT (
    NEW.live IS 0 AND OLD.live = 1
    AND (NEW.tenant_no, NEW.series_no, NEW.period_start, NEW.period_end, NEW.statement_id, NEW.meter, NEW.section,
         NEW.resource_name, NEW.volume, NEW.unit, NEW.aggregate)
      = (OLD.tenant_no, OLD.series_no, OLD.period_start, OLD.period_end, OLD.statement_id, OLD.meter, OLD.section,
         OLD.resource_name, OLD.volume, OLD.unit, OLD.aggregate)
    AND NEW.corrects IS OLD.corrects
    AND EXISTS (SELECT 1 FROM statement WHERE tenant_no = OLD.tenant_no AND statement_id = OLD.statement_id AND state = 'void')
)
BEGIN
    SELECT RAISE(ABORT, 'usage_only_ends: usage is never changed; it ends when its statement is void');
END;
CREATE TRIGGER usage_ends_with_statement AFTER UPDATE ON statement
WHEN NEW.state = 'void' AND OLD.state <> 'void'
BEGIN
    UPDATE usage SET live = 0 WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND live = 1;
END;

-- What belongs to a statement is stored with it, and lies in its period. What a credit takes back is no usage.
DROP TRIGGER usage_of_new_statement;
CREATE TRIGGER usage_of_new_statement BEFORE INSERT ON usage
WHEN NEW.period_start >= NEW.period_end OR NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state IN ('pending', 'held') AND tries = 0
      AND period_start <= NEW.period_start AND period_end >= NEW.period_end
      AND kind <> 'credit'
)
BEGIN
    SELECT RAISE(ABORT, 'usage_of_new_statement: there is no such statement, or it is a credit, or not of this period, or it has been sent');
END;
DROP TRIGGER line_of_new_statement;
CREATE TRIGGER line_of_new_statement BEFORE INSERT ON line
WHEN NEW.period_start >= NEW.period_end OR NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state IN ('pending', 'held') AND tries = 0
      AND period_start <= NEW.period_start AND period_end >= NEW.period_end
)
BEGIN
    SELECT RAISE(ABORT, 'line_of_new_statement: there is no such statement, or not of this period, or it has been sent');
END;
DROP TRIGGER tax_of_new_statement;
CREATE TRIGGER tax_of_new_statement BEFORE INSERT ON tax
WHEN NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state IN ('pending', 'held') AND tries = 0
)
BEGIN
    SELECT RAISE(ABORT, 'tax_of_new_statement: there is no such statement, or it has been sent');
END;
DROP TRIGGER invoice_number_of_new_statement;
CREATE TRIGGER invoice_number_of_new_statement BEFORE INSERT ON invoice_number
WHEN NOT EXISTS (
    SELECT 1 FROM statement
    WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND state IN ('pending', 'held') AND tries = 0
)
BEGIN
    SELECT RAISE(ABORT, 'invoice_number_of_new_statement: there is no such statement, or it has been sent');
END;

-- The trail only grows, entry by entry, and only of what is there.
CREATE TRIGGER audit_next BEFORE INSERT ON audit
WHEN NEW.entry_no IS NOT (SELECT coalesce(max(entry_no), 0) + 1 FROM audit AS other
                          WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.statement_id)
  OR NEW.state IS NOT (SELECT state FROM statement WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id)
BEGIN
    SELECT RAISE(ABORT, 'audit_next: an entry is the next one of its statement, and tells its state');
END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit_stays: it is never changed');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit_no_delete: nothing is deleted from the ledger');
END;
