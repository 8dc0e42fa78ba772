/* src/face/table.h - the faces, NULL-ended. */
#pragma once
#include "face/face_in.h"
#include "face/router.h"

enum { FACE_DOORS_MAX = 40 };
extern const FaceDoor *const face_doors[];
const FaceRouter *face_router(const Face *f);
