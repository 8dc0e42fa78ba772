/* src/transfer/cell.h - one cell becomes a value, or a sentence that says what to do. Pure: only the model. */
#pragma once
#include "pack/pack.h"
#include "transfer/match.h"

/* Beyond ledger_value_of_text: numbers in scientific notation, units, thousands, days of Excel, times without zone. */
bool transfer_cell_value(
    const TransferColumn *col, const TransferCell *cell, Arena *a, CqlValue *out, Err *err) MUST;
bool transfer_degrees(Str text, double *out) MUST; /* 110.123, 110°6′32.97″, 110度6分33秒, 东经110°6′ */
bool transfer_is_total(const TransferRow *row, Str *word); /* 合计, 总计, 小计 */
