#include "model/chip/mesh_places.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "foundation/error.h"

namespace kirchhoff::model {

using foundation::InputError;
using interconnect::NodeId;
using interconnect::Port;
using interconnect::Topology;

namespace {

struct Place {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
};

std::optional<std::uint32_t> number(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return std::nullopt;
  }
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  std::uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional{value}
                                                                         : std::nullopt;
}

std::optional<Place> place_of(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) {
    return std::nullopt;
  }
  const auto row = number(text.substr(0, comma));
  const auto column = number(text.substr(comma + 1));
  return row && column ? std::optional{Place{*row, *column}} : std::nullopt;
}

std::optional<std::pair<Place, Place>> link_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  const auto from = place_of(text.substr(0, dash));
  const auto to = place_of(text.substr(dash + 1));
  return from && to ? std::optional{std::pair{*from, *to}} : std::nullopt;
}

Topology topology_of(const ChipParameters& chip) {
  return {static_cast<std::uint32_t>(chip.mesh_rows), static_cast<std::uint32_t>(chip.mesh_columns)};
}

/// Reads the keys into faults, and notes what cannot be.
class FaultReader {
 public:
  explicit FaultReader(const ChipParameters& chip) : mesh_(topology_of(chip)), faults_(mesh_) {
    for (const std::string& text : chip.disabled_links) {
      add_link(text);
    }
    for (const std::string& text : chip.disabled_tiles) {
      if (const auto node = node_of("mesh.disabled_tiles", text)) {
        faults_.disable_tile(*node);
      }
    }
    for (const std::string& text : chip.dead_routers) {
      const auto node = node_of("mesh.dead_routers", text);
      if (node == interconnect::gateway_node) {
        problems_.push_back("mesh.dead_routers: \"" + text +
                            "\" is where host and sequencer enter the mesh; without it nothing works");
      } else if (node) {
        faults_.disable_router(*node);
      }
    }
  }

  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  interconnect::MeshFaults faults() && { return std::move(faults_); }

 private:
  [[nodiscard]] bool is_in(const Place& place) const {
    return place.row < mesh_.rows && place.column < mesh_.columns;
  }
  [[nodiscard]] std::string last() const { return node_text(mesh_, mesh_.node_count() - 1); }

  std::optional<NodeId> node_of(const std::string& key, const std::string& text) {
    const auto place = place_of(text);
    if (!place || !is_in(*place)) {
      problems_.push_back(key + ": \"" + text + "\" is not in the mesh, whose nodes are 0,0 to " + last());
      return std::nullopt;
    }
    return place->row * mesh_.columns + place->column;
  }

  void add_link(const std::string& text) {
    const std::string begin = "mesh.disabled_links: \"" + text + "\" ";
    const auto link = link_of(text);
    if (!link || !is_in(link->first) || !is_in(link->second)) {
      problems_.push_back(begin + "is not in the mesh, whose nodes are 0,0 to " + last());
      return;
    }
    const NodeId from = link->first.row * mesh_.columns + link->first.column;
    const NodeId to = link->second.row * mesh_.columns + link->second.column;
    for (const Port port : interconnect::all_ports) {
      if (mesh_.has_neighbour(from, port) && mesh_.neighbour(from, port) == to) {
        faults_.disable_link(from, port);
        return;
      }
    }
    problems_.push_back(begin + "joins no neighbours; links lead one row or one column further");
  }

  Topology mesh_;
  interconnect::MeshFaults faults_;
  std::vector<std::string> problems_;
};

}  // namespace

std::string node_text(Topology topology, NodeId node) {
  return std::to_string(topology.row_of(node)) + "," + std::to_string(topology.column_of(node));
}

std::string nodes_text(Topology topology, const std::vector<NodeId>& nodes) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(nodes.size(), most); ++i) {
    const bool last = i + 1 == nodes.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + node_text(topology, nodes[i]);
  }
  return text + (nodes.size() > most ? " and " + std::to_string(nodes.size() - most) + " more" : "");
}

void check_node(const std::string& text) {
  if (!place_of(text)) {
    throw InputError("but needs row,column, e.g. \"2,3\"");
  }
}

void check_link(const std::string& text) {
  if (!link_of(text)) {
    throw InputError("but needs two neighbours, row,column-row,column, e.g. \"0,1-0,2\"");
  }
}

std::vector<std::string> mesh_fault_problems(const ChipParameters& chip) {
  return FaultReader{chip}.problems();
}

interconnect::MeshFaults mesh_faults(const ChipParameters& chip) {
  FaultReader reader{chip};
  if (!reader.problems().empty()) {
    std::string all;
    for (const std::string& problem : reader.problems()) {
      all += (all.empty() ? "" : "\n") + problem;
    }
    throw InputError(all);
  }
  return std::move(reader).faults();
}

}  // namespace kirchhoff::model
