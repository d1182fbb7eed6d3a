#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "foundation/duration.h"
#include "periphery/periphery_parameters.h"
#include "tiles/fault_map.h"
#include "tiles/ideal_array.h"
#include "tiles/synapse_parameters.h"
#include "tiles/wire_network.h"

namespace kirchhoff::tiles {

/// How long the operations of a tile take: the one timing function of loosely and approximately timed paths.
struct TileTiming {
  foundation::Duration integrate{128000};
  foundation::Duration convert{207000};
  foundation::Duration update_slot{5000};
  foundation::Duration pcm_pulse{150000};
  foundation::Duration dwell{0};             ///< before the read that a residual is taken from
  bool pcm_updates = false;                  ///< a slot of an update is a PCM pulse
  foundation::Duration digital_value{1000};  ///< wide sum, activation, derivative: per value

  [[nodiscard]] foundation::Duration read() const { return integrate + convert; }
  /// How much sooner the next layer's read begins where it overlaps with the conversion of this one's.
  [[nodiscard]] foundation::Duration overlap() const { return integrate < convert ? integrate : convert; }
  /// Deltas in two phases are two reads, one of each sign.
  [[nodiscard]] foundation::Duration transposed(bool two_phases) const {
    return read() * (two_phases ? 2 : 1);
  }
  [[nodiscard]] foundation::Duration update(std::int64_t slots) const {
    return (pcm_updates ? pcm_pulse : update_slot) * slots;
  }
  [[nodiscard]] foundation::Duration digital(std::size_t values) const {
    return digital_value * static_cast<std::int64_t>(values);
  }
  /// One row of a transfer: hold the target, clear the capacitors, verify rounds, residual.
  [[nodiscard]] foundation::Duration transfer_row(const TransferCount& count) const {
    return read() * static_cast<std::int64_t>(count.reads + 1) +
           pcm_pulse * static_cast<std::int64_t>(count.pulse_rounds) +
           dwell * static_cast<std::int64_t>(count.dwells) +
           update_slot * static_cast<std::int64_t>(count.residual_slots + 1);
  }
};

enum class Detail : std::uint8_t { physics, ideal };

struct CellPosition {
  std::size_t row = 0;
  std::size_t column = 0;
};

struct TileParameters {
  std::size_t rows = 131;
  std::size_t columns = 50;
  Detail detail = Detail::physics;
  SynapseParameters synapse;
  std::vector<CellFault> faults;  ///< of this tile
  WireResistance wires;           ///< per cell; all 0: ideal
  periphery::PeripheryParameters periphery;
  double duration_jitter = 0;  ///< steps of a pulse width, of vectors that come on duration wires; 0: none
  TileTiming timing;
  AssumedCell assumed;  ///< conductances and effort booked in detail `ideal`
  std::size_t route_entries = 1024;
  std::size_t flow_entries = 256;
  std::size_t examples_in_flight = 1;  ///< line buffers
  std::optional<CellPosition> traced_cell;
};

}  // namespace kirchhoff::tiles
