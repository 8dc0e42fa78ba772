#!/bin/sh
# GEOS 3.11.1 (Debian 12, geos-bin; the same in PostGIS, QGIS and GDAL built on it): a hole that lies outside its parcel.
#
# A pond is cut out of a parcel, and its ring is stored with an old offset: it lies beside the parcel. Both ways of
# repairing ("linework" and the newer "structure") answer with two parcels: the pond, which was to be taken off, is added. Of 100 units
# of land and a hole of 100 the result has 200. A hole that lies half over the border is treated the other way: structure cuts
# off what is inside and drops the rest, linework adds the rest as land.
#
# One guesses otherwise: a hole is what is not there, so no repair can make land of it; and "structure" is the way that is
# advised where the older one gives wrong areas. The result is valid, so a check for validity afterwards says nothing.
#
# What to do: never repair areas unasked. Sangzi refuses a polygon that is not valid and says where; it closes rings and turns them round, nothing
# else (tests/geo/shape_test.c). Who must repair compares the area before and after, ring by ring, and shows a person the difference.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -o APT::Sandbox::User=root download -qq geos-bin=3.11.1-1 libgeos3.11.1=3.11.1-1 libgeos-c1v5=3.11.1-1 >/dev/null
for deb in ./*.deb; do dpkg -x "$deb" root; done
LD_LIBRARY_PATH=$(dirname "$(find root -name 'libgeos_c.so.1' | head -1)")
export LD_LIBRARY_PATH
geosop=root/usr/bin/geosop
"$geosop" 2>&1 | head -1

parcel='0 0,10 0,10 10,0 10,0 0'
failed=0
see() { # SAY WANTED WKT OPERATION
    "$geosop" -a "$3" -f wkt "$4" >repaired
    got=$("$geosop" -a "$(cat repaired)" -f txt area)
    echo "$1, $4: area $got   $(cat repaired)"
    [ "$got" = "$2" ] || { echo "  seen before: $2"; failed=1; }
}
beside="POLYGON(($parcel),(20 20,30 20,30 30,20 30,20 20))"
across="POLYGON(($parcel),(8 2,14 2,14 6,8 6,8 2))"
see 'hole of 100 beside a parcel of 100' 200 "$beside" makeValid
see 'hole of 100 beside a parcel of 100' 200 "$beside" fixInvalid
see 'hole of 24, 8 of it inside' 108 "$across" makeValid
see 'hole of 24, 8 of it inside' 92 "$across" fixInvalid
exit $failed
