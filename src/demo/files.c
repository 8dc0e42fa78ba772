/* src/demo/files.c - placeholder */
#include "demo/county.h"

bool demo_files(County *c, Err *err)
{
    (void)c;
    (void)err;
    return true;
}
