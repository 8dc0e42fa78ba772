/* src/files/files.h - attachments: photos, scans, sound, sheets. A file is known by the SHA-256 of its bytes and never changes.
 *
 * They lie in DIR/files/ab/cd/ID (ab, cd: the first digits of ID), whole or not at all. What a file is, is read from its bytes,
 * never believed. What is served publicly is the same file with the place in it (GPS of EXIF, XMP, MP4) made blank, at the
 * same length; pixels are never encoded anew. Smaller pictures are made by a child process and kept in DIR/thumbs.
 *
 *     if (files_keep(dir, upload, true, &info, &fresh, err)) printf("/files/%s\n", info.id);
 *     if (files_open(dir, id, &view, err)) { send(view->bytes); files_close(view); }
 *
 * Stands on base; GDAL in the child only.
 * Memory   a FilesView is closed by files_close; all else in place or in the arena handed in.
 * Threads  everything may be called from any thread.
 * Limits   64 MiB a file; pictures of 200 million points; a child has 1 GiB and 20 s of CPU.
 * Errors   FILES_UNKNOWN (415), FILES_TOO_LARGE (413), FILES_EMPTY (400), FILES_NOT_HERE (404), FILES_NO_PICTURE (415): not one
 *          of which a smaller one can be made; BASE_FULL, BASE_IO.
 */
#pragma once
#include "base/base.h"

enum { FILES_ID = 64, FILES_MAX = 64 << 20 };
extern const ErrKind FILES_UNKNOWN, FILES_TOO_LARGE, FILES_EMPTY, FILES_NOT_HERE, FILES_NO_PICTURE;

typedef struct FilesLook {  /* what the bytes say */
    const char *mime;       /* "image/jpeg" */
    bool picture;           /* a smaller one can be made */
    bool shown;             /* browsers show or play it; else it is downloaded */
    uint32_t width, height; /* as it is seen, after turning; 0: no picture, or not known */
    int turn;               /* EXIF orientation, 1 to 8 */
} FilesLook;
bool files_look(Bytes b, FilesLook *out, Err *err) MUST; /* of any bytes; FILES_UNKNOWN */
/* Makes blank what says where it was taken: same length, same pixels. `b` is the whole file. */
void files_hide_place(uint8_t *b, size_t n, const FilesLook *look);

typedef struct FilesInfo {
    char id[FILES_ID + 1];
    FilesLook look;
    int64_t bytes;
} FilesInfo;
bool files_is_id(Str id); /* 64 digits of 0-9a-f */
/* `take`: the file at `path` is moved. *fresh false: its bytes were held already. */
bool files_keep(const char *dir, const char *path, bool take, FilesInfo *out, bool *fresh, Err *err) MUST;
bool files_held(const char *dir, Str id);
bool files_info(const char *dir, Str id, FilesInfo *out, Err *err) MUST;

typedef struct FilesView { /* a file as the public may see it */
    FilesInfo info;
    Bytes bytes;
    void *map;
} FilesView;
bool files_open(const char *dir, Str id, FilesView **out, Err *err) MUST;
void files_close(FilesView *v); /* NULL is taken */
/* The path of a JPEG no wider nor higher than `size`, made if it is not there. */
bool files_thumb(const char *dir, Str id, unsigned size, Arena *a, const char **path, Err *err) MUST;

/* Each file held, its bytes hashed again; `good` false: they are not what its name says. False of `see` ends it. */
bool files_each(const char *dir, bool (*see)(void *ctx, Str id, bool good), void *ctx, Err *err) MUST;
/* All files below `from` (a folder like DIR/files) that `to` has not; hashed on the way, an altered one is left behind. */
bool files_copy(const char *from, const char *to, size_t *copied, Err *err) MUST;

/* The hidden command `sangzi worker picture SIZE TURN`: a picture comes in on `in`, a smaller JPEG goes out; the exit status. */
int files_worker(int in, int out, unsigned size, int turn);
