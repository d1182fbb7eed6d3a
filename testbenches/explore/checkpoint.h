#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "model/presets/configuration.h"
#include "testbenches/explore/options.h"
#include "testbenches/host/data_set.h"

namespace kirchhoff::testbenches {

/// Name of a checkpoint in the folder of its run.
inline constexpr const char* checkpoint_name = "checkpoint.bin";

/// What the command line of a run said, and what came of it: by the first a run is set up again, by the
/// second it is known to be the same.
struct RunIdentity {
  std::string preset;
  std::vector<std::string> sets;
  std::string technology;
  std::string dataset;
  std::optional<std::uint64_t> train;
  std::optional<std::uint64_t> test;
  std::string detail;
  bool inspect = false;

  struct Value {
    std::string key;
    std::string text;

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.key, self.text);
    }
  };
  /// Program version, data, and every parameter of configuration and technology.
  std::vector<Value> values;

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.preset, self.sets, self.technology, self.dataset, self.train, self.test, self.detail,
            self.inspect, self.values);
  }
};

RunIdentity identify_run(const Options& options, const model::Configuration& configuration,
                         const DataSet& data);

/// A checkpoint as it was opened: readable to the end, of this program's format.
struct SavedRun {
  std::filesystem::path path;
  RunIdentity identity;
  std::uint64_t examples = 0;  ///< trained
  foundation::StateReader state;
};

/// `run_or_file`: a run's folder or a checkpoint. Throws InputError where there is none, it is damaged, or
/// its run is finished.
SavedRun open_checkpoint(const std::filesystem::path& run_or_file);

/// The options with which the run goes on: those of the run where `given` says nothing else.
Options resumed_options(const Options& given, const SavedRun& saved);

/// Throws InputError with the values that differ.
void check_same_run(const SavedRun& saved, const RunIdentity& now);

/// Writes a checkpoint over the one before. Throws InputError where that fails; the one before is then as it
/// was.
void write_checkpoint(const std::filesystem::path& path, const RunIdentity& identity, std::uint64_t examples,
                      const std::function<void(foundation::StateWriter&)>& save);

/// Removes what processes left that were killed while they wrote this checkpoint.
void remove_unfinished(const std::filesystem::path& path);

/// What is left of it once the run is done.
void write_finished(const std::filesystem::path& path, const RunIdentity& identity, std::uint64_t examples);

}  // namespace kirchhoff::testbenches
