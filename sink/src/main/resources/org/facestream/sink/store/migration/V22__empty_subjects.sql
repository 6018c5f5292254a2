-- Names that a client of CompreFace's routes made before any picture of the person was enrolled. The gallery
-- has nobody without a picture. A row is deleted with the first picture, or by the client.
CREATE TABLE empty_subject (
    -- The name as names are compared.
    key        text        PRIMARY KEY,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text        NOT NULL
);
