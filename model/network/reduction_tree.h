#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/network/mesh_paths.h"

namespace kirchhoff::model {

/// Where packets of several sources that travel to one node meet: a multicast tree reversed. Each router on
/// their way has one way on, and where two ways meet their packets are added.
struct ReductionTree {
  /// A router that adds.
  struct Meeting {
    interconnect::NodeId node = 0;
    std::uint8_t inputs = 0;     ///< ports, mask_of(Port); the local one: its tile is a source
    std::uint32_t summands = 0;  ///< sources whose packets are in the sum
    std::size_t next = 0;        ///< meeting that the sum goes to; the last one's own
    std::vector<PathLink> way;   ///< there
  };
  /// From a source to the first meeting.
  struct Start {
    std::size_t meeting = 0;
    std::vector<PathLink> way;
  };
  std::vector<Meeting> meetings;  ///< by node
  std::vector<Start> starts;      ///< by source
  std::size_t last = 0;           ///< meeting where all are in the sum

  /// Links of all ways.
  [[nodiscard]] std::size_t links() const;
};

/// `towards`: the links of a tree that leads from all `sources`, two or more, different ones, to one node.
ReductionTree reduction_tree(interconnect::Topology topology, std::span<const PathLink> towards,
                             std::span<const interconnect::NodeId> sources);

}  // namespace kirchhoff::model
