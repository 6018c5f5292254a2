-- People who log in to the HTTP API.
CREATE TABLE api_user (
    id            text        PRIMARY KEY,
    name          text        NOT NULL,
    -- The name as names are compared: without case.
    name_key      text        NOT NULL UNIQUE,
    role          text        NOT NULL CHECK (role IN ('viewer', 'operator', 'administrator')),
    -- Null for all cameras.
    cameras       text[],
    -- Argon2id in the PHC string format. Null when a one-time password was used and no other is set.
    password_hash text,
    -- The password is a one-time password, or was one.
    must_change   boolean     NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    text        NOT NULL,
    last_login_at timestamptz
);

-- What a cookie names. The cookie's value itself is not kept, only its SHA-256.
CREATE TABLE api_session (
    id_hash      bytea       PRIMARY KEY,
    user_id      text        NOT NULL REFERENCES api_user ON DELETE CASCADE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- To the minute.
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX api_session_user ON api_session (user_id);
CREATE INDEX api_session_expiry ON api_session (expires_at);

-- Browsers in which a user has logged in: attempts elsewhere do not lock them out.
CREATE TABLE api_device (
    id_hash      bytea       PRIMARY KEY,
    user_id      text        NOT NULL REFERENCES api_user ON DELETE CASCADE,
    last_used_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_device_user ON api_device (user_id);

-- Attempts to log in, by name, address or browser. Only a hash of these is kept: people type passwords
-- where their name should be.
CREATE TABLE api_login_attempt (
    subject       bytea       PRIMARY KEY,
    failures      integer     NOT NULL,
    last_at       timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
CREATE INDEX api_login_attempt_last ON api_login_attempt (last_at);
