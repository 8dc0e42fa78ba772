/* src/face/download.h - a whole filtered list as a file, streamed. */
#pragma once
#include "face/feature.h"

bool face_download(FaceRequest *r, const FaceItems *it, const char *kind, FaceAnswer *out, Err *err) MUST;
