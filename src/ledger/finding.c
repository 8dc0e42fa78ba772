/* src/ledger/finding.c - what is wrong with a change: all is gathered before it is refused. */
#include "ledger/change.h"

void ledger_say(LedgerProblems *said, size_t change, Str property, const Err *err)
{
    if (said->n == said->size) {
        LedgerProblem *more =
            said->size < 1000 ? mem_grow(said->item, said->size ? said->size * 2 : 8, sizeof *more) : NULL;

        if (!more) {
            said->more++;
            return;
        }
        said->item = more;
        said->size = said->size ? said->size * 2 : 8;
    }
    said->item[said->n++] = (LedgerProblem){ change, property, *err };
}
