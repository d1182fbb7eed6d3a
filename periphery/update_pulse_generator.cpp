#include "periphery/update_pulse_generator.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {

void PulseTrains::count_pulses() {
  const std::size_t lines = words == 0 ? 0 : bits.size() / words;
  firing.resize(lines);
  firing.resize(find_firing(bits.data(), words, lines, firing.data(), pulses));
}

UpdatePulseGenerator::UpdatePulseGenerator(std::int64_t slots, std::int32_t full_code)
    : slots_(static_cast<std::size_t>(slots)), full_code_(full_code) {}

void UpdatePulseGenerator::generate(const foundation::RandomStream& stream, std::uint64_t operation,
                                    double gain, std::span<const std::int16_t> codes, PulseTrains& trains) {
  const std::size_t halves = (slots_ + 31) / 32;
  trains.words = (slots_ + 63) / 64;
  trains.bits.assign(codes.size() * trains.words, 0);

  // Lines without a code stay silent: gather the others.
  lines_.resize(codes.size() + 1);
  magnitudes_.resize(codes.size() + train_lanes);
  std::size_t count = 0;
  for (std::size_t line = 0; line < codes.size(); ++line) {
    lines_[count] = static_cast<std::uint32_t>(line);
    magnitudes_[count] = static_cast<float>(std::abs(codes[line]));
    count += codes[line] != 0 ? 1U : 0U;
  }
  const std::size_t groups = (count + train_lanes - 1) / train_lanes;
  std::fill_n(magnitudes_.begin() + static_cast<std::ptrdiff_t>(count), groups * train_lanes - count, 0.0F);
  drawn_.resize(groups * halves * train_lanes);
  auto random = stream.lanes(operation);
  draw_trains(random, magnitudes_.data(), static_cast<float>(gain), static_cast<float>(full_code_), groups,
              halves, drawn_.data());

  const std::uint32_t last_half = slots_ % 32 == 0 ? ~0U : (1U << (slots_ % 32)) - 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t* const drawn =
        drawn_.data() + i / train_lanes * halves * train_lanes + i % train_lanes;
    std::uint64_t* const bits = trains.bits.data() + lines_[i] * trains.words;
    for (std::size_t half = 0; half < halves; ++half) {
      const std::uint32_t used = half + 1 == halves ? last_half : ~0U;
      bits[half / 2] |= std::uint64_t{drawn[half * train_lanes] & used} << (32 * (half % 2));
    }
  }
  trains.count_pulses();

  double clipped = 0;
  if (gain > 1) {
    for (const std::int16_t code : codes) {
      clipped += std::max(gain * std::abs(code) / full_code_ - 1, 0.0) * static_cast<double>(slots_);
    }
  }
  trains.clipped = static_cast<std::uint64_t>(std::floor(clipped + 0.5));
}

}  // namespace kirchhoff::periphery
