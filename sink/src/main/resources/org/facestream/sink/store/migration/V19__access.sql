-- Who may use the HTTP API. A key itself is not kept, only its SHA-256.
CREATE TABLE api_key (
    id           text        PRIMARY KEY,
    name         text        NOT NULL,
    secret_hash  bytea       NOT NULL UNIQUE,
    role         text        NOT NULL CHECK (role IN ('viewer', 'operator', 'administrator')),
    -- Null for all cameras.
    cameras      text[],
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   text        NOT NULL,
    expires_at   timestamptz,
    -- To the minute.
    last_used_at timestamptz
);

-- Who looked at what, or changed it, through the HTTP API. Each row has the hash of its content and of
-- the row before, so that a row that was removed or changed shows. People are in it as hashes.
CREATE TABLE access_audit (
    number      bigint      PRIMARY KEY,
    at          timestamptz NOT NULL,
    caller_kind text        NOT NULL,
    caller_id   text        NOT NULL,
    caller_name text        NOT NULL,
    address     text        NOT NULL,
    action      text        NOT NULL,
    what        text        NOT NULL,
    why         text        NOT NULL,
    hash        bytea       NOT NULL
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER access_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
