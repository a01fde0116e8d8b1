-- What no client may do to the ledger, whatever it believes.
--
-- Overlaps are refused by the exclusion constraints of 0001; here is the rest. The triggers stand apart
-- from the tables because a distributed PostgreSQL has rights (GRANT) in their place: see CITUS.md.
-- What they raise carries the rule's name as its constraint, as a CHECK's violation does.
--
-- Where one look suffices for all rows of an INSERT or COPY, the trigger is one for the statement.

-- Refuses what the trigger is for; its arguments are the rule and why.
CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE integrity_constraint_violation USING
        CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME, MESSAGE = TG_ARGV[0] || ': ' || TG_ARGV[1];
END $$;

-- Nothing is deleted, also not all at once; and what identifies or charges something never changes.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tenant', 'series', 'statement', 'invoice_number', 'usage', 'line', 'tax'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %1$s_no_delete BEFORE DELETE OR TRUNCATE ON %1$I FOR EACH STATEMENT
             EXECUTE FUNCTION ledger_refuses(%2$L, ''nothing is deleted from the ledger'')', name, name || '_no_delete');
    END LOOP;
    FOREACH name IN ARRAY ARRAY['series', 'invoice_number', 'line', 'tax'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %1$s_stays BEFORE UPDATE ON %1$I FOR EACH STATEMENT
             EXECUTE FUNCTION ledger_refuses(%2$L, ''it is never changed'')', name, name || '_stays');
    END LOOP;
END $$;

CREATE TRIGGER tenant_stays BEFORE UPDATE ON tenant FOR EACH ROW
WHEN (NEW.tenant_no <> OLD.tenant_no OR NEW.tenant_id <> OLD.tenant_id)
EXECUTE FUNCTION ledger_refuses('tenant_stays', 'only its name changes');

-- A statement begins unsent, and goes the ways of its life (see "A statement's life" in ARCHITECTURE.md).
CREATE TRIGGER statement_begins_pending BEFORE INSERT ON statement FOR EACH ROW
WHEN (NEW.state <> 'pending' OR NEW.claim IS NOT NULL OR NEW.receipt IS NOT NULL OR NEW.tries <> 0)
EXECUTE FUNCTION ledger_refuses('statement_life', 'a statement begins pending');

CREATE TRIGGER statement_life BEFORE UPDATE ON statement FOR EACH ROW
WHEN (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('pending', 'sending'), ('pending', 'void'),
    ('sending', 'committed'), ('sending', 'pending'), ('sending', 'in_doubt'),
    ('in_doubt', 'committed'), ('in_doubt', 'pending'),
    ('committed', 'voiding'), ('voiding', 'void')
))
EXECUTE FUNCTION ledger_refuses('statement_life', 'a statement does not go from this state to that');

CREATE TRIGGER statement_content_stays BEFORE UPDATE ON statement FOR EACH ROW
WHEN (
    (NEW.tenant_no, NEW.statement_id, NEW.kind, NEW.period, NEW.tenant_name, NEW.timezone, NEW.currency,
     NEW.subtotal::text, NEW.total::text, NEW.digest, NEW.backend, NEW.backend_version, NEW.created)
    IS DISTINCT FROM
    (OLD.tenant_no, OLD.statement_id, OLD.kind, OLD.period, OLD.tenant_name, OLD.timezone, OLD.currency,
     OLD.subtotal::text, OLD.total::text, OLD.digest, OLD.backend, OLD.backend_version, OLD.created)
    -- What was tried once has perhaps been sent, for ever.
    OR NEW.tries < OLD.tries
    OR (OLD.receipt IS NOT NULL
        AND (NEW.receipt, NEW.receipt_details) IS DISTINCT FROM (OLD.receipt, OLD.receipt_details))
)
EXECUTE FUNCTION ledger_refuses('statement_content_stays', 'what a statement says is never changed');

-- Usage only ends: from live to void, once its statement is void.
CREATE FUNCTION usage_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.live AND NOT NEW.live
       AND (NEW.tenant_no, NEW.statement_id, NEW.series_no, NEW.period, NEW.meter, NEW.section, NEW.resource_name,
            NEW.volume::text, NEW.unit, NEW.aggregate)
           IS NOT DISTINCT FROM
           (OLD.tenant_no, OLD.statement_id, OLD.series_no, OLD.period, OLD.meter, OLD.section, OLD.resource_name,
            OLD.volume::text, OLD.unit, OLD.aggregate)
       AND EXISTS (SELECT FROM statement AS own
                   WHERE own.tenant_no = OLD.tenant_no AND own.statement_id = OLD.statement_id AND own.state = 'void')
    THEN
        RETURN NEW;
    END IF;
    RAISE integrity_constraint_violation USING CONSTRAINT = 'usage_only_ends', TABLE = TG_TABLE_NAME,
        MESSAGE = 'usage_only_ends: usage is never changed; it ends when its statement is void';
END $$;
CREATE TRIGGER usage_only_ends BEFORE UPDATE ON usage FOR EACH ROW EXECUTE FUNCTION usage_only_ends();

-- What belongs to a statement is stored with it: a statement that was sent grows no more. Nor is one
-- sent while somebody still adds to it: FOR SHARE makes the claim wait.
CREATE FUNCTION belongs_to_new_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    FOR owner IN SELECT DISTINCT added.tenant_no, added.statement_id FROM added LOOP
        PERFORM FROM statement AS own
            WHERE own.tenant_no = owner.tenant_no AND own.statement_id = owner.statement_id
              AND own.state = 'pending' AND own.tries = 0
            FOR SHARE;
        IF NOT FOUND THEN
            RAISE integrity_constraint_violation USING
                CONSTRAINT = TG_TABLE_NAME || '_of_new_statement', TABLE = TG_TABLE_NAME,
                MESSAGE = TG_TABLE_NAME || '_of_new_statement: there is no such statement, or it has been sent';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['usage', 'line', 'tax', 'invoice_number'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %1$s_of_new_statement AFTER INSERT ON %1$I REFERENCING NEW TABLE AS added
             FOR EACH STATEMENT EXECUTE FUNCTION belongs_to_new_statement()', name);
    END LOOP;
END $$;

-- Usage begins live: what is not live may overlap what is.
CREATE TRIGGER usage_begins_live BEFORE INSERT ON usage FOR EACH ROW WHEN (NOT NEW.live)
EXECUTE FUNCTION ledger_refuses('usage_begins_live', 'usage is live until its statement is void');

-- A series belongs to a tenant, a usage to a series.
CREATE FUNCTION series_has_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT added.tenant_no FROM added EXCEPT SELECT tenant.tenant_no FROM tenant) THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'series_has_tenant', TABLE = TG_TABLE_NAME,
            MESSAGE = 'series_has_tenant: there is no such tenant';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER series_has_tenant AFTER INSERT ON series REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION series_has_tenant();

CREATE FUNCTION usage_has_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE NOT EXISTS (
        SELECT FROM series WHERE series.tenant_no = added.tenant_no AND series.series_no = added.series_no))
    THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'usage_has_series', TABLE = TG_TABLE_NAME,
            MESSAGE = 'usage_has_series: there is no such series';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_has_series AFTER INSERT ON usage REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION usage_has_series();

-- A backend's numbers have no gaps, whoever takes them. Two that take one at the same time would both
-- see the same last number; so they do it one after the other. The lock is the database's own and ends
-- with the transaction; the program takes the same one (ledger/postgres/insert.rs).
CREATE FUNCTION invoice_number_is_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('artifice.invoice_number ' || NEW.backend, 0));
    IF NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM invoice_number WHERE backend = NEW.backend)
       OR NEW.backend IS DISTINCT FROM (SELECT own.backend FROM statement AS own
                                        WHERE own.tenant_no = NEW.tenant_no AND own.statement_id = NEW.statement_id)
    THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'invoice_number_is_next', TABLE = TG_TABLE_NAME,
            MESSAGE = 'invoice_number_is_next: a statement takes the next number of its own backend';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoice_number_is_next BEFORE INSERT ON invoice_number
FOR EACH ROW EXECUTE FUNCTION invoice_number_is_next();

-- These functions look at the ledger's own tables, whatever search path their caller has, and
-- whatever temporary tables of the same names it has made.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['usage_only_ends', 'belongs_to_new_statement', 'series_has_tenant',
                                'usage_has_series', 'invoice_number_is_next'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', name, current_schema());
    END LOOP;
END $$;
