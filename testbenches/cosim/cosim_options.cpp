#include "testbenches/cosim/cosim_options.h"

#include <boost/program_options.hpp>
#include <sstream>
#include <vector>

#include "foundation/error.h"
#include "testbenches/explore/option_values.h"

namespace kirchhoff::testbenches {

namespace po = boost::program_options;
using foundation::Duration;
using foundation::InputError;

namespace {

constexpr const char* kText =
    R"(usage: kirchhoff cosim [FIRMWARE.elf] [PRESET or FILE.toml] [options]

Runs firmware on a RISC-V hart (RV32IMAC, machine mode) against the modelled chip: accelerator at 0x40000000,
RAM at 0x80000000, CLINT, UART and test finisher as in QEMU's machine virt. Network and data are loaded at
0x82000000 as a network image. FIRMWARE is a file, or the name of a program of ours: train (default), infer,
selftest, errors, latency, checksum.
)";
constexpr const char* kExitCodes =
    R"(
Exit codes: 0 the firmware passed, 1 it failed, 2 bad input or usage, 3 model error, 4 limit reached or deadlock,
5 a trap that the firmware does not handle, 130 interrupted by Ctrl-C (with a report).
)";

/// A time of at least a picosecond.
Duration duration_of(const std::string& option, const std::string& text) {
  const auto time = time_of(text);
  if (!time || *time <= Duration{0}) {
    throw InputError(option + " is '" + text + "', but must be a time with its unit, as in 10us");
  }
  return *time;
}

/// Texts of options that are read once all are there.
struct Texts {
  std::string train;
  std::string test;
  std::string epochs;
  std::string seed;
  std::string window;
  std::string quantum;
  std::string instruction_time;
  std::string most_time;
  std::string most_instructions;
  std::string ram;
  std::string gdb;
};

po::options_description describe(CosimOptions& options, Texts& texts) {
  Options& chip = options.chip;
  po::options_description visible{"options"};
  auto add = visible.add_options();
  add("set", po::value(&chip.sets)->value_name("key=value")->composing(),
      "change a configuration value (repeatable)");
  add("technology", po::value(&chip.technology)->value_name("NAME|FILE"),
      "14nm, 45nm, 90nm, or a technology file");
  add("detail", po::value(&chip.detail)->value_name("physics|ideal"),
      "device physics, or float weights through the same sockets");
  add("style", po::value(&chip.style)->value_name("lt|at"), "loosely or approximately timed chip");
  add("dataset", po::value(&chip.dataset)->value_name("NAME|DIR|none"),
      "what the network image is made of: strokes (built in, generated), a folder of IDX files; none: no "
      "image");
  add("train", po::value(&texts.train)->value_name("N"), "take the first N training examples");
  add("test", po::value(&texts.test)->value_name("N"), "take the first N test examples");
  add("epochs", po::value(&texts.epochs)->value_name("N"), "same as --set training.epochs=N");
  add("seed", po::value(&texts.seed)->value_name("N"), "same as --set training.seed=N");
  add("gdb", po::value(&texts.gdb)->value_name("PORT"),
      "wait for a debugger at 127.0.0.1:PORT before the first instruction; 0: any free port");
  add("max-time", po::value(&texts.most_time)->value_name("TIME"),
      "stop after so much simulated time, as in 2ms");
  add("max-instructions", po::value(&texts.most_instructions)->value_name("N"), "stop after N instructions");
  add("quantum", po::value(&texts.quantum)->value_name("TIME"),
      "how far the hart runs ahead of the chip, and how late it sees an interrupt while it is busy (default "
      "1us)");
  add("instruction-time", po::value(&texts.instruction_time)->value_name("TIME"),
      "what every instruction takes (default 10ns)");
  add("ram", po::value(&texts.ram)->value_name("MIB"),
      "size of RAM (default 64, more where the image needs it)");
  add("profile", po::bool_switch(&options.profile), "list simulated time by function");
  add("trace", po::bool_switch(&chip.trace),
      "write trace.vcd: program counter, function, interrupt lines, bus and chip");
  add("trace-signals", po::value(&chip.trace_signals)->value_name("PATTERN")->composing(),
      "record only signals whose full name matches, as in 'hart.*'; behind '!' leave out what matches "
      "(repeatable)");
  add("trace-window", po::value(&texts.window)->value_name("BEGIN,END"),
      "record only this part of the simulated time, as in 10us,20us");
  add("transactions", po::bool_switch(&chip.transactions), "write transactions.csv: every transaction");
  add("out", po::value(&chip.out)->value_name("DIR"), "where results go (default runs/cosim-FIRMWARE)");
  add("json", po::bool_switch(&options.json), "print report.json instead of the UART's text and a summary");
  add("quiet", po::bool_switch(&chip.quiet), "print only the UART's text");
  add("help", "this text");
  return visible;
}

void read(const Texts& texts, CosimOptions& options) {
  Options& chip = options.chip;
  if (!texts.train.empty()) {
    chip.train = count_of("--train", texts.train, 1);
  }
  if (!texts.test.empty()) {
    chip.test = count_of("--test", texts.test, 1);
  }
  if (!texts.epochs.empty()) {
    chip.sets.push_back("training.epochs=" + std::to_string(count_of("--epochs", texts.epochs, 1)));
  }
  if (!texts.seed.empty()) {
    chip.sets.push_back("training.seed=" + std::to_string(count_of("--seed", texts.seed, 0)));
  }
  if (chip.given.count("trace-window") > 0) {
    chip.trace_window = parse_window(texts.window);
  }
  if (chip.given.count("instruction-time") > 0) {
    options.instruction_time = duration_of("--instruction-time", texts.instruction_time);
  }
  if (chip.given.count("quantum") > 0) {
    options.quantum = duration_of("--quantum", texts.quantum);
  }
  if (options.quantum < options.instruction_time) {
    throw InputError("--quantum is shorter than an instruction; take at least --instruction-time");
  }
  if (chip.given.count("max-time") > 0) {
    options.most_time = duration_of("--max-time", texts.most_time);
  }
  if (chip.given.count("max-instructions") > 0) {
    options.most_instructions = count_of("--max-instructions", texts.most_instructions, 1);
  }
  if (chip.given.count("ram") > 0) {
    constexpr std::uint64_t least_mib = 16;
    constexpr std::uint64_t most_mib = 2047;  // up to the end of 32-bit addresses
    const std::uint64_t mib = count_of("--ram", texts.ram, least_mib);
    if (mib > most_mib) {
      throw InputError("--ram is '" + texts.ram + "', but must be at most " + std::to_string(most_mib) +
                       " MiB");
    }
    options.ram_mib = static_cast<std::uint32_t>(mib);
  }
  if (chip.given.count("gdb") > 0) {
    constexpr std::uint64_t most_port = 65535;
    const std::uint64_t port = count_of("--gdb", texts.gdb, 0);
    if (port > most_port) {
      throw InputError("--gdb is '" + texts.gdb + "', but must be a port of at most " +
                       std::to_string(most_port));
    }
    options.gdb_port = static_cast<std::uint16_t>(port);
  }
}

void refuse_what_changes_nothing(const CosimOptions& options) {
  const Options& chip = options.chip;
  if (!chip.trace_signals.empty() && !chip.trace) {
    throw InputError("--trace-signals changes nothing without --trace; add --trace or leave it out");
  }
  if (chip.trace_window && !chip.trace && !chip.transactions) {
    throw InputError(
        "--trace-window changes nothing without --trace or --transactions; add one or leave it out");
  }
  if (!options.image) {
    for (const char* name : {"train", "test", "epochs"}) {
      if (chip.given.count(name) > 0) {
        throw InputError("--" + std::string{name} +
                         " changes nothing with --dataset none; leave one of them out");
      }
    }
  }
}

}  // namespace

CosimOptions parse_cosim_options(int argc, const char* const* argv) {
  CosimOptions options;
  Texts texts;
  const auto visible = describe(options, texts);
  po::options_description all;
  all.add(visible).add_options()("firmware", po::value(&options.firmware))("preset",
                                                                           po::value(&options.chip.preset));
  po::positional_options_description positional;
  positional.add("firmware", 1).add("preset", 1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv)
                  .options(all)
                  .positional(positional)
                  .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::too_many_positional_options_error&) {
    throw InputError("more is named than a firmware and a preset or file of the chip; see --help");
  } catch (const po::error& error) {
    explain(error, visible);
  }
  if (values.count("help") > 0) {
    std::ostringstream text;
    text << kText << '\n' << visible << kExitCodes;
    options.help = text.str();
    return options;
  }
  for (const auto& [name, value] : values) {
    if (!value.defaulted()) {
      options.chip.given.insert(name);
    }
  }
  options.image = options.chip.dataset != "none";
  read(texts, options);
  refuse_what_changes_nothing(options);
  choose("--detail", options.chip.detail, {"physics", "ideal"});
  choose("--style", options.chip.style, {"lt", "at"});
  return options;
}

}  // namespace kirchhoff::testbenches
