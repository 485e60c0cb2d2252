/* A fixed crew of threads that run one function together and meet at barriers. */
#ifndef SUNLIT_KERNEL_POOL_H
#define SUNLIT_KERNEL_POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum { POOL_MOST = 64, CACHE_LINE = 64 };

/* What every thread runs: its index is 0 (the caller's thread) … count − 1. */
typedef void pool_job(void *context, uint32_t index);

typedef struct pool pool;

typedef struct {
    pool *crew;
    uint32_t index;
    pthread_t thread;
} pool_member;

struct pool {
    uint32_t count;
    uint32_t started; /* threads made, the caller's not included */
    pool_job *job;    /* NULL: go home */
    void *context;
    char before[CACHE_LINE]; /* who waits reads `phase` all the time, and nothing else of that line */
    atomic_uint phase;
    char after[CACHE_LINE];
    atomic_uint arrived;
    atomic_uint taken; /* pieces of work since the last barrier */
    pthread_mutex_t mutex;
    pthread_cond_t passed;
    pool_member members[POOL_MOST];
};

/* Make `count` − 1 threads. Returns 0, or the number of threads that could be made plus 1; then none is left. */
uint32_t pool_start(pool *p, uint32_t count);

/* Run `job` on every thread, this one included; returns when all have finished. */
void pool_run(pool *p, pool_job *job, void *context);

/* Inside a job: wait until all threads are here. What they wrote before, all read after. */
void pool_barrier(pool *p);

/* Inside a job: the number of the next piece of work; 0 for the first that asks after a barrier. So a thread that is held
 * up takes fewer pieces. */
uint32_t pool_take(pool *p);

void pool_stop(pool *p);

#endif
