#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "foundation/duration.h"
#include "foundation/ledger.h"
#include "model/presets/configuration.h"
#include "testbenches/cosim/cosim_options.h"
#include "testbenches/cosim/elf/symbol_table.h"
#include "testbenches/cosim/run_end.h"

namespace kirchhoff::testbenches {

/// What a run of firmware leaves behind.
struct CosimResult {
  const CosimOptions& options;
  const model::Configuration& configuration;
  const foundation::Ledger& ledger;
  const SymbolTable& functions;

  std::string firmware;  ///< file
  RunEnd end{};
  std::uint64_t instructions = 0;
  foundation::Duration simulated{0};
  foundation::Duration slept{0};  ///< of it in WFI
  double wall_s = 0;
  std::string uart{};
  /// Of the network image; without one, nothing.
  struct Image {
    std::string data;
    std::string network;
    std::uint64_t bytes = 0;
    std::uint64_t train_examples = 0;
    std::uint64_t test_examples = 0;
    std::uint64_t epochs = 0;
    std::uint64_t tiles = 0;
  };
  std::optional<Image> image{};

  /// Million instructions a second of wall time.
  [[nodiscard]] double mips() const {
    return wall_s > 0 ? 1e-6 * static_cast<double>(instructions) / wall_s : 0;
  }
};

/// Schema "kirchhoff.cosim/1", SI units unless a key says otherwise. Only run.wall_s and hart.mips depend on
/// the machine.
std::string cosim_report(const CosimResult& result);

/// Some lines for people.
std::string cosim_summary(const CosimResult& result);

/// One line: why the firmware did not pass, and where it was; empty where it did.
std::string complaint(const CosimResult& result);

}  // namespace kirchhoff::testbenches
