-- Visits: what all cameras saw of one person without a gap as long as visit_gap. Always derived from
-- sighting, in the transaction that changes it, whichever statement that is.
CREATE TABLE visit_gap (
    gap             interval    NOT NULL,
    -- Whether all visits are derived with this gap.
    applied         boolean     NOT NULL
);
INSERT INTO visit_gap VALUES ('10 minutes', false);

-- Whose visit was when. The view visit has the rest, which is read from the sightings.
CREATE TABLE visit_span (
    -- The first track of the visit.
    begun_by        text PRIMARY KEY,
    who             text        NOT NULL,
    first_seen      timestamptz NOT NULL,
    last_seen       timestamptz NOT NULL
);
CREATE INDEX visit_span_who_when ON visit_span (who, last_seen);
CREATE INDEX visit_span_when ON visit_span (last_seen);

-- The sightings that belong to visits, and whose; visits_follow_sightings has the same. V12 has both anew.
CREATE VIEW visited AS
    SELECT track, person_id AS who, person_id, NULL::text AS visitor_id, name, camera, zones, first_seen,
        last_seen
    FROM sighting WHERE person_id IS NOT NULL;

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

-- A stop is {camera, zones, firstSeen, lastSeen, sightings}, in the order of the sightings. Sightings that
-- follow each other on one camera are one stop; its zones are in the order of first entry.
CREATE VIEW visit AS
    SELECT span.begun_by, span.who, whole.person_id, whole.visitor_id, whole.name, span.first_seen,
        span.last_seen, whole.sightings, whole.stops
    FROM visit_span AS span CROSS JOIN LATERAL (
        WITH seen AS (
            SELECT visited.*, row_number() OVER in_order AS place,
                camera IS DISTINCT FROM lag(camera) OVER in_order AS moves
            FROM visited
            WHERE visited.who = span.who AND visited.last_seen BETWEEN span.first_seen AND span.last_seen
                AND visited.first_seen >= span.first_seen
            WINDOW in_order AS (ORDER BY first_seen, track)
        ), counted AS (
            SELECT *, count(*) FILTER (WHERE moves) OVER (ORDER BY place) AS stop FROM seen
        ), stopped AS (
            SELECT stop, camera, max(person_id) AS person_id, max(visitor_id) AS visitor_id,
                (array_agg(name ORDER BY place DESC))[1] AS name, min(first_seen) AS first_seen,
                max(last_seen) AS last_seen, count(*) AS sightings,
                jsonb_agg(zones ORDER BY place) FILTER (WHERE zones <> '{}') AS entered
            FROM counted GROUP BY stop, camera
        )
        SELECT max(person_id) AS person_id, max(visitor_id) AS visitor_id,
            (array_agg(name ORDER BY stop DESC))[1] AS name, sum(sightings)::integer AS sightings,
            jsonb_agg(jsonb_build_object('camera', camera, 'zones', visit_zones(entered),
                'firstSeen', visit_time(first_seen), 'lastSeen', visit_time(last_seen),
                'sightings', sightings) ORDER BY stop) AS stops
        FROM stopped) AS whole;

-- Two sightings are of one visit if less than the gap is between the end of all before and the beginning of
-- the next. The settings of the functions hold for a table of any size: plans are made when it is empty.

-- One transaction at a time, until it is committed: each later statement of it sees all sightings and visits
-- of those before. One lock rather than one for each person, because a statement can fire two triggers, and
-- locks of people in both would have no common order.
CREATE FUNCTION begin_visits() RETURNS interval LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(262987778, 0);
    RETURN (SELECT gap FROM visit_gap);
END $$;

-- Adds sightings that are new or longer than before: each joins the visits that are less than the gap away.
CREATE FUNCTION extend_visits(whose text[], tracks text[], firsts timestamptz[], lasts timestamptz[])
RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    apart interval;
BEGIN
    IF whose IS NULL THEN
        RETURN;
    END IF;
    apart := begin_visits();
    WITH added AS (
        SELECT who, track, least(first_seen, last_seen) AS first_seen,
            greatest(first_seen, last_seen) AS last_seen
        FROM unnest(whose, tracks, firsts, lasts) AS one (who, track, first_seen, last_seen)
    ), near AS (
        SELECT who, unnest(range_agg(tstzrange(first_seen - apart, last_seen + apart, '()'))) AS span
        FROM added GROUP BY who
    ), former AS (
        DELETE FROM visit_span AS visit USING near
        WHERE visit.who = near.who AND visit.last_seen > lower(near.span)
            AND visit.first_seen < upper(near.span)
        RETURNING visit.who, visit.begun_by, visit.first_seen, visit.last_seen
    ), numbered AS (
        SELECT *, first_seen - max(last_seen) OVER (PARTITION BY who ORDER BY first_seen, track
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) >= apart AS comes
        FROM (TABLE added UNION ALL TABLE former) AS part
    ), counted AS (
        SELECT *, count(*) FILTER (WHERE comes) OVER (PARTITION BY who ORDER BY first_seen, track) AS nth
        FROM numbered
    )
    INSERT INTO visit_span AS known (begun_by, who, first_seen, last_seen)
    SELECT (array_agg(track ORDER BY first_seen, track))[1], who, min(first_seen), max(last_seen)
    FROM counted GROUP BY who, nth
    ON CONFLICT (begun_by) DO UPDATE SET who = excluded.who, first_seen = excluded.first_seen,
        last_seen = excluded.last_seen;
END $$;

-- Derives the visits of people anew near some times: when a sighting was, and when it is now. Only visits
-- less than the gap away can change; they are deleted, and their sightings grouped again.
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
    apart := begin_visits();
    WITH near AS (
        SELECT who, unnest(range_agg(tstzrange(least(first_seen, last_seen) - apart,
            greatest(first_seen, last_seen) + apart, '()'))) AS span
        FROM unnest(whose, firsts, lasts) AS one (who, first_seen, last_seen) GROUP BY who
    ), former AS (
        DELETE FROM visit_span AS visit USING near
        WHERE visit.who = near.who AND visit.last_seen > lower(near.span)
            AND visit.first_seen < upper(near.span)
        RETURNING visit.who, visit.first_seen, visit.last_seen
    )
    SELECT array_agg(who), array_agg(first_seen), array_agg(last_seen)
    INTO former_whose, former_firsts, former_lasts FROM former;

    WITH region AS (
        SELECT who, unnest(range_agg(tstzrange(least(first_seen, last_seen),
            greatest(first_seen, last_seen), '[]'))) AS span
        FROM unnest(whose || former_whose, firsts || former_firsts, lasts || former_lasts)
            AS part (who, first_seen, last_seen)
        GROUP BY who
    ), seen AS (
        SELECT visited.who, track, first_seen, greatest(first_seen, last_seen) AS last_seen
        FROM region JOIN visited ON visited.who = region.who
            AND visited.last_seen BETWEEN lower(region.span) AND upper(region.span)
            AND visited.first_seen BETWEEN lower(region.span) AND upper(region.span)
    ), numbered AS (
        SELECT *, first_seen - max(last_seen) OVER (PARTITION BY who ORDER BY first_seen, track
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) >= apart AS comes
        FROM seen
    ), counted AS (
        SELECT *, count(*) FILTER (WHERE comes) OVER (PARTITION BY who ORDER BY first_seen, track) AS nth
        FROM numbered
    )
    INSERT INTO visit_span AS known (begun_by, who, first_seen, last_seen)
    SELECT (array_agg(track ORDER BY first_seen, track))[1], who, min(first_seen), max(last_seen)
    FROM counted GROUP BY who, nth
    ON CONFLICT (begun_by) DO UPDATE SET who = excluded.who, first_seen = excluded.first_seen,
        last_seen = excluded.last_seen;
END $$;

CREATE FUNCTION visits_follow_sightings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reduced text[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM visit_span;
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM extend_visits(array_agg(person_id), array_agg(track), array_agg(first_seen),
            array_agg(last_seen))
        FROM new_rows WHERE person_id IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM derive_visits(array_agg(person_id), array_agg(first_seen), array_agg(last_seen))
        FROM old_rows WHERE person_id IS NOT NULL;
    ELSE
        -- Whose sighting is no longer theirs, or shorter.
        SELECT array_agg(DISTINCT was.person_id) INTO reduced
        FROM old_rows AS was JOIN new_rows AS since USING (track)
        WHERE was.person_id IS NOT NULL AND (was.person_id IS DISTINCT FROM since.person_id
            OR was.first_seen < since.first_seen OR was.last_seen > since.last_seen);
        IF reduced IS NOT NULL THEN
            PERFORM derive_visits(array_agg(person_id), array_agg(first_seen), array_agg(last_seen))
            FROM (SELECT person_id, first_seen, last_seen FROM old_rows
                UNION ALL SELECT person_id, first_seen, last_seen FROM new_rows) AS one
            WHERE person_id = ANY (reduced);
        END IF;
        PERFORM extend_visits(array_agg(since.person_id), array_agg(track),
            array_agg(since.first_seen), array_agg(since.last_seen))
        FROM old_rows AS was JOIN new_rows AS since USING (track)
        WHERE since.person_id IS NOT NULL AND since.person_id <> ALL (coalesce(reduced, '{}'))
            AND (was.person_id, was.first_seen, was.last_seen)
                IS DISTINCT FROM (since.person_id, since.first_seen, since.last_seen);
    END IF;
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
