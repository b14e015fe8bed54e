// What a scattering transform of one image size looks up while it runs.
#ifndef MVK_SCATTERING_PLAN_H
#define MVK_SCATTERING_PLAN_H

#include "CKernelsScattering.h"
#include "FourierPlan.h"
#include "hwy/aligned_allocator.h"

namespace mvk {

/// The wavelets of one scale on the band of one level, in the order in which they are multiplied with a spectrum.
///
/// A spectrum has half the rows, since its samples are real: row h > rows/2 is row rows - h, columns mirrored,
/// conjugate. Halving the sides adds up frequencies rows/fold and columns/fold apart, `fold` of them along each axis.
struct WaveletBand {
  /// Filters that are multiplied in one go, which shares the loads of the spectrum: of the first order, and of the
  /// second, whose lines are half as long.
  static constexpr size_t kFirst = 2, kSecond = 4;
  /// Columns that stand side by side; a group of lanes takes all of them or half.
  static constexpr size_t kColumns = 8;

  size_t rows = 0, columns = 0;  // of the spectrum: of the halved and of the whole axis
  size_t fold = 1;
  size_t filters = 0, together = kFirst;
  bool transposed = false;  // rows of the spectrum are the image's columns
  hwy::AlignedFreeUniquePtr<float[]> values;
  /// Whether a block of kColumns has a value that is not negligible, for any filter of a multiplication.
  ///
  /// A wavelet of a large scale is concentrated on few frequencies. In the order of `values`, without filters and
  /// columns.
  std::vector<uint8_t> significant;

  size_t FoldedRows() const { return rows / fold; }
  size_t FoldedColumns() const { return columns / fold; }
  size_t PaddedColumns() const { return (FoldedColumns() + kColumns - 1) / kColumns * kColumns; }
  size_t FilterSize() const { return PaddedColumns() * FoldedRows() * fold * fold; }
  size_t BlocksPerFilter() const { return FilterSize() / kColumns; }
  /// The values of `first` and of the filters multiplied with it.
  ///
  /// Order: group of columns, row, fold of the rows and of the columns, filter, column within its group.
  const float* Filters(size_t first) const { return values.get() + first * FilterSize(); }
  const uint8_t* Significant(size_t first) const { return significant.data() + first / together * BlocksPerFilter(); }
  void Allocate();
  void Set(size_t filter, const double* spectrum, double scale);
};

/// One axis at one level.
struct ScatteringAxis {
  FourierPlan fourier;
  LowPassPlan low_pass;
};

}  // namespace mvk

struct mvk_scattering_plan {
  size_t height = 0, width = 0;
  std::vector<int32_t> plane_rows, plane_columns;
  size_t scales = 0, angles = 0, order = 0;
  std::vector<mvk::ScatteringAxis> axes[2];  // y and x, by level
  std::vector<mvk::WaveletBand> first;       // by scale
  std::vector<std::vector<mvk::WaveletBand>>
      second;  // by the scale of the first wavelet, then by their difference less 1

  size_t Side(int axis, size_t level) const { return axes[axis][level].fourier.length; }
  size_t OutputHeight() const { return (plane_rows.size() >> scales) - 2; }
  size_t OutputWidth() const { return (plane_columns.size() >> scales) - 2; }
  size_t Coefficients() const;
  size_t Values() const { return Coefficients() * OutputHeight() * OutputWidth(); }
};

#endif
