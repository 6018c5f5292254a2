-- Followers read what was written since they looked last.
CREATE INDEX face_descriptor_written ON face_descriptor (written);

-- Descriptors that are gone: a search index on disk sets their bytes to zero. Dropped partitions are
-- not in it. Holds no personal data; followers delete old rows.
CREATE TABLE erased_face (
    day             date             NOT NULL,
    row_id          bigint           NOT NULL,
    written         xid8             NOT NULL DEFAULT pg_current_xact_id(),
    at              timestamptz      NOT NULL DEFAULT now()
);
CREATE INDEX erased_face_written ON erased_face (written);
CREATE INDEX erased_face_at ON erased_face (at);

CREATE FUNCTION note_erased_face() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO erased_face (day, row_id) VALUES (OLD.day, OLD.row_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER note_erased_face AFTER DELETE OR UPDATE ON face_descriptor
    FOR EACH ROW EXECUTE FUNCTION note_erased_face();

-- Another descriptor in a row is another row to a follower.
CREATE FUNCTION write_face_descriptor_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.written := pg_current_xact_id();
    RETURN NEW;
END
$$;
CREATE TRIGGER write_face_descriptor_anew BEFORE UPDATE ON face_descriptor
    FOR EACH ROW EXECUTE FUNCTION write_face_descriptor_anew();
