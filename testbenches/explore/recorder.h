#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "model/presets/configuration.h"
#include "testbenches/explore/options.h"
#include "testbenches/host/report_summary.h"
#include "traces/transaction_writer.h"
#include "traces/vcd_writer.h"

namespace kirchhoff::testbenches {

/// What --trace and --transactions ask for, in the folder of the run. Nothing of it changes the run.
class Recorder {
 public:
  /// Throws InputError where a file cannot be written.
  Recorder(const Options& options, const model::Configuration& configuration,
           const std::filesystem::path& folder);

  /// Null where no waveforms are wanted.
  [[nodiscard]] traces::VcdWriter* waveforms() { return waveforms_ ? &*waveforms_ : nullptr; }
  /// Null where no transactions are wanted.
  [[nodiscard]] foundation::TransactionListener* transactions() {
    return transactions_ ? &*transactions_ : nullptr;
  }

  void close();
  [[nodiscard]] std::vector<OutputFile> files() const;

 private:
  std::filesystem::path waveforms_path_;
  std::filesystem::path transactions_path_;
  std::optional<traces::VcdWriter> waveforms_;
  std::optional<traces::TransactionWriter> transactions_;
};

}  // namespace kirchhoff::testbenches
