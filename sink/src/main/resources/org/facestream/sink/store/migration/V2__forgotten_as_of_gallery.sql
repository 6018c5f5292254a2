-- The version of the gallery without the person: what was decided with an older one may still name
-- them, whatever the clocks say.
ALTER TABLE forgotten_person ADD COLUMN gallery_version bigint NOT NULL DEFAULT 0;
