-- The ledger: what has been billed. PostgreSQL's form (15 and newer); SQLite's has the same tables and names.
--
-- Periods are half-open ranges of instants, numbers that money depends on are `numeric`: both exact.
--
-- It can be distributed by the tenant's number (Citus; see CITUS.md beside this file). So everything but
-- `tenant` and `invoice_number`, which are small and belong to nobody, has `tenant_no` in its keys
-- and refers to nothing outside its tenant, and nothing uses identity columns. A test reads the catalog
-- for it.

-- Lets the exclusion constraints below compare numbers with `=` beside periods with `&&`. It comes
-- with PostgreSQL (Debian: in postgresql-15 itself; elsewhere in postgresql-contrib), and whoever may
-- create something in the database may create it. If the ledger's role may not, an administrator runs
-- this one line, once.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Who is billed. Small numbers stand for long ids in every key below: an exclusion constraint over
-- texts costs several times one over numbers.
CREATE SEQUENCE tenant_no_seq;
CREATE TABLE tenant (
    tenant_no bigint PRIMARY KEY DEFAULT nextval('tenant_no_seq'),
    tenant_id text   NOT NULL UNIQUE CHECK (tenant_id <> ''),
    name      text
);

-- What is billed: one resource by one entry as one service at one location. Its number is the tenant's,
-- times 2^32, and one of the tenant's own.
--
-- Neither this table nor `usage`, `line` and `tax` have foreign keys: these look for the parent once for
-- each row, which would take as long as the rows themselves. The triggers of 0002 look once for all rows
-- of an INSERT or COPY, and no parent is ever deleted.
CREATE TABLE series (
    tenant_no   bigint NOT NULL,
    series_no   bigint NOT NULL,
    resource_id text   NOT NULL,
    entry       text   NOT NULL,
    service     text   NOT NULL,
    location    text   NOT NULL,
    PRIMARY KEY (tenant_no, series_no),
    UNIQUE (tenant_no, resource_id, entry, service, location)
);

-- One document for one tenant and period. Never deleted; only how far it has got changes.
CREATE TABLE statement (
    tenant_no       bigint      NOT NULL REFERENCES tenant,
    statement_id    uuid        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('invoice', 'adjustment', 'credit')),
    period          tstzrange   NOT NULL,
    -- As it was called when it was billed.
    tenant_name     text,
    timezone        text        NOT NULL,
    currency        text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    subtotal        numeric     NOT NULL CHECK (subtotal NOT IN ('NaN', 'Infinity', '-Infinity')),
    total           numeric     NOT NULL CHECK (total NOT IN ('NaN', 'Infinity', '-Infinity')),
    -- SHA-256 of the content: a key that is known with another digest is not the same statement.
    digest          text        NOT NULL CHECK (length(digest) = 64),
    backend         text        NOT NULL,
    backend_version text        NOT NULL,
    created         timestamptz NOT NULL CHECK (isfinite(created)),

    -- How far it has got. What may follow what is the trigger statement_life.
    state           text        NOT NULL DEFAULT 'pending'
                    CHECK (state IN ('pending', 'sending', 'in_doubt', 'committed', 'voiding', 'void')),
    -- The worker that has it or had it last: no change without naming the claim it is based on.
    claim           text        CHECK (claim IS NOT NULL OR state IN ('pending', 'void')),
    owner           text,
    lease_until     timestamptz CHECK (isfinite(lease_until)),
    doubted         timestamptz CHECK (isfinite(doubted)) CHECK (doubted IS NOT NULL OR state <> 'in_doubt'),
    tries           bigint      NOT NULL DEFAULT 0,
    error           text,
    receipt         text        CHECK (receipt IS NOT NULL OR state NOT IN ('committed', 'voiding')),
    -- JSON, kept as it was written.
    receipt_details text        CHECK (receipt_details IS NULL OR receipt_details::json IS NOT NULL),

    PRIMARY KEY (tenant_no, statement_id),
    -- A receipt comes with the commit, whole.
    CONSTRAINT statement_receipt CHECK (
        (receipt IS NULL) = (receipt_details IS NULL) AND (receipt IS NULL OR state IN ('committed', 'voiding', 'void'))
    ),
    CONSTRAINT statement_period_is_half_open CHECK (
        lower_inc(period) AND NOT upper_inc(period) AND isfinite(lower(period)) AND isfinite(upper(period))
        AND NOT lower_inf(period) AND NOT upper_inf(period)
    ),
    -- No two live invoices of one tenant overlap.
    CONSTRAINT statement_no_overlap EXCLUDE USING gist (tenant_no WITH =, period WITH &&)
        WHERE (kind = 'invoice' AND state <> 'void')
);

-- Numbers of a backend's documents: from 1, without gaps. Taken last in the transaction that stores a
-- statement, so that one that fails takes none. It also tells whose a statement is.
CREATE TABLE invoice_number (
    backend      text   NOT NULL,
    number       bigint NOT NULL CHECK (number > 0),
    tenant_no    bigint NOT NULL,
    statement_id uuid   NOT NULL UNIQUE,
    PRIMARY KEY (backend, number)
);

-- A volume for a period. While it is live, no other of the same series may overlap it.
CREATE TABLE usage (
    tenant_no     bigint    NOT NULL,
    statement_id  uuid      NOT NULL,
    series_no     bigint    NOT NULL,
    period        tstzrange NOT NULL,
    meter         text      NOT NULL,
    section       text      NOT NULL,
    resource_name text      NOT NULL,
    volume        numeric   NOT NULL CHECK (volume NOT IN ('NaN', 'Infinity', '-Infinity')),
    unit          text      NOT NULL,
    aggregate     text      NOT NULL,
    live          boolean   NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_no, statement_id, series_no, period),
    CONSTRAINT usage_period_is_half_open CHECK (
        lower_inc(period) AND NOT upper_inc(period) AND isfinite(lower(period)) AND isfinite(upper(period))
        AND NOT lower_inf(period) AND NOT upper_inf(period)
    ),
    -- The series comes first because it tells rows apart, which saves a look at the other columns. A
    -- tenant's rows lie together all the same: its series' numbers begin with its own.
    CONSTRAINT usage_no_overlap EXCLUDE USING gist (series_no WITH =, tenant_no WITH =, period WITH &&)
        WHERE (live)
);

-- A line as it was billed, whole: it is written again from here and from nowhere else.
CREATE TABLE line (
    tenant_no     bigint    NOT NULL,
    statement_id  uuid      NOT NULL,
    line_no       bigint    NOT NULL CHECK (line_no > 0),
    section       text      NOT NULL,
    location      text      NOT NULL,
    service       text      NOT NULL,
    name          text      NOT NULL,
    resource_id   text      NOT NULL,
    resource_name text      NOT NULL,
    entry         text      NOT NULL,
    meter         text      NOT NULL,
    aggregate     text      NOT NULL,
    period        tstzrange NOT NULL,
    volume        numeric   NOT NULL CHECK (volume NOT IN ('NaN', 'Infinity', '-Infinity')),
    unit          text      NOT NULL,
    rate          numeric   CHECK (rate NOT IN ('NaN', 'Infinity', '-Infinity')),
    rate_unit     text,
    rate_origin   text,
    cost          numeric   NOT NULL CHECK (cost NOT IN ('NaN', 'Infinity', '-Infinity')),
    PRIMARY KEY (tenant_no, statement_id, line_no),
    CONSTRAINT line_period_is_half_open CHECK (
        lower_inc(period) AND NOT upper_inc(period) AND isfinite(lower(period)) AND isfinite(upper(period))
        AND NOT lower_inf(period) AND NOT upper_inf(period)
    )
);

CREATE TABLE tax (
    tenant_no    bigint  NOT NULL,
    statement_id uuid    NOT NULL,
    tax_no       bigint  NOT NULL CHECK (tax_no > 0),
    name         text    NOT NULL,
    percent      numeric NOT NULL CHECK (percent NOT IN ('NaN', 'Infinity', '-Infinity')),
    base         numeric NOT NULL CHECK (base NOT IN ('NaN', 'Infinity', '-Infinity')),
    amount       numeric NOT NULL CHECK (amount NOT IN ('NaN', 'Infinity', '-Infinity')),
    PRIMARY KEY (tenant_no, statement_id, tax_no)
);
