#pragma once

#include <string>
#include <vector>

#include "foundation/duration.h"
#include "testbenches/host/report.h"
#include "testbenches/trace/packet_keeper.h"

namespace kirchhoff::testbenches {

/// What is drawn of one training example.
struct ExampleScene {
  struct Layer {
    std::string name;                ///< "layer 1: 528 -> 250"
    std::vector<std::string> tiles;  ///< "tile_0_0", column group by column group
  };

  std::string title;
  std::string subtitle;
  RunResult::Timeline timeline;   ///< with links
  foundation::Duration begin{0};  ///< of the example: the timeline counts from there
  std::vector<PacketKeeper::Packet> packets;
  std::vector<Layer> layers;
};

/// The example in time as SVG: sequencer, host bus, packets by where they go, busy links, and every tile,
/// layer by layer; colours are phases.
[[nodiscard]] std::string example_picture(const ExampleScene& scene);

}  // namespace kirchhoff::testbenches
