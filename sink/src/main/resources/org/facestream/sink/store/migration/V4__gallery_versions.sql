-- What was seen of the gallery topic, by partition, and which topic that was: sums of offsets are no
-- order, and begin anew with a topic that was deleted and made again. Rows of before have the sum only.
ALTER TABLE identity_event
    ADD COLUMN gallery_topic   text,
    ADD COLUMN gallery_offsets bigint[];
ALTER TABLE forgotten_person
    ADD COLUMN gallery_topic   text,
    ADD COLUMN gallery_offsets bigint[];

-- Gallery topics in the order in which they were first heard of. Holds no personal data.
CREATE TABLE gallery_topic (
    topic           text PRIMARY KEY,
    known_since     timestamptz NOT NULL DEFAULT clock_timestamp()
);
