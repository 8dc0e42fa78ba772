/* src/geo/pen_in.h - the working memory behind tiles; private to pen.c, cut.c and trace.c. */
#pragma once
#include "geo/mercator.h"
#include "geo/path.h"

struct MvtPen {
    GeoGrid grid;
    GeoStrip strip; /* of the last vertex */
    Path world, unit, scratch;
    double size; /* of world */
    Buf tail;
};
void geo_pen_finish(MvtPen *p, double size, MvtPiece *out); /* of p->unit, tidied */
