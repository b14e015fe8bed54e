#ifndef CTORCH_LOSS_H
#define CTORCH_LOSS_H

#include "CTorchRanks.h"
#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The doubly centered distances of the rows of one side of a distance correlation, with their norm.
typedef struct MVTDistances MVTDistances;

/// Frees; null is allowed.
void mvt_distances_free(MVTDistances* distances);

/// The centered distances of `rows` x `columns` values, each times `scale`; the values are read once and not kept.
///
/// `unbiased` centers them to U-statistics (Szekely and Rizzo 2014), else to V-statistics. The ranks of `group` call it
/// at the same time with the same rows, and each computes the distances of its own part of them; null is allowed.
GuardedStatus mvt_distances_of_rows(const float* values, int64_t rows, int64_t columns, double scale, bool unbiased,
                                    MVTGroup* group, MVTDistances** result);

/// The same for a tensor: each index of its first axis is one row; without gradients.
GuardedStatus mvt_distances_of_tensor(const MVTTensor* tensor, double scale, bool unbiased, MVTGroup* group,
                                      MVTDistances** result);

/// The distance correlation of x and y, B x any, with gradients to both.
GuardedStatus mvt_distance_correlation(const MVTTensor* x, const MVTTensor* y, bool unbiased, MVTTensor** result);

/// The weights and switches of the MV-MR loss.
typedef struct MVTLossSettings {
  double weight_mse;
  double weight_std;
  double weight_views;
  double margin;
  /// Embeddings are multiplied by this before distances are taken; the released code uses 1/32.
  double embedding_scale;
  bool unbiased;
  /// Adds dCor(z, phi) where the paper adds 1 - dCor(z, phi).
  bool released_sign;
  /// Whether z0 is made to depend on the representations, too, by terms of its own.
  bool both_views;
} MVTLossSettings;

/// The MV-MR loss of two views' embeddings against `count` representations, with gradients to z0 and z.
///
/// `terms` receives 3 + count unweighted terms: MSE, hinge, 1 - dCor(z0, z), and one a representation, of z; with
/// `both_views` as many again, of z0. `total` is their weighted sum, which `result` holds in float32. The ranks of
/// `group` call it with the same embeddings, as mvt_group_rows gives them, and distances of the same group: the
/// gradient is then right for a rank's own part of the rows alone. Null is allowed.
GuardedStatus mvt_loss(const MVTTensor* z0, const MVTTensor* z, const MVTLossSettings* settings,
                       MVTDistances* const* representations, const double* weights, int64_t count, MVTGroup* group,
                       double* terms, double* total, MVTTensor** result);

/// The terms of that loss that `count` representations and one view have, with the gradient to z.
///
/// Of the settings, scale, estimator and sign count. `terms` receives one unweighted term a representation.
GuardedStatus mvt_dependence(const MVTTensor* z, const MVTLossSettings* settings, MVTDistances* const* representations,
                             const double* weights, int64_t count, MVTGroup* group, double* terms, double* total,
                             MVTTensor** result);

/// The mean cross-entropy of scores, B x classes, against one class a row, with its gradient to the scores.
///
/// Rows of class -1 do not count; there must be one that does.
GuardedStatus mvt_cross_entropy(const MVTTensor* scores, const int64_t* classes, MVTTensor** result);

#ifdef __cplusplus
}
#endif

#endif
