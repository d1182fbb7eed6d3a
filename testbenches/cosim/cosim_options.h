#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "foundation/duration.h"
#include "testbenches/cosim/platform/platform_map.h"
#include "testbenches/explore/options.h"

namespace kirchhoff::testbenches {

/// The command line of kirchhoff-cosim.
struct CosimOptions {
  std::string help;  ///< text to print instead of a run; empty: none

  std::string firmware;  ///< file, or name of a program of ours; empty: train
  /// Preset, values, data set, style, detail, and what is recorded where, as explore has them.
  Options chip;
  bool image = true;  ///< network and data are loaded into memory

  foundation::Duration quantum{1'000'000};
  foundation::Duration instruction_time{10'000};
  std::optional<foundation::Duration> most_time;
  std::optional<std::uint64_t> most_instructions;
  std::uint32_t ram_mib = platform_map::ram_bytes >> 20;
  std::optional<std::uint16_t> gdb_port;
  bool profile = false;
  bool json = false;
};

/// Throws InputError with one line: unknown options with the nearest valid one, values out of range.
CosimOptions parse_cosim_options(int argc, const char* const* argv);

}  // namespace kirchhoff::testbenches
