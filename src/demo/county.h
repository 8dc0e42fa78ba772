/* src/demo/county.h - what the parts of the generator share: the plan of one county, made before its records.
 *
 * Space is a frame in metres (x east of the box's west edge, y south of its north edge) over grids with row 0 north.
 * A small county is a small copy: box, relief and rivers shrink by the root of its share of the 380 villages, so that
 * a village keeps its true size.
 * Memory   everything hangs on County.a; nothing is freed before the end.
 */
#pragma once
#include "demo/demo.h"

enum { TOWNS_MAX = 64, NOBODY = 0xffff, TERRAINS = 4 };
typedef struct Xy {
    double x, y;
} Xy;
typedef struct Line { /* a run of points */
    Xy *p;
    size_t n;
} Line;
typedef struct Grid {
    int w, h;
    double cell; /* m */
} Grid;
typedef enum Terrain { PLAIN, WATERS, HILLS, MOUNTAINS } Terrain;
extern const char *const demo_terrain_name[TERRAINS];

typedef struct Weighted { /* texts with weights, to be drawn */
    Str *text;
    double *weight; /* running sum */
    size_t n;
} Weighted;
typedef struct Data { /* the YAML, opened */
    const Yaml *county, *places, *names, *people, *registers, *stories;
    Str blocked; /* lines of names nobody bears */
} Data;

typedef struct Group {
    Xy seat;
    Str name, code; /* 15 digits */
    size_t village;
    double cells;
} Group;
typedef struct Village {
    Xy seat;
    Str name, bare, code;       /* 竹影村, 竹影, 12 digits */
    size_t town, group, ngroup; /* group: its first */
    bool community;
    size_t surname[3]; /* its clans; SIZE_MAX: none */
    size_t poem;
    size_t persons, households;
    bool past;       /* was something else before */
    uint32_t keeper; /* the person who keeps its roads: its number and 1; 0: not known yet */
} Village;
typedef struct Past { /* a village of before: its name, its code, the groups it had of today's village */
    Str name, code;
    size_t village, part, parts;
    int32_t until;
} Past;
typedef struct Town {
    const Yaml *yaml;
    Str name, code, number; /* 9901210108000: 12 digits; "108" */
    Terrain terrain;
    bool streets;
    Xy seat;
    double area;              /* m² wanted */
    size_t village, nvillage; /* its first; contiguous */
    size_t persons, households;
} Town;
typedef struct Stream { /* a named river or a lake */
    Str name, roman;
    Line line;
} Stream;
typedef struct Section {
    size_t road;
    int32_t from, to; /* stake in m */
    Line line;
    double length; /* m */
    size_t village;
    uint8_t tech, surface; /* indices into tables of road_file.c */
    double width, pqi, gradient;
    bool automatic;
    int built;
} Section;
typedef struct Road {
    Str code, name, class, from, to;
    Line line;
    double length; /* m */
    int32_t start; /* stake of its first point, m */
    size_t town;
    size_t section, nsection;
    bool counted, told;
} Road;

typedef struct Named {     /* something of another register that the gazetteer names too */
    Str name, kind, alias; /* kind of place; alias may be empty */
    size_t village;
    Xy at;
} Named;

typedef struct Picture { /* a drawing: name of its file, caption, SHA-256 of its bytes */
    Str name, title, id;
} Picture;

typedef struct Reader Reader; /* of pinyin */
typedef struct County {
    const DemoSpec *spec;
    Data d;
    Arena *a;
    double share, scale;            /* of the standard county's villages; its root */
    Xy size;                        /* of the box, m */
    double west, north, mlon, mlat; /* degrees; metres in a degree */
    /* terrain on the 60 m grid */
    Grid g;
    float *z;        /* m */
    float *slope;    /* degrees */
    int32_t *down;   /* next cell of the flow; -1: leaves */
    float *upstream; /* km² */
    float *dwater;   /* m to the next river or lake */
    uint8_t *wet;    /* 1 river, 2 lake */
    uint8_t *roadway;
    Stream stream[32];
    size_t nstream;
    Stream lake[8];
    size_t nlake;
    /* who is where, on the same grid; NOBODY outside */
    uint16_t *town_at, *village_at, *group_at;
    Town town[TOWNS_MAX];
    size_t ntown, first; /* first: index of the township made first */
    Village *village;
    size_t nvillage;
    Group *group;
    size_t ngroup;
    Road *road;
    size_t nroad;
    Section *section;
    size_t nsection, section_max;
    size_t persons, households;
    Reader *reader;
    struct People *people;
    Weighted family; /* surnames */
    Bytes pond[48];  /* ponds of the first township without holes, for S06 */
    size_t npond;
    Picture *picture;
    size_t npicture;
    Named *named; /* of the township in hand */
    size_t nnamed, named_max;
    Past past[64];
    size_t npast;
    unsigned merged;
    /* serials that run through the townships */
    uint32_t serial[64];
    double owed[64];        /* facilities, devices …: what rounding left over, by row of registers.yaml */
    unsigned reservoirs[8]; /* made so far, by row of county.yaml */
    uint32_t *patch_serial; /* by village */
    uint16_t *born;         /* people per day of birth and sex, for ID numbers */
} County;

/* --- data.c --- */
bool demo_data_read(const char *dir, Arena *a, Data *out, Err *err) MUST;
double demo_num(const Yaml *map, const char *key); /* 0 where there is none */
double demo_num_at(const Yaml *list, size_t i);
const Yaml *demo_at(const Yaml *list, size_t i);
bool demo_weighted(const Yaml *pairs, Arena *a, Weighted *out) MUST; /* [[text, weight], …] or [text, …] */
size_t demo_draw(const Weighted *w, Rng *r);
Str demo_char(Str s, size_t i); /* the i-th code point */
size_t demo_chars(Str s);
Rng demo_rng(const County *c, const char *what, size_t n);

/* --- terrain.c, erosion.c, flow.c --- */
bool demo_terrain(County *c, Err *err) MUST;
bool demo_erode(float *z, Grid g, int passes, double scale, Arena *a) MUST;
double demo_noise(uint64_t seed, double x, double y); /* −1 … 1, smooth, period 1 */
double demo_fractal(uint64_t seed, double x, double y, int octaves);
bool demo_flow(County *c, Err *err) MUST; /* down, upstream, wet, dwater, streams */
bool demo_fill(float *z, Grid g, int32_t *down, int32_t *order, Arena *a) MUST;
bool demo_dem_write(const County *c, Err *err) MUST;
bool demo_cog_write(const County *c, Err *err) MUST; /* files/dem.tif */

/* --- space.c --- */
static inline bool demo_inside(Grid g, double x, double y)
{
    return x >= 0 && y >= 0 && x < g.w * g.cell && y < g.h * g.cell;
}
size_t demo_cell(Grid g, Xy p); /* clamped */
Xy demo_centre(Grid g, size_t cell);
Xy demo_degrees(const County *c, Xy p);
double demo_distance(Xy a, Xy b);
double demo_line_length(Line l);
Xy demo_along(Line l, double m);
Line demo_cut(Line l, double from, double to, Arena *a); /* piece between two distances */
Line demo_smooth(Line l, int passes, Arena *a);          /* Chaikin; ends stay */
Line demo_thin(Line l, double tolerance, Arena *a);      /* Douglas & Peucker */
Bytes demo_wkb_point(const County *c, Xy p, Arena *a);
Bytes demo_wkb_line(const County *c, Line l, Arena *a);
/* Spreads labels from seeds over `within` (label there must equal own[seed]'s); cost[i] per metre. */
typedef struct Spread {
    Grid g;
    const float *cost;      /* per metre, by cell */
    const uint16_t *within; /* NULL: everywhere */
    const uint16_t *home;   /* seed → value of `within` */
    const size_t *seed;     /* cell */
    const double *lead;     /* head start, m; NULL: none */
    size_t n;
} Spread;
bool demo_spread(const Spread *s, uint16_t *label, float *far, Arena *a) MUST;
/* Cheapest way between two cells in a window around them. */
bool demo_way(Grid g, const float *cost, size_t from, size_t to, Arena *a, Line *out) MUST;

/* --- rings.c: label raster → polygons that share their vertices --- */
typedef struct Rings {
    Grid g;
    const uint16_t *label;
    const uint16_t *zone; /* where zones meet, only they decide; NULL: one zone */
    int x0, y0;           /* of the grid, in cells of the whole county's lattice */
    bool thin;            /* leave out vertices where a line runs straight on */
    Xy *at;               /* displaced lattice vertex, (w+1) × (h+1); x NAN: left out */
    Arena *scratch;       /* cleared at each polygon */
} Rings;
bool demo_rings(Rings *r, Arena *a) MUST; /* fills `at` and `scratch` */
/* Polygon (or multipolygon) of all cells whose label maps to `want`. */
bool demo_ring_polygon(const County *c, const Rings *r, const uint16_t *map, uint16_t want, int box[4],
    Arena *a, Bytes *wkb) MUST;

/* --- divisions.c, seats.c, place_text.c --- */
bool demo_divisions(County *c, Err *err) MUST;
bool demo_plan(County *c, Err *err) MUST;         /* how many of what, where the box lies */
size_t demo_town_of(const County *c, Str number); /* SIZE_MAX: absent */
bool demo_name_villages(County *c, Err *err) MUST;
Str demo_roman(const County *c, Str han, Arena *a); /* pinyin, no tones, joined, first letter a capital */
bool demo_initials(const County *c, Str han, const char *letters);
bool demo_families(County *c) MUST;
/* The same with the word for the kind of place set apart: its last `tail` characters. 大牛山, 1 → Daniu Shan */
Str demo_roman_apart(const County *c, Str han, size_t tail, Arena *a);
/* As it is spoken there; empty where no character has a sound of its own. */
Str demo_dialect(const County *c, Str han, Arena *a);
Str demo_family(const County *c, size_t i);     /* surname by index */
Str demo_clan(const County *c, size_t village); /* its first surname */

/* --- emit.c: records in blocks, from the maker's thread to the sink's --- */
typedef struct Out Out;
typedef enum Kind {
    K_ORG = 1,
    K_PERSON,
    K_HOUSE,
    K_BUILDING,
    K_FACILITY,
    K_DEVICE,
    K_VEHICLE,
    K_PRODUCT,
    K_PATCH,
    K_ROAD,
    K_SECTION,
    K_STRUCTURE,
    K_INSPECTION,
    K_DEFECT,
    K_WORK,
    K_PLACE,
    K_OTHER,
    K_DOCUMENT,
    K_MEMBERSHIP,
    K_HOLIDAY,
    K_VILLAGE_NAME,
    K_GROUP_NAME
} Kind;
void demo_id(const County *c, Kind kind, uint32_t n, char out[ULID_LEN + 1]);
bool demo_rec(
    Out *o, Str collection, const char *id, Str division) MUST; /* ends the one before; false: stop */
void demo_geom(Out *o, Bytes wkb);
void demo_valid(Out *o, int32_t from, int32_t to); /* day numbers; INT32_MIN, INT32_MAX: open */
void demo_text(Out *o, Str name, Str value);       /* empty: left out */
void demo_id_of(Out *o, Str name, const char *id);
void demo_int(Out *o, Str name, int64_t v);
void demo_f64(Out *o, Str name, double v, int digits);
void demo_bool(Out *o, Str name, bool v);
void demo_date(Out *o, Str name, int32_t day);
void demo_time(Out *o, Str name, int64_t us);
void demo_list(Out *o, Str name, const Str *item, size_t n);
void demo_point(Out *o, Str name, Bytes wkb);
Arena *demo_arena(Out *o); /* of the record in hand */
Arena *demo_next(Out *o);  /* of the record to come; NULL: stop */
Out *demo_out_new(void);
void demo_out_free(Out *o);
bool demo_out_flush(Out *o) MUST;
bool demo_out_township(Out *o, size_t done, size_t total, Str name) MUST;
void demo_out_end(Out *o);                                        /* no more is coming */
void demo_out_stop(Out *o);                                       /* nobody takes any more */
bool demo_out_drain(Out *o, const DemoSink *sink, Err *err) MUST; /* until the end */

/* --- the registers --- */
bool demo_emit_divisions(County *c, Out *o, Err *err) MUST;
int32_t demo_since(
    const Past *before); /* the day a division, and its name, is valid from; NULL: from the first */
bool demo_plan_roads(County *c, Err *err) MUST;
bool demo_plan_sections(County *c, Err *err) MUST;
bool demo_emit_roads(
    County *c, size_t town, Out *o, Err *err) MUST; /* those it is the first to have sections of */
bool demo_emit_road_file(
    County *c, size_t town, Out *o, Err *err) MUST; /* sections, structures, inspections … */
bool demo_emit_patches(County *c, size_t town, Out *o, Err *err) MUST;
bool demo_plan_people(County *c, Err *err) MUST; /* after it, demo_emit_people in any order of towns */
bool demo_emit_people(County *c, size_t town, Out *o, Err *err) MUST;
/* Who keeps a village's roads; false: nobody, or its people are not told yet. */
bool demo_keeper(const County *c, size_t village, char out[ULID_LEN + 1]);
bool demo_emit_county_registers(County *c, Out *o, Err *err) MUST; /* bureaus, products, days off */
bool demo_is_holiday(const County *c, int32_t day);
const Yaml *demo_day_off(
    const County *c, size_t *year, size_t *at); /* the next of `holidays`; NULL: no more */
bool demo_emit_town_registers(
    County *c, size_t town, Out *o, Err *err) MUST; /* committees, facilities, devices … */
/* Remembers a bridge, a school, a reservoir for the gazetteer of the township in hand. */
void demo_named(County *c, Str name, const char *kind, Str alias, size_t village, Xy at);
/* The name in the gazetteer that an address in this group refers to: the hamlet's, else the village's. */
void demo_address(const County *c, size_t group, char out[ULID_LEN + 1]);
bool demo_emit_place_names(County *c, size_t town, Out *o, Err *err) MUST;
bool demo_files(County *c, Err *err) MUST;
bool demo_pond_file(const County *c, Err *err) MUST; /* after the first township's patches */
bool demo_pictures_read(County *c) MUST;
bool demo_emit_documents(County *c, Out *o, Err *err) MUST;
Str demo_picture(const County *c, const char *name);                         /* its file's id; empty: none */
void demo_photos(Out *o, const County *c, const char *one, const char *two); /* two: may be NULL */
void demo_picture_document(const County *c, const char *name, char out[ULID_LEN + 1]); /* empty: none */
/* A story's township: its own, or the first one where that is absent. */
size_t demo_story_town(const County *c, Str number);
size_t demo_quota(double whole, double share, size_t least);
/* Check digits. */
char demo_id_check(const char *id17);                             /* GB 11643-1999: ISO 7064 MOD 11-2 */
void demo_uscc(const char *kind2, uint32_t serial, char out[19]); /* GB 32100-2015, region 990121 */
char demo_gtin_check(const char *digits, size_t n);
/* Ids others refer to. */
enum { ORG_BUREAU = 0, ORG_TOWN = 100, ORG_COMMITTEE = 1000, ORG_FIRM = 10000 };
void demo_org_committee(const County *c, size_t village, char out[ULID_LEN + 1]);
void demo_committee_uscc(size_t village, char out[19]);
void demo_org_town(const County *c, size_t town, char out[ULID_LEN + 1]);
void demo_org_bureau(const County *c, size_t i, char out[ULID_LEN + 1]);
