#include "testbenches/explore/trace_command.h"

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "model/presets/configuration.h"
#include "testbenches/explore/observation.h"
#include "testbenches/explore/recorder.h"
#include "testbenches/explore/run_folder.h"
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

std::vector<ExampleScene::Layer> layers_of(const TrainingSession& session) {
  const auto& mapping = session.mapping();
  const auto widths = session.network().widths();
  std::vector<ExampleScene::Layer> layers(mapping.layers.size());
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    layers[layer].name = "Layer " + std::to_string(layer + 1) + ": " + std::to_string(widths[layer]) +
                         " \u2192 " + std::to_string(widths[layer + 1]);
  }
  for (const auto& tile : mapping.tiles) {
    layers[tile.layer].tiles.push_back("tile_" + std::to_string(mapping.topology.row_of(tile.node)) + '_' +
                                       std::to_string(mapping.topology.column_of(tile.node)));
  }
  return layers;
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
  scene.layers = layers_of(session);
  return scene;
}

}  // namespace

int trace(const Options& given) {
  Options options = given;
  options.trace = options.transactions = true;
  options.sets.push_back("training.epochs=1");
  const auto configuration = model::load_configuration(options.preset, options.sets, options.technology);
  configuration->chip.trace_examples = static_cast<std::int64_t>(options.examples);
  constexpr std::size_t test_examples = 1;  // the session ends with a test, which nobody reads here
  const auto data = load_data_set(options.dataset, {options.examples, test_examples});
  const auto detail = options.detail == "ideal" ? tiles::Detail::ideal : tiles::Detail::physics;
  const auto& training = configuration->network;

  std::vector<Matrix> weights;
  TrainingSession session{*configuration, detail, data, weights};
  check_synapses(options, session);
  const auto folder = make_run_folder(options, "trace");
  const Activation hidden = training.hidden_activation == "relu" ? Activation::relu : Activation::logistic;
  weights = initial_weights(session.network().widths(), hidden, static_cast<std::uint64_t>(training.seed));

  Recorder recorder{options, *configuration, folder};
  Observation observation{options, folder, *configuration, detail, session};
  ExampleTimeline timeline{recorder.waveforms(), true};
  PacketKeeper keeper{*recorder.transactions()};
  const auto look = [&](const TrainingSession::Rest& rest) { observation.look(rest); };
  session.run({.trace = &timeline, .synapses = observation.listener(), .transactions = &keeper},
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
