/* tests/files/files_test.c - attachments: what they are by their bytes, the place made blank, kept whole or not at all, small
 * pictures by a child. The inputs are those of fuzz/corpus/files_look.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>
#include <cmocka.h>
#include "files/files.h"

#define CORPUS SOURCE_DIR "/fuzz/corpus/files_look/"

static Str input(Arena *a, const char *name)
{
    Str s;
    Err err = { 0 };

    if (!file_read(str_fmt(a, CORPUS "%s", name).ptr, FILES_MAX, a, &s, &err))
        fail_msg("%s", name);
    return s;
}

/* --- what it is: rows first ------------------------------------------------------------------------------------------ */
static const struct Row {
    const char *name, *mime; /* NULL: refused */
    uint32_t width, height;
    int turn;
    bool picture, shown;
} row[] = {
    { "jpeg-no-exif", "image/jpeg", 12, 8, 1, true, true },
    { "jpeg-exif-le-gps", "image/jpeg", 8, 12, 6, true, true }, /* a phone held upright */
    { "jpeg-exif-be-gps-second-picture", "image/jpeg", 12, 8, 1, true, true },
    { "jpeg-exif-many-entries", "image/jpeg", 8, 12, 6, true, true },
    { "jpeg-cut", "image/jpeg", 0, 0, 1, true, true },
    { "png-exif-gps", "image/png", 12, 8, 1, true, true },
    { "gif", "image/gif", 12, 8, 1, true, true },
    { "webp-lossless", "image/webp", 12, 8, 1, true, true },
    { "webp-vp8x-exif-xmp", "image/webp", 12, 8, 1, true, true },
    { "tiff", "image/tiff", 12, 8, 1, true, false },
    { "mp4-place", "video/mp4", 0, 0, 1, false, true },
    { "m4a", "audio/mp4", 0, 0, 1, false, true },
    { "ogg-opus", "audio/ogg", 0, 0, 1, false, true },
    { "webm", "video/webm", 0, 0, 1, false, true },
    { "wav", "audio/wav", 0, 0, 1, false, true },
    { "pdf", "application/pdf", 0, 0, 1, false, true },
    { "ofd", "application/ofd", 0, 0, 1, false, false },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 0, 0, 1, false, false },
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 0, 0, 1, false,
        false },
    { "doc", "application/msword", 0, 0, 1, false, false },
    { "zip", "application/zip", 0, 0, 1, false, false },
    { "zip-cut", NULL, 0, 0, 0, false, false },
    { "ogg-unknown", NULL, 0, 0, 0, false, false },
    { "heic-refused", NULL, 0, 0, 0, false, false },
    { "html-refused", NULL, 0, 0, 0, false, false },
    { "svg-refused", NULL, 0, 0, 0, false, false },
};

static void bytes_say_what_it_is(void **state)
{
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        FilesLook l = { 0 };
        Err err = { 0 };
        const bool good = files_look(BYTES(input(a, row[i].name)), &l, &err);

        if (good != (row[i].mime != NULL) || (!good && err.kind != &FILES_UNKNOWN))
            fail_msg("%s: %s", row[i].name, good ? l.mime : "refused");
        if (good && (strcmp(l.mime, row[i].mime) || l.width != row[i].width || l.height != row[i].height ||
                        l.turn != row[i].turn || l.picture != row[i].picture || l.shown != row[i].shown))
            fail_msg("%s: %s %u x %u turn %d", row[i].name, l.mime, l.width, l.height, l.turn);
    }
    arena_free(a);
}

/* --- the place ---------------------------------------------------------------------------------------------------------- */
static void the_place_is_made_blank(void **state)
{
    static const struct {
        const char *name, *gone; /* what must not stand there any more */
        size_t n;
    } place[] = {
        { "jpeg-exif-le-gps", "\x1f\0\0\0\1\0\0\0\x18\0\0\0", 12 }, /* 31°24' */
        { "jpeg-exif-le-gps", "GPSLatitude", 11 },
        { "jpeg-exif-be-gps-second-picture", "\0\0\0\x1f\0\0\0\1\0\0\0\x18", 12 },
        { "png-exif-gps", "\0\0\0\x1f\0\0\0\1\0\0\0\x18", 12 },
        { "png-exif-gps", "GPSLatitude", 11 },
        { "webp-vp8x-exif-xmp", "\x1f\0\0\0\1\0\0\0\x18\0\0\0", 12 },
        { "webp-vp8x-exif-xmp", "GPSLatitude", 11 },
        { "tiff-gps", "\x1f\0\0\0\1\0\0\0\x18\0\0\0", 12 },
        { "mp4-place", "+31.4034", 8 },
    };
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(place); i++) {
        const Str s = input(a, place[i].name);
        FilesLook before, after;
        Err err = { 0 };

        assert_true(files_look(BYTES(s), &before, &err));
        assert_non_null(memmem(s.ptr, s.len, place[i].gone, place[i].n));
        files_hide_place((uint8_t *)(uintptr_t)s.ptr, s.len, &before);
        if (memmem(s.ptr, s.len, place[i].gone, place[i].n))
            fail_msg("%s: it still stands there", place[i].name);
        assert_true(
            files_look(BYTES(s), &after, &err) && before.turn == after.turn && before.width == after.width);
    }
    arena_free(a);
}

static void a_file_without_a_place_stays_as_it_is(void **state)
{
    static const char *const name[] = { "jpeg-no-exif", "gif", "webp-lossless", "tiff", "pdf", "m4a",
        "xlsx" };
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(name); i++) {
        const Str s = input(a, name[i]), kept = str_copy(a, s);
        FilesLook l;
        Err err = { 0 };

        assert_true(files_look(BYTES(s), &l, &err));
        files_hide_place((uint8_t *)(uintptr_t)s.ptr, s.len, &l);
        assert_true(str_eq(s, kept));
    }
    arena_free(a);
}

/* --- the folder ----------------------------------------------------------------------------------------------------------- */
typedef struct Place {
    char dir[64];
    Arena *a;
} Place;

static int start(void **state)
{
    static Place p;

    p = (Place){ .dir = "/tmp/sangzi-files-XXXXXX", .a = arena_new(0) };
    assert_non_null(mkdtemp(p.dir));
    *state = &p;
    return 0;
}

static int stop(void **state)
{
    Place *p = *state;
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
    assert_int_equal(system(command), 0);
    arena_free(p->a);
    return 0;
}

static bool keep(Place *p, const char *name, FilesInfo *info, bool *fresh, Err *err)
{
    return files_keep(p->dir, str_fmt(p->a, CORPUS "%s", name).ptr, false, info, fresh, err);
}

static void the_same_bytes_are_one_file(void **state)
{
    Place *p = *state;
    FilesInfo one, two;
    FilesView *v;
    bool fresh;
    Err err = { 0 };

    assert_true(keep(p, "jpeg-exif-le-gps", &one, &fresh, &err) && fresh);
    assert_true(keep(p, "jpeg-exif-le-gps", &two, &fresh, &err) && !fresh);
    assert_string_equal(one.id, two.id);
    assert_true(files_held(p->dir, str_of(one.id)) && !files_held(p->dir, STR("../../etc/passwd")));
    assert_true(files_open(p->dir, str_of(one.id), &v, &err));
    assert_true(v->bytes.len == 612 && v->info.look.width == 8);
    assert_null(memmem(v->bytes.ptr, v->bytes.len, "GPSLatitude", 11));
    files_close(v);
    assert_false(files_open(p->dir, STR("00"), &v, &err));
    assert_ptr_equal(err.kind, &FILES_NOT_HERE);
}

static void what_is_refused_leaves_nothing(void **state)
{
    Place *p = *state;
    FilesInfo info;
    bool fresh;
    Err err = { 0 };

    assert_false(keep(p, "html-refused", &info, &fresh, &err));
    assert_ptr_equal(err.kind, &FILES_UNKNOWN);
    assert_false(keep(p, "empty", &info, &fresh, &err));
    assert_ptr_equal(err.kind, &FILES_EMPTY);
    assert_int_equal(access(str_fmt(p->a, "%s/files", p->dir).ptr, F_OK), -1);
}

/* The disk takes not one byte more: an error, and no half file under any name. */
static void a_full_disk_leaves_no_half_file(void **state)
{
    Place *p = *state;
    struct rlimit was, none;
    FilesInfo info;
    bool fresh, good;
    size_t n = 0;
    Str *names;
    Err err = { 0 };

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    none = (struct rlimit){ 100, was.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    good = keep(p, "jpeg-exif-le-gps", &info, &fresh, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_true(!good && err.kind);
    for (size_t i = 0; i < 256; i++) { /* the folders may be there; nothing is in them */
        const char *top = str_fmt(p->a, "%s/files/%02zx", p->dir, i).ptr;

        if (file_exists(top)) {
            assert_true(dir_list(top, p->a, &names, &n, &err) && n == 1);
            assert_true(dir_list(str_fmt(p->a, "%s/%.*s", top, STRV(names[0])).ptr, p->a, &names, &n, &err));
            assert_int_equal(n, 0);
        }
    }
    assert_true(keep(p, "jpeg-exif-le-gps", &info, &fresh, &err) && fresh);
}

static bool count_bad(void *ctx, Str id, bool good)
{
    size_t *n = ctx;

    (void)id;
    n[0]++;
    n[1] += !good;
    return true;
}

static void an_altered_file_is_named_and_not_copied(void **state)
{
    Place *p = *state;
    FilesInfo one, two;
    size_t n[2] = { 0, 0 }, copied;
    bool fresh;
    const char *path, *to = str_fmt(p->a, "%s/copy", p->dir).ptr,
                      *from = str_fmt(p->a, "%s/files", p->dir).ptr;
    Err err = { 0 };

    assert_true(keep(p, "pdf", &one, &fresh, &err) && keep(p, "gif", &two, &fresh, &err));
    path = str_fmt(p->a, "%s/files/%.2s/%.2s/%s", p->dir, one.id, one.id + 2, one.id).ptr;
    assert_true(file_write(path, BYTES(STR("%PDF-1.4 another")), 0640, &err));
    assert_true(files_each(p->dir, count_bad, n, &err));
    assert_true(n[0] == 2 && n[1] == 1);
    assert_true(files_copy(from, to, &copied, &err) && copied == 1);
    assert_true(files_copy(from, to, &copied, &err) && copied == 0);
}

/* --- small pictures ---------------------------------------------------------------------------------------------------------- */
static void a_small_picture_is_turned_and_has_no_place(void **state)
{
    Place *p = *state;
    FilesInfo info;
    FilesLook l;
    bool fresh;
    const char *path;
    Str s;
    Err err = { 0 };

    assert_true(files_keep(
        p->dir, SOURCE_DIR "/packs/02-infrastructure/stories/2.1-pothole.jpg", false, &info, &fresh, &err));
    assert_true(info.look.width == 480 && info.look.height == 640);
    assert_true(files_thumb(p->dir, str_of(info.id), 160, p->a, &path, &err));
    assert_true(file_read(path, 1 << 20, p->a, &s, &err) && files_look(BYTES(s), &l, &err));
    assert_true(l.width == 120 && l.height == 160 && l.turn == 1);
    assert_null(memmem(s.ptr, s.len, "Exif", 4));
}

static void every_kind_of_picture_becomes_small(void **state)
{
    static const char *const name[] = { "jpeg-no-exif", "png-exif-gps", "gif", "webp-lossless", "tiff" };
    Place *p = *state;

    for (size_t i = 0; i < LEN(name); i++) {
        FilesInfo info;
        FilesLook l;
        bool fresh;
        const char *path;
        Str s;
        Err err = { 0 };

        assert_true(keep(p, name[i], &info, &fresh, &err));
        if (!files_thumb(p->dir, str_of(info.id), 320, p->a, &path, &err))
            fail_msg("%s: %s %s", name[i], err.kind->code, err.hint);
        assert_true(file_read(path, 1 << 20, p->a, &s, &err) && files_look(BYTES(s), &l, &err));
        assert_true(l.width == 12 && l.height == 8); /* never larger than it was */
    }
}

static void a_broken_picture_is_an_error(void **state)
{
    Place *p = *state;
    FilesInfo info;
    bool fresh;
    const char *path;
    Err err = { 0 };

    assert_true(keep(p, "jpeg-cut", &info, &fresh, &err));
    assert_false(files_thumb(p->dir, str_of(info.id), 160, p->a, &path, &err));
    assert_ptr_equal(err.kind, &FILES_NO_PICTURE);
    assert_true(keep(p, "pdf", &info, &fresh, &err));
    assert_false(files_thumb(p->dir, str_of(info.id), 160, p->a, &path, &err));
    assert_ptr_equal(err.kind, &FILES_NO_PICTURE);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(bytes_say_what_it_is),
        cmocka_unit_test(the_place_is_made_blank),
        cmocka_unit_test(a_file_without_a_place_stays_as_it_is),
        cmocka_unit_test_setup_teardown(the_same_bytes_are_one_file, start, stop),
        cmocka_unit_test_setup_teardown(what_is_refused_leaves_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_no_half_file, start, stop),
        cmocka_unit_test_setup_teardown(an_altered_file_is_named_and_not_copied, start, stop),
        cmocka_unit_test_setup_teardown(a_small_picture_is_turned_and_has_no_place, start, stop),
        cmocka_unit_test_setup_teardown(every_kind_of_picture_becomes_small, start, stop),
        cmocka_unit_test_setup_teardown(a_broken_picture_is_an_error, start, stop),
    };

    if (argc == 5 && !strcmp(argv[2], "picture")) /* the child is this very program, run again */
        return files_worker(0, 1, (unsigned)strtoul(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10));
    return cmocka_run_group_tests(test, NULL, NULL);
}
