-- Visits: what all cameras saw of one person without a gap as long as visit_gap. Always derived from
-- sighting, in the transaction that changes it, whichever statement that is.
CREATE TABLE visit_gap (
    gap             interval    NOT NULL,
    -- Whether all visits are derived with this gap.
    applied         boolean     NOT NULL
);
INSERT INTO visit_gap VALUES ('10 minutes', false);

CREATE TABLE visit (
    -- The first track of the visit.
    begun_by        text PRIMARY KEY,
    person_id       text,
    visitor_id      text,
    who             text        NOT NULL GENERATED ALWAYS AS (coalesce(person_id, visitor_id)) STORED,
    name            text        NOT NULL,
    first_seen      timestamptz NOT NULL,
    last_seen       timestamptz NOT NULL,
    sightings       integer     NOT NULL,
    -- An array of {camera, zones, firstSeen, lastSeen, sightings} in the order of the sightings. Sightings
    -- that follow each other on one camera are one stop; its zones are in the order of first entry.
    stops           jsonb       NOT NULL
);
CREATE INDEX visit_who_when ON visit (who, last_seen);
CREATE INDEX visit_when ON visit (last_seen);

-- The sightings that belong to visits, and whose. What is added here (by UNION ALL, so that each part uses
-- its index) must be added in visits_follow_sightings too.
CREATE VIEW visited AS
    SELECT track, person_id AS who, person_id, NULL::text AS visitor_id, name, camera, zones, first_seen,
        last_seen
    FROM sighting WHERE person_id IS NOT NULL;

-- Derives the visits of people anew near some times: when a sighting was, and when it is now. Two sightings
-- are of one visit if less than the gap is between the end of all before and the beginning of the next. So
-- only visits less than the gap away can change; they are deleted, and their sightings grouped again.
-- The settings hold for a table of any size: the plans are made when the tables are still empty.
CREATE FUNCTION derive_visits(whose text[], firsts timestamptz[], lasts timestamptz[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    apart interval;
    former_whose text[];
    former_firsts timestamptz[];
    former_lasts timestamptz[];
BEGIN
    IF whose IS NULL THEN
        RETURN;
    END IF;
    -- One transaction at a time, until it is committed: each statement below sees all sightings and visits
    -- of those before. One lock rather than one for each person, because a statement can fire several
    -- triggers, and locks of people in two of them would have no common order.
    PERFORM pg_advisory_xact_lock(262987778, 0);
    SELECT gap INTO STRICT apart FROM visit_gap;

    WITH near AS (
        SELECT who, unnest(range_agg(tstzrange(least(seen_first, seen_last) - apart,
            greatest(seen_first, seen_last) + apart, '()'))) AS span
        FROM unnest(whose, firsts, lasts) AS touched (who, seen_first, seen_last) GROUP BY who
    ), former AS (
        DELETE FROM visit USING near
        WHERE visit.who = near.who AND visit.last_seen > lower(near.span)
            AND visit.first_seen < upper(near.span)
        RETURNING visit.who, visit.first_seen, visit.last_seen
    )
    SELECT array_agg(who), array_agg(first_seen), array_agg(last_seen)
    INTO former_whose, former_firsts, former_lasts FROM former;

    WITH region AS (
        SELECT who, unnest(range_agg(tstzrange(least(seen_first, seen_last),
            greatest(seen_first, seen_last), '[]'))) AS span
        FROM unnest(whose || former_whose, firsts || former_firsts, lasts || former_lasts)
            AS part (who, seen_first, seen_last)
        GROUP BY who
    ), seen AS (
        SELECT visited.*, row_number() OVER in_order AS place,
            coalesce(first_seen - max(last_seen) OVER (in_order ROWS BETWEEN UNBOUNDED PRECEDING
                AND 1 PRECEDING) >= apart, true) AS comes,
            camera IS DISTINCT FROM lag(camera) OVER in_order AS moves
        FROM region JOIN visited ON visited.who = region.who
            AND visited.last_seen BETWEEN lower(region.span) AND upper(region.span)
            AND visited.first_seen BETWEEN lower(region.span) AND upper(region.span)
        WINDOW in_order AS (PARTITION BY visited.who ORDER BY first_seen, track)
    ), counted AS (
        SELECT *, count(*) FILTER (WHERE comes) OVER in_order AS nth,
            count(*) FILTER (WHERE comes OR moves) OVER in_order AS stop
        FROM seen WINDOW in_order AS (PARTITION BY who ORDER BY place)
    ), stopped AS (
        SELECT who, nth, stop, max(person_id) AS person_id, max(visitor_id) AS visitor_id,
            (array_agg(track ORDER BY place))[1] AS begun_by,
            (array_agg(name ORDER BY place DESC))[1] AS name, camera, min(first_seen) AS first_seen,
            max(last_seen) AS last_seen, count(*) AS sightings,
            jsonb_agg(zones ORDER BY place) FILTER (WHERE zones <> '{}') AS entered
        FROM counted GROUP BY who, nth, stop, camera
    )
    INSERT INTO visit AS known (begun_by, person_id, visitor_id, name, first_seen, last_seen, sightings,
        stops)
    SELECT (array_agg(begun_by ORDER BY stop))[1], max(person_id), max(visitor_id),
        (array_agg(name ORDER BY stop DESC))[1], min(first_seen), max(last_seen), sum(sightings),
        jsonb_agg(jsonb_build_object('camera', camera, 'zones', visit_zones(entered),
            'firstSeen', visit_time(first_seen), 'lastSeen', visit_time(last_seen), 'sightings', sightings)
            ORDER BY stop)
    FROM stopped GROUP BY who, nth
    ON CONFLICT (begun_by) DO UPDATE SET person_id = excluded.person_id,
        visitor_id = excluded.visitor_id, name = excluded.name, first_seen = excluded.first_seen,
        last_seen = excluded.last_seen, sightings = excluded.sightings, stops = excluded.stops;
END $$;

-- Zones of several sightings as one list, each at its first place.
CREATE FUNCTION visit_zones(entered jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_agg(zone ORDER BY place), '[]') FROM (
        SELECT zone, min(ARRAY[sighting_at, zone_at]) AS place
        FROM jsonb_array_elements(entered) WITH ORDINALITY AS of_sighting (zones, sighting_at),
            jsonb_array_elements_text(zones) WITH ORDINALITY AS one (zone, zone_at)
        GROUP BY zone) AS once
$$;

-- An instant as in events.
CREATE FUNCTION visit_time(instant timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE FUNCTION visits_follow_sightings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose text[];
    firsts timestamptz[];
    lasts timestamptz[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM visit;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(person_id), array_agg(first_seen), array_agg(last_seen)
        INTO whose, firsts, lasts FROM new_rows WHERE person_id IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(person_id), array_agg(first_seen), array_agg(last_seen)
        INTO whose, firsts, lasts FROM old_rows WHERE person_id IS NOT NULL;
    ELSE
        WITH before AS (
            SELECT track, person_id, name, camera, zones, first_seen, last_seen FROM old_rows
        ), since AS (
            SELECT track, person_id, name, camera, zones, first_seen, last_seen FROM new_rows
        )
        SELECT array_agg(person_id), array_agg(first_seen), array_agg(last_seen)
        INTO whose, firsts, lasts
        FROM ((TABLE before EXCEPT TABLE since) UNION ALL (TABLE since EXCEPT TABLE before)) AS changed
        WHERE person_id IS NOT NULL;
    END IF;
    PERFORM derive_visits(whose, firsts, lasts);
    RETURN NULL;
END $$;
CREATE TRIGGER visits_of_inserted AFTER INSERT ON sighting REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION visits_follow_sightings();
CREATE TRIGGER visits_of_updated AFTER UPDATE ON sighting
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION visits_follow_sightings();
CREATE TRIGGER visits_of_deleted AFTER DELETE ON sighting REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION visits_follow_sightings();
CREATE TRIGGER visits_of_none AFTER TRUNCATE ON sighting
    FOR EACH STATEMENT EXECUTE FUNCTION visits_follow_sightings();
