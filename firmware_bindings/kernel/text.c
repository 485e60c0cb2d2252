#include "text.h"

#include "unicode_ranges.h"

enum { OTHER, LETTER, NUMBER, SPACE };

size_t text_next(span text, size_t at, uint32_t *code_point) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t *s = text.data + at;
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;
    if (len == 0 || len > text.len - at) return 0;
    uint32_t c = len == 1 ? s[0] : s[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3Fu);
    }
    if (c < least[len] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return 0;
    *code_point = c;
    return len;
}

static int within(const uint32_t ranges[][2], size_t count, uint32_t c) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > ranges[middle][1]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && c >= ranges[low][0];
}

static int classify(uint32_t c) {
#define WITHIN(ranges) within(ranges, sizeof ranges / sizeof ranges[0], c)
    if (c < 0x80) {
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return LETTER;
        if (c >= '0' && c <= '9') return NUMBER;
        return c == ' ' || (c >= '\t' && c <= '\r') ? SPACE : OTHER;
    }
    return WITHIN(unicode_letters) ? LETTER : WITHIN(unicode_numbers) ? NUMBER : WITHIN(unicode_spaces) ? SPACE : OTHER;
#undef WITHIN
}

/* The class of the character at `at`, and where it ends. A text's end is a number: both end every run. */
static int class_at(span text, size_t at, size_t *end) {
    uint32_t c = 0;
    *end = at;
    if (at == text.len) return NUMBER;
    size_t len = text_next(text, at, &c);
    *end = at + (len ? len : 1);
    return classify(c);
}

static size_t run_end(span text, size_t at, int class) {
    size_t end;
    while (class_at(text, at, &end) == class && end > at) at = end;
    return at;
}

static size_t contraction(span text, size_t at) {
    static const char *const suffixes[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        span suffix = span_of(suffixes[i]);
        if (suffix.len <= text.len - at && span_equal((span){text.data + at, suffix.len}, suffix)) return suffix.len;
    }
    return 0;
}

size_t text_piece_end(span text, size_t at) {
    size_t end, next_end, len = contraction(text, at);
    if (len) return at + len;
    int class = class_at(text, at, &end);
    if (class == NUMBER) return end;
    int next = class_at(text, end, &next_end);
    if (text.data[at] == ' ' && (next == LETTER || next == OTHER)) return run_end(text, end, next);
    if (class != SPACE) return run_end(text, at, class);

    /* A run of spaces leaves its last one to the word that follows, unless a number or the end follows. */
    size_t last = at;
    while (next == SPACE) {
        last = end;
        end = next_end;
        next = class_at(text, end, &next_end);
    }
    return next == NUMBER || last == at ? end : last;
}
