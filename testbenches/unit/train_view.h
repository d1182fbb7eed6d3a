#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "periphery/pulse_trains.h"

namespace kirchhoff::unit {

/// The slots that a line fires in.
using Train = std::bitset<128>;

/// Trains of all lines of a group, those without a pulse included.
inline std::vector<Train> view(const periphery::PulseTrains& trains, std::size_t lines) {
  constexpr std::size_t kWord = periphery::PulseTrains::slots_per_word;
  std::vector<Train> all(lines);
  for (std::size_t k = 0; k < trains.lines.size(); ++k) {
    for (std::size_t slot = 0; slot < trains.words * kWord; ++slot) {
      const std::uint32_t word = trains.bits[slot / kWord * trains.stride + k];
      all.at(trains.lines[k])[slot] = (word >> (slot % kWord) & 1U) != 0;
    }
  }
  return all;
}

}  // namespace kirchhoff::unit
