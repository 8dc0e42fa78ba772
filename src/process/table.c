/* src/process/table.c - every computation offered here. A new one: its file beside this one, and its row. */
#include "process/process.h"

#define PROCESSES(X)   \
    X(road_condition)  \
    X(geocode)         \
    X(reverse_geocode) \
    X(division_counts) \
    X(document_files)  \
    X(place_names)     \
    X(verify)
#define DECLARE(name) extern const Process process_##name;
#define ROW(name)     &process_##name,
PROCESSES(DECLARE)
static const Process *const processes[] = { PROCESSES(ROW) };

const Process *const *process_all(size_t *n)
{
    *n = LEN(processes);
    return processes;
}

bool process_find(Str id, const Process **out, Err *err)
{
    for (size_t i = 0; i < LEN(processes); i++)
        if (str_eq(id, str_of(processes[i]->id))) {
            *out = processes[i];
            return true;
        }
    return FAIL(err, PROCESS_NO_PROCESS, id, "process");
}
