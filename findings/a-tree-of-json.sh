#!/bin/sh
# libjansson 2.14 (Debian 12): what a JSON text takes as a tree.
#
# A million points, [[111.0001,31.0002],…], are 19 MB of text and some 200 MB as a tree; a million empty lists, 3 MB, take 140 MB; a
# million empty objects, 3 MB, take more than 230: seventy-eight times the text. Each number is an allocation of its own, each list begins with
# room for eight, each object with a table of eight chains.
#
# One guesses otherwise: a factor of three or five is what one allows for, and a limit on the bytes of a request is taken for a limit on memory.
# Sixty megabytes of "[],[],…" are three gigabytes.
#
# What to do: bound the memory of a tree, not its text; read what is large (features, coordinates) from the text itself without making a tree. Sangzi
# reads bodies where they lie and counts all of them against one budget (src/scan, bench/memory).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -o APT::Sandbox::User=root download -qq libjansson4=2.14-2 libjansson-dev=2.14-2 >/dev/null
for deb in ./*.deb; do dpkg -x "$deb" root; done
lib=$(dirname "$(find root -name 'libjansson.so.4' | head -1)")
cat >try.c <<'C'
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    const size_t n = 1000000, piece = strlen(argv[1]);
    char *text = malloc(n * (piece + 1) + 2), *p = text;
    size_t before, after;
    (void)argc;
    for (size_t i = 0; i < n; i++) {
        *p++ = i ? ',' : '[';
        memcpy(p, argv[1], piece);
        p += piece;
    }
    *p++ = ']';
    before = mallinfo2().uordblks + mallinfo2().hblkhd;
    if (!json_loadb(text, (size_t)(p - text), 0, NULL))
        return 1;
    after = mallinfo2().uordblks + mallinfo2().hblkhd;
    printf("%.0f\n", (double)(after - before) / (double)(p - text));
    return 0;
}
C
cc -O1 -o try try.c -I"$(dirname "$(find root -name jansson.h)")" -L"$lib" -Wl,-rpath,"$PWD/$lib" -l:libjansson.so.4
echo "jansson $(sed -n 's/.*JANSSON_VERSION  *"\(.*\)"/\1/p' "$(find root -name jansson.h)")"
failed=0
see() { # TEXT AT LEAST
    got=$(./try "$1")
    echo "a million $1: the tree takes $got times its text"
    [ "$got" -ge "$2" ] || { echo "  seen before: $2 and more"; failed=1; }
}
see '[111.0001,31.0002]' 9
see '0' 15
see '[]' 40
see '{}' 70
exit $failed
