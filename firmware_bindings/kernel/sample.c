/* Which token follows: the logits, bent by penalties and biases, cut to the likeliest, and one random number. */
#include "float_env.h"
#include "maths.h"
#include "session.h"

/* All tokens by their logits, the largest first; found one after the other, since few are looked at. */
typedef struct {
    const float *logits; /* (count,) */
    uint32_t *ids;       /* (count,) a heap of `left` ids, and behind it those already found, the last one first */
    uint32_t count, left;
} ranking;

static int precedes(const ranking *r, uint32_t a, uint32_t b) {
    return r->logits[a] > r->logits[b] || (r->logits[a] == r->logits[b] && a < b);
}

static void sink(ranking *r, uint32_t at) {
    uint32_t id = r->ids[at];
    for (uint32_t child; (child = 2 * at + 1) < r->left; at = child) {
        if (child + 1 < r->left && precedes(r, r->ids[child + 1], r->ids[child])) child++;
        if (!precedes(r, r->ids[child], id)) break;
        r->ids[at] = r->ids[child];
    }
    r->ids[at] = id;
}

static ranking rank_all(const float *logits, uint32_t *ids, uint32_t count) {
    ranking r = {logits, ids, count, count};
    for (uint32_t i = 0; i < count; i++) ids[i] = i;
    for (uint32_t i = count / 2; i-- > 0;) sink(&r, i);
    return r;
}

/* The token of that rank, from 0. */
static uint32_t ranked(ranking *r, uint32_t rank) {
    while (r->count - r->left <= rank) {
        uint32_t first = r->ids[0];
        r->ids[0] = r->ids[--r->left];
        if (r->left) sink(r, 0);
        r->ids[r->left] = first;
    }
    return r->ids[r->count - 1 - rank];
}

/* Number `index` of the sequence that SplitMix64 makes of `seed`, in [0, 1). */
static double uniform(uint64_t seed, uint64_t index) {
    uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* s->bent ← the logits with penalties and biases; then divided by the temperature, unless that is 0. */
static void bend(kernel_session *s, const kernel_sampling *o) {
    uint32_t vocab_size = s->model->shape.vocab_size;
    uint32_t first = s->position > o->repeat_tokens ? s->position - o->repeat_tokens : 0;
    memcpy(s->bent, s->logits, vocab_size * sizeof *s->bent);
    for (uint32_t i = first; i < s->position; i++) {
        float logit = s->logits[s->history[i]];
        s->bent[s->history[i]] = logit > 0 ? logit / o->repeat_penalty : logit * o->repeat_penalty;
    }
    for (uint32_t i = 0; i < o->bias_count; i++) s->bent[o->biases[i].id] += o->biases[i].added;
    for (uint32_t i = 0; o->temperature > 0 && i < vocab_size; i++) s->bent[i] /= o->temperature;
}

/* A token's share, the first one's being 1. What is below 2^-125 is nothing. */
static double share_of(float logit, float largest) {
    float difference = logit - largest;
    return difference < EXP_LEAST ? 0.0 : (double)exp_f32(difference);
}

static uint32_t draw(kernel_session *s, const kernel_sampling *o) {
    uint32_t count = s->model->shape.vocab_size, kept = o->top_k && o->top_k < count ? o->top_k : count;
    ranking r = rank_all(s->bent, s->ranked, count);
    float largest = s->bent[ranked(&r, 0)];
    double total = 0, sum = 0;
    for (uint32_t i = 0; i < kept; i++) total += share_of(s->bent[kept < count ? ranked(&r, i) : i], largest);
    if (o->top_p < 1 || o->min_p > 0) {
        uint32_t most = kept;
        for (kept = 0; kept < most; kept++) {
            double share = share_of(s->bent[ranked(&r, kept)], largest);
            if (kept && (share < (double)o->min_p || sum >= (double)o->top_p * total)) break;
            sum += share;
        }
        total = sum;
    }
    double target = uniform(o->seed, s->position) * total;
    uint32_t id = ranked(&r, 0);
    sum = 1;
    for (uint32_t i = 1; i < kept && sum <= target; i++) {
        uint32_t next = ranked(&r, i);
        double share = share_of(s->bent[next], largest);
        if (share == 0) break; /* rounding may leave the sum just short of the total */
        sum += share;
        id = next;
    }
    return id;
}

static int is_within(float value, float least, float most) { return value >= least && value <= most; }

static kernel_status check(const kernel_session *s, const kernel_sampling *o, kernel_error *error) {
    if (!s->has_logits) return fail(error, KERNEL_BAD_ARGUMENT, "no logits; tokens appended:", s->position);
    if (o->temperature != 0 && !is_within(o->temperature, 1e-3f, 1e3f))
        return fail(error, KERNEL_BAD_ARGUMENT, "temperature is neither 0 nor from 0.001 to 1000; seed", o->seed);
    if (!is_within(o->top_p, 1e-6f, 1.0f) || !is_within(o->min_p, 0.0f, 1.0f))
        return fail(error, KERNEL_BAD_ARGUMENT, "top_p or min_p out of range; seed", o->seed);
    if (!is_within(o->repeat_penalty, 1e-3f, 1e3f))
        return fail(error, KERNEL_BAD_ARGUMENT, "repeat_penalty out of range; seed", o->seed);
    for (uint32_t i = 0; i < o->bias_count; i++) {
        if (o->biases[i].id >= s->model->shape.vocab_size)
            return fail(error, KERNEL_BAD_ARGUMENT, "bias of no token", o->biases[i].id);
        if (!(o->biases[i].added <= 1e6f))
            return fail(error, KERNEL_BAD_ARGUMENT, "bias is above 1,000,000 or not a number, token", o->biases[i].id);
    }
    return KERNEL_OK;
}

kernel_status kernel_sample(kernel_session *s, const kernel_sampling *o, uint32_t *id, kernel_error *error) {
    kernel_status status = check(s, o, error);
    if (status != KERNEL_OK) return status;
    uint64_t before = float_env_enter();
    bend(s, o);
    uint32_t best = 0;
    for (uint32_t i = 1; i < s->model->shape.vocab_size; i++) {
        if (s->bent[i] > s->bent[best]) best = i;
    }
    int is_possible = is_within(s->bent[best], -3e38f, 3e38f);
    if (is_possible) *id = o->temperature > 0 ? draw(s, o) : best;
    float_env_leave(before);
    return is_possible ? KERNEL_OK : fail(error, KERNEL_BAD_ARGUMENT, "biases leave no token; the likeliest is", best);
}
