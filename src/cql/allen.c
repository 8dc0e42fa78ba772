/* src/cql/allen.c - the temporal operators as comparisons of interval ends. Clause 7.8 of OGC 21-065.
 *
 *      a ├────────┤ b          first argument          an instant is an interval without length
 *             c ├────────┤ d   second argument         '..' is before or after everything
 *
 * A missing end is unknown, and the comparisons are joined by three-valued logic: T_AFTER needs only a and d.
 */
#include "cql/tree.h"

#define A  CQL_A
#define B  CQL_B
#define C  CQL_C
#define D  CQL_D
#define EQ CQL_OP_EQ
#define LT CQL_OP_LT
#define LE CQL_OP_LE
#define GT CQL_OP_GT
#define GE CQL_OP_GE
/* clang-format off */
static const CqlAllen row[] = {
    [CQL_OP_T_AFTER - CQL_OP_T_AFTER]        = { false, 1, { { A, GT, D } } },
    [CQL_OP_T_BEFORE - CQL_OP_T_AFTER]       = { false, 1, { { B, LT, C } } },
    [CQL_OP_T_CONTAINS - CQL_OP_T_AFTER]     = { false, 2, { { A, LT, C }, { B, GT, D } } },
    [CQL_OP_T_DISJOINT - CQL_OP_T_AFTER]     = { true,  2, { { B, LT, C }, { A, GT, D } } },
    [CQL_OP_T_DURING - CQL_OP_T_AFTER]       = { false, 2, { { A, GT, C }, { B, LT, D } } },
    [CQL_OP_T_EQUALS - CQL_OP_T_AFTER]       = { false, 2, { { A, EQ, C }, { B, EQ, D } } },
    [CQL_OP_T_FINISHEDBY - CQL_OP_T_AFTER]   = { false, 2, { { A, LT, C }, { B, EQ, D } } },
    [CQL_OP_T_FINISHES - CQL_OP_T_AFTER]     = { false, 2, { { A, GT, C }, { B, EQ, D } } },
    [CQL_OP_T_INTERSECTS - CQL_OP_T_AFTER]   = { false, 2, { { A, LE, D }, { B, GE, C } } },
    [CQL_OP_T_MEETS - CQL_OP_T_AFTER]        = { false, 1, { { B, EQ, C } } },
    [CQL_OP_T_METBY - CQL_OP_T_AFTER]        = { false, 1, { { A, EQ, D } } },
    [CQL_OP_T_OVERLAPPEDBY - CQL_OP_T_AFTER] = { false, 3, { { A, GT, C }, { A, LT, D }, { B, GT, D } } },
    [CQL_OP_T_OVERLAPS - CQL_OP_T_AFTER]     = { false, 3, { { A, LT, C }, { B, GT, C }, { B, LT, D } } },
    [CQL_OP_T_STARTEDBY - CQL_OP_T_AFTER]    = { false, 2, { { A, EQ, C }, { B, GT, D } } },
    [CQL_OP_T_STARTS - CQL_OP_T_AFTER]       = { false, 2, { { A, EQ, C }, { B, LT, D } } },
};
/* clang-format on */

const CqlAllen *cql_allen(CqlOp op)
{
    return &row[op - CQL_OP_T_AFTER];
}
