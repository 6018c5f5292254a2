-- Days of which crops or descriptors were erased, and whose bytes are still in files of the database:
-- written by the transaction that erases, deleted when the files are rewritten.
CREATE TABLE erased_day (
    day             date PRIMARY KEY,
    erased_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One sighting can be erased, too.
ALTER TABLE erasure_audit
    ADD COLUMN crops bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT erasure_audit_action_check,
    ADD CONSTRAINT erasure_audit_action_check CHECK (action IN ('person', 'retention', 'sighting'));
