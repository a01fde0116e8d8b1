-- What protects the ledger, as the catalog tells it: kind, table, name, detail. The definitions
-- themselves are compared only where every version of PostgreSQL keeps them as they were written.
WITH own AS (
    SELECT oid, relname FROM pg_class
    WHERE relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('_sqlx_migrations'))
      AND relkind IN ('r', 'p') AND relname <> '_sqlx_migrations'
)
SELECT 'table' AS kind, relname::text AS table_name, relname::text AS name, '' AS detail FROM own
UNION ALL
SELECT 'column', relname::text, attname::text,
       format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ', not null' ELSE '' END
FROM own JOIN pg_attribute ON attrelid = own.oid WHERE attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint', relname::text, conname::text, contype::text || CASE WHEN convalidated THEN '' ELSE ', not valid' END
FROM own JOIN pg_constraint ON conrelid = own.oid WHERE contype IN ('c', 'p', 'u', 'x', 'f')
UNION ALL
-- (Those of constraints are told by these.)
SELECT 'index', own.relname::text, index.relname::text,
       CASE WHEN indisunique THEN 'unique' ELSE 'plain' END || CASE WHEN indisvalid THEN '' ELSE ', not valid' END
FROM own JOIN pg_index ON indrelid = own.oid JOIN pg_class AS index ON index.oid = indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
-- Type and arguments say when it fires and what it refuses; a trigger fires if it is 'O' or 'A'.
SELECT 'trigger', relname::text, tgname::text,
       tgtype::text || ' ' || proname || ' ' || left(encode(sha256(tgargs), 'hex'), 16)
              || CASE WHEN tgqual IS NULL THEN '' ELSE ' when' END
              || CASE WHEN tgenabled IN ('O', 'A') THEN '' ELSE ', disabled' END
FROM own JOIN pg_trigger ON tgrelid = own.oid JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal
UNION ALL
SELECT 'function', '', proname::text,
       left(encode(sha256(convert_to(prosrc, 'UTF8')), 'hex'), 16)
           || CASE WHEN EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
                   THEN ', own search path' ELSE '' END
FROM pg_proc
WHERE prorettype = 'trigger'::regtype
  AND pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('_sqlx_migrations'))
ORDER BY 1, 2, 3
