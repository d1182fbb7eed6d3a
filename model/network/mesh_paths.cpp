#include "model/network/mesh_paths.h"

#include <algorithm>
#include <array>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <functional>
#include <limits>
#include <utility>

#include "interconnect/turn.h"

namespace kirchhoff::model {

using interconnect::NodeId;
using interconnect::Port;

namespace {

using StateGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using State = boost::graph_traits<StateGraph>::vertex_descriptor;

constexpr std::size_t unreached = std::numeric_limits<std::size_t>::max();

/// After how many links, and from where, the search came to each state.
struct Arrivals {
  std::vector<std::size_t> links;
  std::vector<State> before;
};

template <typename SomeGraph>
Arrivals search_from(const SomeGraph& graph, State root, std::size_t states) {
  Arrivals arrivals{std::vector<std::size_t>(states, unreached), std::vector<State>(states)};
  for (State state = 0; state < states; ++state) {
    arrivals.before[state] = state;
  }
  arrivals.links[root] = 0;
  const auto index = boost::get(boost::vertex_index, graph);
  const auto links = boost::make_iterator_property_map(arrivals.links.begin(), index);
  const auto before = boost::make_iterator_property_map(arrivals.before.begin(), index);
  boost::breadth_first_search(graph, root,
                              boost::visitor(boost::make_bfs_visitor(std::make_pair(
                                  boost::record_distances(links, boost::on_tree_edge()),
                                  boost::record_predecessors(before, boost::on_tree_edge())))));
  return arrivals;
}

}  // namespace

struct MeshPaths::Graph {
  explicit Graph(std::size_t count) : states(count) {}
  StateGraph states;
};

struct MeshPaths::Search {
  Arrivals arrivals;
};

/// State = (node x channels + channel) x 2 + axis; axis 0 is the one that is left without a new channel.
MeshPaths::MeshPaths(interconnect::Topology topology, const interconnect::MeshFaults& faults,
                     std::uint32_t virtual_channels, Direction direction)
    : topology_(topology),
      states_per_node_(std::size_t{2} * virtual_channels),
      direction_(direction),
      graph_(std::make_unique<Graph>(topology.node_count() * states_per_node_)) {
  // East/west links first: where several paths are equally short, the one that XY would take.
  constexpr std::array<Port, 4> order{Port::east, Port::west, Port::north, Port::south};
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    for (std::size_t channel = 0; channel < virtual_channels; ++channel) {
      for (std::size_t axis = 0; axis < 2; ++axis) {
        for (const Port port : order) {
          // Faults are the same in both directions of a link.
          if (!topology.has_neighbour(node, port) || !faults.works(node, port)) {
            continue;
          }
          // Seen from the root, going away may turn from east/west at will, coming towards it from
          // north/south.
          const bool free_axis = interconnect::is_along_column(port) == (direction == Direction::towards);
          const std::size_t next_axis = free_axis ? 0 : 1;
          const std::size_t next_channel = channel + (axis == 1 && free_axis ? 1 : 0);
          if (next_channel < virtual_channels) {
            boost::add_edge(node * states_per_node_ + 2 * channel + axis,
                            topology.neighbour(node, port) * states_per_node_ + 2 * next_channel + next_axis,
                            graph_->states);
          }
        }
      }
    }
  }
}

MeshPaths::~MeshPaths() = default;

MeshPaths::Search MeshPaths::shortest(NodeId root) const {
  return {search_from(graph_->states, root * states_per_node_, boost::num_vertices(graph_->states))};
}

MeshPaths::Search MeshPaths::among_best(NodeId root, const Search& reached) const {
  std::vector<char> best(reached.arrivals.links.size(), 0);
  for (NodeId node = 0; node < topology_.node_count(); ++node) {
    const std::size_t first = node * states_per_node_;
    for (std::size_t state = first; state < first + states_per_node_; ++state) {
      if (reached.arrivals.links[state] != unreached) {
        best[state] = 1;
        break;
      }
    }
  }
  const auto is_best = [&best](State state) { return best[state] != 0; };
  using BestStates = boost::filtered_graph<StateGraph, boost::keep_all, std::function<bool(State)>>;
  const BestStates graph{graph_->states, boost::keep_all{}, is_best};
  return {search_from(graph, root * states_per_node_, best.size())};
}

/// The links of the shortest paths to `ends`, which must have been reached; nothing where these are no tree.
std::optional<std::vector<PathLink>> MeshPaths::joined(const Search& search,
                                                       std::span<const NodeId> ends) const {
  const auto& [links, before] = search.arrivals;
  std::vector<State> state_of_node(topology_.node_count(), unreached);
  std::vector<PathLink> result;
  for (const NodeId end : ends) {
    const auto first = links.begin() + static_cast<std::ptrdiff_t>(end * states_per_node_);
    auto state = static_cast<State>(
        std::min_element(first, first + static_cast<std::ptrdiff_t>(states_per_node_)) - links.begin());
    while (true) {
      const auto node = static_cast<NodeId>(state / states_per_node_);
      if (state_of_node[node] == state) {
        break;  // from here on the tree has it
      }
      if (state_of_node[node] != unreached) {
        return std::nullopt;
      }
      state_of_node[node] = state;
      if (before[state] == state) {
        break;
      }
      const auto nearer = static_cast<NodeId>(before[state] / states_per_node_);
      const NodeId from = direction_ == Direction::away ? nearer : node;
      const NodeId to = direction_ == Direction::away ? node : nearer;
      for (const Port port : interconnect::all_ports) {
        if (topology_.has_neighbour(from, port) && topology_.neighbour(from, port) == to) {
          result.push_back({from, port});
        }
      }
      state = before[state];
    }
  }
  return result;
}

MeshPaths::Tree MeshPaths::tree(NodeId root, std::span<const NodeId> ends) const {
  const Search reached = shortest(root);
  Tree result;
  std::vector<NodeId> reachable;
  for (const NodeId end : ends) {
    const auto first = reached.arrivals.links.begin() + static_cast<std::ptrdiff_t>(end * states_per_node_);
    const bool found = std::any_of(first, first + static_cast<std::ptrdiff_t>(states_per_node_),
                                   [](std::size_t links) { return links != unreached; });
    (found ? reachable : result.unreachable).push_back(end);
  }
  auto links = joined(reached, reachable);
  if (!links) {
    links = joined(among_best(root, reached), reachable);
  }
  result.links = std::move(*links);
  return result;
}

std::vector<std::optional<std::vector<PathLink>>> MeshPaths::paths(NodeId root) const {
  const Search reached = shortest(root);
  std::vector<std::optional<std::vector<PathLink>>> result(topology_.node_count());
  for (NodeId node = 0; node < topology_.node_count(); ++node) {
    const auto first = reached.arrivals.links.begin() + static_cast<std::ptrdiff_t>(node * states_per_node_);
    if (std::any_of(first, first + static_cast<std::ptrdiff_t>(states_per_node_),
                    [](std::size_t links) { return links != unreached; })) {
      result[node] = joined(reached, std::span{&node, 1});
      if (direction_ == Direction::away && result[node]) {
        std::reverse(result[node]->begin(), result[node]->end());
      }
    }
  }
  return result;
}

std::vector<NodeId> usable_tiles(interconnect::Topology topology, const interconnect::MeshFaults& faults,
                                 std::uint32_t virtual_channels) {
  std::vector<NodeId> nodes;
  if (faults.none()) {
    for (NodeId node = 0; node < topology.node_count(); ++node) {
      nodes.push_back(node);
    }
    return nodes;
  }
  using Direction = MeshPaths::Direction;
  const auto out =
      MeshPaths{topology, faults, virtual_channels, Direction::away}.paths(interconnect::gateway_node);
  const auto back =
      MeshPaths{topology, faults, virtual_channels, Direction::towards}.paths(interconnect::gateway_node);
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    if (faults.tile_works(node) && out[node] && back[node]) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

}  // namespace kirchhoff::model
