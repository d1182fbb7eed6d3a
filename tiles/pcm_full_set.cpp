#include "tiles/pcm_full_set.h"

#include <cmath>

#include "foundation/math.h"

namespace kirchhoff::tiles {
namespace {

constexpr double kPerRootTwoPi = 0.3989422804014327;

/// Density and distribution function of the standard normal at x > 0.
struct Normal {
  double density;
  double distribution;
};

Normal normal_at(double x) {
  if (x > 8) {
    return {0, 1};
  }
  const double density = kPerRootTwoPi * foundation::exp(-0.5 * x * x);
  // 1/2 + density (x + x^3/3 + x^5/(3 5) + ...): positive terms, 110 of them reach 1e-16 at x = 8.
  double term = x;
  double sum = 0;
  for (int n = 1; n < 220; n += 2) {
    sum += term;
    term *= x * x / (n + 2);
  }
  return {density, 0.5 + density * sum};
}

/// Mean and mean square of max(1 + s Z, 0).
struct OneSided {
  double mean;
  double square;
};

OneSided one_sided(double s) {
  if (s == 0) {
    return {1, 1};
  }
  const Normal edge = normal_at(1 / s);
  return {edge.distribution + s * edge.density, (1 + s * s) * edge.distribution + s * edge.density};
}

}  // namespace

PcmFullSet::PcmFullSet(const PcmParameters& p)
    : g_max_us(static_cast<float>(p.g_max_us)),
      step_us(static_cast<float>(p.full_step_us)),
      gain(static_cast<float>(p.full_step_gain)),
      per_decay(static_cast<float>(-1.4426950408889634 / p.full_step_decay_us)),
      cycle_noise(static_cast<float>(p.full_step_noise)),
      decay_us_(p.full_step_decay_us) {
  const OneSided noise = one_sided(p.full_step_noise);
  noise_mean_ = noise.mean;
  noise_square_ = noise.square;
}

PcmFullSet::Spread PcmFullSet::after_pulse(Spread now) const {
  const auto a = static_cast<double>(step_us);
  const auto b = static_cast<double>(gain);
  const double v = now.deviation_us * now.deviation_us;
  const double mean_over_decay = now.mean_us / decay_us_;
  const double v_over_decay2 = v / (decay_us_ * decay_us_);
  // Moments of e = exp(-G / decay) for normal G.
  const double e = foundation::exp(-mean_over_decay + 0.5 * v_over_decay2);
  const double e_square = foundation::exp(2 * (v_over_decay2 - mean_over_decay));
  const double step = noise_mean_ * a * (1 + b * e);
  const double step_square = noise_square_ * a * a * (1 + 2 * b * e + b * b * e_square);
  const double covariance = -noise_mean_ * a * b * e * v / decay_us_;
  const double variance = v + 2 * covariance + (step_square - step * step);
  return {std::min(now.mean_us + step, static_cast<double>(g_max_us)), std::sqrt(std::max(variance, 0.0))};
}

PcmFullSet::Spread PcmFullSet::after_pulses(double g_us, std::uint64_t pulses) const {
  Spread spread{g_us, 0};
  for (; pulses > 0; --pulses) {
    spread = after_pulse(spread);
  }
  return spread;
}

std::uint64_t PcmFullSet::pulses_to(double g_us, double target_us) const {
  const double target = std::min(target_us, static_cast<double>(g_max_us));
  Spread spread{g_us, 0};
  std::uint64_t pulses = 0;
  while (spread.mean_us < target) {
    const Spread next = after_pulse(spread);
    if (next.mean_us - target >= target - spread.mean_us) {
      break;
    }
    spread = next;
    ++pulses;
  }
  return pulses;
}

}  // namespace kirchhoff::tiles
