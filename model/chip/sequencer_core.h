#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "foundation/services.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "foundation/trace_sink.h"
#include "interconnect/packet.h"
#include "model/chip/descriptor.h"
#include "model/chip/error_cause.h"
#include "model/chip/output_unit.h"
#include "model/chip/segment_list.h"
#include "model/chip/sequencer_settings.h"
#include "tiles/join.h"
#include "tiles/tile_parameters.h"

namespace kirchhoff::model {

/// What the sequencer needs of the world: behind it stand sockets, or a test.
class SequencerPorts {
 public:
  SequencerPorts() = default;
  SequencerPorts(const SequencerPorts&) = delete;
  SequencerPorts& operator=(const SequencerPorts&) = delete;
  virtual ~SequencerPorts() = default;

  /// A packet into the mesh; false if it was not delivered.
  virtual bool send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
                    foundation::Duration at) = 0;
  /// Host memory; `at` becomes the instant it is done. False on a bus error.
  virtual bool dma_read(std::uint64_t address, std::span<std::byte> bytes, foundation::Duration& at) = 0;
  virtual bool dma_write(std::uint64_t address, std::span<const std::byte> bytes,
                         foundation::Duration& at) = 0;
  /// Weights of a tile's row, or one register of a node; `at` becomes the instant it is done.
  virtual bool write_cells(std::uint64_t address, std::span<const std::byte> bytes,
                           foundation::Duration& at) = 0;
  virtual bool read_cells(std::uint64_t address, std::span<std::byte> bytes, foundation::Duration& at) = 0;
  /// Is all here that what was sent brings about? Where time has to pass for it, it passes meanwhile. False
  /// if it will never be.
  virtual bool arrived(const bool& here) { return here; }
  /// Lets somebody run SequencerCore::fetch_ahead() while the caller goes on; false: the caller has to.
  virtual bool begin_ahead() { return false; }
  /// What begin_ahead() began is done.
  virtual void end_ahead() {}
  /// All is done up to `now`: a moment to let other processes run.
  virtual void settled(foundation::Duration now) = 0;
  /// A transfer is over at `now` and nothing is on its way in the chip: a moment to save its state.
  virtual void at_rest(foundation::Duration /*now*/) {}
  /// The host wants the descriptor under way to end.
  [[nodiscard]] virtual bool stopping() const { return false; }
};

/// Digital times of the sequencer and the assumptions it shares with the tiles.
struct SequencerParameters {
  tiles::Detail detail = tiles::Detail::physics;
  std::int64_t dac_bits = 8;
  foundation::Duration softmax_class{2000};  ///< per class
  foundation::Duration update{315000};       ///< length of an update, for the split of the time
  std::size_t tile_columns = 50;
  std::size_t mesh_nodes = 32;
  std::size_t tile_rows = 4096;
  std::size_t route_entries = 1024;
  std::size_t receive_entries = 256;
  std::size_t reduction_entries = 0;
  std::size_t examples_in_flight = 1;  ///< line buffers of the tiles
};

/// The sequencer without its sockets: works descriptors off, one example after the other.
///
/// Modelled: prefetch of the next example by DMA while the chip works, softmax and shared exponent of the
/// output deltas, transfers at their interval. INFER keeps up to IN_FLIGHT examples under way, each in a line
/// buffer of its own; a buffer is free again when its outputs have been compared. TRAIN has one: an update
/// changes the weights that the next example is read with. Descriptors follow one another. Not modelled: the
/// time of the sequencer's own registers.
class SequencerCore {
 public:
  SequencerCore(const SequencerParameters& parameters, SequencerPorts& ports,
                const foundation::Services& services, std::string_view name);

  SequencerSettings& settings() { return settings_; }
  [[nodiscard]] const SequencerSettings& settings() const { return settings_; }

  /// Works one descriptor off, from `now`, which becomes the instant it is done.
  Completion execute(const Descriptor& descriptor, foundation::Duration& now);
  /// Why the last descriptor ended with an error; the address is 0 where the descriptor itself is meant.
  [[nodiscard]] const Fault& fault() const { return fault_; }

  /// A restored sequencer may be in the middle of a descriptor, which it then works off before others.
  [[nodiscard]] bool is_under_way() const { return under_way_.has_value(); }
  [[nodiscard]] const Descriptor& descriptor_under_way() const { return under_way_->descriptor; }
  Completion resume(foundation::Duration& now);

  /// Between two descriptors, or within SequencerPorts::at_rest().
  void save(foundation::StateWriter& writer) const;
  void restore(foundation::StateReader& reader);
  /// For the waveforms: from `at` on so many descriptors are not done.
  void show_waiting(std::uint32_t descriptors, foundation::Duration at);
  /// As after power-on; what counts updates to key random numbers goes on.
  void reset();

  /// Reads the example that is wanted next; see SequencerPorts::begin_ahead().
  void fetch_ahead();

  /// A packet from the mesh, complete at `arrival`; false where none is expected.
  bool receive(const interconnect::PacketHeader& header, std::span<const std::byte> bytes,
               foundation::Duration arrival);

 private:
  /// An example in host memory, read ahead.
  struct Fetched {
    bool ok = false;
    std::uint32_t label = 0;
    std::uint64_t label_address = 0;
    std::vector<std::byte> input;
    foundation::Duration ready{0};

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.ok, self.label, self.label_address, self.input, self.ready);
    }
  };
  /// How far a descriptor of examples is, at rest after a transfer.
  struct Work {
    Descriptor descriptor;
    Completion completion;
    Fetched next;  ///< example

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.descriptor, self.completion, self.next);
    }
  };

  /// The outputs of an example, as they arrive.
  struct Outputs {
    tiles::Join join;
    bool here = false;
    std::vector<float> z;
  };
  /// An example on its way, for inference.
  struct Flight {
    std::uint32_t number = 0;
    std::uint32_t label = 0;
    std::uint16_t predicted = 0;
    foundation::Duration start{0};
  };

  /// What to fetch while an example is worked on.
  struct Ahead {
    const Descriptor* descriptor = nullptr;
    std::uint32_t number = 0;
    foundation::Duration at{0};
    Fetched* into = nullptr;
  };

  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.settings_, self.order_, self.order_first_, self.since_transfer_, self.updates_,
            self.under_way_, self.data_, self.fault_);
  }

  class NodePort;

  bool prepare();
  bool take_place(const Descriptor& descriptor, foundation::Phase phase, foundation::Duration& now,
                  Completion& completion);
  std::uint32_t fail(ErrorCause cause, std::uint64_t address = 0);
  void configure(const Descriptor& descriptor, foundation::Duration& now, Completion& completion);
  bool write_register(const RegisterEntry& entry, foundation::Duration& now);
  void self_test(const Descriptor& descriptor, foundation::Duration& now, Completion& completion);
  void run_examples(const Descriptor& descriptor, foundation::Duration& now, Completion& completion);
  void go_on(const Descriptor& descriptor, Fetched next, foundation::Duration& now, Completion& completion);
  void train(const Descriptor& descriptor, Fetched& next, foundation::Duration& now, Completion& completion);
  void infer(const Descriptor& descriptor, Fetched& next, foundation::Duration& now, Completion& completion);
  bool collect(const Descriptor& descriptor, Flight& flight, foundation::Duration& now,
               Completion& completion);
  bool hand_over(const Descriptor& descriptor, const Flight& flight, foundation::Duration& at,
                 Completion& completion);
  [[nodiscard]] std::uint8_t buffer_of(const Flight& flight) const {
    return static_cast<std::uint8_t>(flight.number % in_flight_);
  }
  [[nodiscard]] std::uint32_t refused(const Descriptor& descriptor, const Fetched& example);
  void finish_example();
  void rest(const Descriptor& descriptor, const Completion& completion, const Fetched& next,
            foundation::Duration now);
  void finish(Completion& completion, foundation::Duration now);
  /// DMA, its bits counted. Not counted: descriptors, register accesses.
  bool read_host(std::uint64_t address, std::span<std::byte> bytes, foundation::Phase phase,
                 foundation::Duration& at);
  bool write_host(std::uint64_t address, std::span<const std::byte> bytes, foundation::Phase phase,
                  foundation::Duration& at);
  /// The descriptor's data, wherever they lie: `offset` is from their begin.
  bool read_data(std::uint64_t offset, std::span<std::byte> bytes, foundation::Phase phase,
                 foundation::Duration& at);
  bool write_data(std::uint64_t offset, std::span<const std::byte> bytes, foundation::Phase phase,
                  foundation::Duration& at);
  void book_host_bits(std::size_t bytes, foundation::Phase phase);
  bool fetch(const Descriptor& descriptor, std::uint32_t number, foundation::Duration at, Fetched& into);
  bool launch(const Fetched& example, foundation::Phase phase, std::uint8_t buffer,
              foundation::Duration start);
  bool backward(std::span<const float> deltas, foundation::Duration start);
  std::uint32_t transfer(foundation::Duration& now);
  void move_weights(const Descriptor& descriptor, bool program, foundation::Duration& now,
                    Completion& completion);
  void state(std::string_view name, foundation::Duration at);
  bool send(interconnect::PacketHeader header, const SequencerSettings::Flow& flow,
            std::span<const float> values, foundation::Duration at);
  bool post(interconnect::PacketHeader& header, const SequencerSettings::Flow& flow, std::size_t count,
            std::span<const std::byte> bytes, foundation::Duration at);

  SequencerParameters parameters_;
  SequencerPorts& ports_;
  foundation::Services services_;
  foundation::TraceSink::Signal part_ = foundation::TraceSink::unheard;
  std::uint32_t shown_waiting_ = 0;
  SequencerSettings settings_;

  // Taken from the settings when a descriptor of examples starts; what the host writes meanwhile counts for
  // the next one.
  std::uint32_t input_count_ = 0;
  std::uint32_t class_count_ = 0;
  std::vector<SequencerSettings::Flow> inputs_;
  std::vector<SequencerSettings::Flow> outputs_;
  std::vector<SequencerSettings::Flow> deltas_;
  std::vector<std::int32_t> output_of_route_;
  std::optional<OutputUnit> output_unit_;
  float output_lsb_ = 1;
  std::uint32_t in_flight_ = 1;

  std::vector<Outputs> arriving_;  ///< by line buffer
  tiles::Join done_join_;
  bool all_done_ = false;
  std::vector<float> values_;
  std::vector<std::int16_t> codes_;
  std::vector<std::byte> bytes_;
  std::vector<std::uint32_t> order_;
  std::uint32_t order_first_ = 0;
  Ahead ahead_;
  std::uint32_t since_transfer_ = 0;
  std::uint32_t updates_ = 0;      ///< ordered so far, modulo 2^32
  SegmentList data_;               ///< of the descriptor in hand
  Fault fault_;                    ///< the last one
  std::optional<Work> under_way_;  ///< within at_rest(), and when restored until it is resumed
};

}  // namespace kirchhoff::model
