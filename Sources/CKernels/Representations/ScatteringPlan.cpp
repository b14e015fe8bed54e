#include "ScatteringPlan.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

namespace mvk {

// Below this share of a wavelet's peak a value is as good as zero: it is half a unit in the last place of the peak's.
constexpr double kNegligible = 3e-8;

void WaveletBand::Allocate() {
  values = hwy::AllocateAligned<float>(filters * FilterSize());
  if (!values) throw std::bad_alloc();
  significant.assign((filters + together - 1) / together * BlocksPerFilter(), 0);
}

void WaveletBand::Set(size_t filter, const double* spectrum, double scale) {
  const size_t first = filter / together * together;
  const size_t stride = std::min(filters - first, together) * kColumns;
  double peak = 0;
  for (size_t i = 0; i < rows * columns; ++i) peak = std::max(peak, std::abs(spectrum[i]));
  float* to = values.get() + first * FilterSize() + (filter - first) * kColumns;
  uint8_t* flag = significant.data() + first / together * BlocksPerFilter();
  for (size_t start = 0; start < PaddedColumns(); start += kColumns)
    for (size_t row = 0; row < FoldedRows(); ++row)
      for (size_t i = 0; i < fold; ++i)
        for (size_t j = 0; j < fold; ++j, to += stride, ++flag)
          for (size_t column = start; column < start + kColumns; ++column) {
            const size_t h = row + i * FoldedRows(), l = column + j * FoldedColumns();
            const bool inside = column < FoldedColumns();
            const double value = !inside ? 0 : transposed ? spectrum[l * rows + h] : spectrum[h * columns + l];
            to[column - start] = static_cast<float>(value * scale);
            if (std::abs(value) > kNegligible * peak) *flag = 1;
          }
}

}  // namespace mvk

size_t mvk_scattering_plan::Coefficients() const {
  const size_t pairs = order == 2 ? scales * (scales - 1) / 2 : 0;
  return 1 + scales * angles + pairs * angles * angles;
}

namespace {

mvk_scattering_plan* Create(const mvk_scattering_sizes& sizes) {
  std::unique_ptr<mvk_scattering_plan> plan(new mvk_scattering_plan);
  plan->height = sizes.height;
  plan->width = sizes.width;
  plan->plane_rows.assign(sizes.rows, sizes.rows + sizes.plane_height);
  plan->plane_columns.assign(sizes.columns, sizes.columns + sizes.plane_width);
  plan->scales = static_cast<size_t>(sizes.scales);
  plan->angles = static_cast<size_t>(sizes.angles);
  plan->order = static_cast<size_t>(sizes.order);
  for (size_t level = 0; level < plan->scales; ++level) {
    plan->axes[0].push_back({mvk::FourierPlan(sizes.plane_height >> level), {}});
    plan->axes[1].push_back({mvk::FourierPlan(sizes.plane_width >> level), {}});
  }
  const auto band = [&](size_t from, size_t to, bool transposed) {
    mvk::WaveletBand band;
    band.rows = plan->Side(transposed ? 1 : 0, from);
    band.columns = plan->Side(transposed ? 0 : 1, from);
    band.fold = size_t{1} << (to - from);
    band.filters = plan->angles;
    band.transposed = transposed;
    band.together = transposed ? mvk::WaveletBand::kSecond : mvk::WaveletBand::kFirst;
    band.Allocate();
    return band;
  };
  // A spectrum's halved axis alternates: y of the image's, x of the first moduli's.
  for (size_t scale = 0; scale < plan->scales; ++scale) plan->first.push_back(band(0, scale, false));
  for (size_t from = 0; plan->order == 2 && from < plan->scales; ++from) {
    plan->second.emplace_back();
    for (size_t to = from + 1; to < plan->scales; ++to) plan->second.back().push_back(band(from, to, true));
  }
  return plan.release();
}

}  // namespace

mvk_scattering_plan* mvk_scattering_create(const mvk_scattering_sizes* sizes) {
  try {
    return Create(*sizes);
  } catch (...) {
    return nullptr;
  }
}

void mvk_scattering_destroy(mvk_scattering_plan* plan) { delete plan; }

int mvk_scattering_set_wavelet(mvk_scattering_plan* plan, int32_t scale, int32_t angle, int32_t level,
                               const double* spectrum) {
  const size_t to = static_cast<size_t>(scale), from = static_cast<size_t>(level), filter = static_cast<size_t>(angle);
  // Two real lines share a transform and are parted without halving them, hence the 2.
  const double scaling = 1.0 / (2.0 * static_cast<double>(plan->Side(0, from) * plan->Side(1, from)));
  if (from == 0) plan->first[to].Set(filter, spectrum, scaling);
  if (plan->order == 2 && from < to) plan->second[from][to - from - 1].Set(filter, spectrum, scaling);
  return 1;
}

int mvk_scattering_set_low_pass(mvk_scattering_plan* plan, int32_t level, int32_t axis, const double* taps) {
  try {
    mvk::ScatteringAxis& entry = plan->axes[axis][static_cast<size_t>(level)];
    entry.low_pass = mvk::LowPassPlan(entry.fourier, size_t{1} << (plan->scales - static_cast<size_t>(level)), taps);
    return 1;
  } catch (...) {
    return 0;
  }
}
