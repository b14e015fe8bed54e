// Products of the rows of a matrix with each other, and of what comes of them with the rows.
#pragma once

#include "Handles.h"

namespace mvt {

/// Some of the n rows of a batch, one after the other.
struct Part {
  int64_t first, count;
};

/// The rows of `part` in (rows - mean) * (rows - mean)^T, n x n, of float32 rows on any device; where `shifted` is
/// given, also all rows - mean.
///
/// Those may lie further apart than their columns take. With oneDNN the bits do not depend on the number of threads.
at::Tensor gram(const at::Tensor& rows, Part part, at::Tensor* shifted);

/// left * right, m x n times n x columns on any device, of float32.
at::Tensor product(const at::Tensor& left, const at::Tensor& right);

}  // namespace mvt
