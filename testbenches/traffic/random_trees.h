#pragma once

#include <cstddef>
#include <vector>

#include "foundation/random.h"
#include "interconnect/topology.h"

namespace kirchhoff::testbenches {

/// A multicast route drawn at random.
struct RandomTree {
  struct Entry {
    interconnect::NodeId node;
    std::uint8_t ports;
  };
  interconnect::NodeId source = 0;
  std::vector<interconnect::NodeId> destinations;  ///< sorted
  std::vector<Entry> entries;                      ///< of the route tables
};

/// Any tree that reaches each node at most once, turns back nowhere, and on no path turns more often from a
/// column into a row than the virtual channels allow (interconnect/turn.h); to at most `most_destinations`.
RandomTree random_tree(const interconnect::Topology& topology, std::size_t virtual_channels,
                       std::size_t most_destinations, foundation::RandomSequence& random);

}  // namespace kirchhoff::testbenches
