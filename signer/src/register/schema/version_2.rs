//! Version 2: reservations, status indexes, changes of a status, publications of status lists.
//!
//! It only adds. An intent of version 1 has no status index: its statement names none.
//!
//! `status_serial` counts the indexes that were given out, to intents and to reservations together; `status_index` is
//! what it became by the keyed permutation, as statement and seal have it. No serial is given twice: the one of an intent
//! is its reservation's, or new.

pub(in crate::register) const ADDITIONS: &str = "
ALTER TABLE entry ADD COLUMN status_serial INTEGER;  -- 1: which index this is, from 0
ALTER TABLE entry ADD COLUMN status_index  INTEGER;  -- 1: the index in the statement
ALTER TABLE entry ADD COLUMN reservation   INTEGER;  -- 1: n of the reservation that it was taken from
ALTER TABLE entry ADD COLUMN seal_hash     BLOB;     -- 1: SHA-256 of the seal, as the reservation has it
CREATE INDEX entry_status ON entry (status_serial, status_index) WHERE status_serial IS NOT NULL;
CREATE UNIQUE INDEX entry_reservation ON entry (reservation) WHERE reservation IS NOT NULL;

CREATE TABLE reservation (
    n             INTEGER PRIMARY KEY,                         -- gap-free from 1
    recorded_at   INTEGER NOT NULL,                            -- Unix seconds, never decreasing
    office        TEXT NOT NULL,
    request_id    BLOB NOT NULL CHECK (length(request_id) = 16),
    request       BLOB NOT NULL CHECK (length(request) = 32),  -- commitment to the whole request, claims included
    document_type TEXT NOT NULL,
    number        BLOB NOT NULL CHECK (length(number) = 32),   -- commitment to the document's number
    officer       BLOB NOT NULL CHECK (length(officer) = 32),  -- commitment to the officer's account
    status_serial INTEGER NOT NULL CHECK (status_serial >= 0),
    status_index  INTEGER NOT NULL CHECK (status_index >= 0),
    issued_at     INTEGER NOT NULL,                            -- Unix seconds: the seal's date of issue
    expires_at    INTEGER NOT NULL CHECK (expires_at >= issued_at),
    seal_hash     BLOB CHECK (length(seal_hash) = 32),         -- SHA-256 of the seal; none without claims
    seal_key_id   TEXT CHECK ((seal_hash IS NULL) = (seal_key_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX reservation_request ON reservation (office, request_id);
CREATE UNIQUE INDEX reservation_serial ON reservation (status_serial);
CREATE UNIQUE INDEX reservation_seal ON reservation (office, seal_hash) WHERE seal_hash IS NOT NULL;

CREATE TABLE status_change (
    n           INTEGER PRIMARY KEY,                           -- gap-free from 1
    recorded_at INTEGER NOT NULL,                              -- Unix seconds, never decreasing
    intent      INTEGER NOT NULL,                              -- seq of the intent whose status it is
    status_index INTEGER,                                      -- the intent's, if it has one
    status      INTEGER NOT NULL,                              -- 0 valid, 1 invalid, 2 suspended, 3 superseded
    office      TEXT,                                          -- 0, 1, 2: who asked, as everything up to `reason`
    request_id  BLOB,
    request     BLOB,                                          -- commitment to the whole request
    officer     BLOB,                                          -- commitment to the officer's account
    reason_code INTEGER,
    reason      BLOB,                                          -- commitment to the reason's text
    by_intent   INTEGER,                                       -- 3: seq of the intent that replaces it
    CHECK (CASE status
        WHEN 3 THEN by_intent > intent AND office IS NULL AND request_id IS NULL AND request IS NULL AND officer IS NULL
            AND reason_code IS NULL AND reason IS NULL
        WHEN 0 THEN by_intent IS NULL AND office IS NOT NULL AND length(request_id) = 16 AND length(request) = 32
            AND length(officer) = 32 AND reason_code >= 0 AND length(reason) = 32
        WHEN 1 THEN by_intent IS NULL AND office IS NOT NULL AND length(request_id) = 16 AND length(request) = 32
            AND length(officer) = 32 AND reason_code >= 0 AND length(reason) = 32
        WHEN 2 THEN by_intent IS NULL AND office IS NOT NULL AND length(request_id) = 16 AND length(request) = 32
            AND length(officer) = 32 AND reason_code >= 0 AND length(reason) = 32
        ELSE 0 END)
) STRICT;
CREATE INDEX status_change_intent ON status_change (intent, n, status);
CREATE UNIQUE INDEX status_change_request ON status_change (office, request_id) WHERE request_id IS NOT NULL;

CREATE TABLE publication (
    n           INTEGER PRIMARY KEY,                           -- gap-free from 1
    recorded_at INTEGER NOT NULL,                              -- Unix seconds, never decreasing
    shard       INTEGER NOT NULL CHECK (shard >= 0),
    issued_at   INTEGER NOT NULL,                              -- iat of the list, Unix seconds; it only grows
    last_entry  INTEGER NOT NULL,                              -- seq of the last entry that the list has regard to
    last_change INTEGER NOT NULL                               -- n of the last change that it has regard to
) STRICT;
CREATE INDEX publication_shard ON publication (shard, issued_at);
CREATE INDEX publication_entry ON publication (shard, last_entry, issued_at);
CREATE INDEX publication_change ON publication (shard, last_change, issued_at);

CREATE TRIGGER entry_status_is_whole BEFORE INSERT ON entry
WHEN NEW.status_serial IS NOT NULL OR NEW.status_index IS NOT NULL OR NEW.reservation IS NOT NULL OR NEW.seal_hash IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the status index belongs to no intent, or is not whole')
    WHERE NEW.kind <> 1 OR NEW.status_serial IS NULL OR NEW.status_index IS NULL OR NEW.status_serial < 0
       OR NEW.status_index < 0 OR (NEW.reservation IS NULL AND NEW.seal_hash IS NOT NULL);
    SELECT RAISE(ABORT, 'the status index was given before')
    WHERE EXISTS (SELECT 1 FROM entry WHERE status_serial = NEW.status_serial)
       OR (NEW.reservation IS NULL AND EXISTS (SELECT 1 FROM reservation WHERE status_serial = NEW.status_serial));
    SELECT RAISE(ABORT, 'the reservation is for something else, or is no more')
    WHERE NEW.reservation IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM reservation r WHERE r.n = NEW.reservation AND r.office = NEW.office
           AND r.document_type = NEW.document_type AND r.number = NEW.number AND r.status_serial = NEW.status_serial
           AND r.status_index = NEW.status_index AND r.seal_hash IS NEW.seal_hash AND NEW.recorded_at <= r.expires_at);
END;

CREATE TRIGGER reservation_is_never_changed BEFORE UPDATE ON reservation BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER reservation_is_never_removed BEFORE DELETE ON reservation BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER reservation_follows_the_last BEFORE INSERT ON reservation
WHEN NEW.n <> 1 + ifnull((SELECT max(n) FROM reservation), 0)
  OR NEW.recorded_at < ifnull((SELECT recorded_at FROM reservation ORDER BY n DESC LIMIT 1), 0)
  OR EXISTS (SELECT 1 FROM entry WHERE status_serial = NEW.status_serial)
BEGIN
    SELECT RAISE(ABORT, 'the reservation is not the next one, or its status index was given before');
END;

CREATE TRIGGER status_change_is_never_changed BEFORE UPDATE ON status_change BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER status_change_is_never_removed BEFORE DELETE ON status_change BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER status_change_follows_the_last BEFORE INSERT ON status_change
WHEN NEW.n <> 1 + ifnull((SELECT max(n) FROM status_change), 0)
  OR NEW.recorded_at < ifnull((SELECT recorded_at FROM status_change ORDER BY n DESC LIMIT 1), 0)
BEGIN
    SELECT RAISE(ABORT, 'the change is not the next one');
END;
CREATE TRIGGER status_change_is_allowed BEFORE INSERT ON status_change
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE intent = NEW.intent AND kind > 2 AND kind = 3)
  OR (NEW.by_intent IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.seq = NEW.by_intent AND e.kind = 1 AND e.replaces = NEW.intent))
  OR NEW.status_index IS NOT (SELECT status_index FROM entry WHERE seq = NEW.intent)
  OR (NEW.office IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.seq = NEW.intent AND e.office = NEW.office))
  OR CASE ifnull((SELECT status FROM status_change WHERE intent = NEW.intent ORDER BY n DESC LIMIT 1), 0)
        WHEN 0 THEN NEW.status = 0
        WHEN 2 THEN NEW.status = 2
        ELSE 1 END
BEGIN
    SELECT RAISE(ABORT, 'the status cannot become this one');
END;

CREATE TRIGGER publication_is_never_changed BEFORE UPDATE ON publication BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER publication_is_never_removed BEFORE DELETE ON publication BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER publication_follows_the_last BEFORE INSERT ON publication
WHEN NEW.n <> 1 + ifnull((SELECT max(n) FROM publication), 0)
  OR NEW.recorded_at < ifnull((SELECT recorded_at FROM publication ORDER BY n DESC LIMIT 1), 0)
  OR NEW.issued_at <= ifnull((SELECT max(issued_at) FROM publication WHERE shard = NEW.shard), -1)
BEGIN
    SELECT RAISE(ABORT, 'the publication is not the next one');
END;
";
