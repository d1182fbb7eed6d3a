#include "testbenches/explore/recorder.h"

#include "model/chip/chip_description.h"

namespace kirchhoff::testbenches {

namespace {

traces::Recording recording_of(const Options& options, const model::Configuration& configuration) {
  traces::Recording recording;
  recording.signals = options.trace_signals;
  if (options.trace_window) {
    recording.begin = options.trace_window->begin;
    recording.end = options.trace_window->end;
  } else {
    recording.examples = static_cast<std::uint64_t>(configuration.chip.trace_examples);
  }
  return recording;
}

}  // namespace

Recorder::Recorder(const Options& options, const model::Configuration& configuration,
                   const std::filesystem::path& folder)
    : waveforms_path_(folder / "trace.vcd"), transactions_path_(folder / "transactions.csv") {
  const auto recording = recording_of(options, configuration);
  if (options.trace) {
    waveforms_.emplace(waveforms_path_, recording);
  }
  if (options.transactions) {
    const foundation::EnergyModel prices{configuration.technology, model::chip_shape(configuration).tile,
                                         model::energy_settings(configuration)};
    transactions_.emplace(transactions_path_, recording, prices);
  }
}

void Recorder::close() {
  if (waveforms_) {
    waveforms_->close();
  }
  if (transactions_) {
    transactions_->close();
  }
}

std::vector<OutputFile> Recorder::files() const {
  std::vector<OutputFile> files;
  if (waveforms_) {
    files.push_back({waveforms_path_, "waveforms, for GTKWave"});
  }
  if (transactions_) {
    files.push_back({transactions_path_, "transactions, one a line"});
  }
  return files;
}

}  // namespace kirchhoff::testbenches
