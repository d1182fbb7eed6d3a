#include "model/network/placement.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "foundation/random.h"
#include "model/network/program.h"

namespace kirchhoff::model {

using interconnect::NodeId;

namespace {

/// Packets from one part of a network to others, wherever these lie.
struct Stream {
  static constexpr std::size_t gateway = std::numeric_limits<std::size_t>::max();

  std::size_t source = gateway;           ///< part; `gateway`: sequencer
  std::vector<std::size_t> destinations;  ///< parts, or the sequencer
  std::uint64_t flits = 0;                ///< per training example
};

/// The streams of a network by part, as its plan has them on a mesh without faults.
std::vector<Stream> streams_of(const NetworkSpec& network, const MappingTarget& target,
                               const Mapping& mapping) {
  ProgramOptions options;
  options.route_entries = interconnect::no_route;
  options.flow_entries = std::numeric_limits<std::size_t>::max();
  options.packets = target.packets;
  const auto plan = plan_network(network, mapping, options);
  std::vector<std::size_t> part_of(mapping.topology.node_count());
  for (std::size_t part = 0; part < mapping.tiles.size(); ++part) {
    part_of[mapping.tiles[part].node] = part;
  }
  std::vector<Stream> streams;
  for (const PlannedRoute& route : plan.routes) {
    if (route.packets == 0) {
      continue;
    }
    const std::uint64_t flits = route.flits * route.packets;
    if (route.destinations.empty()) {
      for (const NodeId source : route.sources) {
        streams.push_back({part_of[source], {Stream::gateway}, flits});
      }
      continue;
    }
    Stream stream{route.sources.empty() ? Stream::gateway : part_of[route.sources.front()], {}, flits};
    for (const NodeId destination : route.destinations) {
      stream.destinations.push_back(part_of[destination]);
    }
    streams.push_back(std::move(stream));
  }
  return streams;
}

/// The placement under way: what is on each of the nodes, and what each stream costs there.
class Board {
 public:
  Board(const MappingTarget& target, std::span<const NodeId> nodes, const Mapping& mapping,
        std::vector<Stream> streams)
      : topology_(target.topology),
        nodes_(nodes.begin(), nodes.end()),
        part_at_(nodes.size(), none),
        node_of_(mapping.tiles.size()),
        streams_(std::move(streams)),
        streams_of_(mapping.tiles.size()),
        costs_(streams_.size()),
        reach_(topology_.columns) {
    for (std::size_t part = 0; part < node_of_.size(); ++part) {
      node_of_[part] = mapping.tiles[part].node;
      part_at_[static_cast<std::size_t>(std::find(nodes_.begin(), nodes_.end(), node_of_[part]) -
                                        nodes_.begin())] = part;
    }
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      note(streams_[i].source, i);
      for (const std::size_t part : streams_[i].destinations) {
        note(part, i);
      }
      costs_[i] = cost(streams_[i]);
      total_ += costs_[i];
    }
  }

  [[nodiscard]] std::size_t places() const { return nodes_.size(); }
  [[nodiscard]] bool is_free(std::size_t place) const { return part_at_[place] == none; }
  [[nodiscard]] std::int64_t total() const { return total_; }
  [[nodiscard]] const std::vector<NodeId>& nodes_of_parts() const { return node_of_; }

  /// What is at two places changes sides; returns how much the total grows.
  std::int64_t exchange(std::size_t a, std::size_t b) {
    std::swap(part_at_[a], part_at_[b]);
    touched_.clear();
    for (const std::size_t place : {a, b}) {
      if (const std::size_t part = part_at_[place]; part != none) {
        node_of_[part] = nodes_[place];
        touched_.insert(touched_.end(), streams_of_[part].begin(), streams_of_[part].end());
      }
    }
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    std::int64_t growth = 0;
    for (const std::size_t i : touched_) {
      const std::int64_t now = cost(streams_[i]);
      growth += now - costs_[i];
      costs_[i] = now;
    }
    total_ += growth;
    return growth;
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  void note(std::size_t part, std::size_t stream) {
    if (part != Stream::gateway && (streams_of_[part].empty() || streams_of_[part].back() != stream)) {
      streams_of_[part].push_back(stream);
    }
  }
  [[nodiscard]] NodeId node_of(std::size_t part) const {
    return part == Stream::gateway ? interconnect::gateway_node : node_of_[part];
  }

  /// Flits times links of an XY tree: along the source's row to the outermost columns, and from there as far
  /// north and south as somebody is.
  [[nodiscard]] std::int64_t cost(const Stream& stream) {
    const NodeId source = node_of(stream.source);
    const std::uint32_t row = topology_.row_of(source);
    std::uint32_t west = topology_.column_of(source);
    std::uint32_t east = west;
    std::fill(reach_.begin(), reach_.end(), Reach{row, row});
    for (const std::size_t part : stream.destinations) {
      const NodeId node = node_of(part);
      const std::uint32_t column = topology_.column_of(node);
      west = std::min(west, column);
      east = std::max(east, column);
      reach_[column].north = std::min(reach_[column].north, topology_.row_of(node));
      reach_[column].south = std::max(reach_[column].south, topology_.row_of(node));
    }
    std::uint64_t links = east - west;
    for (std::uint32_t column = west; column <= east; ++column) {
      links += reach_[column].south - reach_[column].north;
    }
    return static_cast<std::int64_t>(links * stream.flits);
  }

  struct Reach {
    std::uint32_t north;
    std::uint32_t south;
  };

  interconnect::Topology topology_;
  std::vector<NodeId> nodes_;
  std::vector<std::size_t> part_at_;  ///< by place
  std::vector<NodeId> node_of_;       ///< by part
  std::vector<Stream> streams_;
  std::vector<std::vector<std::size_t>> streams_of_;  ///< by part
  std::vector<std::int64_t> costs_;
  std::vector<Reach> reach_;  ///< by column
  std::vector<std::size_t> touched_;
  std::int64_t total_ = 0;
};

}  // namespace

void improve_placement(const NetworkSpec& network, const MappingTarget& target, std::span<const NodeId> nodes,
                       Mapping& mapping) {
  if (nodes.size() < 2) {
    return;
  }
  Board board{target, nodes, mapping, streams_of(network, target, mapping)};
  foundation::RandomSequence random{
      foundation::RandomStream{target.placement_seed, foundation::Purpose::placement}, 0};
  const auto places = static_cast<std::uint32_t>(board.places());
  // Rounds of as many tries as there are pairs of places, but no more than a large mesh has patience for.
  const std::uint64_t tries = std::min<std::uint64_t>(std::uint64_t{places} * places, 20'000);
  constexpr int rounds = 60;
  constexpr double cooling = 0.9;
  // It starts where a good share of bad exchanges is taken.
  double threshold = 0.3 * static_cast<double>(board.total()) / static_cast<double>(mapping.tiles.size());
  std::int64_t least = board.total();
  std::vector<NodeId> best = board.nodes_of_parts();
  for (int round = 0; round <= rounds; ++round) {
    for (std::uint64_t i = 0; i < tries; ++i) {
      const std::size_t a = random.below(places);
      const std::size_t b = random.below(places);
      if (a == b || (board.is_free(a) && board.is_free(b))) {
        continue;
      }
      const std::int64_t growth = board.exchange(a, b);
      // The last round takes only what does not make it worse.
      if (growth > (round < rounds ? static_cast<std::int64_t>(threshold) : 0)) {
        board.exchange(a, b);
      } else if (board.total() < least) {
        least = board.total();
        best = board.nodes_of_parts();
      }
    }
    threshold *= cooling;
  }
  for (std::size_t part = 0; part < best.size(); ++part) {
    mapping.tiles[part].node = best[part];
  }
}

}  // namespace kirchhoff::model
