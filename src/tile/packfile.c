/* src/tile/packfile.c - a pack in its file: mapped when opened, appended to by changes. It is derived, so nothing is
 * synced: hashes tell when it is not whole, and then it is made anew.
 */
#include "tile/pack.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT = 2, HEAD_ROOM = 4096, WASTE_LEAST = 1 << 20 };
typedef struct FileHead {
    char magic[8];
    uint64_t format, model;
    int64_t seq;
    uint64_t index_at, nblock, index_hash;
    uint64_t self; /* hash of all before */
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
           h->model == f->model && h->seq == seq && h->index_at <= m->len &&
           h->nblock <= (m->len - h->index_at) / sizeof(FileBlock);
}

static bool add_block(Pack *p, TileMap *m, const FileBlock *e)
{
    Block *b;

    if (e->at > m->len || e->len > m->len - e->at || e->at % 8)
        return false;
    b = tile_block_of((Bytes){ (const uint8_t *)m->at + e->at, e->len }, m);
    if (!b)
        return false;
    b->file_at = e->at;
    p->block[p->n++] = b;
    return b->hash == e->hash;
}

static Pack *read_map(TileMap *m, PackFile *f, int64_t seq)
{
    FileHead h;
    Pack *p;
    const uint8_t *index;
    bool good;

    if (!head_of(m, f, seq, &h))
        return NULL;
    index = (const uint8_t *)m->at + h.index_at;
    if (hash64((Bytes){ index, h.nblock * sizeof(FileBlock) }) != h.index_hash ||
        !(p = mem_new(1, sizeof *p)))
        return NULL;
    atomic_init(&p->refs, 1);
    p->seq = seq;
    good = (p->block = mem_new(h.nblock, sizeof *p->block)) != NULL;
    for (uint64_t i = 0; good && i < h.nblock; i++) {
        FileBlock e;

        memcpy(&e, index + i * sizeof e, sizeof e);
        good = add_block(p, m, &e);
    }
    if (!good || !tile_pack_seal(p)) {
        tile_pack_drop(p);
        return NULL;
    }
    f->end = m->len;
    tile_pack_rest(p); /* all was read to check it */
    return p;
}

Pack *tile_pack_load(PackFile *f, int64_t seq)
{
    TileMap *m = map_open(f->path);
    Pack *p = m ? read_map(m, f, seq) : NULL;

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

static bool write_index(int fd, const PackFile *f, const Pack *p, uint64_t at, uint64_t *end)
{
    FileBlock *index = mem_new(p->n, sizeof *index);
    FileHead h = { "SZTILE1", FORMAT, f->model, p->seq, at, p->n, 0, 0 };
    bool good = index != NULL;

    for (size_t i = 0; good && i < p->n; i++)
        index[i] = (FileBlock){ p->block[i]->file_at, p->block[i]->bytes.len, p->block[i]->hash };
    if (good) {
        h.index_hash = hash64((Bytes){ (const uint8_t *)index, p->n * sizeof *index });
        h.self = self_of(&h);
        good = write_at(fd, index, p->n * sizeof *index, at) && write_at(fd, &h, sizeof h, 0);
    }
    mem_free(index);
    *end = at + p->n * sizeof *index;
    return good;
}

/* All blocks (or those without a place) from `at` on, then the index, then the head. */
static bool write_blocks(int fd, PackFile *f, Pack *p, bool all, uint64_t at)
{
    static const char zeros[HEAD_ROOM];
    uint64_t end = 0;
    bool good = !all || write_at(fd, zeros, sizeof zeros, 0);

    at = (at + 7) & ~(uint64_t)7;
    for (size_t i = 0; good && i < p->n; i++) {
        Block *b = p->block[i];

        if (b->file_at && !all)
            continue;
        b->file_at = at;
        good = write_at(fd, b->bytes.ptr, b->bytes.len, at);
        at += b->bytes.len;
    }
    good = good && write_index(fd, f, p, at, &end);
    f->end = good ? end : 0;
    return good;
}

static bool wasteful(const PackFile *f, const Pack *p)
{
    uint64_t live = 0;

    for (size_t i = 0; i < p->n; i++)
        live += p->block[i]->bytes.len;
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
    good = write_blocks(fd, f, p, true, HEAD_ROOM);
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
        good = fd >= 0 && write_blocks(fd, f, p, false, f->end);
        if (fd >= 0)
            good = close(fd) == 0 && good;
    }
    if (good)
        return true;
    f->end = 0; /* next time whole */
    return FAIL(err, BASE_IO, str_of(f->path), "pack");
}
