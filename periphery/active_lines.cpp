#include "periphery/active_lines.h"

#include <algorithm>
#include <cstdlib>

#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {

static_assert(ActiveLines::lanes == train_lanes);

void ActiveLines::gather(std::span<const std::int16_t> codes) {
  all_ = codes.size();
  lines_.resize(codes.size() + 1);
  magnitudes_.resize(codes.size() + lanes);
  count_ = 0;
  for (std::size_t line = 0; line < codes.size(); ++line) {
    lines_[count_] = static_cast<std::uint32_t>(line);
    magnitudes_[count_] = static_cast<float>(std::abs(codes[line]));
    count_ += codes[line] != 0 ? 1U : 0U;
  }
  groups_ = (count_ + lanes - 1) / lanes;
  std::fill_n(magnitudes_.begin() + static_cast<std::ptrdiff_t>(count_), groups_ * lanes - count_, 0.0F);
}

void ActiveLines::write(std::span<const std::uint32_t> drawn, std::size_t slots, PulseTrains& trains) const {
  const std::size_t halves = (slots + 31) / 32;
  trains.words = (slots + 63) / 64;
  trains.bits.assign(all_ * trains.words, 0);
  const std::uint32_t last_half = slots % 32 == 0 ? ~0U : (1U << (slots % 32)) - 1;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint32_t* const line = drawn.data() + i / lanes * halves * lanes + i % lanes;
    std::uint64_t* const bits = trains.bits.data() + lines_[i] * trains.words;
    for (std::size_t half = 0; half < halves; ++half) {
      const std::uint32_t used = half + 1 == halves ? last_half : ~0U;
      bits[half / 2] |= std::uint64_t{line[half * lanes] & used} << (32 * (half % 2));
    }
  }
  trains.count_pulses();
}

}  // namespace kirchhoff::periphery
