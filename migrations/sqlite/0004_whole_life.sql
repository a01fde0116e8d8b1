-- The rest of a statement's life: held, taken back by a credit, adjusted for late usage. Who did what
-- to it. And who works on whom.
--
-- SQLite cannot change a CHECK, so `statement` is made anew with what it held. Its triggers and indices go
-- with the old table, whoever made them: the ledger's own triggers stand in 0005, as they are now. (The
-- program migrates on a connection that neither checks foreign keys nor rewrites them, and checks them at
-- the end: https://sqlite.org/lang_altertable.html.)

-- What was void by another client's SQL, and still kept its periods: now it ends with its statement (0005).
UPDATE usage SET live = 0
WHERE live = 1 AND EXISTS (
    SELECT 1 FROM statement
    WHERE statement.tenant_no = usage.tenant_no AND statement.statement_id = usage.statement_id AND state = 'void'
);

CREATE TABLE statement_new (
    tenant_no       INTEGER NOT NULL REFERENCES tenant,
    statement_id    TEXT    NOT NULL CHECK (length(statement_id) = 36),
    kind            TEXT    NOT NULL CHECK (kind IN ('invoice', 'adjustment', 'credit')),
    -- What a credit takes back, or the invoice that an adjustment changes.
    refers_to       TEXT    CHECK ((refers_to IS NULL) = (kind = 'invoice')),
    -- An invoice's adjustments are numbered: two that were made of the same stored volumes have the
    -- same number, and the second one is refused.
    revision        INTEGER CHECK (revision > 0) CHECK ((revision IS NULL) = (kind <> 'adjustment')),
    period_start    INTEGER NOT NULL,
    period_end      INTEGER NOT NULL,
    -- As it was called when it was billed.
    tenant_name     TEXT,
    timezone        TEXT    NOT NULL,
    currency        TEXT    NOT NULL CHECK (length(currency) = 3),
    subtotal        TEXT    NOT NULL,
    total           TEXT    NOT NULL,
    -- SHA-256 of the content: a key that is known with another digest is not the same statement.
    digest          TEXT    NOT NULL CHECK (length(digest) = 64),
    backend         TEXT    NOT NULL,
    backend_version TEXT    NOT NULL,
    -- The backend's configuration without its secrets, as JSON: it is written again by these.
    settings        TEXT    CHECK (settings IS NULL OR json_valid(settings)),
    created_us      INTEGER NOT NULL,

    -- How far it has got. What may follow what is the trigger statement_life.
    state           TEXT    NOT NULL DEFAULT 'pending'
                    CHECK (state IN ('held', 'pending', 'sending', 'in_doubt', 'committed', 'voiding', 'void')),
    -- The worker that has it or had it last: no change without naming the claim it is based on.
    claim           TEXT    CHECK (claim IS NOT NULL OR state IN ('held', 'pending', 'void')),
    owner           TEXT,
    lease_until_us  INTEGER,
    doubted_us      INTEGER CHECK (doubted_us IS NOT NULL OR state <> 'in_doubt'),
    tries           INTEGER NOT NULL DEFAULT 0,
    error           TEXT,
    receipt         TEXT    CHECK (receipt IS NOT NULL OR state NOT IN ('committed', 'voiding')),
    receipt_details TEXT,
    -- Why it was taken back.
    void_reason     TEXT    CHECK ((void_reason IS NULL) = (state NOT IN ('voiding', 'void'))),

    PRIMARY KEY (tenant_no, statement_id),
    CHECK (period_start < period_end),
    -- No statement is stored without its number.
    FOREIGN KEY (statement_id) REFERENCES invoice_number (statement_id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- There were no credits. So the backend has what somebody began to take back by hand, and it is committed
-- still: `statement void` begins anew.
INSERT INTO statement_new (
    tenant_no, statement_id, kind, period_start, period_end, tenant_name, timezone, currency, subtotal, total, digest,
    backend, backend_version, created_us, state, claim, owner, lease_until_us, doubted_us, tries, error, receipt,
    receipt_details, void_reason
)
SELECT tenant_no, statement_id, kind, period_start, period_end, tenant_name, timezone, currency, subtotal, total, digest,
       backend, backend_version, created_us, CASE state WHEN 'voiding' THEN 'committed' ELSE state END, claim, owner,
       lease_until_us, doubted_us, tries, error, receipt, receipt_details,
       CASE state WHEN 'void' THEN 'before reasons were kept' END
FROM statement;

DROP TABLE statement;
ALTER TABLE statement_new RENAME TO statement;

CREATE UNIQUE INDEX statement_by_id ON statement (statement_id);
CREATE INDEX statement_by_period ON statement (tenant_no, period_start);
CREATE UNIQUE INDEX statement_one_credit ON statement (tenant_no, refers_to) WHERE kind = 'credit';
CREATE UNIQUE INDEX statement_revision ON statement (tenant_no, refers_to, revision) WHERE kind = 'adjustment';

-- The statement whose usage of the same series and period this one corrects: then `volume` is what the
-- whole is now, minus all that is live for it already. It may overlap what it corrects.
ALTER TABLE usage ADD COLUMN corrects TEXT;

-- Who did what to a statement, from which configuration. Written in the transaction that does it.
CREATE TABLE audit (
    tenant_no     INTEGER NOT NULL,
    statement_id  TEXT    NOT NULL,
    entry_no      INTEGER NOT NULL CHECK (entry_no > 0),
    at_us         INTEGER NOT NULL,
    -- A person's account and the machine.
    who           TEXT    NOT NULL,
    command       TEXT    NOT NULL,
    -- SHA-256 of the configuration file.
    configuration TEXT    NOT NULL,
    program       TEXT    NOT NULL,
    action        TEXT    NOT NULL,
    -- The statement's state after it.
    state         TEXT    NOT NULL,
    detail        TEXT,
    PRIMARY KEY (tenant_no, statement_id, entry_no)
) STRICT, WITHOUT ROWID;

-- Which worker is billing which tenant right now, so that no two do the same work. It protects nobody's
-- money (what does is above), and its rows come and go.
CREATE TABLE work (
    tenant_id      TEXT    PRIMARY KEY,
    claim          TEXT    NOT NULL,
    owner          TEXT    NOT NULL,
    lease_until_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
