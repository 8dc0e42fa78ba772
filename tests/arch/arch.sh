#!/bin/sh
# tests/arch/arch.sh SOURCE BUILD - the house keeps its shape: floors without circles, one door a room, names that say whose
# they are, no function that cannot be used safely, no file nobody can read. Every breach is named; none stops the others.
set -eu
src=$1
build=$2/CMakeFiles
binaries=$2
cd "$src"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/said"

say() { printf '%s\n' "$*" >>"$work/said"; }

# Ground first. A room includes its own files and rooms that stand before it in this line. Any other folder is an engine: it
# stands between process and face, includes no other engine, and may bring rows of the tables of process, gateway and face.
rooms='base metric scan files geo cql store pack access ledger node tile onemap transfer indicator sense rule casework warn process ENGINE
share gateway demo face cli'
tables='process gateway face'

# Files that hold a table name its rows, which are data; what the rows' own files call is no circle through it.
rows='table services'

# Today's exceptions: each one is a debt with its reason.
#   include  FILE HEADER     `sangzi cql` judges filters in a bare SQLite, without a ledger
#   header   FILE            more than 200 lines: what every room leans on, or a noun with many properties
#   symbol   ROOM PREFIX     the second noun of a room; sqlite and memory are the store's drivers, mvt a format's own name
#   circle   ROOM            its files stand on each other in a circle: to be cut
except='include src/cli/cql2.c store/sqlite_cql.h
symbol geo mvt
symbol store sqlite
symbol store memory
symbol cli live
symbol cli stop
circle geo
circle pack
circle tile'

excepted() { printf '%s\n' "$except" | grep -qxF "$*"; }

floors() {
    grep -nH '^#include "' src/*/*.[ch] | sed 's/:#include "/:/; s/".*//' |
        awk -F: -v rooms="$rooms" -v except="$except" '
            BEGIN {
                n = split(rooms, r, " ")
                for (i = 1; i <= n; i++) floor[r[i]] = i
                n = split(except, e, "\n")
                for (i = 1; i <= n; i++) good[e[i]] = 1
            }
            function floor_of(room) { return room in floor ? floor[room] : floor["ENGINE"] }
            {
                split($1, f, "/"); room = f[2]
                split($3, h, "/"); other = h[1]
                if (room == other || ("include " $1 " " $3) in good) next
                if (floor_of(other) >= floor_of(room))
                    print $1 ":" $2 ": " room " includes " $3 ", which does not stand below it"
                if ($3 != other "/" other ".h") print $1 ":" $2 ": " $3 " is private to " other
            }' >>"$work/said"
}

sizes() {
    wc -l src/*/*.[ch] | awk '$2 != "total" && $1 > 1200 { print $2 ": " $1 " lines; at most 1200" }' >>"$work/said"
    for d in src/*/; do
        r=$(basename "$d")
        f=src/$r/$r.h
        [ -f "$f" ] || { say "$f: every room has its one header"; continue; }
        n=$(wc -l <"$f")
        [ "$n" -le 200 ] || excepted header "$f" || say "$f: $n lines; a public header has at most 200"
    done
}

# A symbol begins with its room's name, in either case; base goes bare. __… is what a sanitizer adds.
symbols() {
    set --
    for f in src/*/*.c; do # by the sources: a build folder keeps the objects of files that are gone
        case $f in */main.c) set -- "$@" "$build/sangzi.dir/$f.o" ;; *) set -- "$@" "$build/rooms.dir/$f.o" ;; esac
    done
    nm -A "$@" >"$work/nm"
    awk -v except="$except" -v rooms="$rooms" -v tables="$tables" '
        BEGIN {
            n = split(except, e, "\n")
            for (i = 1; i <= n; i++) good[e[i]] = 1
            n = split(rooms, r, " ")
            for (i = 1; i <= n; i++) named[r[i]] = 1
            n = split(tables, t, " ")
            for (i = 1; i <= n; i++) table[t[i]] = 1
        }
        NF == 3 && $2 ~ /^[TDBRCVW]$/ && $3 !~ /^__/ && $3 != "main" {
            sub(/:.*/, "", $1)
            n = split($1, path, "/"); room = path[n - 1]
            first = tolower($3); sub(/_.*/, "", first)
            row = !(room in named) && $2 ~ /^[DR]$/ && first in table
            if (room != "base" && first != room && !row && !(("symbol " room " " first) in good))
                print room "/" path[n] ": the symbol " $3 " does not begin with " room
        }' "$work/nm" >>"$work/said"
}

# Functions that overrun, keep hidden state or start a shell; memory is taken in one place, so that it can be made to fail.
banned() {
    awk '$(NF - 1) == "U" {
            name = $NF; sub(/@.*/, "", name); sub(/^__/, "", name); sub(/_chk$/, "", name)
            bad = name ~ /^(strcpy|strcat|v?sprintf|strtok|atoi|gets|localtime|setlocale|system|s?rand)$/
            if ($1 !~ /\/base\/memory\.c\.o:/)
                bad = bad || name ~ /^(malloc|calloc|realloc|reallocarray|strn?dup|aligned_alloc|v?asprintf)$/
            if (bad) { sub(/.*\.dir\//, "", $1); print $1 " calls " name }
        }' "$work/nm" >>"$work/said"
    grep -nw alloca src/*/*.[ch] >>"$work/said" || :
}

# Inside a room too, a file stands on others and is not stood upon by them: a file uses another when it asks for a symbol of
# it. What only others use, or only uses others, is taken away until circles alone are left, and what lies between two.
circles() {
    awk -v rows="$rows" '
        BEGIN {
            n = split(rows, r, " ")
            for (i = 1; i <= n; i++) table[r[i]] = 1
            n = 0
        }
        {
            file = $1; sub(/:.*/, "", file); sub(/.*\.dir\/src\//, "", file); sub(/\.o$/, "", file)
            room = file; sub(/\/.*/, "", room)
            name = $NF; kind = $(NF - 1)
        }
        kind ~ /^[TDBRCVW]$/ { giver[room, name] = file; data[room, name] = kind != "T" }
        kind == "U" { n++; user[n] = file; at[n] = room; asked[n] = name }
        END {
            for (i = 1; i <= n; i++) {
                base = user[i]; sub(/.*\//, "", base); sub(/\.c$/, "", base)
                g = giver[at[i], asked[i]]
                if (g == "" || g == user[i] || (data[at[i], asked[i]] && base in table))
                    continue
                edge[user[i] SUBSEP g] = edge[user[i] SUBSEP g] " " asked[i]
            }
            do {
                less = 0; split("", from); split("", to)
                for (k in edge) { split(k, p, SUBSEP); from[p[1]] = to[p[2]] = 1 }
                for (k in edge) {
                    split(k, p, SUBSEP)
                    if (!(p[2] in from) || !(p[1] in to)) { delete edge[k]; less = 1 }
                }
            } while (less)
            for (k in edge) { split(k, p, SUBSEP); print p[1] " uses" edge[k] " of " p[2] ": a circle of files" }
        }' "$work/nm" | sort >"$work/circles"
    while IFS= read -r line; do
        excepted circle "${line%%/*}" || say "src/$line"
    done <"$work/circles"
}

# What sees everything is our own work: a reading call made in its name is a decision, and stands here. Who may little exists
# in the tests alone.
system='src/access/who.c
src/ledger/verify.c
src/onemap/tiles.c'
callers() {
    grep -lw ACCESS_SYSTEM src/*/*.c | while read -r f; do
        printf '%s\n' "$system" | grep -qxF "$f" || say "$f: asks as ACCESS_SYSTEM; use the view of whoever asks, or list it in tests/arch/arch.sh"
    done
    printf '%s\n' "$system" | while read -r f; do
        grep -qw ACCESS_SYSTEM "$f" || say "tests/arch/arch.sh: $f no longer asks as ACCESS_SYSTEM"
    done
    [ ! -x "$binaries/sangzi" ] || ! nm "$binaries/sangzi" | grep -qw little_caller || say "sangzi holds little_caller, which is of the tests"
    [ ! -x "$binaries/test_face_view_test" ] || nm "$binaries/test_face_view_test" | grep -qw little_caller ||
        say "tests/face/view_test.c: no little_caller; tests/arch looks for that name in sangzi"
}

# What has one place. WHAT is called WITHIN these files only from THERE (patterns of symbols and of room/file).
places='^MHD_ . ^face/
^curl_ . ^cli/
^pthread_create$ ^face/ ^face/(lanes|events)$
^pthread_create$ ^cli/ ^cli/(live|stop)$
^store_ ^face/ ^face/server$
^ledger_(open|close|rest)$ . ^(ledger|node)/
^ledger_hook$ . ^(ledger|node)/|^face/events$
^(transfer_manager|process_jobs|tile_layer|tile_cache|tile_terrain)_(new|open|of|end|close|free)$ . ^(transfer|process|tile|onemap)/
^node_(open|close|start|reload)$ . ^(node|cli)/
^(node_lodge|node_leave)$ . ^(node|face)/'

# The http room holds http, the commands are commands: whatever works without being asked is a service of the node.
in_place() {
    printf '%s\n' "$places" | while read -r what within there; do
        awk -v what="$what" -v within="$within" -v there="$there" '
            $(NF - 1) == "U" {
                file = $1; sub(/:.*/, "", file); sub(/.*\.dir\/src\//, "", file); sub(/\.c\.o$/, "", file)
                name = $NF; sub(/@.*/, "", name)
                if (name ~ what && file ~ within && file !~ there) print "src/" file ".c calls " name ", which has its place elsewhere"
            }' "$work/nm"
    done >>"$work/said"
}

# An exception nobody needs any more is struck out.
idle() {
    printf '%s\n' "$except" | while read -r kind a b; do
        case $kind in
        include) grep -qF "#include \"$b\"" "$a" ;;
        header) [ "$(wc -l <"$a")" -gt 200 ] ;;
        circle) grep -q "^$a/" "$work/circles" ;;
        symbol) grep -qE "\\.dir/src/$a/.* [TDBRCVW] ${b}(_|$)" "$work/nm" ;;
        esac || say "tests/arch/arch.sh: the exception '$kind $a $b' is no longer needed"
    done
}

floors
sizes
symbols
banned
circles
in_place
callers
idle
cat "$work/said"
[ ! -s "$work/said" ]
