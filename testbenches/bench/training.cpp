// Training speed of the chip model over its sockets, on one core, beside what software reaches in the same
// run; what recording waveforms costs; what a transaction costs.
//
//   kirchhoff-bench-training [DATASET [PRESET [EXAMPLES]]]

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <systemc>

#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "model/chip/address_map.h"
#include "model/chip/chip.h"
#include "testbenches/bench/child.h"
#include "testbenches/bench/roofline.h"
#include "testbenches/explore/training_session.h"
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

std::vector<std::uint32_t> widths_of(const model::NetworkSpec& network) {
  std::vector<std::uint32_t> widths{static_cast<std::uint32_t>(network.inputs())};
  for (const auto& layer : network.layers) {
    widths.push_back(static_cast<std::uint32_t>(layer.outputs));
  }
  return widths;
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
  const auto widths = widths_of(session.network());
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

int run(int argc, char* argv[]) {
  const std::string dataset = argc > 1 ? argv[1] : std::string{built_in_data_set};
  const std::string preset = argc > 2 ? argv[2] : "209k";
  DataSetLimits limits;
  if (argc > 3) {
    limits.train = std::stoul(argv[3]);
  }
  const auto data = load_data_set(dataset, limits);
  const auto plain =
      in_child<TrainingFigures>([&] { return measure_training(preset, data, Recording::none, true); });

  std::printf("%s on %s, %zu examples, %.0f %% of the inputs not zero, one core\n\n", preset.c_str(),
              data.name.c_str(), data.train.count(), 100 * active_share(data.train));
  const auto line = [&](const char* what, double rate) {
    std::printf("  %-46s %9.0f examples/s   %5.2f of OpenBLAS\n", what, rate, rate / plain.openblas);
  };
  line("float32, OpenBLAS sgemv + sger", plain.openblas);
  line("float32, plain loops, zero inputs skipped", plain.plain_loop);
  line("chip over TLM sockets, first epoch", plain.first_epoch);
  line("chip over TLM sockets, second epoch", plain.second_epoch);
  const auto synapse_alone = in_child<TrainingFigures>(
      [&] { return measure_training(preset, data, Recording::none, false, kPlainSynapse); });
  line("the same without drift, read noise and wires", synapse_alone.second_epoch);
  std::printf(
      "\n  per example: %.0f update pulses at cells, %.0f on rows, %.0f on columns; %.1f packets, %.1f hops\n"
      "  peak memory %.0f MB, data set and roofline included\n\n",
      plain.pulses, plain.row_pulses, plain.column_pulses, plain.packets, plain.hops, plain.peak_mb);

  const auto synapse = in_child<TrainingFigures>(
      [&] { return measure_training(preset, data, Recording::chosen_synapse, false); });
  DataSet few = data;
  constexpr std::size_t traced_examples = 1000;
  if (few.train.count() > traced_examples) {
    few.train.labels.resize(traced_examples);
    few.train.inputs.resize(traced_examples * few.input_count);
  }
  const auto untraced =
      in_child<TrainingFigures>([&] { return measure_training(preset, few, Recording::none, false); });
  const auto everything =
      in_child<TrainingFigures>([&] { return measure_training(preset, few, Recording::everything, false); });
  std::printf("  waveform of one synapse throughout             %9.0f examples/s   %5.2f of untraced\n",
              synapse.second_epoch, synapse.second_epoch / plain.second_epoch);
  std::printf("  waveforms of everything (%4zu examples)        %9.0f examples/s   %5.2f of untraced\n\n",
              few.train.count(), everything.second_epoch, everything.second_epoch / untraced.second_epoch);

  const auto transaction = in_child<TransactionFigures>([&] { return measure_transactions(preset); });
  std::printf(
      "  register of the host interface, with its wait  %9.0f ns\n"
      "  register of the nearest tile                   %9.0f ns\n"
      "  register of the farthest tile, %2d hops         %9.0f ns   %5.1f ns a hop and way\n"
      "  weight of the farthest tile, debug transport   %9.0f ns\n",
      transaction.own_register_ns, transaction.near_node_ns, transaction.far_hops, transaction.far_node_ns,
      (transaction.far_node_ns - transaction.near_node_ns) / std::max(1, transaction.far_hops),
      transaction.debug_cell_ns);
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
