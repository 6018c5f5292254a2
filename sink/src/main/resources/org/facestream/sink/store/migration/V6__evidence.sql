-- The crops that are kept of each sighting: its best, its first and its last. Partitioned by the UTC day
-- of capture, so that retention drops partitions; three tables, because pictures and descriptors are
-- kept for other times than what is known of them.
CREATE SEQUENCE sighting_face_row;
CREATE TABLE sighting_face (
    day             date             NOT NULL,
    -- Unique over all days.
    row_id          bigint           NOT NULL DEFAULT nextval('sighting_face_row'),
    face_id         text             NOT NULL,
    track           text             NOT NULL,
    camera          text             NOT NULL,
    capture_time    timestamptz      NOT NULL,
    zones           text[]           NOT NULL DEFAULT '{}',
    box_left        real             NOT NULL,
    box_top         real             NOT NULL,
    box_right       real             NOT NULL,
    box_bottom      real             NOT NULL,
    score           real             NOT NULL,
    quality         real             NOT NULL,
    -- Five points, x before y, in coordinates of the crop.
    landmarks       real[]           NOT NULL,
    stored_at       timestamptz      NOT NULL DEFAULT now(),
    PRIMARY KEY (day, row_id),
    UNIQUE (day, face_id)
) PARTITION BY RANGE (day);
CREATE INDEX sighting_face_track ON sighting_face (track);

-- A whole JPEG file each.
CREATE TABLE face_picture (
    day             date             NOT NULL,
    row_id          bigint           NOT NULL,
    jpeg            bytea            NOT NULL,
    PRIMARY KEY (day, row_id)
) PARTITION BY RANGE (day);
-- A JPEG does not become smaller.
ALTER TABLE face_picture ALTER COLUMN jpeg SET STORAGE EXTERNAL;

-- Float32 values, little endian. The transaction that wrote a row tells followers what they have seen.
CREATE TABLE face_descriptor (
    day             date             NOT NULL,
    row_id          bigint           NOT NULL,
    model           text             NOT NULL,
    descriptor      bytea            NOT NULL,
    written         xid8             NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (day, row_id)
) PARTITION BY RANGE (day);
ALTER TABLE face_descriptor ALTER COLUMN descriptor SET STORAGE EXTERNAL;

-- Nothing of such a track's faces may be stored any more.
ALTER TABLE sighting ADD COLUMN faces_erased boolean NOT NULL DEFAULT false;
