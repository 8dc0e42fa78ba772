/* src/face/feature.h - one record as a GeoJSON feature, quickly; and a feature as a change of a record. */
#pragma once
#include "face/query.h"
#include "scan/scan.h"

typedef struct FaceKeys FaceKeys; /* of one collection: every "name": made once */
typedef struct FaceWriter {
    FaceRequest *r;
    const PackCollection *c;
    const FaceKeys *keys;
    FaceCrs crs;
    bool labels, no_geometry;
    const PackProperty *const *only; /* NULL: all */
    size_t nonly;
    Map *titles; /* of what was referred to, by "collection/id" */
    Err err;
} FaceWriter;
bool face_writer(
    FaceRequest *r, const PackCollection *c, const FaceItems *it, FaceWriter *out, Err *err) MUST;
void face_feature(
    FaceWriter *w, const LedgerRecord *record, Buf *out); /* without its last brace: links may follow */
Str face_etag(FaceRequest *r, int64_t version, int64_t seq);
Str face_record_title(const PackCollection *c, const LedgerRecord *record, Arena *a);

/* A GeoJSON Feature (a value of scan_check; or a merge patch: `patch`) as fields of a change. Mistakes of values are gathered in `said`; false
 * with err FACE_NOT_GEOJSON, LEDGER_INVALID or others. */
bool face_read_feature(FaceRequest *r, const PackCollection *c, Str body, bool patch, LedgerChange *out,
    LedgerProblems *said, Err *err) MUST;
LedgerProblems *face_problems(
    FaceRequest *r);                     /* empty; its list is freed with the request; NULL: no memory */
extern const FaceDoor face_feature_keys; /* without rows: its state is every FaceKeys */
