/* src/face/openapi_shapes.h - what the faces answer, for the OpenAPI document: schemas and who answers with which. */
#pragma once
#include "face/face_in.h"

const char *face_shape_of(FaceMethod method, const char *path); /* its name; NULL: none is told */
void face_shapes_write(Buf *out);                               /* "schemas":{…} */
