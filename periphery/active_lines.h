#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/aligned.h"
#include "periphery/pulse_trains.h"

namespace kirchhoff::periphery {

/// The lines of a group that have a code, gathered train_lanes by train_lanes, as kernels want them.
class ActiveLines {
 public:
  void gather(std::span<const std::int16_t> codes);

  /// Numbers of the lines and |code|, both with zeros up to the end of the last group.
  [[nodiscard]] const std::uint32_t* lines() const { return lines_.data(); }
  [[nodiscard]] const float* magnitudes() const { return magnitudes_.data(); }
  [[nodiscard]] std::size_t groups() const { return groups_; }

  /// Puts bits drawn as [group][half][lane], 32 slots a half, into trains.
  void write(std::span<const std::uint32_t> drawn, std::size_t slots, PulseTrains& trains) const;

  static constexpr std::size_t lanes = 16;

 private:
  std::size_t count_ = 0;
  std::size_t groups_ = 0;
  foundation::AlignedVector<std::uint32_t> lines_;
  foundation::AlignedVector<std::uint32_t> negative_;
  foundation::AlignedVector<float> magnitudes_;
};

}  // namespace kirchhoff::periphery
