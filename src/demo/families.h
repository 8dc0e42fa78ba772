/* src/demo/families.h - the households of one township before they are told: who lives with whom, how old, at home or
 * away. */
#pragma once
#include "demo/county.h"

enum { KINDS = 10, SIZES = 8, AGES = 18, CELLS = 2 * AGES };
enum { OLD_COUPLE, OLD_ALONE, SKIP, ONE_AWAY, THREE, NUCLEAR, MIDDLE, ALL_AWAY, SINGLE, YOUNG, COLLECTIVE };
typedef enum Role { HUSBAND, WIFE, CHILD, GROWN, GRANDFATHER, GRANDMOTHER, OTHER } Role;
typedef struct Member {
    uint8_t role, female, age,
        away; /* away: 0 at home, 1 in the county, 2 in the province, 3 beyond, 4 abroad */
} Member;
typedef struct Family {
    uint8_t kind, n;
    uint32_t first; /* of its members */
} Family;
typedef struct Families {
    Family *family;
    size_t n;
    Member *member;
    size_t nmember;
} Families;
/* What quotas leave over from one township is owed to the next, so that the county's sums are exact. */
typedef struct FamilyPlan {
    double kind_owed[KINDS][SIZES], cell_owed[CELLS], away_owed[CELLS], away_kind_owed[3];
    double kind_share[KINDS][SIZES], cell_share[CELLS], away_share[CELLS];
    double ninth; /* share of the households of eight and more that have nine */
} FamilyPlan;
bool demo_families_plan(const County *c, Arena *a, FamilyPlan **out) MUST;
bool demo_families_of(const County *c, FamilyPlan *plan, size_t town, Arena *a, Families *out) MUST;
static inline size_t demo_cell_of(const Member *m)
{
    return (size_t)(m->age >= 85 ? AGES - 1 : m->age / 5) * 2 + m->female;
}
