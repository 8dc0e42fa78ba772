/* src/face/query.h - the parameters of a collection's records, as a query of the ledger. */
#pragma once
#include "face/face_in.h"

typedef struct FaceCrs {
    int epsg;
    bool swap; /* latitude first */
    Str uri;
} FaceCrs;
typedef struct FaceItems {
    LedgerQuery q;
    FaceCrs crs; /* of the answer */
    bool labels; /* expand=labels */
    int64_t limit;
    bool limited; /* limit was given */
} FaceItems;
/* limit bbox bbox-crs datetime filter filter-lang filter-crs sortby properties crs q division count token expand, and any
 * queryable as name=value. Names in `also` (NULL-ended, may be NULL) are left to the caller. */
bool face_items_query(
    FaceRequest *r, const PackCollection *c, const char *const *also, FaceItems *out, Err *err) MUST;
bool face_crs_param(FaceRequest *r, const char *name, FaceCrs *out, Err *err) MUST; /* CRS84 when not given */
bool face_crs_of(FaceRequest *r, Str uri, const char *where, FaceCrs *out, Err *err) MUST;
size_t face_crs_list(const FaceRequest *r, Str *uri, size_t max); /* those offered, CRS84 first */
bool face_is_crs84(const FaceCrs *crs);
/* One property's words: "name" = value, of the value's type; NULL *out: empty value. */
bool face_equal_filter(const PackProperty *p, Str value, Arena *a, CqlExpr **out, Err *err) MUST;
bool face_names(FaceRequest *r, const PackCollection *c, const char *param, const PackProperty *const **out,
    size_t *n, Err *err) MUST; /* a,b,c → properties */
extern const char FACE_CRS84[];
