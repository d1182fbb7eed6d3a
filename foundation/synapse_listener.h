#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "foundation/duration.h"

namespace kirchhoff::foundation {

/// Why a synapse is another one than before. `decay`: charge leaked, and no pulse came.
enum class SynapseEvent : std::uint8_t { program, update, decay, transfer };

struct SynapseState {
  float weight = 0;  ///< software units
  float g_plus_us = 0;
  float g_minus_us = 0;
  float g_capacitor_us = 0;
  int polarity = 0;  ///< sign of the charge in the weight; 0 where there is no charge
  // Pulses of updates that reached the cell so far; up is more charge.
  std::uint64_t pulses_up = 0;
  std::uint64_t pulses_down = 0;
};

struct SynapseChange {
  SynapseEvent event = SynapseEvent::program;
  Duration at{0};             ///< when the operation ended
  std::uint64_t example = 0;  ///< examples learnt, that of the operation included
  SynapseState state;
};

/// Who watches single synapses. Components hold a pointer, null when nobody does.
///
/// The changes of one synapse arrive in order of time; those of different tiles need not. Calls come from
/// inside the simulation: they must not throw.
class SynapseListener {
 public:
  SynapseListener() = default;
  SynapseListener(const SynapseListener&) = delete;
  SynapseListener& operator=(const SynapseListener&) = delete;
  virtual ~SynapseListener() = default;

  struct Watched {
    std::size_t row = 0;
    std::size_t column = 0;
    std::uint32_t id = 0;  ///< the listener's name for it
  };
  /// The cells of a tile to be told about; asked once, when the tile is made.
  [[nodiscard]] virtual std::vector<Watched> watched(std::uint32_t node) const = 0;

  virtual void changed(std::uint32_t id, const SynapseChange& change) = 0;
};

}  // namespace kirchhoff::foundation
