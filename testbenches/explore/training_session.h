#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "foundation/coding_style.h"
#include "foundation/duration.h"
#include "foundation/ledger.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "foundation/synapse_listener.h"
#include "foundation/trace_sink.h"
#include "foundation/transaction_listener.h"
#include "interconnect/socket_binder.h"
#include "model/chip/chip_description.h"
#include "model/network/mapping.h"
#include "model/presets/configuration.h"
#include "testbenches/explore/power_schedule.h"
#include "testbenches/explore/training_record.h"
#include "testbenches/host/chip_driver.h"
#include "testbenches/host/data_set.h"
#include "testbenches/host/software_network.h"
#include "tiles/synapse_array.h"

namespace kirchhoff::testbenches {

/// A chip and its host trained on a data set: the one simulation of a process.
class TrainingSession {
 public:
  /// Throws InputError where the network does not fit the chip, the supply fails where it cannot, or the
  /// style does not have the mesh's transport. All arguments must outlive the session.
  TrainingSession(const model::Configuration& configuration, tiles::Detail detail, const DataSet& data,
                  const std::vector<Matrix>& initial_weights,
                  foundation::CodingStyle style = foundation::CodingStyle::loosely_timed);

  [[nodiscard]] const model::NetworkSpec& network() const { return network_; }
  [[nodiscard]] const model::Mapping& mapping() const { return mapping_; }
  [[nodiscard]] const foundation::Ledger& ledger() const { return ledger_; }

  using EpochResult = TrainingRecord::Epoch;
  /// The chip between two epochs.
  struct Rest {
    int epoch = 0;  ///< epochs done; 0: weights are programmed, nothing is learnt
    ChipDriver& driver;
    foundation::Duration now{0};
  };
  /// A run at a moment from which it can go on.
  class Moment {
   public:
    Moment() = default;
    Moment(const Moment&) = delete;
    Moment& operator=(const Moment&) = delete;
    virtual ~Moment() = default;
    [[nodiscard]] virtual std::uint64_t examples() const = 0;  ///< trained
    /// The whole state of the run, in sections.
    virtual void save(foundation::StateWriter& writer) const = 0;
  };
  struct Callbacks {
    std::function<void(std::uint64_t examples, int epoch)> trained;
    /// May look into the chip by debug transport, and do nothing else with it.
    std::function<void(const Rest&)> at_rest;
    std::function<void(const EpochResult&)> epoch_done;
    /// At the start, after every transfer and every epoch; false ends the run there. Costs no simulated time.
    std::function<bool(const Moment&)> can_save;
  };

  /// All may be null.
  struct Listeners {
    foundation::TraceSink* trace = nullptr;
    bool traces_cell = true;  ///< the sink wants the synapse of the parameters trace.*
    foundation::SynapseListener* synapses = nullptr;
    foundation::TransactionListener* transactions = nullptr;
    const interconnect::SocketBinder* sockets = nullptr;  ///< who joins the sockets of every pair
  };

  /// Lets run() end with the test set, classified on the chip itself; see inferred().
  void also_infer() { infers_ = true; }

  /// Trains all epochs; where `saved` is not null, those that were left when it was written. Throws
  /// InputError where that is of another session. False: can_save ended the run.
  bool run(const Listeners& listeners, const Callbacks& callbacks, foundation::StateReader* saved = nullptr);

  [[nodiscard]] const std::vector<EpochResult>& epochs() const { return record_.epochs; }
  [[nodiscard]] const std::vector<TrainingRecord::PowerOff>& power_offs() const { return record_.power_offs; }
  /// Of the tile that is worst off.
  [[nodiscard]] const tiles::WireState& wires() const { return wires_; }
  /// Cells at an end of what they can hold, by layer: as the last transfer of the run found them, or as they
  /// are at its end where there was none.
  [[nodiscard]] const std::vector<tiles::SaturatedCells>& saturated() const { return saturated_; }
  /// Weights at the end, read back through the socket.
  [[nodiscard]] const std::vector<Matrix>& final_weights() const { return final_weights_; }
  [[nodiscard]] double learning_rate() const { return learning_rate_; }
  /// Of the test set, where it was asked for.
  [[nodiscard]] const std::optional<model::Completion>& inferred() const { return inferred_; }

 private:
  class Run;

  const model::Configuration& configuration_;
  tiles::Detail detail_;
  const DataSet& data_;
  const std::vector<Matrix>& initial_weights_;
  double learning_rate_;
  model::NetworkSpec network_;
  model::Mapping mapping_;
  PowerSchedule power_;
  model::ChipDescription chip_;
  foundation::Ledger ledger_;
  TrainingRecord record_;
  bool infers_ = false;
  std::optional<model::Completion> inferred_;
  tiles::WireState wires_;
  std::vector<tiles::SaturatedCells> saturated_;
  std::vector<Matrix> final_weights_;
};

}  // namespace kirchhoff::testbenches
