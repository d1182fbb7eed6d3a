#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "testbenches/direct/section_clock.h"
#include "testbenches/host/data_set.h"

namespace kirchhoff::testbenches {

/// Where the wall time of a training example goes; microseconds of one core.
struct Breakdown {
  double chip_us = 0;    ///< over the sockets, DMA and host included
  double direct_us = 0;  ///< the same arrays called by plain loops, see DirectChip
  std::array<double, section_names.size()> section_us{};  ///< of the direct calls, adding up to direct_us
  double packets = 0;                                     ///< per example; a multicast is one
  double transactions = 0;                                ///< packets and accesses to host memory
  double hops = 0;                                        ///< links between routers
  bool same_cells = false;  ///< chip and direct calls ended with the same weights, bit for bit

  /// Sockets, kernel, packets, routers, and what tiles and sequencer do about packets.
  [[nodiscard]] double transaction_layer_us() const { return chip_us - direct_us; }
  [[nodiscard]] double transfer_us() const { return section(Section::transfer); }
  [[nodiscard]] double section(Section which) const { return section_us[static_cast<std::size_t>(which)]; }
};

struct BreakdownRun {
  const std::string& preset;
  const DataSet& data;
  std::size_t examples = 12000;        ///< at most those that there are
  std::vector<std::string> sets = {};  ///< as for load_configuration()
};

/// Trains the chip and its arrays called directly by turns, each in a process of its own, from where the
/// second epoch begins: with weights that software has learned in one, and the learning rate of the second.
/// Figures are the mean of the fastest quarter of all blocks of 50 examples, so that a neighbour on the
/// machine counts little.
Breakdown measure_breakdown(const BreakdownRun& run);

}  // namespace kirchhoff::testbenches
