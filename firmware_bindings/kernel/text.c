#include "text.h"

#include "unicode_ranges.h"

enum { OTHER, LETTER, NUMBER, SPACE, NOTHING };

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

/* The class of the character at `at`, and where it ends; NOTHING at the text's end. */
static int class_at(span text, size_t at, size_t *end) {
    uint32_t c = 0;
    *end = at;
    if (at == text.len) return NOTHING;
    size_t len = text_next(text, at, &c);
    *end = at + (len ? len : 1);
    return classify(c);
}

static size_t run_end(span text, size_t at, int class) {
    size_t end;
    while (class_at(text, at, &end) == class && end > at) at = end;
    return at;
}

static int is_newline(span text, size_t at) {
    return at < text.len && (text.data[at] == '\r' || text.data[at] == '\n');
}

/* Length of an apostrophe and what English may put after it, or 0. In any case, LONG S (U+017F) is an s. */
static size_t contraction(span text, size_t at, int any_case) {
    static const char suffixes[][3] = {"s", "t", "re", "ve", "m", "ll", "d"};
    if (text.data[at] != '\'') return 0;
    span rest = {text.data + at + 1, text.len - at - 1};
    if (any_case && rest.len >= 2 && rest.data[0] == 0xC5 && rest.data[1] == 0xBF) return 3;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        size_t len = strlen(suffixes[i]), same = 0;
        if (len > rest.len) continue;
        while (same < len && (rest.data[same] | (any_case ? 0x20 : 0)) == suffixes[i][same]) same++;
        if (same == len) return 1 + len;
    }
    return 0;
}

/* A run of spaces leaves its last one to what follows. `after` is what counts as nothing following, besides the end. */
static size_t spaces_end(span text, size_t at, int after) {
    size_t last = at, end = at, next_end;
    int class;
    while ((class = class_at(text, end, &next_end)) == SPACE) {
        last = end;
        end = next_end;
    }
    return class == NOTHING || class == after || last == at ? end : last;
}

static size_t gpt2_end(span text, size_t at, int digits_alone) {
    size_t end, next_end, len = contraction(text, at, 0);
    if (len) return at + len;
    int class = class_at(text, at, &end), next = class_at(text, end, &next_end);
    if (class == NUMBER && digits_alone) return end;
    if (next == NUMBER && digits_alone) next = NOTHING;
    if (text.data[at] == ' ' && next != SPACE && next != NOTHING) return run_end(text, end, next);
    if (class != SPACE) return run_end(text, at, class);
    return spaces_end(text, at, digits_alone ? NUMBER : NOTHING);
}

static size_t llama3_end(span text, size_t at, int most_digits) {
    size_t end, next_end, len = contraction(text, at, 1);
    if (len) return at + len;
    int class = class_at(text, at, &end), next = class_at(text, end, &next_end);
    if (class == LETTER) return run_end(text, end, LETTER);
    if (class == NUMBER) {
        while (--most_digits && class_at(text, end, &next_end) == NUMBER) end = next_end;
        return end;
    }
    if (next == LETTER && !is_newline(text, at)) return run_end(text, end, LETTER);
    if (class == OTHER || (text.data[at] == ' ' && next == OTHER)) {
        end = run_end(text, end, OTHER);
        while (is_newline(text, end)) end++;
        return end;
    }
    size_t after_newline = at;
    for (end = at; class_at(text, end, &next_end) == SPACE; end = next_end) {
        if (is_newline(text, end)) after_newline = next_end;
    }
    return after_newline > at ? after_newline : spaces_end(text, at, NOTHING);
}

size_t text_piece_end(span text, size_t at, piece_rule rule) {
    switch (rule) {
    case PIECES_LLAMA3:
        return llama3_end(text, at, 3);
    case PIECES_QWEN2:
        return llama3_end(text, at, 1);
    default:
        return gpt2_end(text, at, rule == PIECES_SMOLLM);
    }
}
