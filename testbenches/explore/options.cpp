#include "testbenches/explore/options.h"

#include <boost/program_options.hpp>
#include <sstream>
#include <utility>

#include "foundation/error.h"
#include "testbenches/explore/option_values.h"
#include "testbenches/explore/synapse_text.h"

namespace kirchhoff::testbenches {

namespace po = boost::program_options;
using foundation::InputError;

namespace {

constexpr const char* kExploreText =
    R"(usage: kirchhoff explore [PRESET or FILE.toml] [options]

Trains the mapped network on the modelled chip, over its TLM sockets, tests it, and reports accuracy,
throughput per area and energy per operation. Presets: 209k (default), 209k-spare, tile512; other
synapses on the chip of 209k: pcm-only, aihwkit-capacitor, rpu, prototype.
)";
constexpr const char* kConfigText =
    R"(usage: kirchhoff config [PRESET or FILE.toml] [options]

Prints the effective configuration: each value with unit, range, mark and source. With --peak: the
efficiency of the preset's tile with every array busy, its uncertainty, and what it hangs on; no data set
is needed.
)";
constexpr const char* kTraceText =
    R"(usage: kirchhoff trace [PRESET or FILE.toml] [options]

Trains a few examples and records everything: waveforms (trace.vcd) with a save file for GTKWave (trace.gtkw),
every transaction (transactions.csv), and a picture of the first example in time (timeline.svg, timeline.png).
)";
constexpr const char* kExitCodes =
    R"(
Exit codes: 0 pass, 1 the run failed its own check, 2 bad input or usage, 3 model error, 4 deadlock,
130 or 143 stopped by Ctrl-C or SIGTERM (with --checkpoint: once all is saved).
)";

/// EXAMPLE[,before|after] as values of the configuration.
void add_power_offs(const std::vector<std::string>& texts, std::vector<std::string>& sets) {
  std::string before;
  std::string after;
  for (const std::string& text : texts) {
    const std::size_t comma = text.find(',');
    const std::string when = comma == std::string::npos ? "before" : text.substr(comma + 1);
    if (when != "before" && when != "after") {
      throw InputError("--power-off is '" + text +
                       "', but must be EXAMPLE, EXAMPLE,before or EXAMPLE,after, as in 16000,after");
    }
    const auto example = count_of("--power-off", text.substr(0, comma), 1);
    std::string& list = when == "before" ? before : after;
    list += (list.empty() ? "" : ", ") + std::to_string(example);
  }
  for (const auto& [key, list] : {std::pair{"before", before}, std::pair{"after", after}}) {
    if (!list.empty()) {
      sets.push_back("power_off." + std::string(key) + "_transfer=[" + list + "]");
    }
  }
}

/// Files that grow while the run goes on cannot be continued.
void refuse_beside_checkpoint(const Options& options) {
  const std::string checkpoint = options.checkpoint ? "--checkpoint" : "--resume";
  for (const auto& [given, name] :
       {std::pair{options.trace, "--trace"}, std::pair{options.transactions, "--transactions"},
        std::pair{options.given.count("synapse") > 0, "--synapse"}}) {
    if (given) {
      throw InputError(std::string(name) + " cannot be continued from a checkpoint; leave it or " +
                       checkpoint + " out");
    }
  }
}

/// Options about what is recorded, where nothing is.
void refuse_without_recording(const Options& options) {
  if (!options.trace_signals.empty() && !options.trace) {
    throw InputError("--trace-signals changes nothing without --trace; add --trace or leave it out");
  }
  if (options.trace_window && !options.trace && !options.transactions) {
    throw InputError(
        "--trace-window changes nothing without --trace or --transactions; add one or leave it out");
  }
}

}  // namespace

foundation::CodingStyle coding_style(const Options& options) {
  return options.style == "at" ? foundation::CodingStyle::approximately_timed
                               : foundation::CodingStyle::loosely_timed;
}

Options parse_options(int argc, const char* const* argv) {
  Options options;
  const std::string command = argc > 1 ? argv[1] : "";
  const bool explore = command == "explore";
  const bool tracing = command == "trace";
  if (!explore && !tracing && command != "config") {
    throw InputError("the first argument is '" + command +
                     "', but must be explore, config, trace or validate");
  }

  std::string train;
  std::string test;
  std::string epochs;
  std::string seed;
  std::vector<std::string> synapses;
  std::vector<std::string> power_offs;
  std::string examples;
  std::string window;
  po::options_description visible{"options"};
  auto add = visible.add_options();
  if (tracing) {
    add("examples", po::value(&examples)->value_name("N"), "training examples (default 4)");
    add("dataset", po::value(&options.dataset)->value_name("NAME|DIR"),
        "strokes (built in, generated), or a folder of IDX files train-*, t10k-*, gz or not");
    add("seed", po::value(&seed)->value_name("N"), "same as --set training.seed=N");
    add("detail", po::value(&options.detail)->value_name("physics|ideal"),
        "device physics, or float weights through the same sockets");
    add("style", po::value(&options.style)->value_name("lt|at"), "loosely or approximately timed");
    add("out", po::value(&options.out)->value_name("DIR"), "where results go (default runs/PRESET-trace)");
    add("synapse", po::value(&synapses)->value_name("LAYER,ROW,COLUMN")->composing(),
        "show this synapse, too, beside that of trace.tile, trace.row, trace.column (default: the first bias "
        "of "
        "the last layer); counted from 0, the bias row last (repeatable; also in "
        "inspect/synapse_LAYER_ROW_COLUMN.csv)");
    add("quiet", po::bool_switch(&options.quiet), "print nothing");
  }
  if (explore || tracing) {
    add("trace-signals", po::value(&options.trace_signals)->value_name("PATTERN")->composing(),
        "record only signals whose full name matches, as in 'chip.tile_*.state'; behind '!' leave out what "
        "matches (repeatable)");
    add("trace-window", po::value(&window)->value_name("BEGIN,END"),
        "record only this part of the simulated time, as in 10us,20us; the number of examples then does not "
        "matter");
  }
  if (explore) {
    add("dataset", po::value(&options.dataset)->value_name("NAME|DIR"),
        "strokes (built in, generated), or a folder of IDX files train-*, t10k-*, gz or not");
    add("train", po::value(&train)->value_name("N"), "take the first N training examples");
    add("test", po::value(&test)->value_name("N"), "take the first N test examples");
    add("epochs", po::value(&epochs)->value_name("N"), "same as --set training.epochs=N");
    add("seed", po::value(&seed)->value_name("N"), "same as --set training.seed=N");
    add("detail", po::value(&options.detail)->value_name("physics|ideal"),
        "device physics, or float weights through the same sockets");
    add("style", po::value(&options.style)->value_name("lt|at"),
        "loosely timed, or approximately timed: four phases, buffers and credits in the mesh");
    add("out", po::value(&options.out)->value_name("DIR"), "where results go (default runs/PRESET-DATASET)");
    add("trace", po::bool_switch(&options.trace),
        "write trace.vcd: states and queues of the first trace.examples examples, the rest throughout");
    add("transactions", po::bool_switch(&options.transactions),
        "write transactions.csv: every transaction up to the end of the first trace.examples examples");
    add("inspect", po::bool_switch(&options.inspect),
        "write inspect/histograms.csv and inspect/summary.csv: weights and conductances of every layer at "
        "the "
        "start and after each epoch");
    add("synapse", po::value(&synapses)->value_name("LAYER,ROW,COLUMN")->composing(),
        "write the life of one synapse, inspect/synapse_LAYER_ROW_COLUMN.csv, counted from 0, the bias row "
        "last "
        "(repeatable; also in trace.vcd)");
    add("infer", po::bool_switch(&options.infer),
        "when all is learnt, classify the test set on the chip itself: accuracy, time and energy of "
        "inference, "
        "with chip.examples_in_flight examples under way");
    add("checkpoint", po::bool_switch(&options.checkpoint),
        "save the whole state to checkpoint.bin at every transfer and epoch; Ctrl-C then stops at the next "
        "one");
    add("resume", po::value(&options.resume)->value_name("RUN|FILE"),
        "go on where the checkpoint in this folder, or this file, was written");
    add("power-off", po::value(&power_offs)->value_name("EXAMPLE[,before|after]")->composing(),
        "the supply fails at the first transfer due after so many examples, before (default) or after that "
        "transfer, for power_off.duration (repeatable)");
    add("export-start", po::bool_switch(&options.export_start),
        "write initial weights and order of examples as .npy files");
    add("export-weights", po::bool_switch(&options.export_weights),
        "write the weights at the end, read back through the socket, as .npy files");
    add("quiet", po::bool_switch(&options.quiet), "no progress, no summary");
  }
  add("set", po::value(&options.sets)->value_name("key=value")->composing(),
      "change a configuration value (repeatable)");
  add("technology", po::value(&options.technology)->value_name("NAME|FILE"),
      "14nm, 45nm, 90nm, or a technology file");
  if (!explore && !tracing) {
    add("json", po::bool_switch(&options.json), "machine readable");
    add("peak", po::bool_switch(&options.peak), "efficiency of one tile of the preset with every array busy");
    add("impose-activity", po::value(&options.impose_activity)->value_name("closed-form|FILE"),
        "with --peak: the tile of the closed-form estimate, its activity all from the technology, or from a "
        "TOML file with a section [activity] (duty_x, duty_d, g_pcm_pair, g_cap, bits, n_upd, k_transfer, "
        "n_clt, n_set, p_reset, route_mm; what it leaves out is the closed form's)");
    add("register-header", po::value(&options.register_header)->value_name("FILE"),
        "write registers, descriptors and errors as a C99 header for firmware, and print nothing");
  }
  add("help", "this text");

  po::options_description all;
  all.add(visible).add_options()("preset", po::value(&options.preset));
  po::positional_options_description positional;
  positional.add("preset", 1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc - 1, argv + 1)
                  .options(all)
                  .positional(positional)
                  .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::too_many_positional_options_error&) {
    throw InputError("more than one preset or file is named; see --help");
  } catch (const po::error& error) {
    explain(error, visible);
  }
  if (values.count("help") > 0) {
    std::ostringstream text;
    text << (explore ? kExploreText : tracing ? kTraceText : kConfigText) << '\n' << visible << kExitCodes;
    options.help = text.str();
    return options;
  }
  for (const auto& [name, value] : values) {
    if (!value.defaulted()) {
      options.given.insert(name);
    }
  }
  options.command = explore ? Command::explore : tracing ? Command::trace : Command::config;
  if (options.given.count("impose-activity") > 0 && !options.peak) {
    throw InputError("--impose-activity changes nothing without --peak; add --peak or leave it out");
  }
  if (options.given.count("impose-activity") > 0 && options.impose_activity.empty()) {
    throw InputError("--impose-activity is '', but must be closed-form or the name of a TOML file");
  }
  if (options.given.count("register-header") > 0 && (options.register_header.empty() || options.peak)) {
    throw InputError(options.peak ? "--register-header prints no efficiency; leave --peak out"
                                  : "--register-header is '', but must be the name of a file");
  }
  if (!train.empty()) {
    options.train = count_of("--train", train, 1);
  }
  if (!test.empty()) {
    options.test = count_of("--test", test, 1);
  }
  if (!epochs.empty()) {
    options.sets.push_back("training.epochs=" + std::to_string(count_of("--epochs", epochs, 1)));
  }
  if (!seed.empty()) {
    options.sets.push_back("training.seed=" + std::to_string(count_of("--seed", seed, 0)));
  }
  if (!examples.empty()) {
    options.examples = count_of("--examples", examples, 1);
  }
  if (options.given.count("trace-window") > 0) {
    options.trace_window = parse_window(window);
  }
  if (explore) {
    refuse_without_recording(options);
  }
  add_power_offs(power_offs, options.sets);
  if (options.checkpoint || !options.resume.empty()) {
    refuse_beside_checkpoint(options);
  }
  for (const std::string& synapse : synapses) {
    options.synapses.push_back(parse_synapse(synapse));
  }
  choose("--detail", options.detail, {"physics", "ideal"});
  choose("--style", options.style, {"lt", "at"});
  return options;
}

}  // namespace kirchhoff::testbenches
