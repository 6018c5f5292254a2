-- In which of the camera's zones the track has been so far, in the order of first entry, and the
-- watchlist that the person was on. Rows of before have none.
ALTER TABLE identity_event
    ADD COLUMN watchlist text,
    ADD COLUMN zones     text[] NOT NULL DEFAULT '{}';
ALTER TABLE sighting
    ADD COLUMN watchlist text,
    ADD COLUMN zones     text[] NOT NULL DEFAULT '{}';
