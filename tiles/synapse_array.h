#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/duration.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "periphery/shared_trains.h"
#include "tiles/weight_plane.h"

namespace kirchhoff::tiles {

/// Pulses that are rounded cell by cell, without trains: mean |row code| |column code| on average.
struct RoundedUpdate {
  double mean = 0;  ///< of a cell whose lines both have a code of 1
  std::span<const std::int16_t> row_codes;
  std::span<const std::int16_t> column_codes;  ///< with the sign of delta
};

/// What one update asks of an array: outer product of x (rows) and delta (columns).
struct UpdateOrder {
  std::uint64_t operation = 0;                            ///< keys the random numbers
  std::size_t slots = 0;                                  ///< physics
  std::span<const float> x;                               ///< values, rows used (ideal)
  std::span<const float> deltas;                          ///< values, columns used (ideal)
  float rate = 0;                                         ///< learning rate (ideal)
  const periphery::PulseTrains* row_trains = nullptr;     ///< physics
  const periphery::PulseTrains* column_trains = nullptr;  ///< physics, with the signs of the deltas
  const RoundedUpdate* rounded = nullptr;                 ///< physics, in place of trains
};

/// What came of an update.
struct UpdateCount {
  std::uint64_t pulses = 0;      ///< that reached a cell
  std::uint64_t clipped = 0;     ///< that a cell would have needed beyond one per slot; not those of trains
  std::uint64_t set_pulses = 0;  ///< those of the pulses that were SET pulses of a PCM
};

/// What a transfer of one row took; time follows from it.
struct TransferCount {
  std::uint64_t reads = 0;           ///< rounds of the row: read and compare
  std::uint64_t dwells = 0;          ///< waits before a last read
  std::uint64_t pulse_rounds = 0;    ///< rounds in which at least one PCM was pulsed
  std::uint64_t residual_slots = 0;  ///< update slots to write the residual
  std::uint64_t set_pulses = 0;
  std::uint64_t reset_pulses = 0;
  std::uint64_t residual_pulses = 0;
  std::uint64_t unconverged = 0;  ///< pairs still outside the tolerance
  std::uint64_t clipped_targets = 0;
  std::uint64_t saturated_capacitors = 0;  ///< found at an end of their range

  TransferCount& operator+=(const TransferCount& other);
};

/// What the wires of an array do to its reads.
struct WireState {
  double left = 1;      ///< of a cell's current, mean over the cells in use
  bool trusted = true;  ///< false: so resistive that the model of the wires is off
};

/// Cells in use that have come to an end of what they can hold.
struct SaturatedCells {
  std::uint64_t cells = 0;       ///< looked at
  std::uint64_t capacitors = 0;  ///< charge at an end of its range
  std::uint64_t weights = 0;     ///< beyond what the PCM pair can be written to

  SaturatedCells& operator+=(const SaturatedCells& other);

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.cells, self.capacitors, self.weights);
  }
};

/// Sums of conductance along a line over the lines in use, what it draws when driven; microsiemens.
struct LineConductance {
  double pcm_us = 0;        ///< G+ + G-
  double capacitor_us = 0;  ///< g of the read transistors
};

/// Sum over driven lines of duty x conductance, of duty, and how many there are.
struct DrivenLines {
  LineConductance conductance;
  double duty = 0;
  std::uint64_t lines = 0;
};

/// The synapses of one tile. Reads go to weights() directly; everything that changes state is here.
class SynapseArray {
 public:
  SynapseArray() = default;
  SynapseArray(const SynapseArray&) = delete;
  SynapseArray& operator=(const SynapseArray&) = delete;
  virtual ~SynapseArray() = default;

  [[nodiscard]] virtual const WeightPlane& weights() const = 0;

  /// The lines in use; the others are switched off and draw no current.
  virtual void select(std::size_t rows, std::size_t columns) = 0;

  /// Lets charge decay up to this instant of simulated time; earlier instants are ignored.
  virtual void advance_to(foundation::Duration now) = 0;

  /// Programming is over: what is only worked out once for all rows.
  virtual void settle() {}

  /// See WireState; ideal by default.
  [[nodiscard]] virtual WireState wires() const { return {}; }

  /// As a transfer would find them now; for the run's warnings.
  [[nodiscard]] virtual SaturatedCells saturated() const { return {}; }

  virtual UpdateCount update(const UpdateOrder& order) = 0;

  /// Moves the weight of a row from the capacitors into the PCM pairs.
  virtual TransferCount transfer_row(std::uint64_t operation, std::size_t row) = 0;

  /// Called once all rows of a transfer are done.
  virtual void finish_transfer() = 0;

  /// Variance of each sum of a read by the noise of the cells, in its unit squared: (weight x duty code)^2,
  /// never negative. Lines as in WeightPlane::forward() and transposed(). False: no noise, nothing written.
  virtual bool forward_variance(std::span<const float> /*x*/, std::span<float> /*variances*/) const {
    return false;
  }
  virtual bool transposed_variance(std::span<const float> /*deltas*/, std::span<float> /*variances*/) const {
    return false;
  }

  /// Programs a row to target weights (software units).
  virtual TransferCount program_row(std::uint64_t operation, std::size_t row,
                                    std::span<const float> targets) = 0;

  [[nodiscard]] virtual LineConductance row_conductance(std::size_t row) const = 0;

  /// What lines driven with these duties draw together; negative duties count by their magnitude.
  [[nodiscard]] virtual DrivenLines driven_rows(std::span<const float> duties) const = 0;
  [[nodiscard]] virtual DrivenLines driven_columns(std::span<const float> duties) const = 0;

  /// Conductances of a cell, microsiemens; for inspection.
  struct Cell {
    float weight = 0;
    float g_plus_us = 0;
    float g_minus_us = 0;
    float g_capacitor_us = 0;
    int polarity = 0;  ///< sign of the charge in the weight; 0 where there is no charge
  };
  [[nodiscard]] virtual Cell cell(std::size_t row, std::size_t column) const = 0;

  /// Pulses that the last update sent to a cell; up is more charge. For inspection.
  struct CellPulses {
    std::uint64_t up = 0;
    std::uint64_t down = 0;
  };
  [[nodiscard]] virtual CellPulses last_pulses(std::size_t row, std::size_t column) const = 0;

  /// Everything that operations have changed, between two of them; what manufacture and parameters decide is
  /// only checked. last_pulses() are not kept.
  virtual void save(foundation::StateWriter& writer) const = 0;
  /// Into an array made alike. Throws InputError where it is not.
  virtual void restore(foundation::StateReader& reader) = 0;

  /// Without supply from `off` to `on`: what is not held by the material itself is lost, and ages go on.
  virtual void cycle_power(foundation::Duration off, foundation::Duration on) = 0;
};

}  // namespace kirchhoff::tiles
