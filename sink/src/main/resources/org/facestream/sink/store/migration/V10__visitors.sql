-- The visitor whom somebody unknown was linked to: an id that is derived from a track, never a name. And
-- whether the visitor is to be ignored. Rows of before have none.
ALTER TABLE identity_event
    ADD COLUMN visitor_id text,
    ADD COLUMN ignored    boolean NOT NULL DEFAULT false;
ALTER TABLE sighting
    ADD COLUMN visitor_id text,
    ADD COLUMN ignored    boolean NOT NULL DEFAULT false;
CREATE INDEX identity_event_visitor ON identity_event (visitor_id) WHERE visitor_id IS NOT NULL;
CREATE INDEX sighting_visitor_when ON sighting (visitor_id, last_seen) WHERE visitor_id IS NOT NULL;

-- A visitor becomes a person, or is no face.
ALTER TABLE unfinished_deed DROP CONSTRAINT unfinished_deed_deed_check;
ALTER TABLE unfinished_deed ADD CONSTRAINT unfinished_deed_deed_check
    CHECK (deed IN ('forget', 'merge', 'rename', 'name', 'discard'));
