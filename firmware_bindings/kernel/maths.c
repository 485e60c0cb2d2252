#include "maths.h"

static const double ln2_high = 0x1.62e42fefa39efp-1, ln2_low = 0x1.abc9e3b39803fp-56;

/* x = m · 2^e with m in [√½, √2); ln m = 2 artanh((m − 1) / (m + 1)). */
static double ln_f64(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t e = (int64_t)(bits >> 52) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFu) | (uint64_t)1023 << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        e += 1;
    }
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int k = 27; k >= 1; k -= 2) sum = fma(sum, square, 1.0 / k);
    return fma((double)e, ln2_high, fma((double)e, ln2_low, 2 * s * sum));
}

static double exp_f64(double x) {
    int64_t n = (int64_t)(x / ln2_high + (x < 0 ? -0.5 : 0.5));
    double r = fma((double)-n, ln2_low, fma((double)-n, ln2_high, x)), sum = 1;
    for (int k = 18; k >= 1; k--) sum = fma(sum, r / k, 1.0);
    uint64_t bits = (uint64_t)(n + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

double pow_f64(double base, double exponent) { return exp_f64(exponent * ln_f64(base)); }

void sin_cos_f64(double x, double *sine, double *cosine) {
    const double half_pi_high = 0x1.921fb54442d18p+0, half_pi_low = 0x1.1a62633145c07p-54;
    int64_t quadrant = (int64_t)(x / half_pi_high + 0.5);
    double n = (double)quadrant, r = fma(-n, half_pi_low, fma(-n, half_pi_high, x)), square = r * r, s = 1, c = 1;
    for (int k = 20; k >= 2; k -= 2) {
        c = fma(c, -square / (k * (k - 1)), 1.0);
        s = fma(s, -square / (k * (k + 1)), 1.0);
    }
    s *= r;
    switch (quadrant & 3) {
    case 0:
        *sine = s, *cosine = c;
        break;
    case 1:
        *sine = c, *cosine = -s;
        break;
    case 2:
        *sine = -s, *cosine = -c;
        break;
    default:
        *sine = -c, *cosine = s;
        break;
    }
}
