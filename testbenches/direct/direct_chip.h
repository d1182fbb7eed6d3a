#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "foundation/ledger.h"
#include "model/chip/chip_description.h"
#include "model/chip/output_unit.h"
#include "model/network/mapping.h"
#include "model/network/program.h"
#include "periphery/adc_bank.h"
#include "periphery/converter.h"
#include "periphery/shared_trains.h"
#include "testbenches/direct/operation_times.h"
#include "testbenches/direct/section_clock.h"
#include "testbenches/host/software_network.h"
#include "tiles/collector.h"
#include "tiles/make_synapse_array.h"
#include "tiles/read_noise.h"

namespace kirchhoff::testbenches {

/// The arrays, converters and collectors of a chip called one after the other by plain loops over the layers:
/// no packet, socket, route, register or kernel.
///
/// Given the instants at which the chip's operations began, every cell ends with the same bits as in the
/// chip, and every count that does not come from the network is the same. What the chip takes longer is the
/// cost of its transaction layer. Detail `physics` only.
class DirectChip {
 public:
  /// `begins` must outlive the object and cover everything that is called here. A clock, if there is one, is
  /// told where the time goes.
  DirectChip(const model::ChipDescription& chip, const model::NetworkSpec& network,
             const model::Mapping& mapping, const model::ProgramOptions& options, std::uint64_t seed,
             const OperationTimes::Begins& begins);

  /// As ChipDriver::load_weights().
  void program(std::span<const Matrix> weights);

  /// One example, and the transfer if it is due.
  void train(std::span<const std::uint8_t> input, std::size_t label, SectionClock* clock = nullptr);

  /// Array of a tile, in the order of the mapping.
  [[nodiscard]] const tiles::SynapseArray& array(std::size_t tile) const { return *units_[tile].array; }
  /// Without packets, stores and times.
  [[nodiscard]] const foundation::Ledger& ledger() const { return ledger_; }

 private:
  /// A tile's part of a layer.
  struct Unit {
    model::TileAssignment place;
    std::unique_ptr<tiles::SynapseArray> array;
    periphery::AdcBank column_adcs;
    periphery::AdcBank row_adcs;
    tiles::ReadNoise forward_noise;
    tiles::ReadNoise transposed_noise;
    std::uint32_t row_generator = 0;
    std::uint32_t column_generator = 0;
    float input_scale = 1;
    std::uint64_t operation = 0;
    std::size_t begun = 0;  ///< operations so far
    foundation::AlignedVector<float> x;
    foundation::AlignedVector<float> delta;
    std::vector<std::int16_t> row_codes;
    std::vector<std::int16_t> column_codes;
    // What the last operation is booked with.
    std::uint64_t overloads = 0;
    std::uint64_t pulses = 0;
    std::uint64_t set_pulses = 0;
    std::uint64_t row_pulses = 0;
    std::uint64_t column_pulses = 0;
    std::uint64_t clipped = 0;
  };

  Unit make_unit(const model::TileAssignment& place, const model::NetworkSpec& network,
                 std::uint64_t seed) const;
  std::span<Unit> layer(std::size_t index);
  tiles::Collector& collector(std::size_t layer, std::size_t group);
  void begin(Unit& unit);

  void take_input(std::span<const std::uint8_t> input);
  void forward(std::size_t layer);
  void activate(std::size_t layer);
  void outputs();
  std::int32_t scale_outputs();
  void read_transposed(Unit& unit, std::span<const float> deltas);
  void backward(std::size_t layer);
  std::int32_t scale_deltas(std::size_t layer, std::int32_t exponent);
  void update(Unit& unit, std::uint32_t number, std::int32_t exponent);
  void transfer(Unit& unit);

  void book_read(const Unit& unit, foundation::Phase phase);
  void book_update(const Unit& unit);
  void book_programming(const Unit& unit, foundation::Phase phase, std::size_t row,
                        const tiles::TransferCount& count);

  model::ChipDescription chip_;
  double reference_us_;  ///< of a cell of a reference line
  model::Mapping mapping_;
  model::ProgramOptions options_;
  const OperationTimes::Begins& begins_;
  periphery::PulseWidthDac dac_;
  foundation::Ledger ledger_;
  periphery::SharedTrains trains_;
  std::vector<Unit> units_;                                                 ///< in the order of the mapping
  std::vector<std::vector<std::unique_ptr<tiles::Collector>>> collectors_;  ///< by layer and group
  model::OutputUnit output_unit_;
  std::uint32_t updates_ = 0;
  std::uint32_t since_transfer_ = 0;

  std::vector<std::int32_t> exponents_;  ///< of the deltas, by layer
  foundation::AlignedVector<float> sums_;
  foundation::AlignedVector<float> row_sums_;
  foundation::AlignedVector<float> one_sign_;
  foundation::AlignedVector<float> variances_;
  std::vector<std::int16_t> codes_;
  std::vector<float> z_;
};

}  // namespace kirchhoff::testbenches
