/* src/face/style.h - the packs' map layers as a MapLibre style (version 8). */
#pragma once
#include "face/face_in.h"
#include "onemap/onemap.h"

/* A CQL2 condition as a MapLibre expression; false where MapLibre cannot say it (nothing is written). */
bool face_style_filter(const CqlExpr *e, Arena *a, Buf *out);
void face_style_layer(FaceRequest *r, const OnemapLayer *l, const PackCollection *c,
    Buf *out); /* its style layers, commas between */
Str face_class_filter(
    FaceRequest *r, const OnemapLayer *l, size_t i); /* CQL2 text of one class; i = nclass: `other` */
