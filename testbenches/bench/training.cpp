// Training speed of the chip model over its sockets, on one core, beside what software reaches in the same
// run, and where the time goes; what recording waveforms costs; what a transaction costs.
//
//   kirchhoff-bench-training [--json] [--breakdown | --recording | --mesh [--picture FILE]]
//                            [DATASET [PRESET [EXAMPLES]]]
//
// --breakdown measures only where the time goes, --recording only what recording costs, --mesh only latency
// against load of the mesh.

#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <systemc>

#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "model/chip/address_map.h"
#include "model/chip/chip.h"
#include "testbenches/bench/breakdown.h"
#include "testbenches/bench/mesh_curve.h"
#include "testbenches/bench/recording.h"
#include "testbenches/bench/roofline.h"
#include "testbenches/explore/training_session.h"
#include "testbenches/host/child.h"
#include "testbenches/host/host_module.h"
#include "traces/vcd_writer.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using Clock = std::chrono::steady_clock;

double active_share(const Examples& examples) {
  std::size_t active = 0;
  for (const auto byte : examples.inputs) {
    active += byte != 0 ? 1 : 0;
  }
  return static_cast<double>(active) / static_cast<double>(examples.inputs.size());
}

struct TrainingFigures {
  double first_epoch = 0;   ///< examples/s
  double second_epoch = 0;  ///< examples/s
  double openblas = 0;
  double plain_loop = 0;
  double pulses = 0;  ///< per example, at cells
  double row_pulses = 0;
  double column_pulses = 0;
  double packets = 0;
  double hops = 0;
  double peak_mb = 0;
};

enum class Recording { none, chosen_synapse, everything };

/// Cells as they are written and read: no drift, no noise, no wires, verify reads exact. What is left is the
/// plain synapse: steps with spread, mismatch, slope, noise and limits, charge decay, transfer, polarity.
const std::vector<std::string> kPlainSynapse{"pcm.drift=0", "pcm.read_noise=0", "wires.resistance=0",
                                             "capacitor.read_noise=0 uS", "transfer.verify_noise=0 uS"};

TrainingFigures measure_training(const std::string& preset, const DataSet& data, Recording recording,
                                 bool roofline, std::vector<std::string> sets = {}) {
  sets.emplace_back("training.epochs=2");
  if (recording == Recording::everything) {
    sets.emplace_back("trace.examples=1000000000");
  }
  const auto configuration = model::load_configuration(preset, sets);
  std::vector<Matrix> weights;
  TrainingSession session{*configuration, tiles::Detail::physics, data, weights};
  const auto widths = session.network().widths();
  weights = initial_weights(widths, Activation::logistic, 1);

  TrainingFigures figures;
  const std::vector<std::size_t> sizes{widths.begin(), widths.end()};
  const double share = active_share(data.train);
  const auto add_roofline = [&] {
    if (roofline) {
      constexpr double seconds = 1.5;
      const auto measured = measure_roofline(sizes, share, seconds);
      figures.openblas += measured.openblas / 2;
      figures.plain_loop += measured.plain_loop / 2;
    }
  };
  add_roofline();
  std::optional<traces::VcdWriter> trace;
  const auto path =
      std::filesystem::temp_directory_path() / ("kirchhoff-bench-" + std::to_string(::getpid()) + ".vcd");
  if (recording != Recording::none) {
    trace.emplace(path, static_cast<std::uint64_t>(
                            recording == Recording::everything ? configuration->chip.trace_examples : 0));
  }
  session.run({.trace = trace ? &*trace : nullptr, .synapses = nullptr}, {});
  trace.reset();
  add_roofline();

  const auto count = static_cast<double>(data.train.count());
  figures.first_epoch = count / session.epochs()[0].wall_s;
  figures.second_epoch = count / session.epochs()[1].wall_s;
  const auto total = session.ledger().total();
  const auto& counters = session.ledger().counters();
  const auto examples = static_cast<double>(counters.training_examples);
  figures.pulses = static_cast<double>(total.update_pulses) / examples;
  figures.row_pulses = static_cast<double>(total.row_update_pulses) / examples;
  figures.column_pulses = static_cast<double>(total.column_update_pulses) / examples;
  figures.packets = static_cast<double>(counters.packets) / examples;
  figures.hops = static_cast<double>(counters.hops) / examples;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  figures.peak_mb = static_cast<double>(usage.ru_maxrss) / 1024;
  return figures;
}

struct TransactionFigures {
  double own_register_ns = 0;
  double near_node_ns = 0;
  double far_node_ns = 0;
  int far_hops = 0;
  double debug_cell_ns = 0;
};

/// Blocking accesses of the host, each with its wait for the time it takes.
TransactionFigures measure_transactions(const std::string& preset) {
  const auto configuration = model::load_configuration(preset);
  const auto description = model::describe_chip(*configuration, tiles::Detail::physics);
  foundation::Ledger ledger{description.topology.node_count()};
  TransactionFigures figures;
  const auto far = description.topology.node_count() - 1;
  figures.far_hops = static_cast<int>(description.topology.hops(0, far));
  const auto timed = [](int repeats, const std::function<void()>& access) {
    const auto begin = Clock::now();
    for (int i = 0; i < repeats; ++i) {
      access();
    }
    return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / repeats;
  };
  class Accesses : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<Accesses> socket{"socket"};
    std::function<void(Accesses&)> body;
    explicit Accesses(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
      SC_HAS_PROCESS(Accesses);
      SC_THREAD(run);
    }
    void read(std::uint64_t address) {
      prepare(address);
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      socket->b_transport(payload_, delay);
      wait(delay);
    }
    void debug(std::uint64_t address) {
      prepare(address);
      socket->transport_dbg(payload_);
    }

   private:
    void run() {
      body(*this);
      sc_core::sc_stop();
    }
    void prepare(std::uint64_t address) {
      payload_.set_read();
      payload_.set_address(address);
      payload_.set_data_ptr(data_);
      payload_.set_data_length(4);
      payload_.set_streaming_width(4);
    }
    tlm::tlm_generic_payload payload_;
    unsigned char data_[4] = {};
  };
  Accesses host{"host"};
  host.body = [&](Accesses& h) {
    constexpr int repeats = 200000;
    figures.own_register_ns = timed(repeats, [&] { h.read(model::host_registers_base); });
    figures.near_node_ns = timed(repeats, [&] { h.read(interconnect::node_register_address(0, 4)); });
    figures.far_node_ns = timed(repeats, [&] { h.read(interconnect::node_register_address(far, 4)); });
    figures.debug_cell_ns =
        timed(repeats, [&] { h.debug(interconnect::cell_address(far, interconnect::CellPlane::weight, 7)); });
  };
  model::Chip chip{"chip", description, {ledger, nullptr, 1}};
  Host memory{"memory", [](ChipDriver&, MemoryMap&) { sc_core::wait(1000, sc_core::SC_SEC); }};
  struct Nobody : sc_core::sc_module {
    tlm_utils::simple_target_socket<Nobody> socket{"socket"};
    explicit Nobody(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
      socket.register_b_transport(this, &Nobody::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload& /*payload*/, sc_core::sc_time& /*delay*/) {}
  } nobody{"nobody"};
  sc_core::sc_signal<bool> interrupt{"interrupt"};
  host.socket.bind(chip.host);
  memory.chip.bind(nobody.socket);
  chip.memory.bind(memory.memory_socket);
  chip.interrupt(interrupt);
  memory.interrupt(interrupt);
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_start();
  return figures;
}

struct Options {
  std::string dataset{built_in_data_set};
  std::string preset = "209k";
  DataSetLimits limits;
  bool json = false;
  bool breakdown_only = false;
  bool recording_only = false;
  bool mesh_only = false;
  std::string picture;  ///< of the mesh's curve
};

nlohmann::ordered_json recording_json(const RecordingCosts& costs) {
  return {{"schema", "kirchhoff.bench.recording/1"},
          {"rounds", costs.rounds},
          {"plain_us", costs.plain_us},
          {"waveforms", costs.waveforms},
          {"transactions", costs.transactions},
          {"both", costs.both},
          {"chosen_signals", costs.chosen},
          {"after_window", costs.ended},
          {"waveform_bytes", costs.waveform_bytes},
          {"transaction_bytes", costs.transaction_bytes}};
}

Options read_options(int argc, char* argv[]) {
  Options options;
  int position = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--breakdown") {
      options.breakdown_only = true;
    } else if (argument == "--recording") {
      options.recording_only = true;
    } else if (argument == "--mesh") {
      options.mesh_only = true;
    } else if (argument == "--picture" && i + 1 < argc) {
      options.picture = argv[++i];
    } else if (argument.starts_with("--") || position > 2) {
      throw foundation::InputError("bench does not know '" + argument +
                                   "': kirchhoff-bench-training [--json] [--breakdown | --recording | "
                                   "--mesh [--picture FILE]] "
                                   "[DATASET [PRESET [EXAMPLES]]]");
    } else if (position == 0) {
      options.dataset = argument;
    } else if (position == 1) {
      options.preset = argument;
    } else {
      std::size_t examples = 0;
      const auto [end, error] = std::from_chars(argument.data(), argument.data() + argument.size(), examples);
      if (error != std::errc{} || end != argument.data() + argument.size() || examples == 0) {
        throw foundation::InputError("EXAMPLES is '" + argument + "', not a number of examples from 1 on");
      }
      options.limits.train = examples;
    }
    position += argument.starts_with("--") ? 0 : 1;
  }
  return options;
}

struct Figures {
  std::string preset;
  std::string dataset;
  std::size_t examples = 0;
  double active_share = 0;
  std::optional<TrainingFigures> plain;
  double synapse_alone = 0;
  double one_synapse_traced = 0;  ///< part of the speed without
  double all_traced = 0;
  Breakdown breakdown;
  TransactionFigures transaction;
};

/// The same figures for people and for programs.
struct Share {
  std::string_view name;
  std::string_view key;
  double us = 0;
};
std::vector<Share> shares_of(const Breakdown& b) {
  return {
      {"forward", "forward_us", b.section(Section::forward)},
      {"backward", "backward_us", b.section(Section::backward)},
      {"update", "update_us", b.section(Section::update)},
      {"transfer", "transfer_us", b.section(Section::transfer)},
      {"TLM and kernel", "tlm_and_kernel_us", b.transaction_layer_us()},
      {"ledger", "ledger_us", b.section(Section::ledger)},
      {"input and softmax", "input_and_softmax_us", b.section(Section::input) + b.section(Section::output)}};
}

void print_breakdown(const Breakdown& b) {
  std::printf("  wall time of an example of the second epoch     us   share\n");
  for (const Share& share : shares_of(b)) {
    std::printf("    %-40s %7.2f   %4.1f %%\n", std::string{share.name}.c_str(), share.us,
                100 * share.us / b.chip_us);
  }
  std::printf(
      "    %-40s %7.2f\n"
      "  TLM and kernel: sockets, packets, routers, DMA, and what tiles and sequencer do about them; the "
      "chip\n"
      "  less the same arrays called directly (%.2f us), %s\n"
      "  per example: %.1f transactions (%.1f packets, the rest DMA) over %.1f links between routers\n\n",
      "all", b.chip_us, b.direct_us,
      b.same_cells ? "which ends with the same bits in every cell" : "WHICH ENDS WITH OTHER WEIGHTS",
      b.transactions, b.packets, b.hops);
}

void print_text(const Figures& f) {
  std::printf("%s on %s, %zu examples, %.0f %% of the inputs not zero, one core\n\n", f.preset.c_str(),
              f.dataset.c_str(), f.examples, 100 * f.active_share);
  if (f.plain) {
    const auto& plain = *f.plain;
    const auto line = [&](const char* what, double rate) {
      std::printf("  %-46s %9.0f examples/s   %5.2f of OpenBLAS\n", what, rate, rate / plain.openblas);
    };
    line("float32, OpenBLAS sgemv + sger", plain.openblas);
    line("float32, plain loops, zero inputs skipped", plain.plain_loop);
    line("chip over TLM sockets, first epoch", plain.first_epoch);
    line("chip over TLM sockets, second epoch", plain.second_epoch);
    line("the same without drift, read noise and wires", f.synapse_alone);
    std::printf(
        "\n  per example: %.0f update pulses at cells, %.0f on rows, %.0f on columns\n"
        "  peak memory %.0f MB, data set and roofline included\n"
        "  waveform of one synapse throughout: %.2f of this speed; of everything: %.2f\n\n",
        plain.pulses, plain.row_pulses, plain.column_pulses, plain.peak_mb, f.one_synapse_traced,
        f.all_traced);
  }
  print_breakdown(f.breakdown);
  if (f.plain) {
    const auto& transaction = f.transaction;
    std::printf(
        "  register of the host interface, with its wait  %9.0f ns\n"
        "  register of the nearest tile                   %9.0f ns\n"
        "  register of the farthest tile, %2d hops         %9.0f ns   %5.1f ns a hop and way\n"
        "  weight of the farthest tile, debug transport   %9.0f ns\n",
        transaction.own_register_ns, transaction.near_node_ns, transaction.far_hops, transaction.far_node_ns,
        (transaction.far_node_ns - transaction.near_node_ns) / std::max(1, transaction.far_hops),
        transaction.debug_cell_ns);
  }
}

void print_json(const Figures& f) {
  nlohmann::ordered_json json;
  json["schema"] = "kirchhoff.bench/1";
  json["preset"] = f.preset;
  json["dataset"] = f.dataset;
  json["examples"] = f.examples;
  json["active_inputs"] = f.active_share;
  if (f.plain) {
    const auto& plain = *f.plain;
    json["examples_per_s"] = {{"openblas", plain.openblas},
                              {"plain_loops", plain.plain_loop},
                              {"chip_first_epoch", plain.first_epoch},
                              {"chip_second_epoch", plain.second_epoch},
                              {"chip_plain_synapse", f.synapse_alone}};
    json["pulses_per_example"] = {
        {"cells", plain.pulses}, {"rows", plain.row_pulses}, {"columns", plain.column_pulses}};
    json["peak_mb"] = plain.peak_mb;
    json["traced_speed"] = {{"one_synapse", f.one_synapse_traced}, {"everything", f.all_traced}};
    json["transaction_ns"] = {{"host_register", f.transaction.own_register_ns},
                              {"near_tile_register", f.transaction.near_node_ns},
                              {"far_tile_register", f.transaction.far_node_ns},
                              {"far_tile_weight_debug", f.transaction.debug_cell_ns}};
  }
  const auto& b = f.breakdown;
  auto& breakdown = json["breakdown"];
  for (const Share& share : shares_of(b)) {
    breakdown[std::string{share.key}] = share.us;
  }
  breakdown["chip_us"] = b.chip_us;
  breakdown["direct_us"] = b.direct_us;
  breakdown["same_cells"] = b.same_cells;
  json["per_example"] = {{"transactions", b.transactions}, {"packets", b.packets}, {"hops", b.hops}};
  std::cout << json.dump(2) << std::endl;
}

int run(int argc, char* argv[]) {
  const auto options = read_options(argc, argv);
  if (options.mesh_only) {
    const auto curves = measure_mesh();
    options.json ? print_mesh_json(curves) : print_mesh(curves);
    if (!options.picture.empty()) {
      draw_mesh(curves, options.picture);
    }
    return foundation::exit_pass;
  }
  const auto& preset = options.preset;
  const auto data = load_data_set(options.dataset, options.limits);
  if (options.recording_only) {
    const auto costs = measure_recording(preset, data);
    if (options.json) {
      std::cout << recording_json(costs).dump(2) << std::endl;
    } else {
      print_recording(costs);
    }
    return foundation::exit_pass;
  }
  Figures figures;
  figures.preset = preset;
  figures.dataset = data.name;
  figures.examples = data.train.count();
  figures.active_share = active_share(data.train);
  if (!options.breakdown_only) {
    const auto training = [&](const DataSet& set, Recording recording, bool roofline = false,
                              const std::vector<std::string>& sets = {}) {
      return in_child<TrainingFigures>(
          [&] { return measure_training(preset, set, recording, roofline, sets); });
    };
    figures.plain = training(data, Recording::none, true);
    figures.synapse_alone = training(data, Recording::none, false, kPlainSynapse).second_epoch;
    figures.one_synapse_traced =
        training(data, Recording::chosen_synapse).second_epoch / figures.plain->second_epoch;
    DataSet few = data;
    constexpr std::size_t traced_examples = 1000;
    if (few.train.count() > traced_examples) {
      few.train.labels.resize(traced_examples);
      few.train.inputs.resize(traced_examples * few.input_count);
    }
    figures.all_traced =
        training(few, Recording::everything).second_epoch / training(few, Recording::none).second_epoch;
    figures.transaction = in_child<TransactionFigures>([&] { return measure_transactions(preset); });
  }
  figures.breakdown = measure_breakdown({.preset = preset, .data = data});
  if (options.json) {
    print_json(figures);
  } else {
    print_text(figures);
  }
  return figures.breakdown.same_cells ? foundation::exit_pass : foundation::exit_model;
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
