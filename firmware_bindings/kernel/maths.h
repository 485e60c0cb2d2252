/* exp, pow, sin and cos from + − × ÷ and fma alone: the same bits on every machine, which no libm promises. */
#ifndef SUNLIT_KERNEL_MATHS_H
#define SUNLIT_KERNEL_MATHS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Constants of exp_f32, shared with its vector twins. |error| ≤ 1 ulp inside the limits, clamped outside. */
#define EXP_LEAST (-87.0f)
#define EXP_MOST 88.0f
#define EXP_LOG2_E 0x1.715476p+0f
#define EXP_ROUND 0x1.8p+23f /* adding and subtracting it rounds to an integer */
#define EXP_LN2_HIGH 0x1.62e4p-1f
#define EXP_LN2_LOW 0x1.7f7d1cp-20f
#define EXP_TERMS 8 /* 1/7! … 1/0!, Horner from the left */
#define EXP_SERIES {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f}

static inline float exp_f32(float x) {
    static const float series[EXP_TERMS] = EXP_SERIES;
    x = EXP_LEAST > x ? EXP_LEAST : x;
    x = EXP_MOST < x ? EXP_MOST : x;
    if (x != x) return x;
    float n = x * EXP_LOG2_E + EXP_ROUND - EXP_ROUND;
    float r = fmaf(-n, EXP_LN2_LOW, fmaf(-n, EXP_LN2_HIGH, x));
    float sum = series[0];
    for (int i = 1; i < EXP_TERMS; i++) sum = fmaf(sum, r, series[i]);
    uint32_t bits = (uint32_t)((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

/* gelu(x) = x · (1 + tanh u) / 2 = x / (1 + exp(−2u)), u = √(2/π) · (x + 0.044715 x³); this is −2u. */
#define GELU_CUBIC 0.044715f
#define GELU_SCALE (-1.5957691216f)

static inline float gelu_exponent(float x) { return x * fmaf(x * x, GELU_CUBIC, 1.0f) * GELU_SCALE; }

/* tanh x = 1 − 2 / (1 + exp(2x)). Absolute error about 2^-23. */
static inline float tanh_f32(float x) { return 1.0f - 2.0f / (1.0f + exp_f32(2.0f * x)); }

/* base^exponent for base ≥ 1, |exponent · ln base| ≤ 700. Relative error about 1e-14. */
double pow_f64(double base, double exponent);

/* For 0 ≤ x < 2^26 (radians). Absolute error about 1e-16 + 1e-17·x. */
void sin_cos_f64(double x, double *sine, double *cosine);

#endif
