#include "model/network/reduction_tree.h"

#include <algorithm>
#include <bit>
#include <map>

namespace kirchhoff::model {

using interconnect::mask_of;
using interconnect::NodeId;
using interconnect::Port;

std::size_t ReductionTree::links() const {
  std::size_t sum = 0;
  for (const Meeting& meeting : meetings) {
    sum += meeting.way.size();
  }
  for (const Start& start : starts) {
    sum += start.way.size();
  }
  return sum;
}

ReductionTree reduction_tree(interconnect::Topology topology, std::span<const PathLink> towards,
                             std::span<const NodeId> sources) {
  std::map<NodeId, Port> way_on;
  std::map<NodeId, std::uint8_t> inputs;
  for (const PathLink& link : towards) {
    way_on[link.node] = link.port;
    inputs[topology.neighbour(link.node, link.port)] |= mask_of(opposite(link.port));
  }
  for (const NodeId source : sources) {
    inputs[source] |= mask_of(Port::local);
  }
  ReductionTree tree;
  std::map<NodeId, std::size_t> meeting_at;
  for (const auto& [node, ports] : inputs) {
    if (std::popcount(ports) > 1) {
      meeting_at[node] = tree.meetings.size();
      tree.meetings.push_back({node, ports, 0, tree.meetings.size(), {}});
    }
  }
  /// To the next meeting behind `at`; nothing where there is none.
  const auto follow = [&](NodeId at, std::vector<PathLink>& way) {
    for (auto on = way_on.find(at); on != way_on.end(); on = way_on.find(at)) {
      way.push_back({at, on->second});
      at = topology.neighbour(at, on->second);
      if (const auto met = meeting_at.find(at); met != meeting_at.end()) {
        return met->second;
      }
    }
    way.clear();
    return tree.meetings.size();
  };
  for (std::size_t i = 0; i < tree.meetings.size(); ++i) {
    const std::size_t next = follow(tree.meetings[i].node, tree.meetings[i].way);
    if (next < tree.meetings.size()) {
      tree.meetings[i].next = next;
    } else {
      tree.last = i;
    }
  }
  for (const NodeId source : sources) {
    ReductionTree::Start start;
    const auto here = meeting_at.find(source);
    start.meeting = here != meeting_at.end() ? here->second : follow(source, start.way);
    for (std::size_t i = start.meeting;; i = tree.meetings[i].next) {
      ++tree.meetings[i].summands;
      if (i == tree.last) {
        break;
      }
    }
    tree.starts.push_back(std::move(start));
  }
  return tree;
}

}  // namespace kirchhoff::model
