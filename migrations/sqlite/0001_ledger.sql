-- The ledger: what has been billed. SQLite's form; PostgreSQL's has the same tables and names.
--
-- Instants are microseconds since 1970-01-01T00:00:00Z, periods half-open. Numbers that money
-- depends on are decimals as text: SQLite's own numbers would be binary floating point.
-- Everything but `tenant` and `invoice_number` begins its key with `tenant_no`, so that a
-- distributed PostgreSQL (Citus) can spread it by tenant.

-- Who is billed. Small numbers stand for long ids in every key below.
CREATE TABLE tenant (
    tenant_no INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL UNIQUE CHECK (tenant_id <> ''),
    name      TEXT
) STRICT;

-- What is billed: one resource by one entry as one service at one location.
CREATE TABLE series (
    tenant_no   INTEGER NOT NULL REFERENCES tenant,
    series_no   INTEGER NOT NULL,
    resource_id TEXT    NOT NULL,
    entry       TEXT    NOT NULL,
    service     TEXT    NOT NULL,
    location    TEXT    NOT NULL,
    PRIMARY KEY (tenant_no, series_no),
    UNIQUE (tenant_no, resource_id, entry, service, location)
) STRICT, WITHOUT ROWID;

-- One document for one tenant and period. Never deleted; only how far it has got changes.
CREATE TABLE statement (
    tenant_no       INTEGER NOT NULL REFERENCES tenant,
    statement_id    TEXT    NOT NULL CHECK (length(statement_id) = 36),
    kind            TEXT    NOT NULL CHECK (kind IN ('invoice', 'adjustment', 'credit')),
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
    created_us      INTEGER NOT NULL,

    -- How far it has got. What may follow what is the trigger statement_life.
    state           TEXT    NOT NULL DEFAULT 'pending'
                    CHECK (state IN ('pending', 'sending', 'in_doubt', 'committed', 'voiding', 'void')),
    -- The worker that has it or had it last: no change without naming the claim it is based on.
    claim           TEXT    CHECK (claim IS NOT NULL OR state IN ('pending', 'void')),
    owner           TEXT,
    lease_until_us  INTEGER,
    doubted_us      INTEGER CHECK (doubted_us IS NOT NULL OR state <> 'in_doubt'),
    tries           INTEGER NOT NULL DEFAULT 0,
    error           TEXT,
    receipt         TEXT    CHECK (receipt IS NOT NULL OR state NOT IN ('committed', 'voiding')),
    receipt_details TEXT,

    PRIMARY KEY (tenant_no, statement_id),
    CHECK (period_start < period_end)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX statement_by_id ON statement (statement_id);
CREATE INDEX statement_by_period ON statement (tenant_no, period_start);

-- Numbers of a backend's documents: from 1, without gaps. Taken last in the transaction that
-- stores a statement, so that one that fails takes none.
CREATE TABLE invoice_number (
    backend      TEXT    NOT NULL,
    number       INTEGER NOT NULL CHECK (number > 0),
    tenant_no    INTEGER NOT NULL,
    statement_id TEXT    NOT NULL UNIQUE,
    PRIMARY KEY (backend, number)
) STRICT, WITHOUT ROWID;

-- A volume for a period. While it is live, no other of the same series may overlap it.
CREATE TABLE usage (
    tenant_no     INTEGER NOT NULL,
    series_no     INTEGER NOT NULL,
    period_start  INTEGER NOT NULL,
    period_end    INTEGER NOT NULL,
    statement_id  TEXT    NOT NULL,
    meter         TEXT    NOT NULL,
    section       TEXT    NOT NULL,
    resource_name TEXT    NOT NULL,
    volume        TEXT    NOT NULL,
    unit          TEXT    NOT NULL,
    aggregate     TEXT    NOT NULL,
    live          INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    PRIMARY KEY (tenant_no, series_no, period_start, statement_id),
    FOREIGN KEY (tenant_no, series_no) REFERENCES series,
    FOREIGN KEY (tenant_no, statement_id) REFERENCES statement,
    CHECK (period_start < period_end)
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_by_statement ON usage (tenant_no, statement_id);

-- A line as it was billed, whole: it is written again from here and from nowhere else.
CREATE TABLE line (
    tenant_no     INTEGER NOT NULL,
    statement_id  TEXT    NOT NULL,
    line_no       INTEGER NOT NULL CHECK (line_no > 0),
    section       TEXT    NOT NULL,
    location      TEXT    NOT NULL,
    service       TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    resource_id   TEXT    NOT NULL,
    resource_name TEXT    NOT NULL,
    entry         TEXT    NOT NULL,
    meter         TEXT    NOT NULL,
    aggregate     TEXT    NOT NULL,
    period_start  INTEGER NOT NULL,
    period_end    INTEGER NOT NULL,
    volume        TEXT    NOT NULL,
    unit          TEXT    NOT NULL,
    rate          TEXT,
    rate_unit     TEXT,
    rate_origin   TEXT,
    cost          TEXT    NOT NULL,
    PRIMARY KEY (tenant_no, statement_id, line_no),
    FOREIGN KEY (tenant_no, statement_id) REFERENCES statement,
    CHECK (period_start < period_end)
) STRICT, WITHOUT ROWID;

CREATE TABLE tax (
    tenant_no    INTEGER NOT NULL,
    statement_id TEXT    NOT NULL,
    tax_no       INTEGER NOT NULL CHECK (tax_no > 0),
    name         TEXT    NOT NULL,
    percent      TEXT    NOT NULL,
    base         TEXT    NOT NULL,
    amount       TEXT    NOT NULL,
    PRIMARY KEY (tenant_no, statement_id, tax_no),
    FOREIGN KEY (tenant_no, statement_id) REFERENCES statement
) STRICT, WITHOUT ROWID;
