-- By which rules a statement was made, and what its documents call the tenant; the ledger's own id; and periods
-- in which there was nothing to bill. (What refuses changes of it stands at the end.)

ALTER TABLE statement
    -- The edition of the rules and what its usage was aggregated with, as JSON: what adjusts it goes on by the same.
    -- NULL is the first edition.
    ADD COLUMN rules text CHECK (rules IS NULL OR rules::json IS NOT NULL),
    -- What documents and tables call the tenant, where its name is not its own. Decided once.
    ADD COLUMN tenant_label text;

-- Which ledger this is: backends keep it with each document. A copy of the database, and a backup that comes back,
-- is the same ledger.
CREATE TABLE ledger (ledger_id uuid PRIMARY KEY);
INSERT INTO ledger (ledger_id) VALUES (gen_random_uuid());

-- A period in which a tenant was looked at, and had nothing to be billed: no statement is missing there.
CREATE TABLE idle (
    tenant_no bigint      NOT NULL REFERENCES tenant,
    period    tstzrange   NOT NULL,
    noted     timestamptz NOT NULL CHECK (isfinite(noted)),
    PRIMARY KEY (tenant_no, period),
    CONSTRAINT idle_period_is_half_open CHECK (
        lower_inc(period) AND NOT upper_inc(period) AND isfinite(lower(period)) AND isfinite(upper(period))
        AND NOT lower_inf(period) AND NOT upper_inf(period)
    )
);

DROP TRIGGER statement_content_stays ON statement;
CREATE TRIGGER statement_content_stays BEFORE UPDATE ON statement FOR EACH ROW
WHEN (
    (NEW.tenant_no, NEW.statement_id, NEW.kind, NEW.refers_to, NEW.revision, NEW.period, NEW.tenant_name, NEW.timezone,
     NEW.currency, NEW.subtotal::text, NEW.total::text, NEW.digest, NEW.backend, NEW.backend_version, NEW.settings,
     NEW.created, NEW.rules, NEW.tenant_label)
    IS DISTINCT FROM
    (OLD.tenant_no, OLD.statement_id, OLD.kind, OLD.refers_to, OLD.revision, OLD.period, OLD.tenant_name, OLD.timezone,
     OLD.currency, OLD.subtotal::text, OLD.total::text, OLD.digest, OLD.backend, OLD.backend_version, OLD.settings,
     OLD.created, OLD.rules, OLD.tenant_label)
    OR (OLD.receipt IS NOT NULL
        AND (NEW.receipt, NEW.receipt_details) IS DISTINCT FROM (OLD.receipt, OLD.receipt_details))
    OR (OLD.void_reason IS NOT NULL AND NEW.void_reason IS DISTINCT FROM OLD.void_reason)
)
EXECUTE FUNCTION ledger_refuses('statement_content_stays', 'what a statement says is never changed');

CREATE TRIGGER ledger_is_one BEFORE INSERT ON ledger FOR EACH STATEMENT
EXECUTE FUNCTION ledger_refuses('ledger_is_one', 'a ledger has one id');
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger', 'idle'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %1$s_no_delete BEFORE DELETE OR TRUNCATE ON %1$I FOR EACH STATEMENT
             EXECUTE FUNCTION ledger_refuses(%2$L, ''nothing is deleted from the ledger'')', name, name || '_no_delete');
        EXECUTE format(
            'CREATE TRIGGER %1$s_stays BEFORE UPDATE ON %1$I FOR EACH STATEMENT
             EXECUTE FUNCTION ledger_refuses(%2$L, ''it is never changed'')', name, name || '_stays');
    END LOOP;
END $$;
