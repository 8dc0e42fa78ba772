/* src/demo/ids.c - who and what others point at: stories, organisations, keepers, holidays; known before any record is made. */
#include "demo/county.h"
#include "demo/stories.h"
#include <stdio.h>

void demo_story_id(unsigned story, unsigned k, char out[ULID_LEN + 1])
{
    snprintf(out, ULID_LEN + 1, "01DEM0S%02u%017u", story % 100, k);
}

void demo_org_bureau(const County *c, size_t i, char out[ULID_LEN + 1])
{
    demo_id(c, K_ORG, ORG_BUREAU + (uint32_t)i, out);
}

void demo_org_town(const County *c, size_t town, char out[ULID_LEN + 1])
{
    demo_id(c, K_ORG, ORG_TOWN + (uint32_t)town, out);
}

void demo_org_committee(const County *c, size_t village, char out[ULID_LEN + 1])
{
    demo_id(c, K_ORG, ORG_COMMITTEE + (uint32_t)village, out);
}

/* --- days off ---------------------------------------------------------------------------------------------- */
const Yaml *demo_day_off(const County *c, size_t *year, size_t *at)
{
    const Yaml *list = yaml_get(c->d.registers, "holidays"), *days;

    while ((days = demo_at(list, *year)) != NULL && *year < list->n) {
        if (*at < days->n)
            return demo_at(days, (*at)++);
        ++*year;
        *at = 0;
    }
    return NULL;
}

bool demo_is_holiday(const County *c, int32_t day)
{
    size_t year = 0, at = 0;
    int32_t on;

    for (const Yaml *y; (y = demo_day_off(c, &year, &at));)
        if (date_parse(demo_at(y, 0)->text, &on) && on == day)
            return true;
    return false;
}

bool demo_keeper(const County *c, size_t village, char out[ULID_LEN + 1])
{
    const uint32_t n = c->village[village].keeper;

    if (n)
        demo_id(c, K_PERSON, n - 1, out);
    return n != 0;
}
