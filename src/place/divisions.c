/* src/place/divisions.c - divisions by name: suffixes may be missing, numbers of groups may be written in any way. */
#include "place/place.h"
#include <stdlib.h>

static const char *const level_name[] = { "province", "city", "county", "township", "village", "group" };

static int level_of(Str name)
{
    for (size_t i = 0; i < LEN(level_name); i++)
        if (str_eq(name, str_of(level_name[i])))
            return (int)i;
    return -1;
}

typedef struct Reading {
    ProcessRun *run;
    Places *p;
    const PackProperty *code, *name, *level, *seat;
} Reading;

static bool grow(Reading *r)
{
    Place *more;

    if (r->p->n < r->p->size)
        return true;
    r->p->size = r->p->size ? r->p->size * 2 : 1024;
    more = NEWS(r->run->a, Place, r->p->size);
    if (more && r->p->n)
        memcpy(more, r->p->place, r->p->n * sizeof *more);
    r->p->place = more;
    return more != NULL;
}

static Str text(const LedgerRecord *record, const PackProperty *p, Arena *a)
{
    return p && record->value[p->index].kind == CQL_TEXT ? str_copy(a, record->value[p->index].text)
                                                         : (Str){ "", 0 };
}

static bool see(void *ctx, const LedgerRecord *record)
{
    Reading *r = ctx;
    const CqlValue seat = r->seat ? record->value[r->seat->index] : (CqlValue){ .kind = CQL_NULL };
    Place one = { .level = level_of(text(record, r->level, r->run->a)) };

    if (one.level < 0)
        return true;
    if (!grow(r))
        return false;
    one.id = str_copy(r->run->a, record->id);
    one.code = text(record, r->code, r->run->a);
    one.name = text(record, r->name, r->run->a);
    if (seat.kind == CQL_GEOM)
        one.has_point = geo_centre(seat.geom, &one.x, &one.y);
    r->p->place[r->p->n++] = one;
    return true;
}

static int by_code(const void *x, const void *y)
{
    return str_cmp(((const Place *)x)->code, ((const Place *)y)->code);
}

bool place_read(ProcessRun *run, Places *out, Err *err)
{
    Reading r = { run, out, NULL, NULL, NULL, NULL };
    LedgerQuery q = { .no_geometry = true };
    const PackProperty *only[4];
    LedgerPage page;

    *out = (Places){ .division = pack_collection(run->model, STR("division")) };
    if (!out->division)
        return FAIL(err, PROCESS_NO_MODEL, STR("division"), "model");
    r.code = pack_property(out->division, STR("code"));
    r.name = pack_property(out->division, STR("name"));
    r.level = pack_property(out->division, STR("level"));
    r.seat = pack_property(out->division, STR("seat"));
    if (!r.code || !r.name || !r.level)
        return FAIL(err, PROCESS_NO_MODEL, STR("division"), "model");
    only[q.nonly++] = r.code;
    only[q.nonly++] = r.name;
    only[q.nonly++] = r.level;
    if (r.seat)
        only[q.nonly++] = r.seat;
    q.only = only;
    q.collection = out->division;
    if (!ledger_select(run->view, &q, see, &r, run->a, &page, err))
        return false;
    if (out->n)
        qsort(out->place, out->n, sizeof *out->place, by_code);
    return true;
}

const Place *place_find(const Places *p, Str code)
{
    const Place key = { .code = code };

    return p->n ? bsearch(&key, p->place, p->n, sizeof key, by_code) : NULL;
}

/* The code above: 990121110204003 → 990121110204 → 990121110000 → 990121000000 … */
static Str above(Str code, Arena *a)
{
    static const size_t end[] = { 2, 4, 6, 9 };

    if (code.len > 12)
        return str_sub(code, 0, 12);
    for (size_t i = LEN(end); i-- > 0;) {
        const Str up = str_fmt(a, "%.*s%.*s", (int)end[i], code.ptr, (int)(12 - end[i]), "0000000000");

        if (!str_eq(up, code))
            return up;
    }
    return (Str){ "", 0 };
}

Str place_path(const Places *p, Str code, Arena *a)
{
    Str path = { "", 0 };

    for (int i = 0; i < 6 && code.len; i++) {
        const Place *one = place_find(p, code);
        const Str up = above(code, a);

        if (one && one->level >= 2)
            path = str_fmt(a, "%.*s%.*s", STRV(one->name), STRV(path));
        if (str_eq(up, code))
            break;
        code = up;
    }
    return path;
}

/* --- names in addresses ------------------------------------------------------------------------------------------ */
static const char *const suffix[] = { "村民委员会", "居民委员会", "街道办事处", "街道", "社区", "地区",
    "村委会", "自治县", "村", "镇", "乡", "县", "区", "市", "省", "组" };

static Str bare(Str name)
{
    for (size_t i = 0; i < LEN(suffix); i++) {
        const Str s = str_of(suffix[i]);

        /* at least two characters stay: 石桥村 → 石桥, but 中村 stays */
        if (str_ends(name, s) && name.len >= s.len + 6)
            return str_sub(name, 0, name.len - s.len);
    }
    return name;
}

static size_t after_suffix(Str rest)
{
    for (size_t i = 0; i < LEN(suffix); i++)
        if (str_starts(rest, str_of(suffix[i])))
            return strlen(suffix[i]);
    return 0;
}

/* 十二, 12, 二 … up to 99; 0: no number there. */
static int read_count(Str *s)
{
    static const char *const digit[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十" };
    int n = 0;
    bool ten = false, any = false;

    while (s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9' && n < 1000) {
        n = n * 10 + (s->ptr[0] - '0');
        *s = str_sub(*s, 1, s->len);
        any = true;
    }
    while (!any && s->len) {
        int d = 10;

        while (d >= 0 && !str_starts(*s, str_of(digit[d])))
            d--;
        if (d < 0)
            break;
        *s = str_sub(*s, 3, s->len);
        n = d == 10 ? (n ? n * 10 : 10) : ten || !n ? n + d : n;
        ten = ten || d == 10;
    }
    return n;
}

static size_t match_group(const Place *p, Str address)
{
    Str name = p->name, at = address;
    int want, got;

    if (str_starts(name, STR("第")))
        name = str_sub(name, 3, name.len);
    if (str_starts(at, STR("第")))
        at = str_sub(at, 3, at.len);
    want = read_count(&name);
    got = read_count(&at);
    if (!want || want != got)
        return 0;
    if (str_starts(at, STR("村民小组")))
        return address.len - at.len + strlen("村民小组");
    return str_starts(at, STR("组"))   ? address.len - at.len + strlen("组")
           : str_starts(at, STR("队")) ? address.len - at.len + 3
                                       : 0;
}

size_t place_match(const Place *p, Str address)
{
    const Str name = bare(p->name);

    if (str_starts(address, p->name))
        return p->name.len;
    if (p->level == 5 && match_group(p, address))
        return match_group(p, address);
    if (name.len < p->name.len && str_starts(address, name))
        return name.len + after_suffix(str_sub(address, name.len, address.len));
    return 0;
}

/* --- where it is ----------------------------------------------------------------------------------------------------- */
bool place_point(ProcessRun *run, const Places *p, const Place *one, double *x, double *y)
{
    for (int i = 0; one && i < 6; i++) {
        LedgerRecord record;
        Err err = { 0 };

        if (one->has_point) {
            *x = one->x;
            *y = one->y;
            return true;
        }
        if (ledger_get(run->view, p->division, one->id, INT64_MIN, INT64_MIN, run->a, &record, &err) &&
            record.geometry.len && geo_centre(record.geometry, x, y))
            return true;
        one = place_find(p, above(one->code, run->a));
    }
    return false;
}

static void member(Buf *b, const char *key, Str value)
{
    if (b->ptr[b->len - 1] != '{')
        buf_c(b, ',');
    buf_json_str(b, str_of(key));
    buf_c(b, ':');
    buf_json_str(b, value);
}

void place_candidate(ProcessRun *run, const Places *p, const Place *one, double score, Str rest, Buf *b)
{
    double x, y;

    buf_c(b, '{');
    member(b, "collection", STR("division"));
    member(b, "id", one->id);
    member(b, "name", one->name);
    member(b, "division", one->code);
    member(b, "address", place_path(p, one->code, run->a));
    member(b, "level", str_of(level_name[one->level]));
    member(b, "rest", rest);
    buf_str(b, STR(",\"score\":"));
    buf_fixed(b, score, 3);
    buf_str(b, STR(",\"geometry\":"));
    if (place_point(run, p, one, &x, &y)) {
        buf_str(b, STR("{\"type\":\"Point\",\"coordinates\":["));
        buf_fixed(b, x, 7);
        buf_c(b, ',');
        buf_fixed(b, y, 7);
        buf_str(b, STR("]}"));
    } else
        buf_str(b, STR("null"));
    buf_c(b, '}');
}
