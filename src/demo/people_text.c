/* src/demo/people_text.c - names of people and their numbers. */
#include "demo/people_text.h"
#include <stdio.h>

static bool cohort(const Yaml *y, const char *sex, Arena *a, Given *g)
{
    Str chars = yaml_text(y, sex);
    const size_t n = demo_chars(chars);

    *g = (Given){ .chars = { NEWS(a, Str, n), NEWS(a, double, n), n } };
    if (!g->chars.text || !g->chars.weight || !n)
        return false;
    for (size_t i = 0; i < n; i++) { /* the first weighs three times the last */
        g->chars.text[i] = demo_char(chars, i);
        g->chars.weight[i] =
            (i ? g->chars.weight[i - 1] : 0) + 3 - 2 * (double)i / (double)(n > 1 ? n - 1 : 1);
    }
    return true;
}

bool demo_names_open(const County *c, Arena *a, Names *out)
{
    const Yaml *y = yaml_get(c->d.names, "given");
    Names n = { .county = c, .blocked = map_new(a) };
    Str rest = c->d.blocked, line;

    for (y = y ? y->first : NULL; y && n.n < LEN(n.cohort); y = y->next) {
        Cohort *k = &n.cohort[n.n++];

        k->until = (int)demo_num(y, "until");
        k->single = demo_num(y, "single") / 100;
        if (!cohort(y, "men", a, &k->given[0]) || !cohort(y, "women", a, &k->given[1]))
            return false;
        k->given[0].whole = yaml_get(y, "men_whole");
        k->given[1].whole = yaml_get(y, "women_whole");
    }
    while (n.blocked && rest.len) {
        if (!str_cut(rest, '\n', &line, &rest))
            rest = (Str){ 0, 0 };
        line = str_trim(line);
        if (line.len && line.ptr[0] != '#' && !map_put(n.blocked, line, a))
            return false;
    }
    *out = n;
    return n.n && n.blocked;
}

static void given(const Cohort *k, const Given *g, Str poem, Rng *r, char *out, size_t size)
{
    const Str one = g->chars.text[demo_draw(&g->chars, r)], two = g->chars.text[demo_draw(&g->chars, r)];

    if (poem.len)
        snprintf(out, size, "%.*s%.*s", STRV(poem), STRV(one));
    else if (g->whole && rng_unit(r) < 0.06) {
        const Str whole =
            demo_at(g->whole, rng_below(r, g->whole->n))->text; /* STRV takes its argument twice */

        snprintf(out, size, "%.*s", STRV(whole));
    } else if (rng_unit(r) < k->single)
        snprintf(out, size, "%.*s", STRV(one));
    else
        snprintf(out, size, "%.*s%.*s", STRV(one), STRV(two));
}

/* A name that repeats a character, or that nobody shall bear, is drawn again. */
static bool good_name(const Names *n, Str name)
{
    uint32_t seen[8];
    size_t k = 0;
    Str rest = name;

    for (uint32_t code; (code = str_next(&rest)) && k < LEN(seen); k++) {
        for (size_t i = 0; i < k; i++)
            if (seen[i] == code)
                return false;
        seen[k] = code;
    }
    return !map_get(n->blocked, name);
}

size_t demo_name(const Names *n, Str family, bool female, int year, Str poem, Rng *r, char out[64])
{
    size_t k = 0;

    while (k + 1 < n->n && year >= n->cohort[k].until)
        k++;
    for (int tries = 0; tries < 50; tries++) {
        char text[48];
        int len;

        given(&n->cohort[k], &n->cohort[k].given[female], tries < 5 ? poem : (Str){ 0, 0 }, r, text,
            sizeof text);
        len = snprintf(out, 64, "%.*s%s", STRV(family), text);
        if (good_name(n, (Str){ out, (size_t)len }))
            return (size_t)len;
    }
    return strlen(out);
}

char demo_id_check(const char *id17) /* GB 11643-1999: ISO 7064:1983 MOD 11-2 */
{
    static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += weight[i] * (id17[i] - '0');
    return "10X98765432"[sum % 11];
}

void demo_id_no(County *c, int32_t birth, bool female, char out[19])
{
    const int32_t day = birth - date_of(1900, 1, 1);
    uint16_t *n = &c->born[2 * day + female];
    int y, m, d;
    char text[32];

    date_split(birth, &y, &m, &d);
    snprintf(text, sizeof text, "990121%04u%02u%02u%03u", (unsigned)y % 10000, (unsigned)m % 100,
        (unsigned)d % 100, (2U * *n + (female ? 2 : 1)) % 1000);
    ++*n;
    memcpy(out, text, 17);
    out[17] = demo_id_check(text);
    out[18] = 0;
}

void demo_phone(County *c, char out[12]) /* 48271 has no factor with 10^8: each number once */
{
    const uint64_t n = c->serial[0]++;

    snprintf(out, 12, "124%08u", (unsigned)((n * 48271 + 20260101) % 100000000));
}

void demo_bank_card(uint32_t n, char out[20]) /* Luhn; ISO/IEC 7812-1 annex B */
{
    char text[24];
    int sum = 0;

    snprintf(text, sizeof text, "999999%012u", n);
    for (int i = 0; i < 18; i++) {
        const int d = (text[i] - '0') * (i % 2 ? 2 : 1);

        sum += d > 9 ? d - 9 : d;
    }
    /* the check digit makes the 19th place, undoubled; those at odd distance from it are doubled */
    memcpy(out, text, 18);
    out[18] = (char)('0' + (10 - sum % 10) % 10);
    out[19] = 0;
}
