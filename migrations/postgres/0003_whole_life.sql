-- The rest of a statement's life: held, taken back by a credit, adjusted for late usage. Who did what
-- to it. And who works on whom. (The triggers stand in 0004.)

ALTER TABLE statement
    -- What a credit takes back, or the invoice that an adjustment changes.
    ADD COLUMN refers_to uuid,
    -- An invoice's adjustments are numbered: two that were made of the same stored volumes have the
    -- same number, and the second one is refused.
    ADD COLUMN revision bigint CHECK (revision > 0),
    -- The backend's configuration without its secrets, as JSON, kept as it was written.
    ADD COLUMN settings text CHECK (settings IS NULL OR settings::json IS NOT NULL),
    -- Why it was taken back.
    ADD COLUMN void_reason text;

UPDATE statement SET void_reason = 'before reasons were kept' WHERE state IN ('voiding', 'void');

-- What was void by another client's SQL, and still kept its periods: now it ends with its statement (0004).
UPDATE usage SET live = false FROM statement AS own
WHERE usage.live AND own.tenant_no = usage.tenant_no AND own.statement_id = usage.statement_id AND own.state = 'void';

ALTER TABLE statement
    DROP CONSTRAINT statement_state_check,
    ADD CONSTRAINT statement_state_check
        CHECK (state IN ('held', 'pending', 'sending', 'in_doubt', 'committed', 'voiding', 'void')),
    -- (So PostgreSQL has called the one about the claim, which is the first of 0001 about two columns.)
    DROP CONSTRAINT statement_check,
    ADD CONSTRAINT statement_claim_check CHECK (claim IS NOT NULL OR state IN ('held', 'pending', 'void')),
    ADD CONSTRAINT statement_refers_to_check CHECK ((refers_to IS NULL) = (kind = 'invoice')),
    ADD CONSTRAINT statement_revision_of_adjustment CHECK ((revision IS NULL) = (kind <> 'adjustment')),
    ADD CONSTRAINT statement_void_reason_check CHECK ((void_reason IS NULL) = (state NOT IN ('voiding', 'void')));

CREATE UNIQUE INDEX statement_one_credit ON statement (tenant_no, refers_to) WHERE kind = 'credit';
CREATE UNIQUE INDEX statement_revision ON statement (tenant_no, refers_to, revision) WHERE kind = 'adjustment';

-- The statement whose usage of the same series and period this one corrects: then `volume` is what the
-- whole is now, minus all that is live for it already. It may overlap what it corrects.
ALTER TABLE usage ADD COLUMN corrects uuid;
ALTER TABLE usage
    DROP CONSTRAINT usage_no_overlap,
    ADD CONSTRAINT usage_no_overlap EXCLUDE USING gist (series_no WITH =, tenant_no WITH =, period WITH &&)
        WHERE (live AND corrects IS NULL);

-- Who did what to a statement, from which configuration. Written in the transaction that does it.
CREATE TABLE audit (
    tenant_no     bigint      NOT NULL,
    statement_id  uuid        NOT NULL,
    entry_no      bigint      NOT NULL CHECK (entry_no > 0),
    at            timestamptz NOT NULL CHECK (isfinite(at)),
    -- A person's account and the machine.
    who           text        NOT NULL,
    command       text        NOT NULL,
    -- SHA-256 of the configuration file.
    configuration text        NOT NULL,
    program       text        NOT NULL,
    action        text        NOT NULL,
    -- The statement's state after it.
    state         text        NOT NULL,
    detail        text,
    PRIMARY KEY (tenant_no, statement_id, entry_no)
);

-- Which worker is billing which tenant right now, so that no two do the same work. It protects nobody's
-- money (what does is above), and its rows come and go.
CREATE TABLE work (
    tenant_id   text        PRIMARY KEY,
    claim       text        NOT NULL,
    owner       text        NOT NULL,
    lease_until timestamptz NOT NULL
);
