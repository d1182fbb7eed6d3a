#pragma once

#include <cstdint>

namespace kirchhoff::periphery {

/// How an update turns the outer product of x and delta into pulses at cells.
enum class UpdateStyle : std::uint8_t {
  trains,       ///< coincidences of stochastic bit trains, see UpdatePulseGenerator
  coincidence,  ///< coincidences of deterministic trains, see EvenPulseGenerator
  rounding,     ///< a rounded number of pulses per cell: what is computed, not how a circuit would do it
};

}  // namespace kirchhoff::periphery
