/* src/demo/families.c - households drawn kind by kind, then bent until the pyramid fits.
 *
 * The table of kinds and sizes meets both margins already. Ages are drawn with the rules of families (a mother is 19 to
 * 38 at a birth, husbands are some two years older); then households are drawn anew, one at a time, and kept where the sum
 * of squares between people and pyramid gets less, until nothing is off. Institutions take the few that remain.
 */
#include "demo/families.h"
#include <math.h>
#include <stdlib.h>

static const char *const kind_name[KINDS] = { "老两口", "独居老人", "隔代", "一方留守", "三代同堂", "核心户",
    "中年夫妻", "全家外出", "单身", "年轻夫妻" };

/* The last column is of 8 and more: so many of them have a ninth that the institutions keep their 3,000. */
static double ninth_member(const County *c, const FamilyPlan *p)
{
    const Yaml *std = yaml_get(c->d.county, "standard");
    double members = 0, large = 0;

    for (int k = 0; k < KINDS; k++) {
        for (size_t s = 0; s < SIZES; s++)
            members += p->kind_share[k][s] * (double)(s + 1);
        large += p->kind_share[k][SIZES - 1];
    }
    return ((demo_num(std, "persons") - demo_num(c->d.people, "collective_persons")) /
                   demo_num(std, "households") -
               members) /
           large;
}

bool demo_families_plan(const County *c, Arena *a, FamilyPlan **out)
{
    FamilyPlan *p = NEW(a, FamilyPlan);
    const Yaml *kinds = yaml_get(c->d.people, "kinds"), *row = yaml_get(c->d.people, "pyramid");
    double sum = 0;

    if (!p || !kinds || !row)
        return false;
    for (int k = 0; k < KINDS; k++)
        for (size_t s = 0; s < SIZES; s++)
            sum += p->kind_share[k][s] = demo_num_at(yaml_get(yaml_get(kinds, kind_name[k]), "sizes"), s);
    for (int k = 0; k < KINDS; k++)
        for (int s = 0; s < SIZES; s++)
            p->kind_share[k][s] /= sum;
    row = row->first;
    for (size_t i = 0; row && i < AGES; i++, row = row->next) {
        const double all = demo_num_at(row, 1) / 100, men = demo_num_at(row, 2) / 100;

        p->cell_share[2 * i] = all * men;
        p->cell_share[2 * i + 1] = all * (1 - men);
        p->away_share[2 * i] = demo_num_at(row, 3) / 100;
        p->away_share[2 * i + 1] = demo_num_at(row, 4) / 100;
    }
    p->ninth = ninth_member(c, p);
    *out = p;
    return true;
}

/* Whole numbers of shares × n that sum to n; what is rounded away is owed to the next call. */
static void allot(const double *share, double *owed, size_t cells, size_t n, size_t *out)
{
    size_t given = 0;
    double whole = 0;

    for (size_t i = 0; i < cells; i++)
        whole += share[i];
    for (size_t i = 0; i < cells; i++) {
        owed[i] += share[i] / whole * (double)n;
        out[i] = owed[i] > 0 ? (size_t)owed[i] : 0;
        given += out[i];
    }
    for (; given < n; given++) {
        size_t best = 0;

        for (size_t i = 1; i < cells; i++)
            if (owed[i] - (double)out[i] > owed[best] - (double)out[best])
                best = i;
        out[best]++;
    }
    for (; given > n; given--) {
        size_t best = SIZE_MAX;

        for (size_t i = 0; i < cells; i++)
            if (out[i] && (best == SIZE_MAX || owed[i] - (double)out[i] < owed[best] - (double)out[best]))
                best = i;
        out[best]--;
    }
    for (size_t i = 0; i < cells; i++)
        owed[i] -= (double)out[i];
}

/* --- one household ------------------------------------------------------------------------------------------- */
static int between(Rng *r, int lo, int hi)
{
    const int n = hi - lo + 1;

    return lo + (int)rng_below(r, (size_t)n);
}

static int bell(Rng *r, double mean, double sd) /* four uniform numbers: near enough to normal, and quick */
{
    const uint64_t u = rng_u64(r);
    const double sum =
        (double)((u & 0xffff) + (u >> 16 & 0xffff) + (u >> 32 & 0xffff) + (u >> 48)) / 65536.0 - 2;

    return (int)lround(mean + sd * sum * 1.732);
}

static int clip(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static void add(Member *m, size_t *n, Role role, int female, int age)
{
    m[(*n)++] = (Member){ (uint8_t)role, (uint8_t)female, (uint8_t)clip(age, 0, 99), 0 };
}

static void add_other(Member *m, size_t *n, Rng *r, double women, int lo, int hi)
{
    const int female = rng_unit(r) < women; /* first: arguments have no order of their own */

    add(m, n, OTHER, female, between(r, lo, hi));
}

static int couple(Member *m, size_t *n, Rng *r, int wife)
{
    add(m, n, HUSBAND, 0, wife + clip(bell(r, 2, 2.5), -4, 12));
    add(m, n, WIFE, 1, wife);
    return wife;
}

/* Children of a mother, at least a year and a half apart, none born before she was 19 or after 38. */
static void children(Member *m, size_t *n, Rng *r, int mother, size_t k, Role role)
{
    int age = mother - clip(bell(r, 24.5, 3.2), 19, 38);

    for (size_t i = 0; i < k; i++) {
        const int least = mother > 38 ? mother - 38 : 0;

        add(m, n, role, rng_unit(r) < 0.47, clip(age, least, role == CHILD ? 24 : 40));
        age -= between(r, 2, 6);
        if (age < least)
            age = least;
    }
}

static void grandparents(Member *m, size_t *n, Rng *r, int husband, size_t k)
{
    const int mother = clip(husband + clip(bell(r, 25, 3.5), 19, 38), 44, 97);

    if (k == 2 || rng_unit(r) < 0.3)
        add(m, n, GRANDFATHER, 0, mother + clip(bell(r, 2, 2.5), -4, 10));
    if (k == 2 || m[*n - 1].role != GRANDFATHER)
        add(m, n, GRANDMOTHER, 1, mother);
}

/* Couple, children and grandparents that make up `size`: the table of makings for each kind. */
static void made_of(int kind, size_t size, Rng *r, size_t *kids, size_t *grand)
{
    const bool more = rng_unit(r) < 0.6;

    *grand = 0;
    if (kind == SKIP || kind == THREE) {
        *grand = size == 4 ? 1 : size == 5 && more ? 1 : 2;
        *kids = size - 2 - *grand;
    } else if (kind == ONE_AWAY) {
        *grand = size == 3 ? 0 : size == 4 ? !more : 1;
        *kids = size - 2 - *grand;
    } else
        *kids = size - 2;
}

static size_t draw(int kind, size_t size, Rng *r, Member *m)
{
    size_t n = 0, kids, grand;

    switch (kind) {
    case OLD_COUPLE:
        couple(m, &n, r, between(r, 61, 81));
        break;
    case OLD_ALONE:
        add_other(m, &n, r, 2 / 3.0, 65, 92);
        break;
    case SINGLE:
        add_other(m, &n, r, 0.1, 38, 65);
        break;
    case YOUNG:
        if (size == 1)
            add_other(m, &n, r, 0.47, 18, 34);
        else
            couple(m, &n, r, between(r, 20, 33));
        break;
    case MIDDLE:
        children(m, &n, r, couple(m, &n, r, between(r, 43, 62)), size - 2, GROWN);
        break;
    default:
        made_of(kind, size, r, &kids, &grand);
        children(m, &n, r, couple(m, &n, r, between(r, 21, kind == NUCLEAR ? 54 : 46)), kids > 4 ? 4 : kids,
            CHILD);
        if (grand)
            grandparents(m, &n, r, m[0].age, grand);
    }
    while (n < size) /* a brother, an uncle */
        add_other(m, &n, r, 0.3, 16, 80);
    return n;
}

/* --- the pyramid ------------------------------------------------------------------------------------------------- */
typedef struct Fit {
    double want[CELLS], have[CELLS];
} Fit;

static double move(Fit *f, const Member *m, size_t n, double by) /* what the sum of squares gains */
{
    double gain = 0;

    for (size_t i = 0; i < n; i++) {
        const size_t k = demo_cell_of(&m[i]);
        const double d = f->have[k] - f->want[k];

        gain += by * (2 * d + by);
        f->have[k] += by;
    }
    return gain;
}

static double off(const Fit *f)
{
    double sum = 0;

    for (size_t k = 0; k < CELLS; k++)
        sum += (f->have[k] - f->want[k]) * (f->have[k] - f->want[k]);
    return sum;
}

static void bend(Families *f, Fit *fit, Rng *r)
{
    const size_t tries = 90 * f->n + 20000;

    for (size_t k = 0; k < tries && f->n; k++) {
        Family *y = &f->family[rng_below(r, f->n)];
        Member now[16];
        const size_t n = draw(y->kind, y->n, r, now);
        const double gain = move(fit, f->member + y->first, y->n, -1) + move(fit, now, n, 1);

        if (gain <= 0)
            memcpy(f->member + y->first, now, n * sizeof *now);
        else {
            move(fit, now, n, -1);
            move(fit, f->member + y->first, y->n, 1);
        }
        if (k % 4096 == 0 && off(fit) < 3)
            return;
    }
}

/* Institutions: one person at a time into the emptiest place. */
static void institutions(Families *f, Fit *fit, size_t n, Rng *r)
{
    Family *y = &f->family[f->n];

    if (!n)
        return;
    for (size_t i = 0; i < n; i++) {
        size_t best = 8;

        if (i % 250 == 0) { /* a new one */
            y = &f->family[f->n++];
            *y = (Family){ COLLECTIVE, 0, (uint32_t)f->nmember };
        }
        for (size_t k = 6; k < CELLS; k++)
            if (fit->want[k] - fit->have[k] > fit->want[best] - fit->have[best])
                best = k;
        const int from = (int)(best / 2 * 5);
        Member m = { OTHER, best & 1, (uint8_t)between(r, from, from + 4), 0 };
        f->member[f->nmember++] = m;
        y->n++;
        fit->have[best]++;
    }
}

/* --- who is away ------------------------------------------------------------------------------------------------------ */
static double pull(const Family *y, const Member *m) /* how surely one of this kind and role is away */
{
    const bool young = m->role == CHILD;

    switch (y->kind) {
    case SKIP:
        return m->role == HUSBAND || m->role == WIFE ? 3 : -1;
    case ALL_AWAY:
        return 3;
    case ONE_AWAY:
        return (m->role == HUSBAND) == (y->first % 20 < 17) && (m->role == HUSBAND || m->role == WIFE) ? 2.6
               : young                                                                                 ? -1
                                                                                                       : 0;
    case MIDDLE:
        return m->role == GROWN ? 2 : m->role == HUSBAND ? 0.8 : 0.3;
    case YOUNG:
        return 1.6;
    case OLD_COUPLE:
    case OLD_ALONE:
        return 0;
    case COLLECTIVE:
        return -0.5;
    default:
        return young ? (m->age > 16 ? 1.2 : 0) : 0.5;
    }
}

typedef struct Pull {
    double score;
    uint32_t i;
} Pull;

static int stronger(const void *p, const void *q)
{
    const Pull *a = p, *b = q;

    return a->score > b->score ? -1 : a->score < b->score ? 1 : a->i < b->i ? -1 : a->i > b->i;
}

static bool send_away(const County *c, FamilyPlan *plan, Families *f, Rng *r, Arena *a)
{
    const Yaml *kind = yaml_get(c->d.people, "away");
    const double province = demo_num(kind, "外出(省内)"), beyond = demo_num(kind, "外出(省外)"),
                 abroad = demo_num(kind, "境外");
    const double in_county = demo_num(c->d.people, "away_in_county") / 100;
    Pull *p = NEWS(a, Pull, f->nmember + 1);

    if (!p)
        return false;
    for (size_t cell = 0; cell < CELLS; cell++) {
        size_t n = 0, want;

        for (size_t y = 0; y < f->n; y++)
            for (size_t i = f->family[y].first; i < f->family[y].first + f->family[y].n; i++)
                if (demo_cell_of(&f->member[i]) == cell)
                    p[n++] = (Pull){ pull(&f->family[y], &f->member[i]) + 0.9 * rng_unit(r), (uint32_t)i };
        plan->away_owed[cell] += plan->away_share[cell] * (double)n;
        want = plan->away_owed[cell] > 0.5 ? (size_t)(plan->away_owed[cell] + 0.5) : 0;
        want = want > n ? n : want;
        plan->away_owed[cell] -= (double)want;
        qsort(p, n, sizeof *p, stronger);
        for (size_t i = 0; i < n; i++) {
            const double u = rng_unit(r) * (province + beyond + abroad);
            Member *m = &f->member[p[i].i];

            if (i < want)
                m->away = u < beyond ? 3 : u < beyond + province ? 2 : 4;
            else if (m->age >= 18 && m->age < 46 && rng_unit(r) < in_county)
                m->away = 1;
        }
    }
    return true;
}

/* Each township's kinds and sizes; its members fewer than its people by those in institutions. */
static size_t draw_all(FamilyPlan *plan, Families *f, size_t households, size_t persons, Fit *fit, Rng *r)
{
    size_t count[KINDS * SIZES];

    allot(&plan->kind_share[0][0], &plan->kind_owed[0][0], KINDS * SIZES, households, count);
    for (int k = 0; k < KINDS; k++)
        for (size_t s = 0; s < SIZES; s++)
            for (size_t i = 0; i < count[(size_t)k * SIZES + s]; i++) {
                Family *y = &f->family[f->n];
                Member m[16];
                const size_t size = s + 1 + (s + 1 == SIZES && rng_unit(r) < plan->ninth),
                             n = draw(k, size, r, m);

                if (f->nmember + n > persons)
                    return 0;
                *y = (Family){ (uint8_t)k, (uint8_t)n, (uint32_t)f->nmember };
                memcpy(f->member + f->nmember, m, n * sizeof *m);
                move(fit, m, n, 1);
                f->nmember += n;
                f->n++;
            }
    return persons - f->nmember;
}

static void shuffle(Families *f, Rng *r)
{
    for (size_t i = f->n; i > 1; i--) {
        const size_t k = rng_below(r, i);
        const Family t = f->family[k];

        f->family[k] = f->family[i - 1];
        f->family[i - 1] = t;
    }
}

bool demo_families_of(const County *c, FamilyPlan *plan, size_t town, Arena *a, Families *out)
{
    const Town *t = &c->town[town];
    Families f = { NEWS(a, Family, t->households + t->persons / 100 + 8), 0, NEWS(a, Member, t->persons + 16),
        0 };
    Rng r = demo_rng(c, "families", town);
    Fit fit = { { 0 }, { 0 } };
    size_t want[CELLS], rest;

    if (!f.family || !f.member)
        return false;
    allot(plan->cell_share, plan->cell_owed, CELLS, t->persons, want);
    for (size_t k = 0; k < CELLS; k++)
        fit.want[k] = (double)want[k];
    rest = draw_all(plan, &f, t->households, t->persons, &fit, &r);
    bend(&f, &fit, &r);
    shuffle(&f, &r);
    institutions(&f, &fit, rest, &r);
    if (!send_away(c, plan, &f, &r, a))
        return false;
    for (size_t k = 0; k < CELLS; k++) /* what could not be met is owed by the next */
        plan->cell_owed[k] += fit.want[k] - fit.have[k];
    *out = f;
    return true;
}
