// Training speed of the chip model over its sockets, beside what software reaches, on one core.
//
//   kirchhoff-bench-training [DATASET [PRESET [EXAMPLES]]]

#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <systemc>

#include "foundation/error.h"
#include "testbenches/bench/roofline.h"
#include "testbenches/explore/training_session.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;

double active_share(const Examples& examples) {
  std::size_t active = 0;
  for (const auto byte : examples.inputs) {
    active += byte != 0 ? 1 : 0;
  }
  return static_cast<double>(active) / static_cast<double>(examples.inputs.size());
}

int run(int argc, char* argv[]) {
  const std::string dataset = argc > 1 ? argv[1] : "strokes";
  const std::string preset = argc > 2 ? argv[2] : "209k";
  DataSetLimits limits;
  limits.train = argc > 3 ? std::optional<std::size_t>{std::stoul(argv[3])} : std::nullopt;
  const std::vector<std::string> sets{"training.epochs=2"};
  const auto configuration = model::load_configuration(preset, sets);
  const auto data = load_data_set(dataset, limits);

  std::vector<Matrix> weights;
  TrainingSession session{*configuration, tiles::Detail::physics, data, weights};
  std::vector<std::size_t> widths{data.input_count};
  std::vector<std::uint32_t> layers{static_cast<std::uint32_t>(data.input_count)};
  for (const auto& layer : session.network().layers) {
    widths.push_back(layer.outputs);
    layers.push_back(static_cast<std::uint32_t>(layer.outputs));
  }
  weights = initial_weights(layers, Activation::logistic, 1);

  const double share = active_share(data.train);
  std::printf("%s on %s, %zu examples (%.0f %% of the inputs not zero), %s, one core\n\n",
              session.network().name().c_str(), data.name.c_str(), data.train.count(), 100 * share,
              preset.c_str());
  constexpr double seconds = 2;
  const auto before = measure_roofline(widths, share, seconds);
  session.run(nullptr, {});
  const auto after = measure_roofline(widths, share, seconds);
  const double openblas = (before.openblas + after.openblas) / 2;
  const double plain = (before.plain_loop + after.plain_loop) / 2;

  const auto line = [&](const char* what, double rate) {
    std::printf("  %-44s %9.0f examples/s   %5.2f of OpenBLAS\n", what, rate, rate / openblas);
  };
  line("float32, OpenBLAS sgemv + sger", openblas);
  line("float32, plain loops, zero inputs skipped", plain);
  for (const auto& epoch : session.epochs()) {
    const std::string what = "chip over TLM sockets, epoch " + std::to_string(epoch.epoch);
    line(what.c_str(), static_cast<double>(data.train.count()) / epoch.wall_s);
  }
  const auto total = session.ledger().total();
  const auto& counters = session.ledger().counters();
  const auto examples = static_cast<double>(counters.training_examples);
  std::printf(
      "\n  per example: %.0f update pulses at cells, %.0f on rows, %.0f on columns; %.1f packets, %.1f "
      "hops\n",
      static_cast<double>(total.update_pulses) / examples,
      static_cast<double>(total.row_update_pulses) / examples,
      static_cast<double>(total.column_update_pulses) / examples,
      static_cast<double>(counters.packets) / examples, static_cast<double>(counters.hops) / examples);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("  peak memory %.0f MB for %zu synapses\n", static_cast<double>(usage.ru_maxrss) / 1024,
              session.network().synapses());
  return foundation::exit_pass;
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "kirchhoff: " << error.what() << std::endl;
    return foundation::exit_input;
  }
}
