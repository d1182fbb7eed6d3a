#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace kirchhoff::unit {

/// Two-sided quantile of the standard normal at a false-alarm probability of 1e-5. Seeds are fixed, so a test
/// that passes once passes always; the level says how surprising a failure after a change of streams is.
inline constexpr double alarm_sigma = 4.42;

/// Upper 1e-5 quantile of chi-square (Wilson, Hilferty, PNAS 17, 1931); within 2 % from 3 degrees on.
inline double chi_square_limit(double degrees) {
  const double part = 2 / (9 * degrees);
  const double root = 1 - part + 4.265 * std::sqrt(part);
  return degrees * root * root * root;
}

/// Sum of (seen - expected)^2 / expected.
inline double chi_square(std::span<const double> seen, std::span<const double> expected) {
  double sum = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    sum += (seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];
  }
  return sum;
}

/// Mean, variance and the mean's standard error of what was added.
class Sample {
 public:
  void add(double value) {
    ++count_;
    const double step = value - mean_;
    mean_ += step / static_cast<double>(count_);
    squares_ += step * (value - mean_);
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double variance() const { return squares_ / static_cast<double>(count_ - 1); }
  [[nodiscard]] double deviation() const { return std::sqrt(variance()); }
  [[nodiscard]] double standard_error() const { return deviation() / std::sqrt(static_cast<double>(count_)); }
  /// Standard error of deviation() for normal values.
  [[nodiscard]] double deviation_error() const {
    return deviation() / std::sqrt(2 * static_cast<double>(count_ - 1));
  }

 private:
  std::size_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

/// Distribution function of the standard normal.
inline double normal_distribution(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

/// Largest distance of sorted values from the standard normal, in units of 1 / sqrt(count): below 2.47 at a
/// false-alarm probability of 1e-5 (Kolmogorov).
inline double normal_distance(std::span<const double> sorted) {
  const auto count = static_cast<double>(sorted.size());
  double distance = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double p = normal_distribution(sorted[i]);
    distance = std::max(distance, std::fabs(p - (static_cast<double>(i) + 0.5) / count) + 0.5 / count);
  }
  return distance * std::sqrt(count);
}
inline constexpr double kolmogorov_limit = 2.47;

/// Are these values drawn from a normal distribution? Judges the shape, the mean and the spread.
inline bool is_normal(std::vector<double> values, double mean, double deviation) {
  Sample sample;
  for (double& value : values) {
    value = (value - mean) / deviation;
    sample.add(value);
  }
  std::sort(values.begin(), values.end());
  return normal_distance(values) < kolmogorov_limit &&
         std::fabs(sample.mean()) < alarm_sigma * sample.standard_error() &&
         std::fabs(sample.deviation() - 1) < alarm_sigma * sample.deviation_error();
}

/// Probability of k successes out of n.
inline double binomial(std::size_t n, std::size_t k, double p) {
  const auto real = [](std::size_t value) { return static_cast<double>(value); };
  const double ways = std::lgamma(real(n) + 1) - std::lgamma(real(k) + 1) - std::lgamma(real(n - k) + 1);
  return std::exp(ways + real(k) * std::log(p) + real(n - k) * std::log1p(-p));
}

}  // namespace kirchhoff::unit
