#include "testbenches/explore/trace_command.h"

#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "foundation/mark.h"
#include "model/chip/chip_description.h"
#include "model/network/mapping.h"
#include "model/network/network.h"
#include "model/network/synapse_place.h"
#include "model/presets/configuration.h"
#include "testbenches/explore/observation.h"
#include "testbenches/explore/recorder.h"
#include "testbenches/explore/run_folder.h"
#include "testbenches/explore/scene_layers.h"
#include "testbenches/explore/training_session.h"
#include "testbenches/host/data_set.h"
#include "testbenches/host/example_timeline.h"
#include "testbenches/host/number_format.h"
#include "testbenches/trace/example_picture.h"
#include "testbenches/trace/gtkwave_save.h"
#include "testbenches/trace/packet_keeper.h"
#include "testbenches/trace/png.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;

namespace {

/// As --set values: where the user names no synapse, the one of the last layer's first bias, whose input is
/// never zero, so that it learns from every example.
std::vector<std::string> watched_synapse(const model::Configuration& configuration, const DataSet& data) {
  for (const char* key : {"trace.tile", "trace.row", "trace.column"}) {
    if (configuration.table.find(key)->origin.mark == foundation::Mark::user) {
      return {};
    }
  }
  const auto network = model::make_network(configuration.network, configuration.periphery, data.input_count,
                                           data.class_count, data.kind == DataSet::Kind::images);
  const auto mapping = model::map_network(network, model::mapping_target(configuration));
  const auto place = model::locate(network, mapping,
                                   {.layer = network.layers.size() - 1, .row = network.layers.back().inputs});
  return {"trace.tile=" + std::to_string(place.node), "trace.row=" + std::to_string(place.row),
          "trace.column=" + std::to_string(place.column)};
}

ExampleScene scene_of(const Options& options, const model::Configuration& configuration, const DataSet& data,
                      const TrainingSession& session, const ExampleTimeline& timeline,
                      const PacketKeeper& keeper) {
  const auto& chip = configuration.chip;
  ExampleScene scene;
  scene.timeline = timeline.timeline();
  scene.title = "One training example on " + fs::path{configuration.preset}.stem().string() + ": " +
                engineering(scene.timeline.duration_s, "s");
  scene.subtitle = session.network().name() + " on " + std::to_string(session.mapping().tiles.size()) +
                   " of " + std::to_string(chip.mesh_rows * chip.mesh_columns) + " tiles of " +
                   std::to_string(chip.tile_rows) + " x " + std::to_string(chip.tile_columns) + " cells, " +
                   configuration.technology.name +
                   (options.style == "lt" ? ", loosely timed" : ", approximately timed") + "; the first of " +
                   std::to_string(options.examples) + " of " + data.name;
  scene.begin = timeline.limits()->begin;
  scene.packets = keeper.packets();
  scene.layers = layers_of(session.network(), session.mapping());
  return scene;
}

}  // namespace

int trace(const Options& given, const interconnect::SocketBinder& sockets) {
  Options options = given;
  options.trace = options.transactions = true;
  options.sets.push_back("training.epochs=1");
  options.sets.push_back("trace.examples=" + std::to_string(options.examples));
  auto configuration = model::load_configuration(options.preset, options.sets, options.technology);
  constexpr std::size_t test_examples = 1;  // the session ends with a test, which nobody reads here
  const auto data = load_data_set(options.dataset, {options.examples, test_examples});
  for (std::string& set : watched_synapse(*configuration, data)) {
    options.sets.push_back(std::move(set));
  }
  configuration = model::load_configuration(options.preset, options.sets, options.technology);
  const auto detail = options.detail == "ideal" ? tiles::Detail::ideal : tiles::Detail::physics;
  const auto& training = configuration->network;

  std::vector<Matrix> weights;
  TrainingSession session{*configuration, detail, data, weights, coding_style(options)};
  check_synapses(options, session);
  const auto folder = make_run_folder(options, "trace");
  const Activation hidden = training.hidden_activation == "relu" ? Activation::relu : Activation::logistic;
  weights = initial_weights(session.network().widths(), hidden, static_cast<std::uint64_t>(training.seed));

  Recorder recorder{options, *configuration, folder};
  Observation observation{options, folder, *configuration, detail, session};
  ExampleTimeline timeline{recorder.waveforms(), true};
  PacketKeeper keeper{*recorder.transactions()};
  const auto look = [&](const TrainingSession::Rest& rest) { observation.look(rest); };
  session.run(
      {.trace = &timeline, .synapses = observation.listener(), .transactions = &keeper, .sockets = &sockets},
      {.trained = {}, .at_rest = look, .epoch_done = {}, .can_save = {}});
  if (!timeline.limits()) {
    throw foundation::ModelError("no training example was finished, so that there is nothing to draw");
  }

  const auto scene = scene_of(options, *configuration, data, session, timeline, keeper);
  const fs::path svg = folder / "timeline.svg";
  const fs::path png = folder / "timeline.png";
  const fs::path save = folder / "trace.gtkw";
  const auto save_text = gtkwave_save("trace.vcd", recorder.waveforms()->entries(), scene.layers,
                                      timeline.limits()->begin, timeline.limits()->end);
  recorder.close();
  observation.close();
  foundation::write_file_atomically(folder / "config.toml", model::effective_toml(*configuration));
  foundation::write_file_atomically(save, save_text);
  foundation::write_file_atomically(svg, example_picture(scene));
  const bool drawn = draw_png(svg, png);

  if (!options.quiet) {
    std::vector<OutputFile> files{{svg, "the first example in time"}};
    if (drawn) {
      files.push_back({png, "the same as PNG"});
    }
    for (OutputFile& file : recorder.files()) {
      files.push_back(std::move(file));
    }
    files.push_back(
        {save, "groups and colours: gtkwave " + (folder / "trace.vcd").string() + ' ' + save.string()});
    for (OutputFile& file : observation.files()) {
      files.push_back(std::move(file));
    }
    files.push_back({folder / "config.toml", "the effective configuration"});
    std::size_t longest = 0;
    for (const OutputFile& file : files) {
      longest = std::max(longest, file.path.string().size());
    }
    std::cout << scene.title << '\n' << scene.subtitle << "\n\n";
    for (const OutputFile& file : files) {
      const std::string path = file.path.string();
      std::cout << "  " << path << std::string(longest + 2 - path.size(), ' ') << file.holds << '\n';
    }
    std::cout << std::flush;
  }
  if (!drawn) {
    std::cerr
        << "kirchhoff: no timeline.png: rsvg-convert (Debian package librsvg2-bin) is not there or failed; "
           "timeline.svg is complete"
        << std::endl;
  }
  return foundation::exit_pass;
}

}  // namespace kirchhoff::testbenches
