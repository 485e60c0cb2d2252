/* One block of memory, handed out from the bottom in steps of 64 octets, never given back.
 *
 * An arena without memory only counts: the same layout code first measures, then places.
 */
#ifndef SUNLIT_KERNEL_ARENA_H
#define SUNLIT_KERNEL_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARENA_ALIGN = 64 };

typedef struct {
    uint8_t *base; /* (size,), aligned to ARENA_ALIGN, or NULL to measure */
    size_t size;
    size_t used;
    bool failed; /* too small, or a size that no machine has */
} arena;

static inline arena arena_measure(void) { return (arena){NULL, SIZE_MAX, 0, false}; }

/* Space for `count` items of `item` octets; NULL when measuring or when it does not fit. */
static inline void *arena_take(arena *a, size_t count, size_t item) {
    if (a->failed || (item && count > (SIZE_MAX - ARENA_ALIGN) / item)) {
        a->failed = true;
        return NULL;
    }
    size_t bytes = (count * item + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (bytes > a->size - a->used) {
        a->failed = true;
        return NULL;
    }
    void *place = a->base ? a->base + a->used : NULL;
    a->used += bytes;
    return place;
}

#endif
