package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations bring a database from version i to i+1. They are never edited
// once a release has them; a change is one more.
var migrations = []string{`
CREATE TABLE records (
	arrival      {arrival},
	id           {bytes} NOT NULL UNIQUE,
	code         TEXT NOT NULL,
	origin       {bytes} NOT NULL,
	incarnation  BIGINT NOT NULL, -- the same 64 bits, signed
	lane         BIGINT NOT NULL,
	seq          BIGINT NOT NULL,
	kind         BIGINT NOT NULL,
	consultation {bytes} NOT NULL,
	envelope     {bytes} NOT NULL,
	received     BIGINT NOT NULL,
	path         {bytes} NOT NULL, -- of the first delivery: CBOR array of batch.Stop
	tries        BIGINT NOT NULL,
	log_index    BIGINT UNIQUE,
	UNIQUE (origin, incarnation, lane, seq)
);
CREATE INDEX records_code ON records (code);
CREATE INDEX records_kind ON records (origin, kind);
CREATE INDEX records_unlogged ON records (arrival) WHERE log_index IS NULL;

CREATE TABLE roads ( -- of deliveries after the first
	record  {bytes} NOT NULL REFERENCES records (id),
	try     BIGINT NOT NULL,
	arrived BIGINT NOT NULL,
	path    {bytes} NOT NULL,
	PRIMARY KEY (record, try)
);

CREATE TABLE origins (
	id          {bytes} PRIMARY KEY,
	org_key     {bytes} NOT NULL,
	device_key  {bytes} NOT NULL,
	certificate {bytes} NOT NULL,
	proof       {bytes} NOT NULL
);

CREATE TABLE epochs ( -- whose record is held
	origin      {bytes} NOT NULL,
	incarnation BIGINT NOT NULL,
	number      BIGINT NOT NULL,
	PRIMARY KEY (origin, incarnation, number)
);

CREATE TABLE tokens (
	token     {bytes} PRIMARY KEY,
	note      TEXT NOT NULL,
	made      BIGINT NOT NULL,
	withdrawn BIGINT NOT NULL
);

CREATE TABLE log_hashes (
	idx  BIGINT PRIMARY KEY, -- tlog.StoredHashIndex
	hash {bytes} NOT NULL
);

CREATE TABLE checkpoints (
	size      BIGINT PRIMARY KEY,
	hash      {bytes} NOT NULL,
	made      BIGINT NOT NULL,
	signature {bytes} NOT NULL
);

CREATE TABLE leaf_lists (
	record  {bytes} PRIMARY KEY REFERENCES records (id),
	arrival BIGINT NOT NULL,
	origin  {bytes} NOT NULL,
	sums    {bytes} NOT NULL, -- 16 bytes a leaf
	missing BIGINT NOT NULL
);
CREATE INDEX leaf_lists_missing ON leaf_lists (origin, arrival) WHERE missing > 0;

CREATE TABLE leaves (
	record {bytes} NOT NULL REFERENCES leaf_lists (record),
	idx    BIGINT NOT NULL,
	sealed {bytes} NOT NULL,
	PRIMARY KEY (record, idx)
);
`, `
CREATE TABLE accounts ( -- who may log in to the desk
	name     TEXT PRIMARY KEY,
	role     TEXT NOT NULL,
	verifier TEXT NOT NULL, -- Argon2id of the passphrase with its parameters
	changed  BIGINT NOT NULL
);
`, `
CREATE TABLE revocations (
	device    {bytes} NOT NULL,
	org_key   {bytes} NOT NULL,
	signature {bytes} NOT NULL,
	arrival   BIGINT NOT NULL, -- of the record that brought it
	PRIMARY KEY (device, org_key)
);
`, `
CREATE TABLE publications ( -- the catalogue
	number BIGINT PRIMARY KEY,
	signed {bytes} NOT NULL
);

CREATE TABLE published_blobs (
	id   {bytes} PRIMARY KEY,
	sums {bytes} NOT NULL -- 16 bytes a leaf
);

CREATE TABLE published_leaves (
	blob    {bytes} NOT NULL REFERENCES published_blobs (id),
	idx     BIGINT NOT NULL,
	content {bytes} NOT NULL,
	PRIMARY KEY (blob, idx)
);
`, `
CREATE TABLE clarifications ( -- what the desk asks back
	number {arrival},
	id     {bytes} NOT NULL UNIQUE,
	origin {bytes} NOT NULL,
	body   {bytes} NOT NULL,
	hubs   {bytes} NOT NULL -- CBOR array of ids
);
CREATE INDEX clarifications_origin ON clarifications (origin, number);

CREATE TABLE clarification_hubs ( -- on whose way the device is
	hub    {bytes} NOT NULL,
	number BIGINT NOT NULL REFERENCES clarifications (number),
	PRIMARY KEY (hub, number)
);
`, `
ALTER TABLE records ADD COLUMN carrier TEXT NOT NULL DEFAULT ''; -- central.Carrier of the first delivery; '' is of before
ALTER TABLE roads ADD COLUMN carrier TEXT NOT NULL DEFAULT '';
`}

// migrate brings the database to this program's version and refuses one that
// a newer program wrote.
func (s *Store) migrate(ctx context.Context) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)`); err != nil {
			return err
		}
		var version int
		err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&version)
		switch {
		case err != nil:
			return err
		case version > len(migrations):
			return fmt.Errorf("it was written by a newer program (version %d, this one knows %d)", version, len(migrations))
		}
		for ; version < len(migrations); version++ {
			if _, err := tx.ExecContext(ctx, s.dialect.words.Replace(migrations[version])); err != nil {
				return fmt.Errorf("bring it to version %d: %w", version+1, err)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO schema_version (version) VALUES ($1)`, version+1); err != nil {
				return err
			}
		}
		return nil
	})
}
