#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "foundation/synapse_listener.h"
#include "model/network/mapping.h"
#include "model/presets/configuration.h"
#include "testbenches/explore/options.h"
#include "testbenches/explore/training_session.h"
#include "testbenches/host/cell_inspection.h"
#include "testbenches/host/report_summary.h"
#include "testbenches/host/synapse_lives.h"

namespace kirchhoff::testbenches {

/// What --inspect and --synapse ask for, in the folder inspect/ of the run. Nothing of it changes the run.
class Observation {
 public:
  /// Throws InputError where a synapse is not in the network or the folder cannot be made. The session must
  /// outlive the observation.
  Observation(const Options& options, const std::filesystem::path& run_folder,
              const model::Configuration& configuration, tiles::Detail detail,
              const TrainingSession& session);

  /// Null where no single synapse is watched.
  [[nodiscard]] foundation::SynapseListener* listener() { return lives_ ? &*lives_ : nullptr; }

  void look(const TrainingSession::Rest& rest);
  void close();

  /// What --inspect has counted so far; single synapses cannot be saved.
  void save(foundation::StateWriter& writer) const;
  void restore(foundation::StateReader& reader);
  [[nodiscard]] std::vector<OutputFile> files() const;

 private:
  const model::Mapping& mapping_;
  std::size_t tile_columns_;
  std::optional<CellInspection> cells_;
  std::optional<SynapseLives> lives_;
};

/// Throws InputError where a synapse of --synapse is not in the network: before anything is written.
void check_synapses(const Options& options, const TrainingSession& session);

}  // namespace kirchhoff::testbenches
