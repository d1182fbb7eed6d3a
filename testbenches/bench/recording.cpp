#include "testbenches/bench/recording.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <vector>

#include "model/chip/chip_description.h"
#include "testbenches/explore/training_session.h"
#include "testbenches/host/child.h"
#include "testbenches/host/example_timeline.h"
#include "traces/transaction_writer.h"
#include "traces/vcd_writer.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;

namespace {

struct What {
  std::size_t examples = 0;
  bool waveforms = false;
  bool transactions = false;
  bool window_over = false;
  bool chosen = false;
};

struct Measured {
  double seconds = 0;
  double waveform_bytes = 0;
  double transaction_bytes = 0;
};

DataSet first_of(const DataSet& data, std::size_t examples) {
  DataSet few = data;
  few.train.labels.resize(std::min(examples, data.train.count()));
  few.train.inputs.resize(few.train.count() * data.input_count);
  few.test.labels.resize(std::min<std::size_t>(10, data.test.count()));
  few.test.inputs.resize(few.test.count() * data.input_count);
  return few;
}

/// Of this process, its system calls included: others on the machine do not count.
double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Measured train(const std::string& preset, const DataSet& all, const What& what) {
  const auto data = first_of(all, what.examples);
  const std::vector<std::string> sets{"training.epochs=1"};
  const auto configuration = model::load_configuration(preset, sets);
  std::vector<Matrix> weights;
  TrainingSession session{*configuration, tiles::Detail::physics, data, weights};
  weights = initial_weights(session.network().widths(), Activation::logistic, 1);

  const auto base = fs::temp_directory_path() / ("kirchhoff-bench-" + std::to_string(::getpid()));
  const fs::path waveforms_path = base.string() + ".vcd";
  const fs::path transactions_path = base.string() + ".csv";
  traces::Recording recording;
  if (what.window_over) {
    recording.end = foundation::Duration{1};
  }
  if (what.chosen) {
    recording.signals = {"chip.sequencer.*", "chip.tile_0_0.*"};
  }
  std::optional<traces::VcdWriter> waveforms;
  if (what.waveforms) {
    waveforms.emplace(waveforms_path, recording);
  }
  std::optional<traces::TransactionWriter> transactions;
  if (what.transactions) {
    transactions.emplace(
        transactions_path, recording,
        foundation::EnergyModel{configuration->technology, model::chip_shape(*configuration).tile,
                                model::energy_settings(*configuration)});
  }
  Measured measured;
  ExampleTimeline timeline{waveforms ? &*waveforms : nullptr};
  session.run({.trace = &timeline,
               .traces_cell = what.waveforms,
               .synapses = nullptr,
               .transactions = transactions ? &*transactions : nullptr},
              {.trained = {},
               .at_rest =
                   [&](const TrainingSession::Rest& rest) {
                     measured.seconds = cpu_seconds() - (rest.epoch == 0 ? 0 : measured.seconds);
                   },
               .epoch_done = {},
               .can_save = {}});
  const auto finish = [&](auto& writer, const fs::path& path, double& bytes) {
    if (writer) {
      const double begin = cpu_seconds();
      writer->close();
      measured.seconds += cpu_seconds() - begin;
      bytes = static_cast<double>(fs::file_size(path));
      fs::remove(path);
    }
  };
  finish(waveforms, waveforms_path, measured.waveform_bytes);
  finish(transactions, transactions_path, measured.transaction_bytes);
  return measured;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

}  // namespace

RecordingCosts measure_recording(const std::string& preset, const DataSet& data) {
  constexpr int rounds = 11;
  constexpr std::size_t full_examples = 1000;
  constexpr std::size_t chosen_examples = 4000;
  RecordingCosts costs;
  costs.rounds = rounds;
  costs.full_examples = std::min(full_examples, data.train.count());
  costs.chosen_examples = std::min(chosen_examples, data.train.count());
  enum Run : std::size_t { plain, waveforms, transactions, both, plain_long, chosen, ended, runs };
  const std::array<What, runs> what{{{.examples = full_examples},
                                     {.examples = full_examples, .waveforms = true},
                                     {.examples = full_examples, .transactions = true},
                                     {.examples = full_examples, .waveforms = true, .transactions = true},
                                     {.examples = chosen_examples},
                                     {.examples = chosen_examples, .waveforms = true, .chosen = true},
                                     {.examples = chosen_examples, .waveforms = true, .window_over = true}}};
  std::array<std::vector<double>, runs> seconds;
  Measured sizes;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t run = 0; run < runs; ++run) {
      const auto measured = in_child<Measured>([&] { return train(preset, data, what[run]); });
      seconds[run].push_back(measured.seconds);
      if (run == both) {
        sizes = measured;
      }
    }
  }
  const double base = median(seconds[plain]);
  const double long_base = median(seconds[plain_long]);
  const auto full = static_cast<double>(costs.full_examples);
  costs.plain_us = 1e6 * base / full;
  costs.waveforms = median(seconds[waveforms]) / base;
  costs.transactions = median(seconds[transactions]) / base;
  costs.both = median(seconds[both]) / base;
  costs.chosen = median(seconds[chosen]) / long_base;
  costs.ended = median(seconds[ended]) / long_base;
  costs.waveform_bytes = sizes.waveform_bytes / full;
  costs.transaction_bytes = sizes.transaction_bytes / full;
  return costs;
}

void print_recording(const RecordingCosts& c) {
  std::printf(
      "  CPU time of training with a recording over that without (%.1f us an example), medians of %d runs in "
      "turns\n"
      "    all signals of every example                  %5.2f   %.0f kB an example\n"
      "    every transaction                             %5.2f   %.0f kB an example\n"
      "    both                                          %5.2f\n"
      "    sequencer, a tile and its synapse throughout  %5.2f\n"
      "    after the end of the window                   %5.2f\n"
      "  %zu examples, the last two %zu\n\n",
      c.plain_us, c.rounds, c.waveforms, 1e-3 * c.waveform_bytes, c.transactions, 1e-3 * c.transaction_bytes,
      c.both, c.chosen, c.ended, c.full_examples, c.chosen_examples);
}

}  // namespace kirchhoff::testbenches
