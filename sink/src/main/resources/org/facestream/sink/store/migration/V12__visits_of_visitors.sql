-- Visits of visitors: sightings of nobody known that were linked to one.
CREATE OR REPLACE VIEW visited AS
    SELECT track, person_id AS who, person_id, NULL::text AS visitor_id, name, camera, zones, first_seen,
        last_seen
    FROM sighting WHERE person_id IS NOT NULL
    UNION ALL
    SELECT track, visitor_id, NULL::text, visitor_id, name, camera, zones, first_seen, last_seen
    FROM sighting WHERE person_id IS NULL AND visitor_id IS NOT NULL;

CREATE OR REPLACE FUNCTION visits_follow_sightings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reduced text[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM visit_span;
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM extend_visits(array_agg(coalesce(person_id, visitor_id)), array_agg(track),
            array_agg(first_seen), array_agg(last_seen))
        FROM new_rows WHERE coalesce(person_id, visitor_id) IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM derive_visits(array_agg(coalesce(person_id, visitor_id)), array_agg(first_seen),
            array_agg(last_seen))
        FROM old_rows WHERE coalesce(person_id, visitor_id) IS NOT NULL;
    ELSE
        -- Whose sighting is no longer theirs, or shorter.
        SELECT array_agg(DISTINCT was.who) INTO reduced
        FROM (SELECT track, coalesce(person_id, visitor_id) AS who, first_seen, last_seen
                FROM old_rows) AS was
            JOIN (SELECT track, coalesce(person_id, visitor_id) AS who, first_seen, last_seen
                FROM new_rows) AS since USING (track)
        WHERE was.who IS NOT NULL AND (was.who IS DISTINCT FROM since.who
            OR was.first_seen < since.first_seen OR was.last_seen > since.last_seen);
        IF reduced IS NOT NULL THEN
            PERFORM derive_visits(array_agg(who), array_agg(first_seen), array_agg(last_seen))
            FROM (SELECT coalesce(person_id, visitor_id) AS who, first_seen, last_seen FROM old_rows
                UNION ALL SELECT coalesce(person_id, visitor_id), first_seen, last_seen
                FROM new_rows) AS one
            WHERE who = ANY (reduced);
        END IF;
        PERFORM extend_visits(array_agg(since.who), array_agg(track), array_agg(since.first_seen),
            array_agg(since.last_seen))
        FROM (SELECT track, coalesce(person_id, visitor_id) AS who, first_seen, last_seen
                FROM old_rows) AS was
            JOIN (SELECT track, coalesce(person_id, visitor_id) AS who, first_seen, last_seen
                FROM new_rows) AS since USING (track)
        WHERE since.who IS NOT NULL AND since.who <> ALL (coalesce(reduced, '{}'))
            AND (was.who, was.first_seen, was.last_seen)
                IS DISTINCT FROM (since.who, since.first_seen, since.last_seen);
    END IF;
    RETURN NULL;
END $$;

-- The next sink that starts derives the visits of sightings that are there.
UPDATE visit_gap SET applied = false;
