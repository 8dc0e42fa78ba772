/* src/face/router.h - which row answers a path; made once from the table, read by all threads. */
#pragma once
#include "face/face_in.h"

typedef struct FaceRouter FaceRouter;
typedef struct FaceRoute {
    const FaceRow *row;
    size_t door; /* its place in the table */
} FaceRoute;
bool face_router_new(const FaceDoor *const *door, size_t n, Arena *a, FaceRouter **out, Err *err) MUST;
/* Sets r->row and r->param. FACE_NO_PATH, FACE_BAD_METHOD (hint: what it takes), FACE_BAD_TEXT. */
bool face_route(const FaceRouter *router, FaceRequest *r, Str method, FaceRoute *out, Err *err) MUST;
bool face_check_query(FaceRequest *r, Err *err) MUST; /* only what the row allows, each once */
/* "GET, HEAD, PUT, OPTIONS" of a path; empty: no such path. */
Str face_methods(const FaceRouter *router, FaceRequest *r);
void face_rows(const FaceRouter *router, void (*see)(void *ctx, const FaceRow *row), void *ctx);
