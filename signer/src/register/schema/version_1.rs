//! Version 1: signing acts.

/// Kinds 3 and 4 end an intent: `kind > 2` in every statement, so that the partial index serves it.
pub(in crate::register) const SCHEMA: &str = "
CREATE TABLE entry (
    seq               INTEGER PRIMARY KEY,  -- gap-free from 1
    recorded_at       INTEGER NOT NULL,     -- Unix seconds, never decreasing; an intent's is its statement's time
    kind              INTEGER NOT NULL,     -- 1 intent, 2 further attempt, 3 outcome, 4 abandoned
    intent            INTEGER,              -- 2, 3, 4: the intent's seq
    key_id            TEXT,                 -- 1, 2: the key that may be used after this entry
    key_counter       INTEGER,              -- 1, 2: which use of that key
    office            TEXT,                 -- 1, as everything up to `replaces`
    request_id        BLOB,                 -- UUID
    request           BLOB,                 -- commitment to the whole request
    document_type     TEXT,
    number            BLOB,                 -- commitment to the document's number
    officer           BLOB,                 -- commitment to the officer's account
    document_digest   BLOB,                 -- SHA-256 over the ByteRange
    signed_attributes BLOB,                 -- DER SET OF: its SHA-256 goes to the key
    chain_id          BLOB,                 -- SHA-256 over the certificates' DER
    claimed_at        INTEGER,              -- SignDocument: /M, Unix seconds
    contents_size     INTEGER,              -- SignDocument: octets reserved for the CMS
    replaces          INTEGER,              -- seq of the intent whose signature this one replaces
    cms               BLOB,                 -- 3: the CMS, DER
    reason            INTEGER,              -- 4: why
    CHECK (CASE kind
        WHEN 1 THEN intent IS NULL AND key_id IS NOT NULL AND key_counter > 0 AND office IS NOT NULL
            AND length(request_id) = 16 AND length(request) = 32 AND document_type IS NOT NULL AND length(number) = 32
            AND length(officer) = 32 AND length(document_digest) = 32 AND signed_attributes IS NOT NULL
            AND length(chain_id) = 32 AND (claimed_at IS NULL) = (contents_size IS NULL) AND cms IS NULL AND reason IS NULL
        WHEN 2 THEN intent < seq AND key_id IS NOT NULL AND key_counter > 0 AND office IS NULL AND cms IS NULL AND reason IS NULL
        WHEN 3 THEN intent < seq AND key_id IS NULL AND office IS NULL AND length(cms) > 0 AND reason IS NULL
        WHEN 4 THEN intent < seq AND key_id IS NULL AND office IS NULL AND cms IS NULL AND reason > 0
        ELSE 0 END)
) STRICT;
CREATE UNIQUE INDEX entry_request ON entry (office, request_id) WHERE kind = 1;
CREATE INDEX entry_number ON entry (office, document_type, number, seq) WHERE kind = 1;
CREATE INDEX entry_office ON entry (office, seq) WHERE kind = 1;
CREATE UNIQUE INDEX entry_end ON entry (intent, kind) WHERE kind > 2;
CREATE UNIQUE INDEX entry_key ON entry (key_id, key_counter) WHERE key_id IS NOT NULL;
CREATE INDEX entry_replaces ON entry (replaces) WHERE replaces IS NOT NULL;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER entry_follows_the_last BEFORE INSERT ON entry
WHEN NEW.seq <> 1 + ifnull((SELECT max(seq) FROM entry), 0)
  OR NEW.recorded_at < ifnull((SELECT recorded_at FROM entry ORDER BY seq DESC LIMIT 1), 0)
BEGIN
    SELECT RAISE(ABORT, 'the entry is not the next one');
END;
CREATE TRIGGER entry_belongs_to_an_open_intent BEFORE INSERT ON entry
WHEN NEW.intent IS NOT NULL
  AND (ifnull((SELECT kind FROM entry WHERE seq = NEW.intent), 0) <> 1
    OR EXISTS (SELECT 1 FROM entry WHERE intent = NEW.intent AND kind > 2))
BEGIN
    SELECT RAISE(ABORT, 'the entry belongs to no open intent');
END;
";
