-- One row per identity event, as it was published. The event id is derived from track and revision,
-- so that a replay meets the row which it made before.
CREATE TABLE identity_event (
    event_id        text PRIMARY KEY,
    type            text             NOT NULL,
    schema_version  integer          NOT NULL,
    camera          text             NOT NULL,
    track           text             NOT NULL,
    revision        integer          NOT NULL,
    first_seen      timestamptz      NOT NULL,
    last_seen       timestamptz      NOT NULL,
    person_id       text,
    name            text             NOT NULL,
    distance        double precision,
    margin          double precision,
    faces           integer          NOT NULL,
    quality         double precision NOT NULL,
    score           double precision NOT NULL,
    box_left        real             NOT NULL,
    box_top         real             NOT NULL,
    box_right       real             NOT NULL,
    box_bottom      real             NOT NULL,
    model           text             NOT NULL,
    gallery_version bigint           NOT NULL,
    best_face       text,
    capture_time    timestamptz      NOT NULL,
    stored_at       timestamptz      NOT NULL DEFAULT now(),
    UNIQUE (track, revision)
);
CREATE INDEX identity_event_person_when ON identity_event (person_id, last_seen) WHERE person_id IS NOT NULL;
CREATE INDEX identity_event_camera_when ON identity_event (camera, last_seen);
CREATE INDEX identity_event_when ON identity_event (last_seen);

-- One row per track: what its latest revision says. Always derived from identity_event.
CREATE TABLE sighting (
    track           text PRIMARY KEY,
    revision        integer          NOT NULL,
    ended           boolean          NOT NULL,
    camera          text             NOT NULL,
    first_seen      timestamptz      NOT NULL,
    last_seen       timestamptz      NOT NULL,
    person_id       text,
    name            text             NOT NULL,
    distance        double precision,
    margin          double precision,
    faces           integer          NOT NULL,
    quality         double precision NOT NULL,
    score           double precision NOT NULL,
    model           text             NOT NULL,
    best_face       text,
    stored_at       timestamptz      NOT NULL DEFAULT now()
);
-- Who was where when, from each of the three sides.
CREATE INDEX sighting_person_when ON sighting (person_id, last_seen) WHERE person_id IS NOT NULL;
CREATE INDEX sighting_camera_when ON sighting (camera, last_seen);
CREATE INDEX sighting_when ON sighting (last_seen);

-- Whom to store as unknown from now on, by SHA-256 of the person id: events captured before that
-- moment may still come, late or again.
CREATE TABLE forgotten_person (
    person_sha256   text PRIMARY KEY,
    forgotten_at    timestamptz      NOT NULL
);

-- What was erased, when, and why. Holds no personal data itself.
CREATE TABLE erasure_audit (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at              timestamptz      NOT NULL DEFAULT now(),
    action          text             NOT NULL CHECK (action IN ('person', 'retention')),
    person_sha256   text,
    cutoff          timestamptz,
    events          bigint           NOT NULL,
    sightings       bigint           NOT NULL
);
