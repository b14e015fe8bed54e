// One plane through the whole scattering transform.
//
// A spectrum of real samples is kept by half: rows 0 ... rows/2 of one axis, all columns of the other. Multiplied by a
// wavelet it is transformed back along its columns, then along its rows, each line while it is in the nearest cache;
// the moduli that come out, two lines as the parts of one, go on at once into the low pass and the next transform along
// the same axis. So the axes swap roles at each order, and nothing is ever transposed but on its way into a line.
//
// Planes are not laid side by side in lanes: eight of them would not fit the caches, and a single one would idle seven.
#if defined(MVK_SCATTERING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_SCATTERING_INL_H
#undef MVK_SCATTERING_INL_H
#else
#define MVK_SCATTERING_INL_H
#endif

#include <string.h>

#include <algorithm>

#include "Fourier-inl.h"
#include "LowPass-inl.h"
#include "ScatteringPlan.h"
#include "Transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

// A half spectrum, [row][part][column], with room at both ends of a row, and column 0 once more behind the last.
struct Spectrum {
  static constexpr size_t kMargin = 8;
  float* values;
  size_t pitch;

  HWY_INLINE Complex Direct(size_t row, size_t column) const {
    const float* from = values + row * 2 * pitch + kMargin + column;
    return {hn::LoadU(Tag(), from), hn::LoadU(Tag(), from + pitch)};
  }
  // The conjugates of the values at row `rows` - `row` and the opposites of the columns from `column` on.
  HWY_INLINE Complex Opposite(size_t row, size_t column, size_t columns) const {
    const float* from = values + row * 2 * pitch + kMargin + columns - column - (kLanes - 1);
    return {hn::Reverse(Tag(), hn::LoadU(Tag(), from)), hn::Reverse(Tag(), hn::LoadU(Tag(), from + pitch))};
  }
};

class ScatteringRun {
 public:
  explicit ScatteringRun(const mvk_scattering_plan& plan) : plan_(plan) {
    const size_t height = plan.Side(0, 0), width = plan.Side(1, 0), longest = std::max(height, width);
    const size_t together = WaveletBand::kFirst, line = (longest + 8) * kComplex;
    // Every field is largest at level 0, and may have either axis in lanes.
    const size_t plane = std::max(Padded(together * height) * Padded(width), Padded(together * width) * Padded(height));
    const size_t half =
        std::max(Padded(together * height) * Padded(width / 2 + 1), Padded(together * width) * Padded(height / 2 + 1));
    const size_t spectrum = (longest / 2 + 1 + kLanes) * 2 * (longest + 3 * Spectrum::kMargin);
    const struct {
      float** field;
      size_t size;
    } parts[] = {{&planes_, Padded(width) * height},
                 {&half_, 2 * half},
                 {&spectra_[0].values, spectrum},
                 {&spectra_[1].values, spectrum},
                 {&folded_[0], 2 * plane},
                 {&folded_[1], plane},  // twice the bands of half the sides
                 {&rows_, plane},
                 {&lines_[0], line},
                 {&lines_[1], line},
                 {&lines_[2], line},
                 {&lines_[3], line},
                 {&lines_[4], line},
                 {&pairs_, 3 * line}};
    size_t total = 0;
    for (const auto& part : parts) total += Aligned(part.size);
    memory_ = hwy::AllocateAligned<float>(total);
    if (!memory_) return;
    // Lanes beyond an axis are computed along with the others; let them be zeros at first, and finite.
    std::fill_n(memory_.get(), total, 0.0f);
    float* next = memory_.get();
    for (const auto& part : parts) {
      *part.field = next;
      next += Aligned(part.size);
    }
  }

  bool Ready() const { return memory_ != nullptr; }

  // Transforms one plane into `out`.
  template <typename Pixel>
  void Run(const Pixel* pixels, size_t channels, size_t plane, float* out) {
    out_ = out;
    LoadPlane(pixels + plane / channels * plan_.height * plan_.width * channels + plane % channels, channels);
    ImageSpectrum();
    const int32_t* samples = Axis(1, 0).fourier.sample.data();
    FinishLowPass(0, 0, 0, 0, 1, samples);
    FinishSpectrum(0, 0, 0, samples);
    size_t coefficient = 1, later = 1 + plan_.scales * plan_.angles;
    for (size_t scale = 0; scale < plan_.scales; ++scale) {
      const bool goes_on = plan_.order == 2 && scale + 1 < plan_.scales;
      ForEachWavelet(plan_.first[scale], 0, 0, scale, goes_on, [&](size_t count) HWY_ATTR {
        FinishLowPass(1, scale, coefficient, 0, count, nullptr);
        coefficient += count;
        for (size_t i = 0; goes_on && i < count; ++i) {
          FinishSpectrum(1, scale, i, nullptr);
          for (size_t next = scale + 1; next < plan_.scales; ++next)
            ForEachWavelet(plan_.second[scale][next - scale - 1], 1, scale, next, false, [&](size_t many) HWY_ATTR {
              for (size_t band = 0; band < many; band += 2)
                FinishLowPass(0, next, later + band, band, std::min(many - band, size_t{2}), nullptr);
              later += many;
            });
        }
      });
    }
  }

 private:
  // Rounded up to cache lines, and one more, so that fields do not start at the same place of the cache.
  static size_t Aligned(size_t size) { return (size + 31) / 16 * 16; }
  static size_t HalfPitch(size_t length) { return Padded(length / 2 + 1); }

  const ScatteringAxis& Axis(int axis, size_t level) const { return plan_.axes[axis][level]; }

  static float Value(uint8_t pixel) { return static_cast<float>(pixel) / 255.0f; }
  static float Value(float pixel) { return pixel; }

  template <typename Pixel>
  void LoadPlane(const Pixel* pixels, size_t channels) {
    float* to = planes_;
    const size_t gap = Padded(plan_.plane_columns.size()) - plan_.plane_columns.size();
    for (int32_t row : plan_.plane_rows) {
      const Pixel* from = pixels + static_cast<size_t>(row) * plan_.width * channels;
      for (int32_t column : plan_.plane_columns) *to++ = Value(from[static_cast<size_t>(column) * channels]);
      to += gap;
    }
  }

  // The image's first pass: lines along y.
  void ImageSpectrum() {
    const ScatteringAxis& axis = Axis(0, 0);
    const size_t width = plan_.plane_columns.size(), pitch = Padded(width);
    for (size_t group = 0; group < Groups(width); group += 2) {
      for (size_t y = 0; y < axis.fourier.length; ++y)
        StoreComplex(LoadComplex(planes_ + y * pitch + group * kLanes),
                     lines_[0] + static_cast<size_t>(axis.fourier.sample[y]) * kComplex);
      StartPair(axis, group, true);
    }
  }

  // Two groups of real lines, the parts of line 0: the first half of the low pass and, if asked for, of the forward
  // transform.
  void StartPair(const ScatteringAxis& axis, size_t group, bool forward) {
    const Tag d;
    const size_t pitch = Padded(axis.low_pass.Outputs());
    float* first = rows_ + group * pitch * kLanes;
    float* second = first + pitch * kLanes;
    LowPass(axis.low_pass, lines_[0], pairs_, [&](size_t at, Complex value) HWY_ATTR {
      hn::Store(value.re, d, first + at * kLanes);
      hn::Store(value.im, d, second + at * kLanes);
    });
    if (!forward) return;
    Transform<true>(axis.fourier, lines_[0], lines_[1], lines_[2], pairs_);
    const size_t length = axis.fourier.length;
    float* one = half_ + group * HalfPitch(length) * kComplex;
    float* two = one + HalfPitch(length) * kComplex;
    for (size_t k = 0; k <= length / 2; ++k) {
      const Complex a = LoadComplex(lines_[2] + static_cast<size_t>(axis.fourier.frequency[k]) * kComplex);
      const size_t mirrored = static_cast<size_t>(axis.fourier.frequency[k == 0 ? 0 : length - k]);
      const Complex b = LoadComplex(lines_[2] + mirrored * kComplex);
      // Twice each spectrum: z + conj(z mirrored), and (z - conj(z mirrored)) / i.
      StoreComplex({hn::Add(a.re, b.re), hn::Sub(a.im, b.im)}, one + k * kComplex);
      StoreComplex({hn::Add(a.im, b.im), hn::Sub(b.re, a.re)}, two + k * kComplex);
    }
  }

  // The second half of the low pass of `count` (1 or 2) bands from `first` on, whose lines went along `axis` and now go
  // along the other, both at once as the parts of a line; writes as many coefficients. `order`: the place in a line of
  // each of the first half's lines.
  void FinishLowPass(int axis, size_t level, size_t coefficient, size_t first, size_t count, const int32_t* order) {
    const ScatteringAxis& across = Axis(1 - axis, level);
    const size_t length = across.fourier.length, outputs = Axis(axis, level).low_pass.Outputs();
    const size_t area = plan_.OutputHeight() * plan_.OutputWidth();
    for (size_t group = 0; group < Groups(outputs); ++group) {
      for (size_t i = 0; i < count; ++i)
        LoadAcross(rows_, kLanes, Padded(outputs), (first + i) * length, length, group, order, lines_[0] + i * kLanes);
      LowPass(across.low_pass, lines_[0], pairs_,
              [&](size_t at, Complex value) HWY_ATTR { StoreComplex(value, lines_[1] + at * kComplex); });
      for (size_t i = 0; i < count; ++i)
        Emit(lines_[1] + i * kLanes, across.low_pass.Outputs(), group * kLanes, outputs, axis == 0,
             out_ + (coefficient + i) * area);
    }
  }

  // A group of lines of `count` outputs, of which the lanes are those from `first` on of `lines`, into their
  // coefficient.
  static void Emit(const float* line, size_t count, size_t first, size_t lines, bool lines_are_rows, float* out) {
    const Tag d;
    const size_t lanes = std::min(lines - first, kLanes);
    if (!lines_are_rows) {
      for (size_t at = 0; at < count; ++at)
        StoreLanes(hn::Load(d, line + at * kComplex), lanes, out + at * lines + first);
      return;
    }
    for (size_t at = 0; at < count; at += kLanes) {
      Square square;
      square.Load(line + at * kComplex, kComplex);
      square.Transpose();
      for (size_t lane = 0; lane < lanes; ++lane)
        StoreLanes(square.rows[lane], std::min(count - at, kLanes), out + (first + lane) * count + at);
    }
  }
  static HWY_INLINE void StoreLanes(Vec value, size_t lanes, float* to) {
    if (lanes == kLanes) return hn::StoreU(value, Tag(), to);
    HWY_ALIGN float all[kLanes];
    hn::Store(value, Tag(), all);
    memcpy(to, all, lanes * sizeof(float));
  }

  // The second half of a forward transform of the `index`th of the bands in hand: a half spectrum, its rows the
  // frequencies of `axis`.
  void FinishSpectrum(int axis, size_t level, size_t index, const int32_t* order) {
    const Tag d;
    const FourierPlan& along = Axis(axis, level).fourier;
    const FourierPlan& across = Axis(1 - axis, level).fourier;
    const size_t length = across.length, pitch = (length + 7) / 8 * 8 + 2 * Spectrum::kMargin;
    spectra_[axis].pitch = pitch;
    for (size_t group = 0; group < Groups(along.length / 2 + 1); ++group) {
      for (size_t part = 0; part < 2; ++part)
        LoadAcross(half_ + part * kLanes, kComplex, HalfPitch(along.length), index * length, length, group, order,
                   lines_[0] + part * kLanes);
      Transform<true>(across, lines_[0], lines_[1], lines_[2], pairs_);
      for (size_t part = 0; part < 2; ++part) {
        float* row = spectra_[axis].values + (group * kLanes * 2 + part) * pitch + Spectrum::kMargin;
        for (size_t first = 0; first < length; first += kLanes) {
          Square square;
          for (size_t i = 0; i < kLanes; ++i) {
            const size_t position = static_cast<size_t>(across.frequency[std::min(first + i, length - 1)]);
            square.rows[i] = hn::Load(d, lines_[2] + position * kComplex + part * kLanes);
          }
          square.Transpose();
          for (size_t i = 0; i < kLanes; ++i) hn::Store(square.rows[i], d, row + i * 2 * pitch + first);
        }
        for (size_t i = 0; i < kLanes; ++i) row[i * 2 * pitch + length] = row[i * 2 * pitch];
      }
    }
  }

  // Takes the wavelets of `band` on the spectrum of `depth` through StartPair, a few at a time; `done` gets their
  // number.
  template <typename Done>
  void ForEachWavelet(const WaveletBand& band, int depth, size_t from, size_t to, bool forward, const Done& done) {
    for (size_t filter = 0; filter < band.filters; filter += band.together) {
      const size_t count = std::min(band.filters - filter, band.together);
      if (count == 4)
        FirstPass<4>(band, filter, depth, to);
      else if (count == 3)
        FirstPass<3>(band, filter, depth, to);
      else if (count == 2)
        FirstPass<2>(band, filter, depth, to);
      else
        FirstPass<1>(band, filter, depth, to);
      SecondPass(count, depth, to, forward);
      done(count);
    }
  }

  // Products with kFilters wavelets, folded, and the inverse transform of each column. The filters' columns follow one
  // another in the same lanes.
  template <size_t kFilters>
  void FirstPass(const WaveletBand& band, size_t filter, int depth, size_t to) {
    const FourierPlan& along = Axis(depth, to).fourier;  // of the halved axis
    const size_t rows = along.length, pitch = Padded(kFilters * rows);
    for (size_t group = 0; group < Groups(band.FoldedColumns()); ++group) {
      switch (band.fold) {
        case 1:
          Product<kFilters, 1>(band, filter, depth, along, group);
          break;
        case 2:
          Product<kFilters, 2>(band, filter, depth, along, group);
          break;
        case 4:
          Product<kFilters, 4>(band, filter, depth, along, group);
          break;
        default:
          Product<kFilters, 0>(band, filter, depth, along, group);
          break;
      }
      for (size_t i = 0; i < kFilters; ++i)
        Transform<false>(along, lines_[i], lines_[WaveletBand::kSecond],
                         folded_[depth] + (group * pitch + i * rows) * kComplex, pairs_);
    }
  }

  // One group of folded columns of the products with kFilters wavelets. kFold 0: any.
  template <size_t kFilters, size_t kFold>
  HWY_NOINLINE void Product(const WaveletBand& band, size_t filter, int depth, const FourierPlan& along, size_t group) {
    const size_t fold = kFold == 0 ? band.fold : kFold, rows = band.FoldedRows();
    const size_t row_size = fold * fold * kFilters * WaveletBand::kColumns, column = group * kLanes;
    const Spectrum spectrum = spectra_[depth];
    const size_t width = band.FoldedColumns(), all_rows = band.rows, all_columns = band.columns;
    const size_t block = column / WaveletBand::kColumns * rows;
    const float* next = band.Filters(filter) + block * row_size + column % WaveletBand::kColumns;
    const uint8_t* significant = band.Significant(filter) + block * fold * fold;
    for (size_t row = 0; row < rows; ++row) {
      Complex sums[kFilters];
      for (size_t i = 0; i < kFilters; ++i) sums[i] = {hn::Zero(Tag()), hn::Zero(Tag())};
      // Frequencies up to half the rows are there, those above by their opposites.
      size_t h = row;
      const size_t direct = fold > 1 ? fold / 2 : row <= all_rows / 2 ? 1 : 0;
      for (size_t i = 0; i < direct; ++i, h += rows)
        for (size_t j = 0; j < fold; ++j, next += kFilters * WaveletBand::kColumns) {
          if (!*significant++) continue;
          const Complex value = spectrum.Direct(h, column + j * width);
          for (size_t k = 0; k < kFilters; ++k)
            sums[k] = AddScaled(sums[k], hn::Load(Tag(), next + k * WaveletBand::kColumns), value);
        }
      for (size_t i = direct; i < fold; ++i, h += rows)
        for (size_t j = 0; j < fold; ++j, next += kFilters * WaveletBand::kColumns) {
          if (!*significant++) continue;
          const Complex value = spectrum.Opposite(all_rows - h, column + j * width, all_columns);
          for (size_t k = 0; k < kFilters; ++k) {
            const Vec factor = hn::Load(Tag(), next + k * WaveletBand::kColumns);
            sums[k] = {hn::MulAdd(factor, value.re, sums[k].re), hn::NegMulAdd(factor, value.im, sums[k].im)};
          }
        }
      const size_t position = static_cast<size_t>(along.frequency[row]) * kComplex;
      for (size_t i = 0; i < kFilters; ++i) StoreComplex(sums[i], lines_[i] + position);
    }
  }

  // The inverse transform of each row of `count` bands, the moduli, and what StartPair does with them.
  void SecondPass(size_t count, int depth, size_t level, bool forward) {
    const ScatteringAxis& axis = Axis(1 - depth, level);
    const size_t rows = count * plan_.Side(depth, level), pitch = Padded(rows), length = axis.fourier.length;
    for (size_t group = 0; group < Groups(rows); group += 2) {
      const bool both = group + 1 < Groups(rows);
      for (size_t i = 0; i < (both ? 2 : 1); ++i) {
        for (size_t part = 0; part < 2; ++part)
          LoadAcross(folded_[depth] + part * kLanes, kComplex, pitch, 0, length, group + i,
                     axis.fourier.frequency.data(), lines_[1] + part * kLanes);
        Transform<false, Moduli>(axis.fourier, lines_[1], lines_[2], lines_[0] + i * kLanes, pairs_);
      }
      for (size_t n = 0; !both && n < length; ++n) hn::Store(hn::Zero(Tag()), Tag(), lines_[0] + n * kComplex + kLanes);
      StartPair(axis, group, forward);
    }
  }

  const mvk_scattering_plan& plan_;
  hwy::AlignedFreeUniquePtr<float[]> memory_;
  float* planes_ = nullptr;   // the padded plane, [y][x]
  float* half_ = nullptr;     // between the two passes of a forward transform
  Spectrum spectra_[2] = {};  // of the image; of a first modulus
  float* folded_[2] = {};     // between the two passes of an inverse transform, by depth
  float* rows_ = nullptr;     // between the two passes of a low pass
  float* lines_[WaveletBand::kSecond + 1] = {};
  float* pairs_ = nullptr;
  float* out_ = nullptr;
};

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
