#include "testbenches/traffic/random_trees.h"

#include <algorithm>

#include "interconnect/turn.h"

namespace kirchhoff::testbenches {

using namespace interconnect;

namespace {

struct Reached {
  NodeId node;
  std::size_t from;  ///< index of the node it was reached from
  Port in;           ///< port it was entered by; local: the source
  std::size_t channel;
};

}  // namespace

RandomTree random_tree(const Topology& topology, std::size_t virtual_channels, std::size_t most_destinations,
                       foundation::RandomSequence& random) {
  RandomTree tree;
  tree.source = random.word() % topology.node_count();
  std::vector<Reached> reached{{tree.source, 0, Port::local, 0}};
  std::vector<bool> seen(topology.node_count());
  seen[tree.source] = true;
  // Branches grow anywhere, one node at a time.
  for (std::size_t tries = 0; tries < std::size_t{8} * topology.node_count(); ++tries) {
    const std::size_t at = random.word() % reached.size();
    const Reached from = reached[at];
    const Port out = all_ports[random.word() % 4];
    if (!topology.has_neighbour(from.node, out) || is_u_turn(from.in, out)) {
      continue;
    }
    const NodeId next = topology.neighbour(from.node, out);
    const std::size_t channel = from.channel + (raises_channel(from.in, out) ? 1 : 0);
    if (!seen[next] && channel < virtual_channels) {
      seen[next] = true;
      reached.push_back({next, at, opposite(out), channel});
    }
  }
  std::vector<std::uint8_t> ports(topology.node_count(), 0);
  const std::size_t wanted = 1 + random.word() % most_destinations;
  for (std::size_t i = 0; i < wanted; ++i) {
    std::size_t at = random.word() % reached.size();
    const NodeId destination = reached[at].node;
    if ((ports[destination] & mask_of(Port::local)) != 0) {
      continue;
    }
    tree.destinations.push_back(destination);
    ports[destination] |= mask_of(Port::local);
    for (; at != 0; at = reached[at].from) {
      ports[reached[reached[at].from].node] |= mask_of(opposite(reached[at].in));
    }
  }
  std::sort(tree.destinations.begin(), tree.destinations.end());
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    if (ports[node] != 0) {
      tree.entries.push_back({node, ports[node]});
    }
  }
  return tree;
}

}  // namespace kirchhoff::testbenches
