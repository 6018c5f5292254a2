-- What was begun with a person in the gallery and in this database, and is not finished. Written before
-- anything is done, deleted by the transaction that does the last of it.
CREATE TABLE unfinished_deed (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    deed            text        NOT NULL CHECK (deed IN ('forget', 'merge', 'rename')),
    person_id       text        NOT NULL,
    person_name     text        NOT NULL,
    -- Into whom; or, for a new name, the person with it.
    into_id         text,
    into_name       text,
    begun_at        timestamptz NOT NULL,
    gallery_version bigint      NOT NULL,
    gallery_topic   text,
    gallery_offsets bigint[],
    -- Null until the gallery's part is done.
    pictures        integer,
    UNIQUE (deed, person_id)
);
