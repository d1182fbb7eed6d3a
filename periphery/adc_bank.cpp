#include "periphery/adc_bank.h"

#include <algorithm>
#include <cmath>

#include "foundation/math.h"

namespace kirchhoff::periphery {
namespace {

constexpr double kSmallestGain = 0.1;
/// 3 sqrt(3) / 2: t (1 - t^2) times this peaks at 1.
constexpr double kThirdPeak = 2.598076211353316;

/// Largest |(second + third t) (1 - t^2)| within -1..1; not both zero.
double largest_bow(double second, double third) {
  // Zeros of the slope, 3 third t^2 + 2 second t - third = 0, without cancellation.
  const double root = std::sqrt(second * second + 3 * third * third);
  const double q = second < 0 ? root - second : -root - second;
  double largest = 0;
  for (const double t : {q / (3 * third), -third / q}) {
    if (std::fabs(t) <= 1) {
      largest = std::max(largest, std::fabs((second + third * t) * (1 - t * t)));
    }
  }
  return largest;
}

AdcBank::Errors draw(const AdcSpread& spread, const foundation::RandomBlock& words) {
  AdcBank::Errors errors;
  errors.gain =
      static_cast<float>(std::max(1 + spread.gain_error * foundation::normal_from(words[0]), kSmallestGain));
  errors.offset_lsb = static_cast<float>(spread.offset_lsb * foundation::normal_from(words[1]));
  const double peak = spread.inl_lsb * foundation::uniform_open(words[2]);
  const double turns = foundation::uniform_open(words[3]);
  const double second = foundation::cos_two_pi(turns);
  const double third = kThirdPeak * foundation::sin_two_pi(turns);
  const double norm = peak / largest_bow(second, third);
  errors.second_lsb = static_cast<float>(norm * second);
  errors.third_lsb = static_cast<float>(norm * third);
  return errors;
}

}  // namespace

AdcBank::AdcBank(const Adc& adc, std::size_t count, const AdcSpread& spread,
                 const foundation::RandomStream& stream)
    : adc_(adc), count_(count) {
  if (spread.none()) {
    return;
  }
  for (auto* array : {&gain_, &offset_lsb_, &second_lsb_, &third_lsb_}) {
    array->resize(count);
  }
  for (std::size_t j = 0; j < count; ++j) {
    const Errors errors = draw(spread, stream.block(0, static_cast<std::uint32_t>(j)));
    gain_[j] = errors.gain;
    offset_lsb_[j] = errors.offset_lsb;
    second_lsb_[j] = errors.second_lsb;
    third_lsb_[j] = errors.third_lsb;
  }
}

AdcBank::Errors AdcBank::errors(std::size_t converter) const {
  if (ideal()) {
    return {};
  }
  return {gain_[converter], offset_lsb_[converter], second_lsb_[converter], third_lsb_[converter]};
}

double largest_monotonic_inl_lsb(std::int64_t bits) {
  return static_cast<double>((1 << (bits - 1)) - 1) / (2 * kThirdPeak);
}

}  // namespace kirchhoff::periphery
