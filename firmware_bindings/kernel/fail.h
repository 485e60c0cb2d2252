/* Fill a kernel_error. */
#ifndef SUNLIT_KERNEL_FAIL_H
#define SUNLIT_KERNEL_FAIL_H

#include <string.h>

#include "kernel.h"

/* Octets inside the mapped file or the caller's text; not terminated. */
typedef struct {
    const uint8_t *data;
    size_t len;
} span;

static inline span span_of(const char *text) { return (span){(const uint8_t *)text, strlen(text)}; }

static inline int span_equal(span a, span b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* `cause` must be a string literal. The subject is cut to what fits. */
static inline kernel_status fail_at(kernel_error *error, kernel_status status, const char *cause, uint64_t number,
                                    span subject) {
    size_t len = subject.len < sizeof error->subject - 1 ? subject.len : sizeof error->subject - 1;
    error->status = status;
    error->cause = cause;
    error->number = number;
    if (len) memcpy(error->subject, subject.data, len);
    error->subject[len] = 0;
    return status;
}

static inline kernel_status fail(kernel_error *error, kernel_status status, const char *cause, uint64_t number) {
    return fail_at(error, status, cause, number, (span){NULL, 0});
}

#endif
