-- Exports of people that were written to disks, so that they are erased with the person.
CREATE TABLE person_export (
    -- The same is in a file of the folder.
    mark            uuid        PRIMARY KEY,
    -- Null once the person is forgotten.
    person_id       text,
    host            text        NOT NULL,
    folder          text        NOT NULL,
    written_at      timestamptz NOT NULL DEFAULT now(),
    forgotten_at    timestamptz
);
CREATE INDEX person_export_person ON person_export (person_id) WHERE person_id IS NOT NULL;
