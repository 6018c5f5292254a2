-- What users stated of sightings. One counter for corrections and for taking them back: what has the
-- greater number was stated later.
CREATE SEQUENCE correction_number;
CREATE TABLE correction (
    id              bigint      PRIMARY KEY DEFAULT nextval('correction_number'),
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The account of the user.
    actor           text        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('is', 'is_not', 'same', 'no_face')),
    -- Goes with its sighting.
    track           text        NOT NULL,
    -- Whose person it got.
    other_track     text,
    -- Who was named or excluded; null for no face, and for people who were forgotten.
    person_id       text,
    -- The entry of the gallery that was made of it: a reference, or a counter-example.
    gallery_entry   text,
    undone_at       timestamptz,
    undone_by       text
);
CREATE INDEX correction_track ON correction (track);
CREATE INDEX correction_other_track ON correction (other_track) WHERE other_track IS NOT NULL;
CREATE INDEX correction_person ON correction (person_id) WHERE person_id IS NOT NULL;

-- The detector took something else for a face: no list, visit or search has it.
ALTER TABLE sighting ADD COLUMN no_face boolean NOT NULL DEFAULT false;

-- The number of the correction that Kafka does not have yet.
ALTER TABLE sighting ADD COLUMN correction_due bigint;
CREATE INDEX sighting_correction_due ON sighting (track) WHERE correction_due IS NOT NULL;

CREATE FUNCTION delete_corrections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM correction USING gone WHERE correction.track = gone.track;
    RETURN NULL;
END $$;
CREATE TRIGGER sighting_corrections AFTER DELETE ON sighting
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION delete_corrections();
