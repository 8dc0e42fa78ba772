/* src/store/table.c - the drivers, chosen by the URL; every call of store.h goes to the driver of what it is asked of. */
#include "store/driver.h"

#define SQLITE(result, give, name, parameters, arguments, of) .name = store_sqlite_##name,
#define MEMORY(result, give, name, parameters, arguments, of) .name = store_memory_##name,
static const StoreDriver store_sqlite = { .prefix = "", .open = store_sqlite_open, STORE_CALLS(SQLITE) };
static const StoreDriver store_memory = {
    .prefix = "memory:", .open = store_memory_open, STORE_CALLS(MEMORY)
};
static const StoreDriver *const drivers[] = { &store_memory, &store_sqlite }; /* the longer prefix first */

bool store_open(const char *url, StoreMode mode, Store **out, Err *err)
{
    const Str whole = str_of(str_eq(str_of(url), STR(":memory:")) ? "memory:" : url);

    for (size_t i = 0; i < LEN(drivers); i++) {
        const Str prefix = str_of(drivers[i]->prefix);

        if (!str_starts(whole, prefix))
            continue;
        return drivers[i]->open(drivers[i], whole.ptr + prefix.len, mode, out, err);
    }
    return FAIL(err, BASE_NO_FILE, whole, "store");
}

#define DISPATCH(result, give, name, parameters, arguments, of) \
    result store_##name parameters                              \
    {                                                           \
        give((const StoreHead *)of)->driver->name arguments;    \
    }
STORE_CALLS(DISPATCH)
