/* src/demo/heap.h - cells by cost, the cheapest first; equal costs by cell, so that every machine agrees. */
#pragma once
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct HeapItem {
    float cost;
    uint32_t cell;
} HeapItem;
typedef struct Heap { /* item[0] is the least; both children of i are not less */
    HeapItem *item;
    size_t n, cap;
} Heap;

static inline bool heap_less(HeapItem a, HeapItem b)
{
    return a.cost < b.cost || (a.cost <= b.cost && a.cell < b.cell);
}

static inline void heap_push(Heap *h, float cost, size_t cell)
{
    const HeapItem it = { cost, (uint32_t)cell };
    size_t i = h->n++;

    assert(i < h->cap);
    for (; i && heap_less(it, h->item[(i - 1) / 2]); i = (i - 1) / 2)
        h->item[i] = h->item[(i - 1) / 2];
    h->item[i] = it;
}

static inline HeapItem heap_pop(Heap *h)
{
    const HeapItem top = h->item[0], last = h->item[--h->n];
    size_t i = 0, k;

    for (; (k = 2 * i + 1) < h->n; i = k) {
        if (k + 1 < h->n && heap_less(h->item[k + 1], h->item[k]))
            k++;
        if (!heap_less(h->item[k], last))
            break;
        h->item[i] = h->item[k];
    }
    h->item[i] = last;
    return top;
}
