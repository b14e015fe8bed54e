#ifndef CTORCH_OPTIMIZER_H
#define CTORCH_OPTIMIZER_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The settings of one step of Adam, as torch.optim.Adam and AdamW name them.
typedef struct MVTAdam {
  double learning_rate;
  double beta1;
  double beta2;
  double epsilon;
  double weight_decay;
  /// AdamW: the decay shrinks the weights themselves and does not enter the moments.
  bool decoupled;
  /// 1 at the first step.
  int64_t step;
} MVTAdam;

/// One step of Adam over `count` parameters that have gradients; the moments are updated in place.
/// A parameter without a gradient is left alone.
GuardedStatus mvt_adam_step(const MVTAdam* settings, MVTTensor* const* parameters, MVTTensor* const* first_moments,
                            MVTTensor* const* second_moments, int64_t count);

/// The settings of one step of SGD with momentum, as torch.optim.SGD names them.
typedef struct MVTSGD {
  double learning_rate;
  double momentum;
  double weight_decay;
  /// Nesterov's: the step looks ahead along the velocity.
  bool nesterov;
  /// 1 at the first step, which starts the velocity.
  int64_t step;
  /// The trust of LARS (You, Gitman and Ginsburg 2017); 0 for SGD as it is.
  ///
  /// Gradient and decay of a parameter are multiplied by trust |weights| / (|gradient| + decay |weights|). Where
  /// weights or gradient are 0, it moves along its gradient, without decay.
  double trust;
} MVTSGD;

/// One step of SGD over `count` parameters that have gradients; the velocities are updated in place.
GuardedStatus mvt_sgd_step(const MVTSGD* settings, MVTTensor* const* parameters, MVTTensor* const* velocities,
                           int64_t count);

/// Moves each value of `averages` by `share` of the way to that of `tensors`; they are alike in shape and layout.
GuardedStatus mvt_move_averages(MVTTensor* const* averages, MVTTensor* const* tensors, int64_t count, double share);

/// Multiplies all gradients by `factor`.
GuardedStatus mvt_scale_gradients(MVTTensor* const* parameters, int64_t count, double factor);

/// The Euclidean norm of all gradients together.
GuardedStatus mvt_gradient_norm(MVTTensor* const* parameters, int64_t count, double* norm);

#ifdef __cplusplus
}
#endif

#endif
