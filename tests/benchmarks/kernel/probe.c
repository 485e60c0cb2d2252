/* What the machine can do: reads `THREADS` a line, answers "GB/s GOPS": memory read and 8-bit dot products. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__AVX512VNNI__)
#include <immintrin.h>
#endif

enum { MEBIBYTES = 512, MOST_THREADS = 64, DOTS = 1 << 23 };

typedef struct {
    const uint64_t *data;
    size_t words;
    uint64_t sum;
} part;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *read_memory(void *argument) {
    part *p = argument;
    uint64_t sum[32] = {0};
    for (size_t i = 0; i + 32 <= p->words; i += 32) {
        for (size_t k = 0; k < 32; k++) sum[k] ^= p->data[i + k];
    }
    for (size_t k = 0; k < 32; k++) p->sum ^= sum[k];
    return NULL;
}

/* Eight independent chains of vpdpbusd, written out so that the compiler keeps them in registers. */
static void *dot(void *argument) {
#if defined(__AVX512VNNI__)
    for (int i = 0; i < DOTS / 8; i++) {
        __asm__ volatile("vpdpbusd %%zmm8, %%zmm9, %%zmm0\n vpdpbusd %%zmm8, %%zmm9, %%zmm1\n"
                         "vpdpbusd %%zmm8, %%zmm9, %%zmm2\n vpdpbusd %%zmm8, %%zmm9, %%zmm3\n"
                         "vpdpbusd %%zmm8, %%zmm9, %%zmm4\n vpdpbusd %%zmm8, %%zmm9, %%zmm5\n"
                         "vpdpbusd %%zmm8, %%zmm9, %%zmm6\n vpdpbusd %%zmm8, %%zmm9, %%zmm7\n" ::
                             : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9");
    }
#endif
    return argument;
}

static double timed(void *(*work)(void *), part *parts, int threads) {
    pthread_t crew[MOST_THREADS];
    double begin = seconds();
    for (int i = 1; i < threads; i++) pthread_create(&crew[i], NULL, work, &parts[i]);
    work(&parts[0]);
    for (int i = 1; i < threads; i++) pthread_join(crew[i], NULL);
    return seconds() - begin;
}

int main(void) {
    size_t octets = (size_t)MEBIBYTES << 20;
    uint64_t *data = aligned_alloc(64, octets);
    int threads;
    if (!data) return 1;
    memset(data, 1, octets);
    while (scanf("%d", &threads) == 1 && threads >= 1 && threads <= MOST_THREADS) {
        part parts[MOST_THREADS] = {{0}};
        size_t words = octets / sizeof *data / (size_t)threads;
        for (int i = 0; i < threads; i++) parts[i] = (part){data + (size_t)i * words, words, 0};
        double reading = timed(read_memory, parts, threads), dots = timed(dot, parts, threads);
        printf("%.3f %.3f\n", (double)octets / reading / 1e9, 128.0 * DOTS * threads / dots / 1e9);
        fflush(stdout);
    }
    free(data);
    return 0;
}
