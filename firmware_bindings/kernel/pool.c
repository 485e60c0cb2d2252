#define _POSIX_C_SOURCE 200809L
#include "pool.h"

#include <signal.h>

enum { SPINS = 2000, STACK_BYTES = 256 * 1024 };

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Spin for some microseconds, which is how long a phase lasts, then sleep. */
void pool_barrier(pool *p) {
    unsigned phase = atomic_load(&p->phase);
    if (atomic_fetch_add(&p->arrived, 1) + 1 == p->count) {
        atomic_store(&p->arrived, 0);
        atomic_store(&p->taken, 0);
        if (p->count == 1) return;
        pthread_mutex_lock(&p->mutex);
        atomic_store(&p->phase, phase + 1);
        pthread_cond_broadcast(&p->passed);
        pthread_mutex_unlock(&p->mutex);
        return;
    }
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&p->phase) != phase) return;
        relax();
    }
    pthread_mutex_lock(&p->mutex);
    while (atomic_load(&p->phase) == phase) pthread_cond_wait(&p->passed, &p->mutex);
    pthread_mutex_unlock(&p->mutex);
}

uint32_t pool_take(pool *p) { return atomic_fetch_add_explicit(&p->taken, 1, memory_order_relaxed); }

static void *work(void *argument) {
    pool_member *me = argument;
    for (;;) {
        pool_barrier(me->crew);
        if (!me->crew->job) return NULL;
        me->crew->job(me->crew->context, me->index);
        pool_barrier(me->crew);
    }
}

void pool_run(pool *p, pool_job *job, void *context) {
    p->job = job;
    p->context = context;
    pool_barrier(p);
    job(context, 0);
    pool_barrier(p);
}

/* Signals stay with the threads of the program that we are part of. */
static int start_member(pool_member *member) {
    sigset_t all, before;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int ok = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
             pthread_create(&member->thread, &attributes, work, member) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return ok;
}

static void join(pool *p) {
    for (uint32_t i = 0; i < p->started; i++) pthread_join(p->members[i + 1].thread, NULL);
    pthread_cond_destroy(&p->passed);
    pthread_mutex_destroy(&p->mutex);
}

uint32_t pool_start(pool *p, uint32_t count) {
    p->count = count;
    p->started = 0;
    p->job = NULL;
    atomic_init(&p->arrived, 0);
    atomic_init(&p->phase, 0);
    atomic_init(&p->taken, 0);
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->passed, NULL);
    for (uint32_t i = 1; i < count; i++) {
        p->members[i] = (pool_member){.crew = p, .index = i};
        if (!start_member(&p->members[i])) {
            /* Stand in for those that are missing, so that those who came pass the barrier and go home. */
            uint32_t made = p->started + 1;
            atomic_fetch_add(&p->arrived, count - made);
            pool_barrier(p);
            join(p);
            return made;
        }
        p->started++;
    }
    return 0;
}

void pool_stop(pool *p) {
    p->job = NULL;
    pool_barrier(p);
    join(p);
}
