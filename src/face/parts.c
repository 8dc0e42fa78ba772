/* src/face/parts.c - what the rooms above the packs bring to their reading: parts, and who makes derived properties. */
#include "face/face.h"
#include "indicator/indicator.h"
#include "onemap/onemap.h"
#include "process/process.h"

enum { MAKERS_MAX = 256 };

static const PackPart *const part[] = { &onemap_yaml, &indicator_yaml };

/* Every process; and `division-tree`, which is the ledger's own: it gives a division its parent and its full name. */
const PackAbove *face_above(Arena *a)
{
    size_t n;
    const Process *const *process = process_all(&n);
    PackAbove *above = NEW(a, PackAbove);
    Str *maker = NEWS(a, Str, n + 1);

    if (!above || !maker)
        return NULL;
    for (size_t i = 0; i < n; i++)
        maker[i] = str_of(process[i]->id);
    maker[n] = STR("division-tree");
    *above = (PackAbove){ .part = part, .npart = LEN(part), .maker = maker, .nmaker = n + 1 };
    return above;
}
