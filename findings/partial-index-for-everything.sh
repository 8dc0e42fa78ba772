#!/bin/sh
# SQLite 3.40.1 (Debian 12): a partial index that leaves nothing out, of a column nobody asked for.
#
# A register keeps closed rows beside current ones, and indexes only the current: CREATE INDEX … (mark) WHERE gone IS NULL. The question
# "how many current rows of each sex" has nothing to do with mark, and SQLite walks the table by that index all the same: row after row is fetched in the
# order of the marks, from all over the file. Without the index it reads the file once from front to back: here, with a small cache, 6,685 pages
# instead of 100,298; on a county's 500,000 persons it is three to six times the CPU time, and minutes on a slow disk.
#
# One guesses otherwise: an index is taken when it narrows or sorts, and this one does neither. But as long as nobody has run ANALYZE, SQLite
# takes a partial index to be a good deal smaller than its table, and a walk through it to leave most rows out. After ANALYZE it does not.
#
# What to do: hide the term where all rows are looked at (+gone IS NULL, or FROM person NOT INDEXED), and look at the plans of sums
# and counts, not of look-ups only. Sangzi does so (src/store/sqlite_read.c, tests/store/store_test.c).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -o APT::Sandbox::User=root download -qq sqlite3=3.40.1-2+deb12u2 libsqlite3-0=3.40.1-2+deb12u2 >/dev/null
for deb in ./*.deb; do dpkg -x "$deb" root; done
LD_LIBRARY_PATH=$(dirname "$(find root -name 'libsqlite3.so.0' | head -1)")
export LD_LIBRARY_PATH
sql() { root/usr/bin/sqlite3 register.db "$@"; }
sql 'SELECT sqlite_version()'
sql "CREATE TABLE person(id INTEGER PRIMARY KEY, sex TEXT, mark BLOB, gone TEXT, rest TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO person SELECT i, i % 2, (i * 7919) % 100003, NULL, printf('%.250c', 'x') FROM n;
CREATE INDEX by_mark ON person(mark) WHERE gone IS NULL;"
failed=0
see() { # SAY WANTED QUERY
    plan=$(sql "EXPLAIN QUERY PLAN $3" | grep -o 'SCAN.*')
    pages=$(root/usr/bin/sqlite3 -cmd '.stats on' -cmd 'PRAGMA cache_size=200' register.db "$3" | sed -n 's/^Page cache misses: *//p' | tail -1)
    echo "$1: $plan, $pages pages read"
    case $plan in *"$2") ;; *) echo "  seen before: $2"; failed=1 ;; esac
}
ask='SELECT sex, count(*) FROM person WHERE gone IS NULL GROUP BY sex'
see 'as one writes it' 'SCAN person USING INDEX by_mark' "$ask"
see 'with the term hidden' 'SCAN person' 'SELECT sex, count(*) FROM person WHERE +gone IS NULL GROUP BY sex'
sql 'ANALYZE'
see 'after ANALYZE' 'SCAN person' "$ask"
exit $failed
