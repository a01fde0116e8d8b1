-- What no client may do to a statement, in all of its life: the triggers of 0002 that change with 0003,
-- and what adjustments and credits need.
--
-- What looks at other rows must look at what they are, also where another transaction is changing them, and
-- whatever isolation a client has asked for. A lock alone makes the second one wait; but if that one is
-- REPEATABLE READ, it goes on with what it saw before it waited. So in place of a lock there is an UPDATE
-- that changes nothing: after it, the second one sees what the first has done, or fails and begins anew.
-- What adds to a statement updates the statement; what adds to an invoice's adjustments and credits, or takes
-- one back, the invoice.

DROP TRIGGER statement_begins_pending ON statement;
CREATE TRIGGER statement_begins BEFORE INSERT ON statement FOR EACH ROW
WHEN (NEW.state NOT IN ('pending', 'held') OR (NEW.kind = 'credit' AND NEW.state <> 'pending')
      OR NEW.claim IS NOT NULL OR NEW.receipt IS NOT NULL OR NEW.tries <> 0)
EXECUTE FUNCTION ledger_refuses('statement_life', 'a statement begins pending or held (a credit pending), and untried');

DROP TRIGGER statement_life ON statement;
-- There were no credits. So the backend has what somebody began to take back by hand, and it is committed
-- still: `statement void` begins anew.
UPDATE statement SET state = 'committed', void_reason = NULL WHERE state = 'voiding';
CREATE TRIGGER statement_life BEFORE UPDATE ON statement FOR EACH ROW
WHEN (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('held', 'pending'), ('held', 'void'),
    ('pending', 'sending'), ('pending', 'void'),
    ('sending', 'committed'), ('sending', 'pending'), ('sending', 'in_doubt'),
    ('in_doubt', 'committed'), ('in_doubt', 'pending'),
    ('committed', 'voiding'), ('voiding', 'void')
))
EXECUTE FUNCTION ledger_refuses('statement_life', 'a statement does not go from this state to that');

-- Every sending begins with a claim of its own, and is counted: whoever lost the one before finds another
-- one in its place. Nothing else makes a claim.
CREATE TRIGGER statement_claim BEFORE UPDATE ON statement FOR EACH ROW
WHEN (CASE WHEN OLD.state = 'pending' AND NEW.state = 'sending'
      THEN NEW.claim IS NOT DISTINCT FROM OLD.claim OR NEW.tries <> OLD.tries + 1
      ELSE NEW.claim IS DISTINCT FROM OLD.claim OR NEW.tries <> OLD.tries END)
EXECUTE FUNCTION ledger_refuses('statement_claim', 'a claim is made where the sending begins, and counted');

-- No credit is sent while what it takes back is still counted as billed.
CREATE FUNCTION statement_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM statement AS other
                   WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.refers_to
                     AND other.state = 'voiding') THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'statement_is_whole', TABLE = TG_TABLE_NAME,
            MESSAGE = 'statement_is_whole: a credit takes back what is voiding';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_is_whole BEFORE UPDATE ON statement FOR EACH ROW
WHEN (NEW.kind = 'credit' AND OLD.state = 'pending' AND NEW.state = 'sending') EXECUTE FUNCTION statement_is_whole();

-- A receipt comes with the commit, and with nothing else: what was never sent has none when it is void.
CREATE TRIGGER statement_receipt BEFORE UPDATE ON statement FOR EACH ROW
WHEN (OLD.receipt IS NULL AND NEW.receipt IS NOT NULL AND NEW.state <> 'committed')
EXECUTE FUNCTION ledger_refuses('statement_receipt', 'a receipt comes with the commit');

DROP TRIGGER statement_content_stays ON statement;
CREATE TRIGGER statement_content_stays BEFORE UPDATE ON statement FOR EACH ROW
WHEN (
    (NEW.tenant_no, NEW.statement_id, NEW.kind, NEW.refers_to, NEW.revision, NEW.period, NEW.tenant_name, NEW.timezone,
     NEW.currency, NEW.subtotal::text, NEW.total::text, NEW.digest, NEW.backend, NEW.backend_version, NEW.settings,
     NEW.created)
    IS DISTINCT FROM
    (OLD.tenant_no, OLD.statement_id, OLD.kind, OLD.refers_to, OLD.revision, OLD.period, OLD.tenant_name, OLD.timezone,
     OLD.currency, OLD.subtotal::text, OLD.total::text, OLD.digest, OLD.backend, OLD.backend_version, OLD.settings,
     OLD.created)
    OR (OLD.receipt IS NOT NULL
        AND (NEW.receipt, NEW.receipt_details) IS DISTINCT FROM (OLD.receipt, OLD.receipt_details))
    OR (OLD.void_reason IS NOT NULL AND NEW.void_reason IS DISTINCT FROM OLD.void_reason)
)
EXECUTE FUNCTION ledger_refuses('statement_content_stays', 'what a statement says is never changed');

-- A credit or an adjustment is about a document that the same backend has, of the same tenant, period and
-- currency. (A credit has no credit.) Revisions have no gaps, so that the order of their numbers is the one in
-- which they were stored: what corrects something of another adjustment is later than that one, and taken
-- back before it.
CREATE FUNCTION statement_refers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_invoice uuid;
BEGIN
    UPDATE statement AS other SET state = other.state
        WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.refers_to
          AND (other.period, other.currency, other.backend) = (NEW.period, NEW.currency, NEW.backend)
          AND other.state = 'committed'
          AND (other.kind = 'invoice' OR (other.kind = 'adjustment' AND NEW.kind = 'credit'))
        RETURNING other.refers_to INTO of_invoice;
    IF NOT FOUND THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'statement_refers', TABLE = TG_TABLE_NAME,
            MESSAGE = 'statement_refers: a credit or adjustment is about a committed statement of the same tenant, '
                      'period, currency and backend';
    END IF;
    UPDATE statement AS invoice SET state = invoice.state
        WHERE invoice.tenant_no = NEW.tenant_no AND invoice.statement_id = of_invoice;
    IF NEW.kind = 'adjustment' AND NEW.revision IS DISTINCT FROM (
        SELECT coalesce(max(other.revision), 0) + 1 FROM statement AS other
        WHERE other.tenant_no = NEW.tenant_no AND other.refers_to = NEW.refers_to AND other.kind = 'adjustment')
    THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'statement_revision', TABLE = TG_TABLE_NAME,
            MESSAGE = 'statement_revision: an adjustment is the next one of its invoice';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_refers BEFORE INSERT ON statement FOR EACH ROW WHEN (NEW.kind <> 'invoice')
EXECUTE FUNCTION statement_refers();

-- What is taken back has no live adjustments (they would change what is no longer there), and none after
-- it; what the backend has is taken back by a credit, which the backend has before it is void.
CREATE FUNCTION statement_void() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE statement AS invoice SET state = invoice.state
        WHERE NEW.kind = 'adjustment' AND invoice.tenant_no = NEW.tenant_no AND invoice.statement_id = NEW.refers_to;
    IF NEW.kind = 'credit'
       OR EXISTS (SELECT FROM statement AS other
                  WHERE other.tenant_no = NEW.tenant_no AND other.kind = 'adjustment' AND other.state <> 'void'
                    AND other.refers_to = NEW.statement_id)
       OR EXISTS (SELECT FROM statement AS other
                  WHERE other.tenant_no = NEW.tenant_no AND other.kind = 'adjustment' AND other.state <> 'void'
                    AND other.refers_to = NEW.refers_to AND other.revision > NEW.revision)
       OR (NEW.state = 'voiding' AND NOT EXISTS (
               SELECT FROM statement AS credit
               WHERE credit.tenant_no = NEW.tenant_no AND credit.refers_to = NEW.statement_id AND credit.kind = 'credit'))
       OR (OLD.state = 'voiding' AND NOT EXISTS (
               SELECT FROM statement AS credit
               WHERE credit.tenant_no = NEW.tenant_no AND credit.refers_to = NEW.statement_id AND credit.kind = 'credit'
                 AND credit.state = 'committed'))
    THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'statement_void', TABLE = TG_TABLE_NAME,
            MESSAGE = 'statement_void: a statement is taken back with a reason, by a credit, and only without live '
                      'adjustments';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_void BEFORE UPDATE ON statement FOR EACH ROW
WHEN (NEW.state <> OLD.state AND NEW.state IN ('voiding', 'void')) EXECUTE FUNCTION statement_void();

-- Its usage ends with it.
CREATE FUNCTION usage_ends_with_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE usage SET live = false WHERE tenant_no = NEW.tenant_no AND statement_id = NEW.statement_id AND live;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_ends_with_statement AFTER UPDATE ON statement FOR EACH ROW
WHEN (NEW.state = 'void' AND OLD.state <> 'void') EXECUTE FUNCTION usage_ends_with_statement();

-- No statement is stored without its number, which is also what keeps its id from being another tenant's.
CREATE FUNCTION statement_has_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM invoice_number AS number
                   WHERE number.tenant_no = NEW.tenant_no AND number.statement_id = NEW.statement_id) THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'statement_has_number', TABLE = TG_TABLE_NAME,
            MESSAGE = 'statement_has_number: a statement is stored with its number';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER statement_has_number AFTER INSERT ON statement DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION statement_has_number();

CREATE OR REPLACE FUNCTION usage_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.live AND NOT NEW.live
       AND (NEW.tenant_no, NEW.statement_id, NEW.series_no, NEW.period, NEW.meter, NEW.section, NEW.resource_name,
            NEW.volume::text, NEW.unit, NEW.aggregate, NEW.corrects)
           IS NOT DISTINCT FROM
           (OLD.tenant_no, OLD.statement_id, OLD.series_no, OLD.period, OLD.meter, OLD.section, OLD.resource_name,
            OLD.volume::text, OLD.unit, OLD.aggregate, OLD.corrects)
       AND EXISTS (SELECT FROM statement AS own
                   WHERE own.tenant_no = OLD.tenant_no AND own.statement_id = OLD.statement_id AND own.state = 'void')
    THEN
        RETURN NEW;
    END IF;
    RAISE integrity_constraint_violation USING CONSTRAINT = 'usage_only_ends', TABLE = TG_TABLE_NAME,
        MESSAGE = 'usage_only_ends: usage is never changed; it ends when its statement is void';
END $$;

-- What belongs to a statement is stored with it: a statement that was sent grows no more. Nor is one sent, or
-- taken back, while somebody still adds to it.
CREATE OR REPLACE FUNCTION belongs_to_new_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    FOR owner IN SELECT DISTINCT added.tenant_no, added.statement_id FROM added LOOP
        UPDATE statement AS own SET state = own.state
            WHERE own.tenant_no = owner.tenant_no AND own.statement_id = owner.statement_id
              AND own.state IN ('pending', 'held') AND own.tries = 0;
        IF NOT FOUND THEN
            RAISE integrity_constraint_violation USING
                CONSTRAINT = TG_TABLE_NAME || '_of_new_statement', TABLE = TG_TABLE_NAME,
                MESSAGE = TG_TABLE_NAME || '_of_new_statement: there is no such statement, or it has been sent';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- Usage and lines lie in their statement's period, too; and what a credit takes back is no usage. (One pass
-- over the rows for all of it.)
CREATE FUNCTION lies_in_new_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    FOR owner IN
        SELECT added.tenant_no, added.statement_id,
               tstzrange(min(lower(added.period)), max(upper(added.period))) AS period
        FROM added GROUP BY added.tenant_no, added.statement_id
    LOOP
        UPDATE statement AS own SET state = own.state
            WHERE own.tenant_no = owner.tenant_no AND own.statement_id = owner.statement_id
              AND own.state IN ('pending', 'held') AND own.tries = 0
              AND owner.period <@ own.period AND (own.kind <> 'credit' OR TG_TABLE_NAME <> 'usage');
        IF NOT FOUND THEN
            RAISE integrity_constraint_violation USING
                CONSTRAINT = TG_TABLE_NAME || '_of_new_statement', TABLE = TG_TABLE_NAME,
                MESSAGE = TG_TABLE_NAME || '_of_new_statement: there is no such statement, or not of this period, or it '
                          'has been sent, or is a credit and has no usage';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
DROP TRIGGER usage_of_new_statement ON usage;
CREATE TRIGGER usage_of_new_statement AFTER INSERT ON usage REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION lies_in_new_statement();
DROP TRIGGER line_of_new_statement ON line;
CREATE TRIGGER line_of_new_statement AFTER INSERT ON line REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION lies_in_new_statement();

-- A correction stands in an adjustment and corrects live usage of the same series, period and unit, of the
-- same invoice or of an earlier adjustment to it. (What is corrected does not end before its correction:
-- see statement_void. And that trigger sees every adjustment, because storing one updates the invoice.)
CREATE FUNCTION usage_corrects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- (An invoice has none: then nothing is looked for in the whole of `usage`.)
    IF NOT EXISTS (SELECT FROM added WHERE added.corrects IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM added
        WHERE added.corrects IS NOT NULL AND NOT EXISTS (
            SELECT FROM usage AS other
            JOIN statement AS before ON before.tenant_no = other.tenant_no AND before.statement_id = other.statement_id
            JOIN statement AS own ON own.tenant_no = added.tenant_no AND own.statement_id = added.statement_id
            WHERE other.tenant_no = added.tenant_no AND other.statement_id = added.corrects
              AND other.series_no = added.series_no AND other.period = added.period AND other.unit = added.unit
              AND other.corrects IS NULL AND other.live
              AND own.kind = 'adjustment' AND own.revision > coalesce(before.revision, 0)
              AND own.refers_to = coalesce(before.refers_to, before.statement_id))
    ) THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'usage_corrects', TABLE = TG_TABLE_NAME,
            MESSAGE = 'usage_corrects: a correction is an adjustment''s, and corrects what is live of the same invoice';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_corrects AFTER INSERT ON usage REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION usage_corrects();

-- The trail only grows, entry by entry, and only of what is there.
CREATE FUNCTION audit_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.entry_no IS DISTINCT FROM (SELECT coalesce(max(entry_no), 0) + 1 FROM audit AS other
                                      WHERE other.tenant_no = NEW.tenant_no AND other.statement_id = NEW.statement_id)
       OR NEW.state IS DISTINCT FROM (SELECT own.state FROM statement AS own
                                      WHERE own.tenant_no = NEW.tenant_no AND own.statement_id = NEW.statement_id)
    THEN
        RAISE integrity_constraint_violation USING CONSTRAINT = 'audit_next', TABLE = TG_TABLE_NAME,
            MESSAGE = 'audit_next: an entry is the next one of its statement, and tells its state';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_next BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_next();
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH STATEMENT
EXECUTE FUNCTION ledger_refuses('audit_stays', 'it is never changed');
CREATE TRIGGER audit_no_delete BEFORE DELETE OR TRUNCATE ON audit FOR EACH STATEMENT
EXECUTE FUNCTION ledger_refuses('audit_no_delete', 'nothing is deleted from the ledger');

-- As in 0002: the ledger's own tables, whatever search path their caller has.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['statement_is_whole', 'statement_refers', 'statement_void',
                                'usage_ends_with_statement', 'statement_has_number', 'usage_only_ends',
                                'belongs_to_new_statement', 'lies_in_new_statement', 'usage_corrects', 'audit_next'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', name, current_schema());
    END LOOP;
END $$;
