#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kirchhoff::testbenches {

/// Where a value of a cell can lie. A value that misses an end by no more than rounding is at the end.
struct CellRange {
  double low = 0;
  double high = 1;

  [[nodiscard]] bool at_low(double value) const;
  [[nodiscard]] bool at_high(double value) const;
};

/// Counts values in bins of equal width over a range.
class Histogram {
 public:
  Histogram(CellRange range, std::size_t bins) : range_(range), counts_(bins) {}

  void add(std::span<const float> values);

  [[nodiscard]] std::size_t bins() const { return counts_.size(); }
  /// Bin i holds edge(i) <= value < edge(i + 1); the last one its upper edge, too.
  [[nodiscard]] double edge(std::size_t bin) const;
  [[nodiscard]] std::uint64_t count(std::size_t bin) const { return counts_[bin]; }
  [[nodiscard]] std::uint64_t below() const { return below_; }
  /// What is no number is counted here.
  [[nodiscard]] std::uint64_t above() const { return above_; }

 private:
  [[nodiscard]] std::size_t bin_of(double value) const;

  CellRange range_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t below_ = 0;
  std::uint64_t above_ = 0;
};

struct CellSummary {
  std::size_t cells = 0;
  double mean = 0;
  double sd = 0;  ///< of the population: all cells are there
  double min = 0;
  double max = 0;
  double share_at_low = 0;  ///< of cells at the ends of the range
  double share_at_high = 0;
};

/// All zero for no values.
[[nodiscard]] CellSummary summarise(std::span<const float> values, CellRange range);

}  // namespace kirchhoff::testbenches
