-- By which rules a statement was made, and what its documents call the tenant; the ledger's own id; and periods
-- in which there was nothing to bill.

-- The edition of the rules and what its usage was aggregated with, as JSON: what adjusts it goes on by the same.
-- NULL is the first edition.
ALTER TABLE statement ADD COLUMN rules TEXT CHECK (rules IS NULL OR json_valid(rules));
-- What documents and tables call the tenant, where its name is not its own. Decided once.
ALTER TABLE statement ADD COLUMN tenant_label TEXT;

DROP TRIGGER statement_content_stays;
CREATE TRIGGER statement_content_stays BEFORE UPDATE ON statement
WHEN (NEW.tenant_no, NEW.statement_id, NEW.kind, NEW.period_start, NEW.period_end, NEW.timezone, NEW.currency,
      NEW.subtotal, NEW.total, NEW.digest, NEW.backend, NEW.backend_version, NEW.created_us)
  <> (OLD.tenant_no, OLD.statement_id, OLD.kind, OLD.period_start, OLD.period_end, OLD.timezone, OLD.currency,
      OLD.subtotal, OLD.total, OLD.digest, OLD.backend, OLD.backend_version, OLD.created_us)
  OR NEW.tenant_name IS NOT OLD.tenant_name OR NEW.refers_to IS NOT OLD.refers_to
  OR NEW.revision IS NOT OLD.revision OR NEW.settings IS NOT OLD.settings
  OR NEW.rules IS NOT OLD.rules OR NEW.tenant_label IS NOT OLD.tenant_label
  OR (OLD.receipt IS NOT NULL AND (NEW.receipt IS NOT OLD.receipt OR NEW.receipt_details IS NOT OLD.receipt_details))
  OR (NEW.void_reason IS NOT OLD.void_reason AND (OLD.void_reason IS NOT NULL OR NEW.state NOT IN ('voiding', 'void')))
BEGIN
    SELECT RAISE(ABORT, 'statement_content_stays: what a statement says is never changed');
END;

-- Which ledger this is: backends keep it with each document. A copy of the file, and a backup that comes back, is
-- the same ledger.
CREATE TABLE ledger (
    ledger_id TEXT PRIMARY KEY CHECK (length(ledger_id) = 36)
) STRICT, WITHOUT ROWID;
-- (A random UUID, RFC 9562 version 4.)
INSERT INTO ledger (ledger_id)
SELECT lower(substr(digits, 1, 8) || '-' || substr(digits, 9, 4) || '-4' || substr(digits, 14, 3) || '-'
             || substr('89ab', 1 + (abs(random()) % 4), 1) || substr(digits, 18, 3) || '-' || substr(digits, 21, 12))
FROM (SELECT hex(randomblob(16)) AS digits);

CREATE TRIGGER ledger_is_one BEFORE INSERT ON ledger
BEGIN
    SELECT RAISE(ABORT, 'ledger_is_one: a ledger has one id');
END;
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'ledger_stays: it is never changed');
END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'ledger_no_delete: nothing is deleted from the ledger');
END;

-- A period in which a tenant was looked at, and had nothing to be billed: no statement is missing there.
CREATE TABLE idle (
    tenant_no    INTEGER NOT NULL REFERENCES tenant,
    period_start INTEGER NOT NULL,
    period_end   INTEGER NOT NULL,
    noted_us     INTEGER NOT NULL,
    PRIMARY KEY (tenant_no, period_start, period_end),
    CHECK (period_start < period_end)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER idle_has_tenant BEFORE INSERT ON idle
WHEN NOT EXISTS (SELECT 1 FROM tenant WHERE tenant_no = NEW.tenant_no)
BEGIN
    SELECT RAISE(ABORT, 'idle_has_tenant: there is no such tenant');
END;
CREATE TRIGGER idle_stays BEFORE UPDATE ON idle
BEGIN
    SELECT RAISE(ABORT, 'idle_stays: it is never changed');
END;
CREATE TRIGGER idle_no_delete BEFORE DELETE ON idle
BEGIN
    SELECT RAISE(ABORT, 'idle_no_delete: nothing is deleted from the ledger');
END;
