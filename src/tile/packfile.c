/* src/tile/packfile.c - a pack in its file: mapped when opened, appended to by changes. It is derived, so nothing is
 * synced: hashes tell when it is not whole, and then it is made anew.
 */
#include "tile/pack.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT = 3, HEAD_ROOM = 4096, WASTE_LEAST = 1 << 20 };
typedef struct FileHead {
    char magic[8];
    uint64_t format, model;
    int64_t seq;
    uint64_t index_at, nblock, nsquare, index_hash; /* the index: blocks, squares, the view */
    uint64_t self;                                  /* hash of all before */
} FileHead;
typedef struct FileBlock {
    uint64_t at, len, hash;
} FileBlock;

void tile_map_drop(TileMap *m)
{
    if (atomic_fetch_sub(&m->refs, 1) > 1)
        return;
    munmap(m->at, m->len);
    mem_free(m);
}

static TileMap *map_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    TileMap *m = NULL;
    void *at = MAP_FAILED;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && st.st_size >= HEAD_ROOM)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (at != MAP_FAILED && !(m = mem_new(1, sizeof *m)))
        munmap(at, (size_t)st.st_size);
    if (m) {
        atomic_init(&m->refs, 1);
        m->at = at;
        m->len = (size_t)st.st_size;
    }
    return m;
}

static uint64_t self_of(const FileHead *h)
{
    return hash64((Bytes){ (const uint8_t *)h, offsetof(FileHead, self) });
}

/* The head, when all that it says can be true. */
static bool head_of(const TileMap *m, const PackFile *f, int64_t seq, FileHead *h)
{
    memcpy(h, m->at, sizeof *h);
    return memcmp(h->magic, "SZTILE1", 8) == 0 && h->self == self_of(h) && h->format == FORMAT &&
           h->model == f->model && h->seq == seq && h->index_at <= m->len && h->nblock < SIZE_MAX / 2 &&
           h->nsquare < SIZE_MAX / 2 &&
           h->nblock + h->nsquare + 1 <= (m->len - h->index_at) / sizeof(FileBlock);
}

static bool within(const TileMap *m, const FileBlock *e)
{
    return e->at <= m->len && e->len <= m->len - e->at && e->at % 8 == 0 && e->len % 8 == 0;
}

static bool add_block(Pack *p, TileMap *m, const FileBlock *e)
{
    Block *b = tile_block_of((Bytes){ (const uint8_t *)m->at + e->at, e->len }, m);

    if (!b)
        return false;
    b->file_at = e->at;
    p->block[p->n++] = b;
    return b->hash == e->hash;
}

static bool add_square(Pack *p, TileMap *m, const FileBlock *e)
{
    Square *s = tile_square_of((Bytes){ (const uint8_t *)m->at + e->at, e->len }, m);

    if (!s)
        return false;
    s->file_at = e->at;
    return tile_view_add(p->view, s) && s->hash == e->hash;
}

static bool add_view(Pack *p, const TileView *how, TileMap *m, const FileBlock *e)
{
    const Bytes in = { (const uint8_t *)m->at + e->at, e->len };

    p->view = tile_hash(in) == e->hash ? tile_view_read(in, how) : NULL;
    return p->view != NULL;
}

static FileBlock entry(const uint8_t *index, uint64_t i)
{
    FileBlock e;

    memcpy(&e, index + i * sizeof e, sizeof e);
    return e;
}

/* What the index names: the view first, for its squares. */
static bool read_parts(Pack *p, const TileView *how, TileMap *m, const FileHead *h)
{
    const uint8_t *index = (const uint8_t *)m->at + h->index_at;
    const uint64_t n = h->nblock + h->nsquare;
    FileBlock e = entry(index, n);
    bool good = within(m, &e) && add_view(p, how, m, &e);

    for (uint64_t i = 0; good && i < n; i++) {
        e = entry(index, i);
        good = within(m, &e) && (i < h->nblock ? add_block(p, m, &e) : add_square(p, m, &e));
    }
    return good && tile_view_whole(p->view);
}

static Pack *read_map(TileMap *m, PackFile *f, const TileView *how, int64_t seq)
{
    FileHead h;
    Pack *p;

    if (!head_of(m, f, seq, &h) ||
        hash64((Bytes){ (const uint8_t *)m->at + h.index_at,
            (h.nblock + h.nsquare + 1) * sizeof(FileBlock) }) != h.index_hash ||
        !(p = mem_new(1, sizeof *p)))
        return NULL;
    atomic_init(&p->refs, 1);
    p->seq = seq;
    p->block = mem_new(h.nblock, sizeof *p->block);
    if (!p->block || !read_parts(p, how, m, &h) || !tile_pack_seal(p)) {
        tile_pack_drop(p);
        return NULL;
    }
    f->end = m->len;
    tile_pack_rest(p); /* all was read to check it */
    return p;
}

Pack *tile_pack_load(PackFile *f, const TileView *how, int64_t seq)
{
    TileMap *m = map_open(f->path);
    Pack *p = m ? read_map(m, f, how, seq) : NULL;

    if (m)
        tile_map_drop(m); /* the blocks hold theirs */
    return p;
}

void tile_pack_rest(const Pack *p)
{
    const TileMap *last = NULL;

    for (size_t i = 0; i < p->n; i++) {
        const TileMap *m = p->block[i]->map;

        if (m && m != last)
            (void)madvise(m->at, m->len, MADV_DONTNEED);
        last = m ? m : last;
    }
}

/* --- writing ------------------------------------------------------------------------------------------------ */
static bool write_at(int fd, const void *p, size_t n, uint64_t at)
{
    const uint8_t *from = p;

    while (n) {
        ssize_t done = pwrite(fd, from, n, (off_t)at);

        if (done <= 0)
            return false;
        from += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

static bool write_index(int fd, const PackFile *f, const Pack *p, FileBlock view, uint64_t at, uint64_t *end)
{
    const size_t nsquare = p->view ? p->view->n : 0, n = p->n + nsquare + 1;
    FileBlock *index = mem_new(n, sizeof *index);
    FileHead h = { "SZTILE1", FORMAT, f->model, p->seq, at, p->n, nsquare, 0, 0 };
    bool good = index != NULL;

    for (size_t i = 0; good && i < p->n; i++)
        index[i] = (FileBlock){ p->block[i]->file_at, p->block[i]->bytes.len, p->block[i]->hash };
    for (size_t i = 0; good && i < nsquare; i++) {
        const Square *s = p->view->square[i];

        index[p->n + i] = (FileBlock){ s->file_at, s->bytes.len, s->hash };
    }
    if (good) {
        index[n - 1] = view;
        h.index_hash = hash64((Bytes){ (const uint8_t *)index, n * sizeof *index });
        h.self = self_of(&h);
        good = write_at(fd, index, n * sizeof *index, at) && write_at(fd, &h, sizeof h, 0);
    }
    mem_free(index);
    *end = at + n * sizeof *index;
    return good;
}

/* Behind *at, unless it has its place already and not `all` is written. */
static bool write_part(int fd, Bytes bytes, bool all, uint64_t *file_at, uint64_t *at)
{
    if (*file_at && !all)
        return true;
    *file_at = *at;
    *at += bytes.len;
    return write_at(fd, bytes.ptr, bytes.len, *file_at);
}

static bool write_view(int fd, const Pack *p, FileBlock *out, uint64_t *at)
{
    Buf b;
    bool good;

    buf_init(&b, 64 << 20);
    good = !p->view || tile_view_write(p->view, &b);
    *out = (FileBlock){ *at, b.len, tile_hash(BYTES(buf_text(&b))) };
    good = good && write_at(fd, buf_text(&b).ptr, b.len, *at);
    *at += b.len;
    buf_clear(&b);
    return good;
}

/* All parts (or those without a place) from `at` on, then the index, then the head. */
static bool write_parts(int fd, PackFile *f, Pack *p, bool all, uint64_t at)
{
    static const char zeros[HEAD_ROOM];
    FileBlock view;
    uint64_t end = 0;
    bool good = !all || write_at(fd, zeros, sizeof zeros, 0);

    at = (at + 7) & ~(uint64_t)7;
    for (size_t i = 0; good && i < p->n; i++)
        good = write_part(fd, p->block[i]->bytes, all, &p->block[i]->file_at, &at);
    for (size_t i = 0; good && p->view && i < p->view->n; i++)
        good = write_part(fd, p->view->square[i]->bytes, all, &p->view->square[i]->file_at, &at);
    good = good && write_view(fd, p, &view, &at) && write_index(fd, f, p, view, at, &end);
    f->end = good ? end : 0;
    return good;
}

static bool wasteful(const PackFile *f, const Pack *p)
{
    uint64_t live = 0;

    for (size_t i = 0; i < p->n; i++)
        live += p->block[i]->bytes.len;
    for (size_t i = 0; p->view && i < p->view->n; i++)
        live += p->view->square[i]->bytes.len;
    return f->end == 0 || f->end > 2 * live + WASTE_LEAST;
}

static bool save_whole(PackFile *f, Pack *p)
{
    char temporary[4096];
    int fd;
    bool good;

    if (snprintf(temporary, sizeof temporary, "%s.new", f->path) >= (int)sizeof temporary)
        return false;
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return false;
    good = write_parts(fd, f, p, true, HEAD_ROOM);
    good = close(fd) == 0 && good && rename(temporary, f->path) == 0;
    if (!good)
        (void)unlink(temporary);
    return good;
}

bool tile_pack_save(PackFile *f, Pack *p, Err *err)
{
    int fd;
    bool good;

    if (wasteful(f, p)) {
        good = save_whole(f, p);
    } else {
        fd = open(f->path, O_WRONLY | O_CLOEXEC);
        good = fd >= 0 && write_parts(fd, f, p, false, f->end);
        if (fd >= 0)
            good = close(fd) == 0 && good;
    }
    if (good)
        return true;
    f->end = 0; /* next time whole */
    return FAIL(err, BASE_IO, str_of(f->path), "pack");
}
