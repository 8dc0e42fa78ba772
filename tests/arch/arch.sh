#!/bin/sh
# tests/arch/arch.sh SOURCE BUILD - the house keeps its shape: floors without circles, one door a room, names that say whose
# they are, no function that cannot be used safely, no file nobody can read. Every breach is named; none stops the others.
set -eu
src=$1
objects=$2/CMakeFiles/rooms.dir/src
cd "$src"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/said"

say() { printf '%s\n' "$*" >>"$work/said"; }

# Ground first. A room includes its own files and rooms that stand before it in this line.
rooms='base files geo cql store pack access ledger tile onemap process indicator transfer demo face cli'

# Today's exceptions: each one is a debt with its reason.
#   include  FILE HEADER     `sangzi cql` judges filters in a bare SQLite, without a ledger
#   header   FILE            more than 200 lines: what every room leans on, or a noun with many properties
#   symbol   ROOM PREFIX     the second noun of a room; sqlite is the store's driver, mvt a format's own name
except='include src/cli/cql2.c store/sqlite_cql.h
header src/base/base.h
header src/store/store.h
header src/ledger/ledger.h
symbol geo mvt
symbol store sqlite
symbol cli live
symbol cli serve
symbol cli stop'

excepted() { printf '%s\n' "$except" | grep -qxF "$*"; }

floors() {
    for d in src/*/; do
        room=$(basename "$d")
        case " $rooms " in *" $room "*) ;; *) say "$d: a room without a floor; give it its place in tests/arch/arch.sh" ;; esac
    done
    grep -nH '^#include "' src/*/*.[ch] | sed 's/:#include "/:/; s/".*//' |
        awk -F: -v rooms="$rooms" -v except="$except" '
            BEGIN {
                n = split(rooms, r, " ")
                for (i = 1; i <= n; i++) floor[r[i]] = i
                n = split(except, e, "\n")
                for (i = 1; i <= n; i++) good[e[i]] = 1
            }
            {
                split($1, f, "/"); room = f[2]
                split($3, h, "/"); other = h[1]
                if (room == other || ("include " $1 " " $3) in good) next
                if (!(other in floor) || floor[other] >= floor[room])
                    print $1 ":" $2 ": " room " includes " $3 ", which does not stand below it"
                if ($3 != other "/" other ".h") print $1 ":" $2 ": " $3 " is private to " other
            }' >>"$work/said"
}

sizes() {
    wc -l src/*/*.[ch] | awk '$2 != "total" && $1 > 1200 { print $2 ": " $1 " lines; at most 1200" }' >>"$work/said"
    for r in $rooms; do
        f=src/$r/$r.h
        [ -f "$f" ] || { say "$f: every room has its one header"; continue; }
        n=$(wc -l <"$f")
        [ "$n" -le 200 ] || excepted header "$f" || say "$f: $n lines; a public header has at most 200"
    done
}

# A symbol begins with its room's name, in either case; base goes bare. __… is what a sanitizer adds.
symbols() {
    nm -A "$objects"/*/*.o >"$work/nm"
    awk -v except="$except" '
        BEGIN {
            n = split(except, e, "\n")
            for (i = 1; i <= n; i++) good[e[i]] = 1
        }
        NF == 3 && $2 ~ /^[TDBRCVW]$/ && $3 !~ /^__/ {
            sub(/:.*/, "", $1)
            n = split($1, path, "/"); room = path[n - 1]
            first = tolower($3); sub(/_.*/, "", first)
            if (room != "base" && first != room && !(("symbol " room " " first) in good))
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
            if (bad) { sub(/.*rooms\.dir\//, "", $1); print $1 " calls " name }
        }' "$work/nm" >>"$work/said"
    grep -nw alloca src/*/*.[ch] >>"$work/said" || :
}

# An exception nobody needs any more is struck out.
idle() {
    printf '%s\n' "$except" | while read -r kind a b; do
        case $kind in
        include) grep -qF "#include \"$b\"" "$a" ;;
        header) [ "$(wc -l <"$a")" -gt 200 ] ;;
        symbol) grep -qE "rooms.dir/src/$a/.* [TDBRCVW] ${b}(_|$)" "$work/nm" ;;
        esac || say "tests/arch/arch.sh: the exception '$kind $a $b' is no longer needed"
    done
}

floors
sizes
symbols
banned
idle
cat "$work/said"
[ ! -s "$work/said" ]
