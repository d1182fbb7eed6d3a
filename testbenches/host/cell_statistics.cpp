#include "testbenches/host/cell_statistics.h"

#include <algorithm>
#include <cmath>

namespace kirchhoff::testbenches {

namespace {

/// Cells compute in single precision: their limits are off by some of these.
double rounding(const CellRange& range) {
  constexpr double relative = 5e-7;
  return relative * std::max(std::fabs(range.low), std::fabs(range.high));
}

}  // namespace

bool CellRange::at_low(double value) const {
  return std::fabs(value - low) <= rounding(*this);
}

bool CellRange::at_high(double value) const {
  return std::fabs(value - high) <= rounding(*this);
}

double Histogram::edge(std::size_t bin) const {
  return range_.low +
         (range_.high - range_.low) * static_cast<double>(bin) / static_cast<double>(counts_.size());
}

std::size_t Histogram::bin_of(double value) const {
  const double share = (value - range_.low) / (range_.high - range_.low);
  const auto last = counts_.size() - 1;
  auto bin = std::min(static_cast<std::size_t>(share * static_cast<double>(counts_.size())), last);
  // The edges decide, not the rounding of the division.
  while (bin > 0 && value < edge(bin)) {
    --bin;
  }
  while (bin < last && value >= edge(bin + 1)) {
    ++bin;
  }
  return bin;
}

void Histogram::add(std::span<const float> values) {
  for (const float single : values) {
    const auto value = static_cast<double>(single);
    if (range_.at_low(value)) {
      ++counts_.front();
    } else if (range_.at_high(value)) {
      ++counts_.back();
    } else if (value < range_.low) {
      ++below_;
    } else if (value < range_.high) {
      ++counts_[bin_of(value)];
    } else {
      ++above_;
    }
  }
}

CellSummary summarise(std::span<const float> values, CellRange range) {
  CellSummary summary;
  summary.cells = values.size();
  if (values.empty()) {
    return summary;
  }
  const auto count = static_cast<double>(values.size());
  std::size_t at_low = 0;
  std::size_t at_high = 0;
  double sum = 0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    at_low += range.at_low(static_cast<double>(value)) ? 1 : 0;
    at_high += range.at_high(static_cast<double>(value)) ? 1 : 0;
  }
  summary.mean = sum / count;
  double squares = 0;
  for (const float value : values) {
    const double off = static_cast<double>(value) - summary.mean;
    squares += off * off;
  }
  summary.sd = std::sqrt(squares / count);
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  summary.min = static_cast<double>(*min);
  summary.max = static_cast<double>(*max);
  summary.share_at_low = static_cast<double>(at_low) / count;
  summary.share_at_high = static_cast<double>(at_high) / count;
  return summary;
}

}  // namespace kirchhoff::testbenches
