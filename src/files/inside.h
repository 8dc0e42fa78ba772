/* src/files/inside.h - what the parts of the room share; private to it. */
#pragma once
#include "files/files.h"

#define FILES_POINTS_MAX (UINT64_C(200) * 1000 * 1000)
/* Of a TIFF block (EXIF's own form): tag 274, 1 where there is none; tags 256 and 257, 0. */
int files_exif_turn(Bytes tiff);
void files_tiff_size(Bytes tiff, uint32_t *width, uint32_t *height);
bool files_path(const char *dir, Str id, char *out, size_t size); /* DIR/files/ab/cd/ID */
