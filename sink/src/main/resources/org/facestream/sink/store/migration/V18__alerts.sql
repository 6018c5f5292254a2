-- What rules found, once for each rule and track, and where it was sent.
CREATE TABLE alert (
    -- rule.track
    id              text PRIMARY KEY,
    rule            text             NOT NULL,
    rule_name       text             NOT NULL,
    track           text             NOT NULL,
    camera          text             NOT NULL,
    captured        timestamptz      NOT NULL,
    at              timestamptz      NOT NULL DEFAULT clock_timestamp(),
    outcome         text             NOT NULL CHECK (outcome IN ('raised', 'cool_down', 'too_old')),
    -- Whose cool-down it is: person:ID, visitor:ID or camera:ID.
    whom            text             NOT NULL,
    person_id       text,
    visitor_id      text,
    name            text             NOT NULL,
    -- The identity event as JSON; null when it was erased.
    event           text,
    UNIQUE (rule, track)
);
CREATE INDEX alert_track ON alert (track);
CREATE INDEX alert_at ON alert (at);
CREATE INDEX alert_cool_down ON alert (rule, whom, captured) WHERE outcome = 'raised';
CREATE INDEX alert_person ON alert (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE alert_delivery (
    alert           text             NOT NULL REFERENCES alert ON DELETE CASCADE,
    outlet          text             NOT NULL,
    state           text             NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'delivered', 'refused', 'expired', 'cancelled')),
    attempts        integer          NOT NULL DEFAULT 0,
    -- No sink takes it before: it is being sent, or was sent in vain.
    next_attempt    timestamptz      NOT NULL DEFAULT clock_timestamp(),
    -- Without secrets and addresses.
    last_error      text,
    settled_at      timestamptz,
    PRIMARY KEY (alert, outlet)
);
CREATE INDEX alert_delivery_due ON alert_delivery (outlet, next_attempt) WHERE state = 'waiting';

-- Signs links to crops. One row, made at random when it is needed first.
CREATE TABLE link_key (
    id              integer PRIMARY KEY CHECK (id = 1),
    key             bytea            NOT NULL
);

-- Nothing of who was seen stays in an alert, and nobody hears of it any more.
CREATE FUNCTION erase_alerts(ids text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE alert_delivery SET state = 'cancelled', last_error = 'erased', settled_at = clock_timestamp()
        WHERE alert = ANY (ids) AND state = 'waiting';
    UPDATE alert SET person_id = NULL, visitor_id = NULL, name = 'unknown', whom = '', event = NULL
        WHERE id = ANY (ids);
$$;

-- A track's faces are erased with the person, with the sighting, and when they are no faces.
CREATE FUNCTION erase_alerts_of_sighting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM erase_alerts(array_agg(id)) FROM alert WHERE track = NEW.track;
    RETURN NULL;
END $$;
CREATE TRIGGER alerts_of_erased AFTER UPDATE OF faces_erased ON sighting FOR EACH ROW
    WHEN (NEW.faces_erased AND NOT OLD.faces_erased) EXECUTE FUNCTION erase_alerts_of_sighting();

-- Also alerts about a person whose track became another's.
CREATE FUNCTION erase_alerts_of_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM erase_alerts(array_agg(id)) FROM alert
        WHERE encode(sha256(convert_to(person_id, 'UTF8')), 'hex') = NEW.person_sha256
            OR encode(sha256(convert_to(visitor_id, 'UTF8')), 'hex') = NEW.person_sha256;
    RETURN NULL;
END $$;
CREATE TRIGGER alerts_of_forgotten AFTER INSERT OR UPDATE ON forgotten_person
    FOR EACH ROW EXECUTE FUNCTION erase_alerts_of_forgotten();

CREATE FUNCTION delete_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM alert USING gone WHERE alert.track = gone.track;
    RETURN NULL;
END $$;
CREATE TRIGGER sighting_alerts AFTER DELETE ON sighting
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION delete_alerts();
