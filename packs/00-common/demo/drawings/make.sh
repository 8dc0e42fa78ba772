#!/bin/sh
# packs/00-common/demo/drawings/make.sh - draws the demo's pictures anew: draw.mjs → *.svg → *.webp (480 × 320, ≤ 20 kB)
#
# Needs librsvg2-bin and webp; only who changes a drawing runs this. The WebP files stand in the repository, so that a demo
# county is the same bytes on every machine, whatever its libraries, and a user needs neither of the two.
set -eu
cd "$(dirname "$0")"
node draw.mjs
png=$(mktemp)
trap 'rm -f "$png"' EXIT
for svg in *.svg; do
    rsvg-convert -w 480 -h 320 "$svg" >"$png"
    cwebp -quiet -preset drawing -q 76 -m 6 -metadata none "$png" -o "${svg%.svg}.webp"
    bytes=$(wc -c <"${svg%.svg}.webp")
    [ "$bytes" -le 20480 ] || { echo "${svg%.svg}.webp: $bytes bytes, more than 20 kB" >&2; exit 1; }
done
