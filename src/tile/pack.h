/* src/tile/pack.h - a layer's blocks at one moment: never changed, counted, swapped whole. And their file.
 *
 *   file: head | block … square … view | index     appended to by a change: these; then the head is written over
 *
 * Head, index, blocks and squares carry their hashes, so a file cut off or torn anywhere is seen when it is opened.
 */
#pragma once
#include "tile/square.h"

typedef struct Pack {
    atomic_int refs;
    int64_t seq; /* all changes up to it are in */
    size_t n;
    Block **block; /* in Hilbert order */
    BlockBox *box; /* theirs, close together: every tile looks through all of them */
    View *view;    /* NULL: not made */
} Pack;
typedef struct PackFile { /* what is known of the file; belongs to the one changer */
    const char *path;
    uint64_t model; /* hash of name and attributes: another model's pack is not ours */
    uint64_t end;   /* 0: no file that could be appended to */
} PackFile;

Pack *tile_pack_keep(Pack *p);
void tile_pack_drop(Pack *p);      /* NULL is taken */
bool tile_pack_seal(Pack *p) MUST; /* makes `box`, when all blocks are in; false: no memory */
size_t tile_pack_features(const Pack *p);
bool tile_pack_build(const TileSource *s, size_t nattribute, Pack **out, Err *err) MUST;
/* The pack with the rows of `fid` (rising) as they are now. */
bool tile_pack_change(const Pack *p, const TileSource *s, size_t nattribute, const int64_t *fid, size_t n,
    int64_t seq, Pack **out, Err *err) MUST;
Pack *tile_pack_load(PackFile *f, const TileView *how,
    int64_t seq); /* NULL: not there, not whole, not ours or not of that seq */
/* What is not written yet; whole when half of the file is waste. */
bool tile_pack_save(PackFile *f, Pack *p, Err *err) MUST;
/* Gives the mapped pages back: what is asked for next comes from the system's cache, and counts as ours only then. */
void tile_pack_rest(const Pack *p);
