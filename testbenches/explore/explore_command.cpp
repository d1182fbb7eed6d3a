#include "testbenches/explore/explore_command.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <optional>
#include <system_error>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "model/chip/mesh_places.h"
#include "periphery/adc_bank.h"
#include "testbenches/explore/checkpoint.h"
#include "testbenches/explore/git_version.h"
#include "testbenches/explore/observation.h"
#include "testbenches/explore/recorder.h"
#include "testbenches/explore/reference_training.h"
#include "testbenches/explore/run_folder.h"
#include "testbenches/explore/stop_request.h"
#include "testbenches/explore/training_session.h"
#include "testbenches/host/example_timeline.h"
#include "testbenches/host/map_report.h"
#include "testbenches/host/npy_file.h"
#include "testbenches/host/number_format.h"
#include "testbenches/host/progress.h"
#include "testbenches/host/report_cost.h"
#include "testbenches/host/report_json.h"
#include "testbenches/host/report_summary.h"
#include "testbenches/host/run_description.h"
#include "testbenches/host/saturation.h"
#include "testbenches/host/terminal.h"
#include "testbenches/page/report_page.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;
using foundation::InputError;

namespace {

/// The smallest run whose accuracy is checked against absolute figures: the built-in data set as it comes.
constexpr double least_percent = 90;
constexpr double least_above_linear = 3;
/// Of the capacitors' current, mean over a tile: tiles of 209k lose 6 % at 90 nm and learn as without wires.
constexpr double most_lost_in_wires = 0.2;
constexpr double most_below_software = 1.0;

/// One file a layer.
void export_weights(const fs::path& folder, const std::string& name, const std::vector<Matrix>& weights) {
  for (std::size_t layer = 0; layer < weights.size(); ++layer) {
    const std::array<std::size_t, 2> shape{weights[layer].rows, weights[layer].columns};
    write_npy(folder / (name + "_" + std::to_string(layer) + ".npy"), shape,
              std::span<const float>{weights[layer].values});
  }
}

void export_start(const fs::path& folder, const std::vector<Matrix>& weights, std::uint32_t count,
                  const model::NetworkParameters& training) {
  export_weights(folder, "initial_weights", weights);
  for (std::uint32_t epoch = 0; epoch < static_cast<std::uint32_t>(training.epochs); ++epoch) {
    const auto order = epoch_order(count, static_cast<std::uint64_t>(training.seed), epoch);
    const std::array<std::size_t, 1> shape{order.size()};
    write_npy(folder / ("order_epoch_" + std::to_string(epoch) + ".npy"), shape,
              std::span<const std::uint32_t>{order});
  }
}

void describe_run(const Options& options, const model::Configuration& configuration, const DataSet& data,
                  const TrainingSession& session, RunResult& result) {
  describe_chip(configuration, result);
  describe_network(session.network(), session.mapping(), result);
  result.run.style = options.style;
  result.run.detail = options.detail;
  result.run.git_version = git_version;
  result.accuracy.dataset = data.name;
  result.accuracy.train_examples = data.train.count();
  result.accuracy.test_examples = data.test.count();
  result.accuracy.epochs = static_cast<int>(configuration.network.epochs);
}

void add_accuracy(const TrainingSession& session, const Reference& reference, RunResult& result) {
  for (const auto& epoch : session.epochs()) {
    result.accuracy.per_epoch.push_back({epoch.epoch, epoch.test_percent,
                                         reference.software[static_cast<std::size_t>(epoch.epoch - 1)],
                                         epoch.simulated_s});
    result.run.wall_s += epoch.wall_s;
  }
  result.accuracy.test_percent = session.epochs().back().test_percent;
  result.accuracy.software_test_percent = reference.software.back();
  result.accuracy.linear_test_percent = reference.linear_percent;
}

void add_power_offs(const TrainingSession& session, const model::PowerOffParameters& parameters,
                    RunResult& result) {
  for (const auto& off : session.power_offs()) {
    result.power_offs.push_back({off.example, off.before_transfer, parameters.duration_s, off.before_percent,
                                 off.after_percent, off.setup_s, off.register_writes});
  }
}

/// On the built-in data the run knows what it must reach.
void add_checks(const DataSet& data, bool whole_run, RunResult& result) {
  if (data.name != built_in_data_set) {
    return;
  }
  const auto check = [&](const std::string& name, double value, double limit) {
    result.checks.push_back({name, value, limit, value <= limit});
  };
  const auto& accuracy = result.accuracy;
  check("points below the software reference", *accuracy.software_test_percent - accuracy.test_percent,
        most_below_software);
  if (whole_run) {
    check("test error, %", 100 - accuracy.test_percent, 100 - least_percent);
    check("linear classifier, points above the chip", *accuracy.linear_test_percent - accuracy.test_percent,
          -least_above_linear);
  }
}

void add_warnings(const Options& options, const model::Configuration& configuration,
                  const tiles::WireState& wires, RunResult& result) {
  auto& warnings = result.warnings;
  if (options.detail == "ideal") {
    warnings.emplace_back(
        "detail ideal: weights are floats; array energy and transfers are booked with the technology's "
        "assumed "
        "conductances and pulses, update pulses are not counted");
    const auto& converters = configuration.periphery;
    if (!periphery::AdcSpread{converters}.none() || converters.adc_integrator_noise > 0) {
      warnings.emplace_back(
          "detail ideal: adc.gain_error, adc.offset, adc.inl and adc.integrator_noise have no effect");
    }
  } else {
    warnings.emplace_back(configuration.synapse.has_capacitor()
                              ? "synapse: offset and gain spread of the read transistors and errors of "
                                "converters in verify reads "
                                "are not modelled"
                              : "synapse: errors of converters in verify reads are not modelled");
  }
  if (configuration.table.find("pcm.programming_noise")->origin.mark == foundation::Mark::user &&
      configuration.synapse.transfer.loop != "one-shot") {
    warnings.emplace_back("pcm.programming_noise has no effect unless transfer.loop is \"one-shot\"");
  }
  if (!configuration.synapse.has_capacitor() || !configuration.synapse.has_pair()) {
    warnings.emplace_back("synapse.kind is " + configuration.synapse.kind +
                          ", but area and leakage of a cell are the technology's for pair and capacitor");
  }
  for (std::string& warning : saturation_warnings(result.saturation, result.counts.transfers > 0)) {
    warnings.push_back(std::move(warning));
  }
  if (options.detail == "ideal" &&
      !(configuration.power_off.before_transfer.empty() && configuration.power_off.after_transfer.empty())) {
    warnings.emplace_back("detail ideal: no weight is lost with the supply, there are no capacitors");
  }
  const auto disabled = std::count_if(result.map.tiles.begin(), result.map.tiles.end(),
                                      [](const RunResult::Map::Tile& tile) { return tile.disabled; });
  if (disabled > 0) {
    warnings.emplace_back("mesh: " + std::to_string(disabled) + (disabled == 1 ? " tile is" : " tiles are") +
                          " disabled; area and standby are those of the whole chip");
  }
  if (!wires.trusted) {
    warnings.emplace_back(
        "wires: so resistive for tiles of this size that currents are off by more than 3 %; use smaller "
        "tiles or a smaller wires.resistance");
  }
  if (1 - wires.left > most_lost_in_wires) {
    warnings.emplace_back("wires: they take " + fixed(100 * (1 - wires.left), 0) +
                          " % of the capacitors' current, more from far cells, and less is learnt; smaller "
                          "tiles or wider wires (wires.resistance) leave more");
  }
  if (configuration.device_curve) {
    for (const std::string& sentence : configuration.device_curve->verdict) {
      warnings.emplace_back("capacitor.device_curve: " + sentence);
    }
  }
  constexpr std::int64_t priced_bits = 9;  // 8 and a sign
  if (configuration.periphery.adc_model == "function-mapping" &&
      configuration.periphery.adc_bits != priced_bits) {
    warnings.emplace_back("adc.bits is " + std::to_string(configuration.periphery.adc_bits) +
                          ", but adc.model function-mapping has the technology's e_adc and t_conv, of 8 bits "
                          "and a sign; ramp, sar and cco scale with bits");
  }
  warnings.emplace_back("energy: the sequencer's own logic is not priced, only what it computes and sends");
}

/// Whole points of view: as many examples and epochs as the preset has, or more.
bool is_whole_run(const Options& options, const model::Configuration& configuration) {
  const auto* epochs = configuration.table.find("training.epochs");
  return !options.train && !options.test && epochs != nullptr &&
         epochs->origin.mark != foundation::Mark::user;
}

}  // namespace

int explore(const Options& given, const interconnect::SocketBinder& sockets) {
  std::optional<SavedRun> saved;
  if (!given.resume.empty()) {
    saved.emplace(open_checkpoint(given.resume));
  }
  const Options options = saved ? resumed_options(given, *saved) : given;
  const auto configuration = model::load_configuration(options.preset, options.sets, options.technology);
  const auto data = load_data_set(options.dataset, {options.train, options.test});
  const auto detail = options.detail == "ideal" ? tiles::Detail::ideal : tiles::Detail::physics;
  const auto& training = configuration->network;
  const auto terminal = terminal_of(STDOUT_FILENO);

  RunIdentity identity;
  if (options.checkpoint) {
    identity = identify_run(options, *configuration, data);
  }
  if (saved) {
    check_same_run(*saved, identity);
  }

  std::vector<Matrix> weights;
  TrainingSession session{*configuration, detail, data, weights, coding_style(options)};
  check_synapses(options, session);
  if (options.infer) {
    session.also_infer();
  }
  const auto folder = make_run_folder(options, data.name);

  const Activation hidden = training.hidden_activation == "relu" ? Activation::relu : Activation::logistic;
  weights = initial_weights(session.network().widths(), hidden, static_cast<std::uint64_t>(training.seed));
  if (options.export_start) {
    export_start(folder, weights, static_cast<std::uint32_t>(data.train.count()), training);
  }

  RunResult result;
  describe_run(options, *configuration, data, session, result);
  result.run.name = folder.filename().string();

  Recorder recorder{options, *configuration, folder};
  ExampleTimeline timeline{recorder.waveforms()};
  Observation observation{options, folder, *configuration, detail, session};
  if (saved) {
    observation.restore(saved->state);
    saved->state.section("timeline", 1);
    saved->state(timeline);
  }

  Progress progress{std::cout, terminal, options.quiet,
                    data.train.count() * static_cast<std::uint64_t>(training.epochs)};
  const std::string total = grouped(data.train.count() * static_cast<std::uint64_t>(training.epochs));
  if (saved) {
    progress.start_at(saved->examples);
    progress.say("Resuming after " + grouped(saved->examples) + " of " + total + " examples");
  }
  if (configuration->device_curve) {
    progress.say("Capacitor: " + configuration->table.find("capacitor.steps")->origin.note);
  }
  progress.say("Training " + session.network().name() + " on " + data.name + ", " +
               grouped(data.train.count()) + " examples x " + std::to_string(training.epochs) +
               " epochs, on " + std::to_string(session.mapping().tiles.size()) + " of " +
               std::to_string(result.chip.tiles) + " tiles of " + std::to_string(result.chip.rows) + " x " +
               std::to_string(result.chip.columns));
  const fs::path checkpoint = folder / checkpoint_name;
  if (options.checkpoint) {
    remove_unfinished(checkpoint);
  }
  const StopRequest stop{options.checkpoint};
  std::uint64_t trained = 0;
  const auto save = [&](const TrainingSession::Moment& moment) {
    trained = moment.examples();
    write_checkpoint(checkpoint, identity, trained, [&](foundation::StateWriter& writer) {
      observation.save(writer);
      writer.section("timeline", 1);
      writer(timeline);
      moment.save(writer);
    });
    return !StopRequest::came();
  };
  const auto stopped = [&] {
    progress.clear();
    std::cerr << "kirchhoff: stopped after " << grouped(trained) << " of " << total
              << " examples; go on with: ./kirchhoff explore --resume " << folder.string() << std::endl;
    return StopRequest::exit_code();
  };
  // The references need nothing of the chip: they train on the other core meanwhile.
  auto reference = std::async(
      std::launch::async, [&] { return train_reference(weights, data, training, session.learning_rate()); });
  const bool done = session.run(
      {.trace = &timeline,
       .traces_cell = options.trace,
       .synapses = observation.listener(),
       .transactions = recorder.transactions(),
       .sockets = &sockets},
      {.trained = [&](std::uint64_t examples, int epoch) { progress.trained(examples, epoch); },
       .at_rest = [&](const TrainingSession::Rest& rest) { observation.look(rest); },
       .epoch_done =
           [&](const TrainingSession::EpochResult& epoch) {
             progress.epoch_done({epoch.epoch, epoch.test_percent, std::nullopt, epoch.simulated_s},
                                 static_cast<int>(training.epochs));
           },
       .can_save = options.checkpoint ? std::function<bool(const TrainingSession::Moment&)>{save} : nullptr},
      saved ? &saved->state : nullptr);
  const Reference references = reference.get();
  if (!done || StopRequest::came()) {
    return stopped();
  }

  add_accuracy(session, references, result);
  add_power_offs(session, configuration->power_off, result);
  result.map = map_of(session.mapping(),
                      model::plan_network(session.network(), session.mapping(),
                                          model::program_options(*configuration, session.learning_rate())),
                      model::mesh_faults(configuration->chip), training.placement);
  result.timeline = timeline.timeline();
  const auto layers = layers_of_tiles(result);
  price_run(cost_inputs(*configuration, session.ledger(), layers), result);
  if (session.inferred()) {
    result.inference->in_flight = configuration->chip.examples_in_flight;
    result.inference->test_percent =
        100.0 * session.inferred()->correct / std::max(1U, session.inferred()->count);
  }
  result.run.examples_per_wall_s = static_cast<double>(result.run.examples) / result.run.wall_s;
  for (const auto& layer : session.saturated()) {
    result.saturation.push_back({layer.cells, layer.capacitors, layer.weights});
  }
  add_checks(data, is_whole_run(options, *configuration), result);
  add_warnings(options, *configuration, session.wires(), result);
  add_provenance(configuration->technology, result);
  add_provenance(configuration->table, result);

  std::vector<OutputFile> files{{folder / "report.json", "everything, machine readable"},
                                {folder / "report.html", "the same to look at, opens without network"},
                                {folder / "config.toml", "the effective configuration"},
                                {folder / "map.json", "tiles and routes of the network on the chip"}};
  if (options.export_weights) {
    files.push_back({folder / "final_weights_0.npy", "and so on: each layer's weights at the end"});
  }
  for (OutputFile& file : recorder.files()) {
    files.push_back(std::move(file));
  }
  for (OutputFile& file : observation.files()) {
    files.push_back(std::move(file));
  }
  // Shown first: a full disk must not cost what is already computed.
  if (!options.quiet) {
    std::cout << report_summary(result, terminal, files) << std::flush;
  }
  write_report_json(folder / "report.json", result);
  if (options.export_weights) {
    export_weights(folder, "final_weights", session.final_weights());
  }
  write_map(folder / "map.json", result.map);
  foundation::write_file_atomically(folder / "config.toml", model::effective_toml(*configuration));
  recorder.close();
  observation.close();
  // Last: the page holds nothing that is not in report.json.
  write_report_page(folder / "report.html", report_json(result));
  if (options.checkpoint) {
    write_finished(checkpoint, identity, trained);
  }
  return result.passed() ? foundation::exit_pass : foundation::exit_check_failed;
}

}  // namespace kirchhoff::testbenches
