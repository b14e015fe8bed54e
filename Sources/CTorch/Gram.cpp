#include "Gram.h"

#include <algorithm>
#include <vector>

#include "Device/Device.h"
#include "Parallel.h"

#ifdef MVMR_ONEDNN
#include <dnnl.h>
#endif

namespace mvt {
namespace {

/// Strips of the upper triangle: their products take 5/8 of the work of the whole.
constexpr int64_t strips = 4;

int64_t strip_begin(int64_t count, int64_t strip) { return count * strip / strips; }

/// Copies the upper triangle to the lower one, a strip at a time.
void mirror(at::Tensor& product) {
  const int64_t count = product.size(0);
  for (int64_t strip = 0; strip + 1 < strips; ++strip) {
    const int64_t begin = strip_begin(count, strip), end = strip_begin(count, strip + 1);
    product.slice(0, end).slice(1, begin, end).copy_(product.slice(0, begin, end).slice(1, end).t());
  }
}

/// By libtorch's products, some columns at a time where the shifted rows are not asked for.
at::Tensor gram_of_libtorch(const at::Tensor& rows, Part own, at::Tensor* shifted) {
  constexpr int64_t block = 2048;
  const int64_t count = rows.size(0), columns = rows.size(1);
  const at::Tensor mean = rows.mean(0, true);
  at::Tensor product = at::zeros({own.count, count}, rows.options());
  const auto add = [&](const at::Tensor& part) {
    if (own.count < count) {
      product.addmm_(part.narrow(0, own.first, own.count), part.t());
      return;
    }
    for (int64_t strip = 0; strip < strips; ++strip) {
      const int64_t begin = strip_begin(count, strip), end = strip_begin(count, strip + 1);
      if (begin == end) continue;
      product.slice(0, begin, end).slice(1, begin).addmm_(part.slice(0, begin, end), part.slice(0, begin).t());
    }
  };
  if (shifted) {
    *shifted = rows - mean;
    add(*shifted);
  } else {
    for (int64_t from = 0; from < columns; from += block) {
      const int64_t to = std::min(columns, from + block);
      add(rows.slice(1, from, to) - mean.slice(1, from, to));
    }
  }
  if (own.count == count) mirror(product);
  return product;
}

#ifdef MVMR_ONEDNN

/// Values between rows: a power of two apart they share a few lines of each cache, and products take a fifth longer.
constexpr int64_t gap = 16;

/// result = left * right + keep * result, `right` transposed where 'T'; strides are of rows.
void multiply(char transposed, int64_t rows, int64_t columns, int64_t depth, const float* left, int64_t left_stride,
              const float* right, int64_t right_stride, float keep, float* result, int64_t result_stride) {
  const auto status = dnnl_sgemm('N', transposed, rows, columns, depth, 1, left, left_stride, right, right_stride, keep,
                                 result, result_stride);
  TORCH_CHECK(status == dnnl_success, "oneDNN multiplies no matrices here, status ", static_cast<int>(status));
}

/// Some columns of the rows less their means, into `target`, whose rows are `stride` apart.
void shift(const float* rows, int64_t count, int64_t columns, int64_t from, int64_t width, float* target,
           int64_t stride) {
  std::vector<float> means(width, 0);
  for (int64_t row = 0; row < count; ++row) {
    const float* source = rows + row * columns + from;
    for (int64_t column = 0; column < width; ++column) means[column] += source[column];
  }
  for (float& mean : means) mean /= static_cast<float>(count);
  for (int64_t row = 0; row < count; ++row) {
    const float* source = rows + row * columns + from;
    float* own = target + row * stride;
    for (int64_t column = 0; column < width; ++column) own[column] = source[column] - means[column];
  }
}

/// By products on one thread each, of columns that stay in a core's cache.
///
/// OpenBLAS's threads would share each of the small products, wait for each other at every one, and after the last of
/// them go on asking for work, beside those of libtorch.
at::Tensor gram_in_groups(const at::Tensor& rows, Part own, at::Tensor* shifted) {
  const int64_t count = rows.size(0), columns = rows.size(1);
  const int64_t width = std::clamp<int64_t>((1 << 17) / count / 16 * 16, 64, 2048);
  const int64_t blocks = (columns + width - 1) / width;
  // Sums of groups may take 128 MB together; their number does not follow the threads, so that the bits do not either.
  const int64_t groups =
      std::clamp<int64_t>((int64_t{32} << 20) / (own.count * count), 1, std::min<int64_t>(blocks, 8));
  at::Tensor products = at::zeros({groups, own.count, count}, rows.options());
  if (shifted) *shifted = at::empty({count, columns + gap}, rows.options()).narrow(1, 0, columns);
  const float* source = rows.data_ptr<float>();
  float* kept = shifted ? shifted->data_ptr<float>() : nullptr;
  float* sums = products.data_ptr<float>();
  in_pieces(groups, [&](int64_t group) {
    std::vector<float> room(kept ? 0 : count * (width + gap));
    float* sum = sums + group * own.count * count;
    for (int64_t block = blocks * group / groups; block < blocks * (group + 1) / groups; ++block) {
      const int64_t from = block * width, taken = std::min(width, columns - from);
      float* part = kept ? kept + from : room.data();
      const int64_t stride = (kept ? columns : width) + gap;
      shift(source, count, columns, from, taken, part, stride);
      if (own.count < count) {
        multiply('T', own.count, count, taken, part + own.first * stride, stride, part, stride, 1, sum, count);
        continue;
      }
      for (int64_t strip = 0; strip < strips; ++strip) {
        const int64_t begin = strip_begin(count, strip), end = strip_begin(count, strip + 1);
        if (begin == end) continue;
        multiply('T', end - begin, count - begin, taken, part + begin * stride, stride, part + begin * stride, stride,
                 1, sum + begin * count + begin, count);
      }
    }
  });
  at::Tensor product = products[0];
  for (int64_t group = 1; group < groups; ++group) product.add_(products[group]);
  if (own.count == count) mirror(product);
  return product;
}

/// left * right, m x n times n x columns, some columns at a time on one thread each.
at::Tensor product_in_pieces(const at::Tensor& left, const at::Tensor& right) {
  const int64_t rows = left.size(0), depth = left.size(1), columns = right.size(1);
  constexpr int64_t width = 256;
  at::Tensor result = at::empty({rows, columns}, right.options());
  const float *one = left.data_ptr<float>(), *other = right.data_ptr<float>();
  float* to = result.data_ptr<float>();
  in_pieces((columns + width - 1) / width, [&](int64_t piece) {
    const int64_t from = piece * width;
    multiply('N', rows, std::min(width, columns - from), depth, one, depth, other + from, right.stride(0), 0, to + from,
             columns);
  });
  return result;
}

#endif

}  // namespace

at::Tensor gram(const at::Tensor& rows, Part part, at::Tensor* shifted) {
#ifdef MVMR_ONEDNN
  if (by_loops(rows) && rows.size(1) > 0) return gram_in_groups(rows.contiguous(), part, shifted);
#endif
  return gram_of_libtorch(rows, part, shifted);
}

at::Tensor product(const at::Tensor& left, const at::Tensor& right) {
#ifdef MVMR_ONEDNN
  if (by_loops(right) && right.stride(1) == 1) return product_in_pieces(left.contiguous(), right);
#endif
  return at::mm(left, right);
}

}  // namespace mvt
