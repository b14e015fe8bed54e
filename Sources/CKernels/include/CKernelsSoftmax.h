#ifndef CKERNELS_SOFTMAX_H
#define CKERNELS_SOFTMAX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Cross-entropy of `rows` samples, stored class by class: `logits[c * stride + i]`.
///
/// Replaces the logits by their gradient, (softmax - [c = label]) * weight, and returns the weighted sum of the
/// cross-entropies, in double precision. `bias` holds one value per class and is added first. Labels must lie in
/// 0..<classes. `weights` holds one value per sample, or is null where all are 1.
double mvk_softmax_gradient(float* logits, size_t stride, size_t rows, size_t classes, const float* bias,
                            const int32_t* labels, const float* weights);

/// The sum of `count` values, in double precision; the order of summation depends on `count` alone.
double mvk_sum(const float* values, size_t count);

/// target[i] += source[i].
void mvk_accumulate(const float* source, double* target, size_t count);

/// Subtracts `center` from each of `rows` rows and multiplies by `scale`, column by column.
void mvk_standardize(float* values, size_t rows, size_t columns, const float* center, const float* scale);

#ifdef __cplusplus
}
#endif

#endif
