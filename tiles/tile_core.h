#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "foundation/ledger.h"
#include "foundation/services.h"
#include "interconnect/packet.h"
#include "interconnect/packet_address.h"
#include "periphery/adc_bank.h"
#include "periphery/converter.h"
#include "periphery/shared_trains.h"
#include "tiles/collector.h"
#include "tiles/duration_jitter.h"
#include "tiles/join.h"
#include "tiles/line_buffer.h"
#include "tiles/outbox.h"
#include "tiles/read_noise.h"
#include "tiles/synapse_array.h"
#include "tiles/tile_parameters.h"
#include "tiles/tile_probe.h"
#include "tiles/tile_scratch.h"
#include "tiles/tile_settings.h"
#include "tiles/vector_codec.h"

namespace kirchhoff::tiles {

/// A tile without its sockets: the synapse array with its converters, driven by the packets that arrive.
///
/// Data flow: when all inputs of a layer's rows are here, the array is read forward and the partial sum goes
/// to the collector; when the deltas of its columns are here, it is read transposed (but for the first layer)
/// and then updated. A line's converter is the same hardware whatever part of the array is in use; noise is
/// drawn by the tile's count of reads. Operations of a tile follow one another. With
/// control_overlap_forward or _transposed a result leaves when its conversion begins, as far as the next
/// layer's integration covers it; the tile itself is busy to the end. Not modelled: the partial sums and
/// exponents that would then have to keep pace, power gating, converters in read_row().
class TileCore {
 public:
  /// Tiles of one chip should share the scratch lines; without any the tile has its own.
  TileCore(interconnect::NodeId node, const TileParameters& parameters, periphery::SharedTrains& trains,
           const foundation::Services& services, std::string_view name, Outbox& outbox,
           TileScratch* scratch = nullptr);

  /// A packet that is complete at `arrival`. `bytes` is only read during the call.
  Outcome receive(const interconnect::PacketHeader& header, std::span<const std::byte> bytes,
                  foundation::Duration arrival);

  // Registers, 32 bits, offset within the node's window.
  Outcome write_register(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::optional<std::uint32_t> read_register(std::uint32_t offset) const;

  /// Programs part of a row to software weights; `arrival` becomes the instant it is done.
  Outcome program_row(std::size_t row, std::span<const float> targets, foundation::Duration& arrival);
  /// Reads the weights of a row by the array's own read; `arrival` becomes the instant it is done.
  Outcome read_row(std::size_t row, std::span<float> weights, foundation::Duration& arrival);

  /// Inspection, without time or side effect. Cells are numbered row x columns + column.
  [[nodiscard]] std::optional<float> inspect(interconnect::CellPlane plane, std::size_t cell) const;

  [[nodiscard]] const TileParameters& parameters() const { return parameters_; }
  [[nodiscard]] const SynapseArray& array() const { return *array_; }
  /// As the last transfer found them, or as they are where there was none.
  [[nodiscard]] SaturatedCells saturated() const { return last_transfer_.value_or(array_->saturated()); }

  /// Between two operations. Not kept: what the probe has seen.
  void save(foundation::StateWriter& writer) const;
  /// Into a tile made alike. Throws InputError where it is not.
  void restore(foundation::StateReader& reader);

  /// See SynapseArray. Registers, tables and buffers are as after power-on; what counts operations to key
  /// random numbers goes on, so that none comes twice.
  void cycle_power(foundation::Duration off, foundation::Duration on);
  /// The same for registers, tables and buffers alone: cells and time go on.
  void reset_registers();

 private:
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive);
  bool configure();
  foundation::Activity& book(foundation::Phase phase) { return services_.ledger.at(node_, phase); }
  // For the waveforms: a packet waits here; those of a kind are used.
  void waits(interconnect::PacketKind kind, foundation::Duration at) {
    if (services_.trace != nullptr) {
      probe_.arrived(kind, at);
    }
  }
  void used(interconnect::PacketKind kind, foundation::Duration at) {
    if (services_.trace != nullptr) {
      probe_.used(kind, at);
    }
  }
  foundation::Duration occupy(foundation::Duration from, foundation::Duration length, TileState state,
                              int passes = 1);
  void send(interconnect::PacketHeader header, interconnect::RouteId route, std::span<const float> values,
            foundation::Duration at, PathTime path);

  Outcome take_inputs(const interconnect::PacketHeader& header, const ReceiveFlow& flow,
                      std::span<const std::byte> bytes, foundation::Duration arrival, PathTime path);
  Outcome take_deltas(const interconnect::PacketHeader& header, const ReceiveFlow& flow,
                      std::span<const std::byte> bytes, foundation::Duration arrival, PathTime path);
  /// Columns in use and what makes up whole vectors.
  [[nodiscard]] std::size_t padded_columns() const { return foundation::padded_to_vector(columns_); }
  /// Of the example that a packet belongs to.
  LineBuffer& buffer_of(const interconnect::PacketHeader& header) {
    return header.buffer == 0 ? buffer_ : more_buffers_[header.buffer - 1U];
  }
  template <typename Use>
  void for_each_buffer(const Use& use) {
    use(buffer_);
    std::for_each(more_buffers_.begin(), more_buffers_.end(), use);
  }
  void forward(const interconnect::PacketHeader& cause);
  void collect_partial(const interconnect::PacketHeader& cause, std::size_t slot,
                       std::span<const float> codes, foundation::Duration at, PathTime path,
                       std::uint32_t summands = 1);
  void collect_back(const interconnect::PacketHeader& cause, foundation::Duration at, PathTime path);
  void collect_report(const interconnect::PacketHeader& cause, std::int32_t exponent, foundation::Duration at,
                      PathTime path);
  void emit_deltas(const interconnect::PacketHeader& cause, std::int32_t exponent, foundation::Duration at,
                   PathTime path);
  void read_transposed(std::span<const float> deltas, foundation::Activity& activity);
  void transposed(const interconnect::PacketHeader& cause, foundation::Duration& at, PathTime& path);
  void update(const interconnect::PacketHeader& cause, foundation::Duration at, PathTime path);
  void update_physics(const interconnect::PacketHeader& cause, double rate);
  void transfer(const interconnect::PacketHeader& cause, foundation::Duration at, PathTime path);
  void send_done(const interconnect::PacketHeader& cause, foundation::Phase phase, foundation::Duration at,
                 PathTime path);
  void finish_transfer(const interconnect::PacketHeader& cause, foundation::Duration at, PathTime path);
  void book_programming(foundation::Phase phase, std::size_t row, const TransferCount& count);
  std::uint64_t book_reads(foundation::Activity& activity, std::span<const float> duties, bool rows) const;

  /// What every operation asks of the parameters, in one place.
  struct Constants {
    explicit Constants(const TileParameters& p);
    bool ideal;
    bool two_phases;
    std::uint32_t adc_bits;
    std::uint32_t dac_bits;
    foundation::Duration read;
    foundation::Duration transposed;
    foundation::Duration overlap;
    foundation::Duration update;
    foundation::Duration digital_value;
    double g_ref_us;  ///< of a cell of the reference line; 0 without capacitors

    [[nodiscard]] foundation::Duration digital(std::size_t values) const {
      return digital_value * static_cast<std::int64_t>(values);
    }
  };

  // Together, because the cells of the arrays push the tiles' state out of the cache between two operations.
  interconnect::NodeId node_;
  bool enabled_ = false;  ///< settings are taken over by ENABLE
  Constants constants_;
  foundation::Services services_;
  Outbox& outbox_;
  periphery::SharedTrains& trains_;
  std::unique_ptr<TileScratch> own_scratch_;
  TileScratch& scratch_;
  periphery::PulseWidthDac dac_;
  periphery::UpdateStyle style_;
  float input_scale_ = 1;
  std::size_t rows_ = 0;        ///< in use, bias row included
  std::size_t input_rows_ = 0;  ///< without the bias row
  std::size_t columns_ = 0;
  std::uint32_t summed_by_routers_ = 0;  ///< of the partial sums that a collector waits for
  foundation::Duration busy_until_{0};
  std::uint64_t operation_ = 0;
  std::unique_ptr<SynapseArray> array_;
  std::unique_ptr<Collector> collector_;
  std::optional<SaturatedCells> last_transfer_;
  LineBuffer buffer_;
  Join back_partials_;
  Join reports_;
  Join dones_;
  std::int32_t largest_exponent_ = 0;
  std::int32_t delta_exponent_ = 0;
  foundation::AlignedVector<float> delta_;  ///< codes in detail physics, values in detail ideal
  double row_pulses_carried_ = 0;           ///< expected, not yet booked; below one
  double column_pulses_carried_ = 0;

  std::vector<LineBuffer> more_buffers_;  ///< of examples that are under way at the same time
  TileSettings settings_;
  TileProbe probe_;
  std::optional<periphery::AdcBank> column_adcs_;
  std::optional<periphery::AdcBank> row_adcs_;
  ReadNoise forward_noise_;
  ReadNoise transposed_noise_;
  DurationJitter jitter_;
  TileParameters parameters_;
};

}  // namespace kirchhoff::tiles
