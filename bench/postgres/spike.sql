-- bench/postgres/spike.sql - tables as the store describes them, and its ten hardest calls. psql -v rows=N
\set QUIET on
\pset tuples_only on
\pset format unaligned
CREATE EXTENSION postgis;
CREATE TABLE patch(fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
    geometry geometry(Geometry, 4490), name text COLLATE "C", size double precision, class text COLLATE "C", bx_key bytea,
    division text COLLATE "C" NOT NULL, at timestamptz(3), valid_to timestamptz(3), g1 text, words tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', g1)) STORED);
CREATE TABLE note(fid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
    division text COLLATE "C" NOT NULL, name text COLLATE "C");
CREATE TABLE _tx(chain bigint, seq bigint, at bigint NOT NULL, who text NOT NULL, effective bigint NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (chain, seq));
CREATE TABLE _journal(place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, chain bigint, seq bigint, n bigint, collection text COLLATE "C",
    id text COLLATE "C", version bigint, verb text, body bytea, digest bytea NOT NULL);
CREATE TABLE _link(to_id text COLLATE "C", collection text COLLATE "C", property text COLLATE "C", from_id text COLLATE "C",
    PRIMARY KEY (to_id, collection, property, from_id));
CREATE TABLE _changed(name text PRIMARY KEY, at timestamptz(3) NOT NULL);
INSERT INTO patch(id, geometry, name, size, class, bx_key, division, at, valid_to, g1)
SELECT lpad(i::text, 26, '0'),
    ST_SetSRID(ST_MakeEnvelope(110 + i % 1000 / 500.0, 31 + i / 1000 % 1000 / 500.0, 110.0018 + i % 1000 / 500.0,
        31.0018 + i / 1000 % 1000 / 500.0), 4490),
    '地块' || i % 5000, CASE WHEN i % 7 = 0 THEN NULL ELSE i % 1000 / 3.0 END, 'c' || i % 12, sha256(i::text::bytea),
    '9901211' || lpad((i % 380)::text, 5, '0'), now(), CASE WHEN i % 50 = 0 THEN now() END,
    '地块 块' || i % 100 || ' p' || i % 5000
FROM generate_series(1, :rows) i;
INSERT INTO _tx SELECT 0, i, i, 'wang', i, sha256(i::text::bytea) FROM generate_series(1, :rows / 4) i;
INSERT INTO _journal(chain, seq, n, collection, id, version, verb, body, digest)
SELECT 0, 1 + i % (:rows / 4), i / (:rows / 4), 'patch', lpad((1 + i % (:rows / 10))::text, 26, '0'), 1 + i / (:rows / 10), 'update',
    sha256(i::text::bytea), sha256(i::text::bytea) FROM generate_series(0, :rows - 1) i;
CREATE INDEX ON patch USING gist(geometry);
CREATE INDEX ON patch USING gin(words);
CREATE INDEX ON patch((size IS NULL), size, fid) WHERE valid_to IS NULL;
CREATE INDEX ON patch(division, fid) WHERE valid_to IS NULL;
CREATE UNIQUE INDEX ON patch(bx_key) WHERE valid_to IS NULL;
CREATE INDEX ON _journal(id, version);
CREATE INDEX ON _journal(chain, seq, n);
VACUUM ANALYZE;

-- A call's SQL, run five times, the median said with its rows and whether a table was read from end to end.
CREATE FUNCTION call(say text, sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE began timestamptz; took double precision[]; n bigint; plan text; line text; scans text := '';
BEGIN
    FOR i IN 1..6 LOOP
        began := clock_timestamp();
        EXECUTE sql;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF i > 1 THEN took := took || extract(epoch FROM clock_timestamp() - began)::double precision * 1000; END IF;
    END LOOP;
    FOR line IN EXECUTE 'EXPLAIN ' || sql LOOP
        IF line ~ 'Seq Scan' THEN scans := ', reads a whole table'; END IF;
    END LOOP;
    RETURN format('%s  %s ms, %s rows%s', say, round((SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(took) t)::numeric, 2), n, scans);
END $$;

SELECT call('1 keyset page, nulls last: rows form', $$SELECT fid, id, name FROM patch WHERE valid_to IS NULL
    AND ((size IS NULL) = false AND (size, fid) > (300, 100) OR (size IS NULL)) ORDER BY (size IS NULL), size, fid LIMIT 101$$);
SELECT call('1 keyset page, nulls last: one row comparison', $$SELECT fid, id, name FROM patch WHERE valid_to IS NULL
    AND ((size IS NULL), size, fid) > (false, 300, 100) ORDER BY (size IS NULL), size, fid LIMIT 101$$);
SELECT call('1 keyset page, nulls last: OR of SQLite', $$SELECT fid, id, name FROM patch WHERE valid_to IS NULL
    AND ((size > 300 OR size IS NULL) OR (size IS NOT DISTINCT FROM 300 AND fid > 100)) ORDER BY (size IS NULL), size, fid LIMIT 101$$);
SELECT call('2 prefix range of a division', $$SELECT fid, id FROM patch WHERE division >= '990121100120' AND division < '99012110013'
    AND valid_to IS NULL ORDER BY division, fid LIMIT 101$$);
SELECT call('3 box and filter, a page by number', $$SELECT fid, id, ST_AsBinary(geometry) FROM patch WHERE geometry && ST_MakeEnvelope(110.5, 31.1, 110.9, 31.3, 4490)
    AND class = 'c3' AND valid_to IS NULL AND fid > 0 ORDER BY fid LIMIT 101$$);
SELECT call('4 words: all of three', $$SELECT fid FROM patch WHERE words @@ to_tsquery('simple', '''地块'' & ''块7'' & ''p40'':*')
    AND valid_to IS NULL ORDER BY fid LIMIT 101$$);
SELECT call('4 words: one that half of them have', $$SELECT fid FROM patch WHERE words @@ to_tsquery('simple', '''地块''') AND valid_to IS NULL LIMIT 2000$$);
SELECT call('6 blind equality', $$SELECT id FROM patch WHERE bx_key = sha256('4711') AND valid_to IS NULL$$);
SELECT call('7 as of: the last version before a moment', $$SELECT j.*, t.* FROM _journal j JOIN _tx t USING (chain, seq)
    WHERE j.id = lpad('77', 26, '0') AND j.collection = 'patch' AND t.effective <= 40000 ORDER BY j.version DESC LIMIT 1$$);
SELECT call('7 history of a record', $$SELECT j.*, t.* FROM _journal j JOIN _tx t USING (chain, seq) WHERE j.id = lpad('77', 26, '0')
    AND j.collection = 'patch' ORDER BY j.version DESC$$);
SELECT call('8 statistics by 12 groups', $$SELECT class, count(*), count(size), min(size), max(size), sum(size) FROM patch WHERE valid_to IS NULL
    GROUP BY 1 ORDER BY 1 NULLS FIRST$$);
SELECT call('8 statistics by as many groups as rows', $$SELECT id, count(*) FROM patch WHERE valid_to IS NULL GROUP BY 1 ORDER BY 1 NULLS FIRST$$);
SELECT call('9 changed, and touched', $$INSERT INTO _changed VALUES ('patch', now()) ON CONFLICT (name) DO UPDATE SET at = excluded.at$$);
SELECT call('9 count by division', $$SELECT division, count(*) FROM patch WHERE valid_to IS NULL GROUP BY division$$);
SELECT call('10 links of a record set again', $$WITH gone AS (DELETE FROM _link WHERE from_id = 'a' AND property = 'p' AND collection = 'patch')
    INSERT INTO _link SELECT 't' || i, 'patch', 'p', 'a' FROM generate_series(1, 10) i ON CONFLICT DO NOTHING$$);
SELECT call('11 envelope inside for sure', $$SELECT count(*) FROM patch WHERE geometry @ ST_MakeEnvelope(110.5, 31.1, 110.9, 31.3, 4490) AND valid_to IS NULL$$);
SELECT call('11 envelope across the edge', $$SELECT fid FROM patch WHERE geometry && ST_MakeEnvelope(110.5, 31.1, 110.9, 31.3, 4490)
    AND NOT geometry @ ST_MakeEnvelope(110.5, 31.1, 110.9, 31.3, 4490) AND valid_to IS NULL$$);
SELECT call('11 rows of a set of fids, 5,000', $$SELECT fid FROM patch WHERE fid = ANY((SELECT array_agg(i * 7) FROM generate_series(1, 5000) i)::bigint[])$$);
SELECT call('11 extent, estimated', $$SELECT ST_EstimatedExtent('patch', 'geometry')$$);
SELECT call('11 extent, exact', $$SELECT ST_Extent(geometry) FROM patch$$);
-- What differs from SQLite.
SELECT 'a time of microseconds is kept as  ' || to_char('2026-01-01 00:00:00.0019996+00'::timestamptz(3) AT TIME ZONE 'UTC', 'SS.US') || ' (rounded; SQLite''s text is cut)';
SELECT 'sorted by "C": ' || (SELECT string_agg(x, ' ' ORDER BY x COLLATE "C") FROM unnest(ARRAY['b', 'A', '石', 'a', '桥', 'B']) x) ||
    '; by a language: ' || (SELECT string_agg(x, ' ' ORDER BY x COLLATE "zh-x-icu") FROM unnest(ARRAY['b', 'A', '石', 'a', '桥', 'B']) x);
SELECT 'words of  石桥 x003.k6 say-hi  ' || to_tsvector('simple', '石桥 x003.k6 say-hi')::text;
