#include "testbenches/explore/observation.h"

#include <system_error>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;

namespace {

fs::path make_folder(const fs::path& run_folder) {
  fs::path folder = run_folder / "inspect";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw foundation::InputError("cannot create the folder '" + folder.string() + "': " + error.message());
  }
  return folder;
}

}  // namespace

void check_synapses(const Options& options, const TrainingSession& session) {
  for (const model::SynapseName& synapse : options.synapses) {
    model::locate(session.network(), session.mapping(), synapse);
  }
}

Observation::Observation(const Options& options, const fs::path& run_folder,
                         const model::Configuration& configuration, tiles::Detail detail,
                         const TrainingSession& session)
    : mapping_(session.mapping()), tile_columns_(static_cast<std::size_t>(configuration.chip.tile_columns)) {
  if (!options.inspect && options.synapses.empty()) {
    return;
  }
  const fs::path folder = make_folder(run_folder);
  if (options.inspect) {
    cells_.emplace(folder, cell_quantities(configuration.synapse, detail));
  }
  if (!options.synapses.empty()) {
    lives_.emplace(folder, options.synapses, session.network(), session.mapping());
  }
}

void Observation::look(const TrainingSession::Rest& rest) {
  if (cells_) {
    cells_->add_epoch(rest.epoch, rest.driver, mapping_, tile_columns_);
  }
  if (lives_ && rest.epoch > 0) {
    lives_->add_epoch(rest.driver, tile_columns_, rest.now);
  }
}

void Observation::close() {
  if (lives_) {
    lives_->close();
  }
}

void Observation::save(foundation::StateWriter& writer) const {
  writer.section("inspection", 1);
  writer(cells_.has_value());
  if (cells_) {
    writer(*cells_);
  }
}

void Observation::restore(foundation::StateReader& reader) {
  reader.section("inspection", 1);
  bool inspected = false;
  reader(inspected);
  if (inspected != cells_.has_value()) {
    reader.fail("does not agree with --inspect");
  }
  if (cells_) {
    reader(*cells_);
  }
}

std::vector<OutputFile> Observation::files() const {
  std::vector<OutputFile> files;
  if (cells_) {
    files.push_back({cells_->histograms_path(), "cells by layer and epoch, counted in bins"});
    files.push_back({cells_->summary_path(), "their mean, spread, extremes, share at limits"});
  }
  if (lives_) {
    for (const fs::path& path : lives_->paths()) {
      files.push_back({path, "life of one synapse"});
    }
  }
  return files;
}

}  // namespace kirchhoff::testbenches
