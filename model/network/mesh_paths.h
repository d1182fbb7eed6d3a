#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "interconnect/mesh_faults.h"

namespace kirchhoff::model {

/// A link that a path or a tree takes: from `node` through `port`.
struct PathLink {
  interconnect::NodeId node = 0;
  interconnect::Port port = interconnect::Port::local;

  bool operator==(const PathLink&) const = default;
};

/// Paths around what is broken, free of deadlock: never back over a link, and at most virtual_channels - 1
/// turns from a north/south link to an east/west one (interconnect/route_rules.h).
///
/// The search runs over (node, channel, axis of the last link). That order of states is also a ranking: a
/// state allows whatever one behind it allows, but for going back. Hence the best states of all nodes, and
/// the links between them, hold a path to every node that can be reached at all, and a tree of them enters no
/// router twice. Trees are put together from shortest paths, and from best states where those do not make a
/// tree.
class MeshPaths {
 public:
  enum class Direction : std::uint8_t {
    away,     ///< from the root to other nodes
    towards,  ///< from other nodes to the root: each router has one way on
  };

  MeshPaths(interconnect::Topology topology, const interconnect::MeshFaults& faults,
            std::uint32_t virtual_channels, Direction direction);
  MeshPaths(const MeshPaths&) = delete;
  MeshPaths& operator=(const MeshPaths&) = delete;
  MeshPaths(MeshPaths&&) = delete;
  MeshPaths& operator=(MeshPaths&&) = delete;
  ~MeshPaths();

  struct Tree {
    std::vector<PathLink> links;
    std::vector<interconnect::NodeId> unreachable;  ///< of `ends`; not in the tree
  };
  /// The links that join `root` with all of `ends`, every one once.
  [[nodiscard]] Tree tree(interconnect::NodeId root, std::span<const interconnect::NodeId> ends) const;

  /// The shortest path between `root` and each node, in the order of travel; nothing where there is none. By
  /// node.
  [[nodiscard]] std::vector<std::optional<std::vector<PathLink>>> paths(interconnect::NodeId root) const;

 private:
  struct Graph;
  struct Search;

  [[nodiscard]] Search shortest(interconnect::NodeId root) const;
  [[nodiscard]] Search among_best(interconnect::NodeId root, const Search& reached) const;
  [[nodiscard]] std::optional<std::vector<PathLink>> joined(const Search& search,
                                                            std::span<const interconnect::NodeId> ends) const;

  interconnect::Topology topology_;
  std::size_t states_per_node_;
  Direction direction_;
  std::unique_ptr<Graph> graph_;
};

/// Tiles that work and can be reached from the gateway and answer to it: what networks can be mapped onto.
std::vector<interconnect::NodeId> usable_tiles(interconnect::Topology topology,
                                               const interconnect::MeshFaults& faults,
                                               std::uint32_t virtual_channels);

}  // namespace kirchhoff::model
