#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/aligned.h"
#include "foundation/random.h"
#include "periphery/converter.h"
#include "periphery/periphery_parameters.h"

namespace kirchhoff::periphery {

/// How much the converters of a chip differ; all zero: ideal ones.
struct AdcSpread {
  double gain_error = 0;  ///< sd of the gain about 1
  double offset_lsb = 0;  ///< sd
  double inl_lsb = 0;     ///< largest integral non-linearity of any converter

  AdcSpread() = default;
  explicit AdcSpread(const PeripheryParameters& parameters)
      : gain_error(parameters.adc_gain_error),
        offset_lsb(parameters.adc_offset_lsb),
        inl_lsb(parameters.adc_inl_lsb) {}

  [[nodiscard]] bool none() const { return gain_error == 0 && offset_lsb == 0 && inl_lsb == 0; }
};

/// The converters on one side of an array, each with the errors it was made with.
///
/// A converter takes v = scale x value / lsb, in LSB, to
///
///   u = gain v + offset
///   code = clip(floor(u + bow(t) + 1/2)),  t = (u - centre) / half, kept within -1..1
///   bow(t) = (second + third t) (1 - t^2)
///
/// with centre = -1/2 and half = 2^(bits-1) - 1, so that t = -1 and 1 at the first and the last transition
/// between codes. There the bow is zero: gain and offset are the terminal-based ones of IEEE Std 1241, and
/// bow is what that standard calls integral non-linearity (sign: code too high). It is zero beyond the ends,
/// too, so an overload stays one; it is NOT zero at code 0, where its second-order part is largest and acts
/// like an offset on small inputs.
///
/// Drawn at manufacture: gain N(1, gain_error), floor 0.1; offset N(0, offset_lsb); the largest |bow|
/// uniform in 0..inl_lsb; the share of second and third order by an angle uniform over the circle.
/// Not modelled: differential non-linearity of single codes, drift of these errors, calibration.
class AdcBank {
 public:
  /// Errors of one converter.
  struct Errors {
    float gain = 1;
    float offset_lsb = 0;
    float second_lsb = 0;
    float third_lsb = 0;

    [[nodiscard]] bool operator==(const Errors&) const = default;
  };

  /// `stream` names seed, side of the array and tile: the same stream is the same hardware, whatever
  /// full scale and number of lines are in use.
  AdcBank(const Adc& adc, std::size_t count, const AdcSpread& spread, const foundation::RandomStream& stream);

  [[nodiscard]] const Adc& adc() const { return adc_; }
  [[nodiscard]] std::size_t count() const { return count_; }
  /// No errors at all: convert() is adc().convert().
  [[nodiscard]] bool ideal() const { return gain_.empty(); }
  [[nodiscard]] Errors errors(std::size_t converter) const;

  /// values[j] by converter j, for j < codes.size() <= count(). Returns how many were clipped.
  std::size_t convert(std::span<const float> values, float scale, std::span<std::int16_t> codes) const;

 private:
  Adc adc_;
  std::size_t count_;
  // One element per converter; empty where all are ideal.
  foundation::AlignedVector<float> gain_;
  foundation::AlignedVector<float> offset_lsb_;
  foundation::AlignedVector<float> second_lsb_;
  foundation::AlignedVector<float> third_lsb_;
};

/// Up to this inl_lsb no converter of that many bits can step back: half / (3 sqrt(3)), because a polynomial
/// of third order that is zero at -1 and 1 has no slope above 3 sqrt(3) times its largest value (Schur).
double largest_monotonic_inl_lsb(std::int64_t bits);

/// Noise at the input of converters in parallel, of those units in which z = scale x value:
/// values[j] += sqrt(variances[j] + integrator_noise^2) / scale x normals[j].
///
/// `variances` in the unit of z^2, one per value, or none at all: then only the integrator's noise, an sd.
void add_input_noise(std::span<const float> variances, float integrator_noise, float scale,
                     std::span<const float> normals, std::span<float> values);

}  // namespace kirchhoff::periphery
