/* src/road/road_condition.c - from inspections to the condition of every road section.
 *
 *   road_inspection (IRI, DR, RD)  ──►  its own RQI PCI RDI PQI, matched
 *   the latest of each section     ──►  section: RQI PCI PQI (MQI), condition, last_inspected; auto_inspected_on
 *   phone records (RMS, speed)     ──►  IRI of the nearest section, where nothing newer is known
 *
 * Only what differs is written, as LEDGER_DERIVE, in batches: running it again writes nothing.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "process/process.h"
#include "road/road.h"

enum { BATCH = 500, FIELDS = 12, NEAR_M = 25, STRIDE = 256 };
typedef struct Road {
    Str code, class;
} Road;
typedef struct Derived { /* values of one record, now and wanted */
    const PackProperty *p[FIELDS];
    CqlValue is[FIELDS], be[FIELDS];
    size_t n;
} Derived;
typedef struct Section {
    char id[ULID_LEN + 1];
    Str road;
    int64_t from, to;
    RoadSurface surface;
    bool high;
    double length;
    Bytes line;
    RoadIndexes now;
    double iri; /* of phones */
    size_t nphone;
    int64_t latest, automatic; /* µs; INT64_MIN: never */
    size_t nlatest;            /* inspections of the latest day, averaged: both directions */
    Derived derived;
} Section;
typedef struct Work {
    ProcessRun *run;
    const PackCollection *road, *section, *inspection;
    Map *roads, *sections;
    Section **all;
    size_t n, size;
    LedgerChange *change;
    size_t nchange, written, same, unmatched;
    Arena *batch;
    Err *err;
    bool bad;
} Work;

/* --- values ------------------------------------------------------------------------------------------------------ */
static CqlValue value(const LedgerRecord *r, const PackCollection *c, const char *name)
{
    const PackProperty *p = pack_property(c, str_of(name));

    return p ? r->value[p->index] : (CqlValue){ .kind = CQL_NULL };
}

static double number(const LedgerRecord *r, const PackCollection *c, const char *name)
{
    const CqlValue v = value(r, c, name);

    return v.kind == CQL_NUMBER ? v.number : v.kind == CQL_INT ? (double)v.integer : NAN;
}

static Str text(const LedgerRecord *r, const PackCollection *c, const char *name, Arena *a)
{
    const CqlValue v = value(r, c, name);

    return v.kind == CQL_TEXT ? str_copy(a, v.text) : (Str){ "", 0 };
}

static CqlValue of_number(double n, int digits)
{
    const double scale = pow(10, digits);

    return isnan(n) ? (CqlValue){ .kind = CQL_NULL }
                    : (CqlValue){ .kind = CQL_NUMBER, .number = round(n * scale) / scale };
}

static CqlValue of_text(Str s)
{
    return s.len ? (CqlValue){ .kind = CQL_TEXT, .text = s } : (CqlValue){ .kind = CQL_NULL };
}

static CqlValue of_day(int64_t us)
{
    return us == INT64_MIN
               ? (CqlValue){ .kind = CQL_NULL }
               : (CqlValue){ .kind = CQL_DATE, .date = (int32_t)((us + 8 * 3600 * TIME_SECOND) / TIME_DAY) };
}

static CqlValue keep(CqlValue v, Arena *a)
{
    if (v.kind == CQL_TEXT)
        v.text = str_copy(a, v.text);
    return v;
}

static Bytes keep_bytes(Bytes b, Arena *a)
{
    const Str copy = str_copy(a, TEXT(b));

    return BYTES(copy);
}

/* Only what the pack declares as ours is derived; an own pack may leave some out. */
static void derive(Derived *d, const PackCollection *c, const char *name, CqlValue be)
{
    const PackProperty *p = pack_property(c, str_of(name));

    for (size_t i = 0; p && i < d->n; i++)
        if (d->p[i] == p) {
            d->be[i] = be;
            return;
        }
}

static void know(
    Derived *d, const PackCollection *c, const LedgerRecord *r, const char *const *name, Arena *a)
{
    for (; *name && d->n < FIELDS; name++) {
        const PackProperty *p = pack_property(c, str_of(*name));

        if (!p || p->derive != PACK_OTHERS)
            continue;
        d->p[d->n] = p;
        d->is[d->n++] = keep(r->value[p->index], a);
    }
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */
static bool flush(Work *w)
{
    LedgerTx tx = { .who = w->run->view.who,
        .via = STR("process"),
        .source = STR("computed"),
        .reason = STR("road-condition"),
        .effective = INT64_MIN,
        .at = w->run->at,
        .change = w->change,
        .nchange = w->nchange };
    LedgerProblems said = { 0 };
    LedgerDone *done = NEWS(w->batch, LedgerDone, w->nchange + 1);
    bool good;

    if (!w->nchange)
        return true;
    if (!done)
        return FAIL(w->err, BASE_NO_MEMORY, STR("batch"), "job");
    good = ledger_write(w->run->ledger, &tx, w->batch, done, &said, w->err);
    mem_free(said.item);
    if (!good)
        return false;
    w->written += w->nchange;
    w->nchange = 0;
    arena_clear(w->batch);
    return true;
}

static bool put(Work *w, const PackCollection *c, Str id, const Derived *d)
{
    LedgerField *field = NEWS(w->batch, LedgerField, FIELDS);
    size_t n = 0;

    if (!field)
        return FAIL(w->err, BASE_NO_MEMORY, STR("batch"), "job");
    for (size_t i = 0; i < d->n; i++)
        if (d->is[i].kind != d->be[i].kind || (d->be[i].kind != CQL_NULL && !cql_equal(d->is[i], d->be[i])))
            field[n++] = (LedgerField){ d->p[i], keep(d->be[i], w->batch) };
    w->same += n == 0;
    if (!n)
        return true;
    LedgerChange *change = &w->change[w->nchange++];

    *change = (LedgerChange){ .verb = LEDGER_DERIVE,
        .collection = c,
        .if_version = -1,
        .field = field,
        .nfield = n,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MAX };
    snprintf(change->id, sizeof change->id, "%.*s", STRV(id));
    return w->nchange < BATCH || flush(w);
}

/* --- reading roads and sections ------------------------------------------------------------------------------------------ */
static bool select_all(
    Work *w, const PackCollection *c, bool geometry, bool (*see)(void *, const LedgerRecord *))
{
    LedgerQuery q = { .collection = c, .no_geometry = !geometry };
    LedgerPage page;

    if (c != w->road)
        q.division = process_text(w->run, "division");
    return ledger_select(w->run->view, &q, see, w, w->run->a, &page, w->err) && !w->bad;
}

static bool see_road(void *ctx, const LedgerRecord *r)
{
    Work *w = ctx;
    Road *road = NEW(w->run->a, Road);
    const Str id = str_copy(w->run->a, r->id);

    if (!road || !id.ptr)
        return false;
    road->code = text(r, w->road, "code", w->run->a);
    road->class = text(r, w->road, "class", w->run->a);
    w->bad = !map_put(w->roads, id, road);
    return !w->bad;
}

static RoadSurface surface_of(Str name)
{
    return str_eq(name, STR("沥青")) ? ROAD_ASPHALT : str_eq(name, STR("水泥")) ? ROAD_CEMENT : ROAD_UNPAVED;
}

static bool grow(Work *w)
{
    Section **all;

    if (w->n < w->size)
        return true;
    w->size = w->size ? w->size * 2 : 1024;
    all = NEWS(w->run->a, Section *, w->size);
    if (all && w->n)
        memcpy(all, w->all, w->n * sizeof *all);
    w->all = all;
    return all != NULL;
}

static bool see_section(void *ctx, const LedgerRecord *r)
{
    static const char *const name[] = { "name", "class", "length", "pqi", "rqi", "pci", "mqi", "condition",
        "last_inspected", "auto_inspected_on", NULL };
    Work *w = ctx;
    Arena *a = w->run->a;
    Section *s = NEW(a, Section);
    const PackCollection *c = w->section;

    w->bad = !s || !grow(w);
    if (w->bad)
        return false;
    snprintf(s->id, sizeof s->id, "%.*s", STRV(r->id));
    s->road = text(r, c, "road", a);
    s->from = (int64_t)fmax(0, number(r, c, "from_stake"));
    s->to = (int64_t)fmax(0, number(r, c, "to_stake"));
    s->surface = surface_of(text(r, c, "surface", a));
    s->high = str_eq(text(r, c, "tech_class", a), STR("一"));
    s->length = r->geometry.len ? geo_length_m(r->geometry) / 1000 : (double)(s->to - s->from) / 1000;
    if (json_object_get(w->run->input, "phone"))
        s->line = keep_bytes(r->geometry, a);
    s->latest = s->automatic = INT64_MIN;
    s->now = (RoadIndexes){ NAN, NAN, NAN, NAN, NAN };
    know(&s->derived, c, r, name, a);
    w->all[w->n++] = s;
    w->bad = !map_put(w->sections, str_of(s->id), s);
    return !w->bad;
}

/* --- inspections ------------------------------------------------------------------------------------------------------------ */
static bool automatic(Str by)
{
    return str_eq(by, STR("多功能检测车")) || str_eq(by, STR("手机"));
}

static void blend(double *mean, double v, size_t n)
{
    if (!isnan(v))
        *mean = isnan(*mean) ? v : *mean + (v - *mean) / (double)n;
}

static int64_t day_of(int64_t us)
{
    return (us + 8 * 3600 * TIME_SECOND) / TIME_DAY;
}

/* The latest day counts; what was measured on it (both directions, several runs) is averaged. */
static void take(Section *s, const RoadIndexes *x, int64_t at, bool by_machine)
{
    if (by_machine && at > s->automatic)
        s->automatic = at;
    if (s->latest != INT64_MIN && day_of(at) < day_of(s->latest))
        return;
    if (s->latest == INT64_MIN || day_of(at) > day_of(s->latest)) {
        s->now = (RoadIndexes){ NAN, NAN, NAN, NAN, NAN };
        s->nlatest = 0;
    }
    s->latest = at > s->latest ? at : s->latest;
    s->nlatest++;
    blend(&s->now.pci, x->pci, s->nlatest);
    blend(&s->now.rqi, x->rqi, s->nlatest);
    blend(&s->now.rdi, x->rdi, s->nlatest);
    blend(&s->now.sri, x->sri, s->nlatest);
}

/* A record without IRI may carry what the phone felt: acc_rms (m/s²) and speed (km/h), where the pack has them. */
static double iri_of(const Work *w, const LedgerRecord *r)
{
    const double iri = number(r, w->inspection, "iri");

    return !isnan(iri)
               ? iri
               : road_iri_of_phone(number(r, w->inspection, "acc_rms"), number(r, w->inspection, "speed"),
                     process_number(w->run, "phone_a", 0.6), process_number(w->run, "phone_b", 3.2));
}

static RoadIndexes indexes(const Work *w, const LedgerRecord *r, const Section *s)
{
    RoadIndexes x = { .pci = road_pci(number(r, w->inspection, "dr"), s->surface),
        .rqi = road_rqi(iri_of(w, r), s->high),
        .rdi = road_rdi(number(r, w->inspection, "rd")),
        .sri = number(r, w->inspection, "sri") };

    x.pqi = road_pqi(&x, s->surface, s->high);
    return x;
}

static bool see_inspection(void *ctx, const LedgerRecord *r)
{
    static const char *const name[] = { "pqi", "rqi", "pci", "rdi", "matched", NULL };
    Work *w = ctx;
    const PackCollection *c = w->inspection;
    const CqlValue section = value(r, c, "section"), at = value(r, c, "at"), by = value(r, c, "by");
    Section *s = section.kind == CQL_TEXT ? map_get(w->sections, section.text) : NULL;
    const Section unknown = { .surface = ROAD_ASPHALT };
    const RoadIndexes x = indexes(w, r, s ? s : &unknown);
    Derived d = { .n = 0 };

    know(&d, c, r, name, w->batch);
    derive(&d, c, "pqi", of_number(x.pqi, 1));
    derive(&d, c, "rqi", of_number(x.rqi, 1));
    derive(&d, c, "pci", of_number(x.pci, 1));
    derive(&d, c, "rdi", of_number(x.rdi, 1));
    derive(&d, c, "matched", of_text(s ? STR("唯一") : STR("未匹配")));
    w->unmatched += s == NULL;
    if (s && at.kind == CQL_TIME)
        take(s, &x, at.time, by.kind == CQL_TEXT && automatic(by.text));
    w->bad = !put(w, c, r->id, &d);
    return !w->bad;
}

/* Inspections are read a page at a time: while a page is seen nothing is written to what is being read. */
static bool read_inspections(Work *w)
{
    LedgerQuery q = { .collection = w->inspection, .no_geometry = true, .limit = BATCH - 1 };
    LedgerPage page = { 0 };
    size_t seen = 0;
    const size_t total = (size_t)ledger_count(w->run->view, w->inspection, (Str){ "", 0 });

    q.division = process_text(w->run, "division");
    do {
        if (!ledger_select(w->run->view, &q, see_inspection, w, w->run->a, &page, w->err) || w->bad ||
            !flush(w))
            return false;
        q.token = page.next;
        seen += page.returned;
        if (!process_step(
                w->run, seen, total * 2 + 1, w->run->en ? STR("inspections") : STR("计算检测记录"), w->err))
            return false;
    } while (page.next.len);
    return true;
}

/* --- phones --------------------------------------------------------------------------------------------------------------------- */
static Section *nearest(Work *w, double x, double y)
{
    Section *best = NULL;
    double off, least = NEAR_M;

    for (size_t i = 0; i < w->n; i++) {
        const GeoBox box = w->all[i]->line.len ? geo_wkb_box(w->all[i]->line) : GEO_BOX_NONE;
        const double by = 0.0005; /* some 50 m */

        if (geo_box_empty(box) || x < box.minx - by || x > box.maxx + by || y < box.miny - by ||
            y > box.maxy + by)
            continue;
        (void)geo_locate(w->all[i]->line, x, y, &off);
        if (off < least) {
            least = off;
            best = w->all[i];
        }
    }
    return best;
}

/* [{"lon","lat","at","rms","speed"}, …] of one drive: averaged by section, as the newest automatic inspection of it. */
static bool read_phone(Work *w)
{
    const json_t *list = json_object_get(w->run->input, "phone");
    const double a = process_number(w->run, "phone_a", 0.6), b = process_number(w->run, "phone_b", 3.2);
    int64_t at = time_now();

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        const double iri = road_iri_of_phone(json_number_value(json_object_get(v, "rms")),
            json_number_value(json_object_get(v, "speed")), a, b);
        Section *s = isnan(iri) ? NULL
                                : nearest(w, json_number_value(json_object_get(v, "lon")),
                                      json_number_value(json_object_get(v, "lat")));

        if (!s)
            continue;
        (void)!time_parse(json_str(json_object_get(v, "at")), &at);
        s->iri += iri;
        s->nphone++;
        if (i % STRIDE == 0 &&
            !process_step(w->run, 50, 100, w->run->en ? STR("phone records") : STR("匹配手机记录"), w->err))
            return false;
    }
    for (size_t i = 0; i < w->n; i++) {
        Section *s = w->all[i];
        RoadIndexes x = { NAN, NAN, NAN, NAN, NAN };

        if (!s->nphone)
            continue;
        x.pci = s->now.pci; /* a phone feels no cracks: the distress known stays */
        x.rqi = road_rqi(s->iri / (double)s->nphone, s->high);
        take(s, &x, at, true);
    }
    return true;
}

/* --- sections ------------------------------------------------------------------------------------------------------------------- */
static Str name_of(const Work *w, const Section *s, const Road *road)
{
    Buf b;
    Str name;

    buf_init(&b, 512);
    if (road)
        buf_str(&b, road->code);
    buf_c(&b, ' ');
    pack_stake_text(s->from, &b);
    buf_str(&b, STR("–"));
    pack_stake_text(s->to, &b);
    name = str_copy(w->run->a, str_trim(buf_text(&b)));
    buf_clear(&b);
    return name;
}

static void judge(Work *w, Section *s)
{
    const Road *road = map_get(w->roads, s->road);
    const double pqi = road_pqi(&s->now, s->surface, s->high);
    Derived *d = &s->derived;

    derive(d, w->section, "name", of_text(name_of(w, s, road)));
    derive(d, w->section, "class", of_text(road ? road->class : (Str){ "", 0 }));
    derive(d, w->section, "length", of_number(s->length, 3));
    derive(d, w->section, "pqi", of_number(pqi, 1));
    derive(d, w->section, "rqi", of_number(s->now.rqi, 1));
    derive(d, w->section, "pci", of_number(s->now.pci, 1));
    derive(d, w->section, "mqi", of_number(road_mqi(NAN, pqi, NAN, NAN), 1));
    derive(d, w->section, "condition", of_text(road_word(isnan(pqi) ? pqi : round(pqi * 10) / 10)));
    derive(d, w->section, "last_inspected", of_day(s->latest));
    derive(d, w->section, "auto_inspected_on", of_day(s->automatic));
}

static bool write_sections(Work *w, size_t count[6])
{
    static const char *const words[] = { "优", "良", "中", "次", "差" };

    for (size_t i = 0; i < w->n; i++) {
        Section *s = w->all[i];
        size_t k = 0;

        judge(w, s);
        while (k < 5 &&
               !str_eq(road_word(round(road_pqi(&s->now, s->surface, s->high) * 10) / 10), str_of(words[k])))
            k++;
        count[k]++;
        if (!put(w, w->section, str_of(s->id), &s->derived))
            return false;
        if (i % STRIDE == 0 &&
            !process_step(w->run, w->n + i, w->n * 2, w->run->en ? STR("sections") : STR("评定路段"), w->err))
            return false;
    }
    return flush(w);
}

static void report(Work *w, const size_t count[6])
{
    static const char *const words[] = { "优", "良", "中", "次", "差", "未检测" };
    Buf *b;

    buf_i64(process_out(w->run, "sections"), (int64_t)w->n);
    buf_i64(process_out(w->run, "written"), (int64_t)w->written);
    buf_i64(process_out(w->run, "unchanged"), (int64_t)w->same);
    buf_i64(process_out(w->run, "unmatched"), (int64_t)w->unmatched);
    b = process_out(w->run, "conditions");
    buf_c(b, '{');
    for (size_t i = 0; i < LEN(words); i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, str_of(words[i]));
        buf_fmt(b, ":%zu", count[i]);
    }
    buf_c(b, '}');
    process_log(w->run, "%zu sections, %zu written, %zu unchanged, %zu inspections unmatched", w->n,
        w->written, w->same, w->unmatched);
}

static bool need(ProcessRun *run, const char *name, const PackCollection **out, Err *err)
{
    *out = pack_collection(run->model, str_of(name));
    return *out ? true : FAIL(err, PROCESS_NO_MODEL, str_of(name), "model");
}

static bool road_condition_run(ProcessRun *run, Err *err)
{
    Work w = { .run = run,
        .err = err,
        .roads = map_new(run->a),
        .sections = map_new(run->a),
        .change = NEWS(run->a, LedgerChange, BATCH) };
    size_t count[6] = { 0 };
    bool good;

    if (!w.roads || !w.sections || !w.change)
        return FAIL(err, BASE_NO_MEMORY, STR("roads"), "job");
    if (!need(run, "road", &w.road, err) || !need(run, "road_section", &w.section, err) ||
        !need(run, "road_inspection", &w.inspection, err))
        return false;
    w.batch = arena_new(0);
    good = select_all(&w, w.road, false, see_road) && select_all(&w, w.section, true, see_section) &&
           read_inspections(&w) && read_phone(&w) && write_sections(&w, count);
    arena_free(w.batch);
    if (good)
        report(&w, count);
    else if (!err->kind)
        return FAIL(err, BASE_NO_MEMORY, STR("roads"), "job");
    return good;
}

const Process process_road_condition = { .id = "road-condition",
    .version = "1.0.0",
    .zh = "路况评定",
    .en = "Road condition",
    .about_zh = "由检测记录（检测车、手机、巡检、人工）按 JTG 5210-2018 的公式算出各路段的 RQI、PCI、PQI "
                "与评价；只写有变化的。",
    .about_en = "From inspections the RQI, PCI, PQI and condition of every section, by the formulas of JTG "
                "5210-2018.",
    .run = road_condition_run,
    .input = { { "division", "区划（空：全县）", "Division; empty: all", PROCESS_DIVISION, .optional = true },
        { "phone", "手机振动记录 [{lon,lat,at,rms,speed}]", "Phone records [{lon,lat,at,rms,speed}]",
            PROCESS_JSON, .optional = true },
        { "phone_a", "手机标定 a", "Phone calibration a", PROCESS_NUMBER, "m/km", 0, 10, true },
        { "phone_b", "手机标定 b", "Phone calibration b", PROCESS_NUMBER, "m/km per m/s2", 0, 50, true } },
    .output = { { "sections", "路段数", "Sections", PROCESS_INTEGER },
        { "written", "写入的记录数", "Records written", PROCESS_INTEGER },
        { "unchanged", "没有变化的记录数", "Records unchanged", PROCESS_INTEGER },
        { "unmatched", "未匹配的检测", "Inspections of no section", PROCESS_INTEGER },
        { "conditions", "各评价的路段数", "Sections by condition", PROCESS_JSON } },
    .writes = true };
