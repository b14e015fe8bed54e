// One group of planes through the whole scattering transform.
//
// A spectrum of real samples is kept by half: rows 0 ... rows/2 of one axis, all columns of the other. Multiplied by a
// wavelet it is transformed back along its columns, then along its rows, each line while it is in the nearest cache; the
// moduli that come out, two lines as the parts of one, go on at once into the low pass and the next transform along the
// same axis. So the axes swap roles at each order, and nothing is ever transposed for its own sake.
#if defined(MVK_SCATTERING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_SCATTERING_INL_H
#undef MVK_SCATTERING_INL_H
#else
#define MVK_SCATTERING_INL_H
#endif

#include <string.h>

#include <algorithm>

#include "ScatteringLanes-inl.h"
#include "ScatteringPlan.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

// A half spectrum. Planes in lanes: [column][row], columns in the order of frequencies of the Fourier plan. Pixels in
// lanes: [row][part][column] with room at both ends, and column 0 once more behind the last.
struct Spectrum {
  static constexpr size_t kMargin = 8;
  float* values;
  size_t pitch;
};

template <typename Lanes>
class ScatteringRun {
 public:
  explicit ScatteringRun(const mvk_scattering_plan& plan) : plan_(plan) {
    const size_t height = plan.Side(0, 0), width = plan.Side(1, 0), longest = std::max(height, width);
    // Every field is largest at level 0; one axis is counted in groups, the other in padded values, either way round.
    const auto field = [&](size_t a, size_t b, size_t vector) {
      return std::max(Lanes::Groups(Lanes::Padded(a)) * Lanes::Padded(b + kLanes),
                      Lanes::Groups(Lanes::Padded(b)) * Lanes::Padded(a + kLanes)) * vector;
    };
    const size_t whole = field(height, width, kComplex);
    const size_t half = std::max(field(height, width / 2 + 1, kComplex), field(height / 2 + 1, width, kComplex));
    const size_t spectrum = Lanes::kPixels ? (longest / 2 + 1 + kLanes) * 2 * (longest + 3 * Spectrum::kMargin) : half;
    const size_t output = Lanes::Padded(plan.OutputHeight() + kLanes) * Lanes::Padded(plan.OutputWidth() + kLanes) * kLanes;
    const size_t line = (longest + 1) * kComplex;
    const size_t sizes[] = {whole / 2, half, spectrum, spectrum, whole, whole, whole, whole, whole / 2, output,
                            line, line, line, line, (longest / 2 + 2) * 2 * kComplex};
    size_t total = 0;
    for (size_t size : sizes) total += Aligned(size);
    memory_ = hwy::AllocateAligned<float>(total);
    if (!memory_) return;
    // Lanes that hold nothing are computed along with the others; let them be zeros at first, and finite.
    std::fill_n(memory_.get(), total, 0.0f);
    float** const fields[] = {&planes_, &half_, &spectra_[0].values, &spectra_[1].values, &folded_[0][0], &folded_[0][1],
                              &folded_[1][0], &folded_[1][1], &rows_, &output_, &lines_[0], &lines_[1], &lines_[2],
                              &lines_[3], &pairs_};
    float* next = memory_.get();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); ++i) {
      *fields[i] = next;
      next += Aligned(sizes[i]);
    }
  }

  bool Ready() const { return memory_ != nullptr; }

  // Transforms `count` planes from `first` on into `out`.
  template <typename Pixel>
  void Run(const Pixel* pixels, size_t channels, size_t first, size_t count, float* out) {
    out_ = out + first * plan_.Values();
    count_ = count;
    LoadPlanes(pixels, channels, first);
    size_t coefficient = 0;
    ImageSpectrum();
    FinishLowPass(0, 0, coefficient++, plan_.axes[1][0].fourier.sample.data());
    FinishSpectrum(0, 0, plan_.axes[1][0].fourier.sample.data());
    size_t later = 1 + plan_.scales * plan_.angles;
    for (size_t scale = 0; scale < plan_.scales; ++scale) {
      const bool goes_on = plan_.order == 2 && scale + 1 < plan_.scales;
      ApplyBand(plan_.first[scale], 0, 0, scale, goes_on, [&]() HWY_ATTR {
        FinishLowPass(1, scale, coefficient++, nullptr);
        if (!goes_on) return;
        FinishSpectrum(1, scale, nullptr);
        for (size_t next = scale + 1; next < plan_.scales; ++next)
          ApplyBand(plan_.second[scale][next - scale - 1], 1, scale, next, false,
                    [&]() HWY_ATTR { FinishLowPass(0, next, later++, nullptr); });
      });
    }
  }

 private:
  // Rounded up to cache lines, and one more, so that fields do not start at the same place of the cache.
  static size_t Aligned(size_t size) { return (size + 31) / 16 * 16; }

  const ScatteringAxis& Axis(int axis, size_t level) const { return plan_.axes[axis][level]; }

  static float Value(uint8_t pixel) { return static_cast<float>(pixel) / 255.0f; }
  static float Value(float pixel) { return pixel; }

  template <typename Pixel>
  void LoadPlanes(const Pixel* pixels, size_t channels, size_t first) {
    const size_t rows = plan_.plane_rows.size(), columns = plan_.plane_columns.size();
    const size_t step = Lanes::kPixels ? 1 : kLanes, pitch = PlanePitch();
    for (size_t lane = 0; lane < count_; ++lane) {
      const size_t image = (first + lane) / channels, channel = (first + lane) % channels;
      for (size_t y = 0; y < rows; ++y) {
        const size_t row = image * plan_.height + static_cast<size_t>(plan_.plane_rows[y]);
        const Pixel* from = pixels + row * plan_.width * channels + channel;
        float* to = planes_ + y * pitch + lane;
        for (size_t x = 0; x < columns; ++x)
          to[x * step] = Value(from[static_cast<size_t>(plan_.plane_columns[x]) * channels]);
      }
    }
  }
  size_t PlanePitch() const { return Lanes::Padded(plan_.plane_columns.size()) * (Lanes::kPixels ? 1 : kLanes); }

  // The image's first pass: lines along y.
  void ImageSpectrum() {
    const ScatteringAxis& axis = Axis(0, 0);
    const size_t groups = Lanes::Groups(plan_.plane_columns.size());
    for (size_t group = 0; group < groups; group += 2) {
      for (size_t y = 0; y < axis.fourier.length; ++y)
        StoreComplex(LoadComplex(planes_ + y * PlanePitch() + group * kLanes),
                     lines_[0] + static_cast<size_t>(axis.fourier.sample[y]) * kComplex);
      StartPair(axis, group, true);
    }
  }

  // Two real lines, the parts of line 0: the first half of the low pass and, if asked for, of the forward transform.
  void StartPair(const ScatteringAxis& axis, size_t group, bool forward) {
    const Tag d;
    float* first = rows_ + group * Lanes::Padded(axis.low_pass.outputs) * kLanes;
    float* second = first + Lanes::Padded(axis.low_pass.outputs) * kLanes;
    LowPass(axis.low_pass, lines_[0], pairs_, [&](size_t at, Complex value) HWY_ATTR {
      hn::Store(value.re, d, first + at * kLanes);
      hn::Store(value.im, d, second + at * kLanes);
    });
    if (!forward) return;
    Transform<true>(axis.fourier, lines_[0], lines_[1], lines_[2], pairs_);
    const size_t length = axis.fourier.length, pitch = HalfPitch(length);
    float* one = half_ + group * pitch * kComplex;
    float* two = one + pitch * kComplex;
    for (size_t k = 0; k <= length / 2; ++k) {
      const Complex a = LoadComplex(lines_[2] + static_cast<size_t>(axis.fourier.frequency[k]) * kComplex);
      const size_t mirrored = static_cast<size_t>(axis.fourier.frequency[k == 0 ? 0 : length - k]);
      const Complex b = LoadComplex(lines_[2] + mirrored * kComplex);
      // Twice each spectrum: z + conj(z mirrored), and (z - conj(z mirrored)) / i.
      StoreComplex({hn::Add(a.re, b.re), hn::Sub(a.im, b.im)}, one + k * kComplex);
      StoreComplex({hn::Add(a.im, b.im), hn::Sub(b.re, a.re)}, two + k * kComplex);
    }
  }
  static size_t HalfPitch(size_t length) { return Lanes::kPixels ? Lanes::Padded(length / 2 + 1) : length / 2 + 1; }

  // The second half of the low pass, of a band whose lines went along `axis` and now go along the other; writes one
  // coefficient. `order`: the place in a line of each of the first half's lines.
  void FinishLowPass(int axis, size_t level, size_t coefficient, const int32_t* order) {
    const Tag d;
    const ScatteringAxis& across = Axis(1 - axis, level);
    const size_t outputs = Axis(axis, level).low_pass.outputs, pitch = Lanes::Padded(outputs);
    // Results by (y, x) where planes are lanes; by (across, lane) where pixels are.
    const bool along_y = axis == 0;
    const size_t width = plan_.OutputWidth();
    const size_t step = Lanes::kPixels ? pitch : (along_y ? 1 : width) * kLanes;
    const size_t lane_step = Lanes::kPixels ? kLanes : (along_y ? width : 1) * kLanes;
    const size_t groups = Lanes::Groups(outputs);
    for (size_t group = 0; group < groups; group += 2) {
      LoadPairAcross<Lanes>(rows_, pitch, across.fourier.length, group, order, lines_[0]);
      float* to = output_ + group * lane_step;
      const bool both = group + 1 < groups;
      LowPass(across.low_pass, lines_[0], pairs_, [&](size_t at, Complex value) HWY_ATTR {
        hn::Store(value.re, d, to + at * step);
        if (both) hn::Store(value.im, d, to + at * step + lane_step);
      });
    }
    Emit(coefficient, along_y, pitch);
  }

  void Emit(size_t coefficient, bool along_y, size_t pitch) {
    const size_t height = plan_.OutputHeight(), width = plan_.OutputWidth();
    float* to = out_ + coefficient * height * width;
    if constexpr (Lanes::kPixels) {
      for (size_t y = 0; y < height; ++y)
        for (size_t x = 0; x < width; ++x) *to++ = along_y ? output_[x * pitch + y] : output_[y * pitch + x];
    } else {
      const Tag d;
      HWY_ALIGN float block[kLanes * kLanes];
      const size_t values = plan_.Values();
      for (size_t first = 0; first < height * width; first += kLanes) {
        Vec rows[kLanes];
        for (size_t i = 0; i < kLanes; ++i) rows[i] = hn::Load(d, output_ + (first + i) * kLanes);
        Transpose(rows);
        const size_t left = height * width - first;
        if (left >= kLanes && count_ == kLanes) {
          for (size_t lane = 0; lane < kLanes; ++lane) hn::StoreU(rows[lane], d, to + lane * values + first);
        } else {
          for (size_t lane = 0; lane < kLanes; ++lane) hn::Store(rows[lane], d, block + lane * kLanes);
          for (size_t lane = 0; lane < count_; ++lane)
            memcpy(to + lane * values + first, block + lane * kLanes, std::min(left, kLanes) * sizeof(float));
        }
      }
    }
  }

  // The second half of a forward transform: a half spectrum, its rows the frequencies of `axis`.
  void FinishSpectrum(int axis, size_t level, const int32_t* order) {
    const FourierPlan& along = Axis(axis, level).fourier;
    const FourierPlan& across = Axis(1 - axis, level).fourier;
    Spectrum& spectrum = spectra_[axis];
    const size_t rows = along.length / 2 + 1;
    spectrum.pitch = Lanes::kPixels ? (across.length + 7) / 8 * 8 + 2 * Spectrum::kMargin : rows | 1;
    for (size_t group = 0; group < Lanes::Groups(rows); ++group) {
      LoadAcross<Lanes>(half_, HalfPitch(along.length), across.length, group, order, lines_[0]);
      Transform<true>(across, lines_[0], lines_[1], lines_[2], pairs_);
      if constexpr (Lanes::kPixels)
        StoreColumns(across, spectrum, group);
      else
        for (size_t column = 0; column < across.length; ++column)
          StoreComplex(LoadComplex(lines_[2] + column * kComplex),
                       spectrum.values + (column * spectrum.pitch + group) * kComplex);
    }
  }

  void StoreColumns(const FourierPlan& across, Spectrum& spectrum, size_t group) {
    const Tag d;
    const size_t length = across.length, pitch = spectrum.pitch;
    for (size_t part = 0; part < 2; ++part) {
      float* row = spectrum.values + (group * kLanes * 2 + part) * pitch + Spectrum::kMargin;
      for (size_t first = 0; first < length; first += kLanes) {
        Vec block[kLanes];
        for (size_t i = 0; i < kLanes; ++i) {
          const size_t position = static_cast<size_t>(across.frequency[std::min(first + i, length - 1)]);
          block[i] = hn::Load(d, lines_[2] + position * kComplex + part * kLanes);
        }
        Transpose(block);
        for (size_t i = 0; i < kLanes; ++i) hn::Store(block[i], d, row + i * 2 * pitch + first);
      }
      for (size_t i = 0; i < kLanes; ++i) row[i * 2 * pitch + length] = row[i * 2 * pitch];
    }
  }

  // Every wavelet of `band` on the spectrum of `depth`; `done` is called when a wavelet's moduli have gone through
  // StartPair.
  template <typename Done>
  void ApplyBand(const WaveletBand& band, int depth, size_t from, size_t to, bool forward, const Done& done) {
    for (size_t filter = 0; filter < band.filters; filter += WaveletBand::kTogether) {
      const size_t together = std::min(band.filters - filter, WaveletBand::kTogether);
      const float* values = band.Filters(filter);
      if (together == 2)
        FirstPass<2>(band, values, depth, from, to);
      else
        FirstPass<1>(band, values, depth, from, to);
      for (size_t i = 0; i < together; ++i) {
        SecondPass(folded_[depth][i], depth, to, forward);
        done();
      }
    }
  }

  static size_t FoldedPitch(size_t rows) { return Lanes::kPixels ? Lanes::Padded(rows) : rows | 1; }

  // Products with kFilters wavelets, folded, and the inverse transform of each column.
  template <size_t kFilters>
  void FirstPass(const WaveletBand& band, const float* values, int depth, size_t from, size_t to) {
    const FourierPlan& along = Axis(depth, to).fourier;  // of the halved axis
    const size_t pitch = FoldedPitch(along.length);
    for (size_t group = 0; group < Lanes::Groups(band.FoldedColumns()); ++group) {
      switch (band.fold) {
        case 1: Product<kFilters, 1>(band, values, depth, from, group); break;
        case 2: Product<kFilters, 2>(band, values, depth, from, group); break;
        case 4: Product<kFilters, 4>(band, values, depth, from, group); break;
        default: Product<kFilters, 0>(band, values, depth, from, group); break;
      }
      for (size_t i = 0; i < kFilters; ++i)
        Transform<false>(along, lines_[i], lines_[2], folded_[depth][i] + group * pitch * kComplex, pairs_);
    }
  }

  // One folded column, or group of columns, of the products with kFilters wavelets. kFold 0: any.
  template <size_t kFilters, size_t kFold>
  HWY_NOINLINE void Product(const WaveletBand& band, const float* values, int depth, size_t from, size_t group) {
    const size_t fold = kFold == 0 ? band.fold : kFold, folded_rows = band.FoldedRows();
    // The scale whose level has the folded size tells the order of the line to be written.
    size_t shift = 0;
    while ((size_t{1} << shift) < fold) ++shift;
    const int32_t* order = Axis(depth, from + shift).fourier.frequency.data();
    const int32_t* columns = Axis(1 - depth, from).fourier.frequency.data();
    // Where pixels are lanes, `kColumns` values stand together, of which this group takes its own.
    const size_t width = Lanes::kPixels ? WaveletBand::kColumns : 1;
    const size_t first_column = Lanes::kPixels ? group * kLanes : group;
    const size_t terms = fold * fold * kFilters * width;
    values += first_column / width * folded_rows * terms + first_column % width;
    for (size_t row = 0; row < folded_rows; ++row, values += terms) {
      Complex sums[kFilters];
      for (size_t i = 0; i < kFilters; ++i) sums[i] = {hn::Zero(Tag()), hn::Zero(Tag())};
      const float* next = values;
      for (size_t i = 0; i < fold; ++i) {
        const size_t h = row + i * folded_rows;
        const bool mirrored = kFold == 1 || kFold == 0 ? h > band.rows / 2 : i >= fold / 2;
        for (size_t j = 0; j < fold; ++j) {
          const size_t column = first_column + j * band.FoldedColumns();
          const Complex value = mirrored ? Mirrored(spectra_[depth], columns, band, h, column)
                                         : Direct(spectra_[depth], columns, h, column);
          for (size_t k = 0; k < kFilters; ++k, next += width) {
            if constexpr (Lanes::kPixels)
              sums[k] = AddScaled(sums[k], hn::Load(Tag(), next), value);
            else
              sums[k] = AddScaled(sums[k], hn::Set(Tag(), *next), value);
          }
        }
      }
      for (size_t i = 0; i < kFilters; ++i)
        StoreComplex(sums[i], lines_[i] + static_cast<size_t>(order[row]) * kComplex);
    }
  }

  static HWY_INLINE Complex Direct(const Spectrum& spectrum, const int32_t* order, size_t row, size_t column) {
    if constexpr (Lanes::kPixels) {
      const float* from = spectrum.values + row * 2 * spectrum.pitch + Spectrum::kMargin + column;
      return {hn::LoadU(Tag(), from), hn::LoadU(Tag(), from + spectrum.pitch)};
    } else {
      return LoadComplex(spectrum.values + (static_cast<size_t>(order[column]) * spectrum.pitch + row) * kComplex);
    }
  }

  // The value at `row` > rows/2: the conjugate of that at the opposite frequency.
  static HWY_INLINE Complex Mirrored(
      const Spectrum& spectrum, const int32_t* order, const WaveletBand& band, size_t row, size_t column) {
    const Tag d;
    Complex value;
    if constexpr (Lanes::kPixels) {
      const float* from = spectrum.values + (band.rows - row) * 2 * spectrum.pitch + Spectrum::kMargin + band.columns -
                          column - (kLanes - 1);
      value = {hn::Reverse(d, hn::LoadU(d, from)), hn::Reverse(d, hn::LoadU(d, from + spectrum.pitch))};
    } else {
      const size_t opposite = static_cast<size_t>(order[column == 0 ? 0 : band.columns - column]);
      value = LoadComplex(spectrum.values + (opposite * spectrum.pitch + band.rows - row) * kComplex);
    }
    value.im = hn::Neg(value.im);
    return value;
  }

  // The inverse transform of each row, the moduli, and what StartPair does with them.
  void SecondPass(const float* folded, int depth, size_t level, bool forward) {
    const ScatteringAxis& axis = Axis(1 - depth, level);
    const size_t rows = Side(depth, level), pitch = FoldedPitch(rows), length = axis.fourier.length;
    const size_t groups = Lanes::Groups(rows);
    const int32_t* order = axis.fourier.frequency.data();
    for (size_t group = 0; group < groups; group += 2) {
      const bool both = group + 1 < groups;
      LoadAcross<Lanes>(folded, pitch, length, group, order, lines_[0]);
      Transform<false>(axis.fourier, lines_[0], lines_[1], lines_[2], pairs_);
      if (both) {
        LoadAcross<Lanes>(folded, pitch, length, group + 1, order, lines_[0]);
        Transform<false>(axis.fourier, lines_[0], lines_[1], lines_[3], pairs_);
      }
      for (size_t n = 0; n < length; ++n) {
        const Complex a = LoadComplex(lines_[2] + n * kComplex), b = LoadComplex(lines_[3] + n * kComplex);
        StoreComplex({Modulus(a), both ? Modulus(b) : hn::Zero(Tag())}, lines_[0] + n * kComplex);
      }
      StartPair(axis, group, forward);
    }
  }
  size_t Side(int axis, size_t level) const { return plan_.Side(axis, level); }

  static HWY_INLINE Vec Modulus(Complex value) {
    return hn::Sqrt(hn::MulAdd(value.re, value.re, hn::Mul(value.im, value.im)));
  }

  const mvk_scattering_plan& plan_;
  hwy::AlignedFreeUniquePtr<float[]> memory_;
  float* planes_ = nullptr;      // the padded planes, [y][x]
  float* half_ = nullptr;        // between the two passes of a forward transform
  Spectrum spectra_[2] = {};     // of the image; of a first modulus
  float* folded_[2][2] = {};     // between the two passes of an inverse transform, by depth and filter
  float* rows_ = nullptr;        // between the two passes of a low pass
  float* output_ = nullptr;      // one coefficient
  float* lines_[4] = {};
  float* pairs_ = nullptr;
  float* out_ = nullptr;
  size_t count_ = 0;
};

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
