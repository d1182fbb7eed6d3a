#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "foundation/coding_style.h"
#include "foundation/duration.h"
#include "model/network/synapse_place.h"

namespace kirchhoff::testbenches {

enum class Command : std::uint8_t { explore, config, trace, help };

/// The command line of kirchhoff-explore.
struct Options {
  Command command = Command::help;
  std::string help;  ///< text to print for Command::help

  std::string preset = "209k";
  std::vector<std::string> sets;
  std::string technology;

  // explore
  std::string dataset = "strokes";
  std::optional<std::uint64_t> train;
  std::optional<std::uint64_t> test;
  std::string detail = "physics";
  std::string style = "lt";
  std::string out;
  bool trace = false;
  std::vector<std::string> trace_signals;  ///< patterns, see traces::SignalSelection
  struct Window {
    foundation::Duration begin{0};
    foundation::Duration end{0};
  };
  std::optional<Window> trace_window;
  bool transactions = false;
  bool checkpoint = false;
  std::string resume;  ///< run or file; empty: start anew
  bool inspect = false;
  std::vector<model::SynapseName> synapses;
  bool infer = false;  ///< the test set on the chip itself, too
  bool quiet = false;
  bool export_start = false;
  bool export_weights = false;

  // trace
  std::uint64_t examples = 4;

  // config
  bool json = false;
  bool peak = false;
  std::string impose_activity;  ///< "closed-form" or a file; empty: none
  std::string register_header;  ///< file for the C header of the register map; empty: none

  /// Names of those that the command line gives, "preset" for the first argument.
  std::set<std::string> given;
};

/// That of --style.
foundation::CodingStyle coding_style(const Options& options);

/// Throws InputError with one line: unknown options with the nearest valid one, values out of range.
Options parse_options(int argc, const char* const* argv);

}  // namespace kirchhoff::testbenches
