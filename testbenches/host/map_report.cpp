#include "testbenches/host/map_report.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "foundation/atomic_file.h"

namespace kirchhoff::testbenches {

namespace {

using interconnect::NodeId;
using interconnect::PacketKind;
using interconnect::Port;
using Json = nlohmann::ordered_json;

std::string_view name_of(PacketKind kind) {
  switch (kind) {
    case PacketKind::activation:
      return "activation";
    case PacketKind::partial_sum:
      return "partial_sum";
    case PacketKind::layer_output:
      return "layer_output";
    case PacketKind::exponent_report:
      return "exponent_report";
    case PacketKind::exponent:
      return "exponent";
    case PacketKind::delta:
      return "delta";
    case PacketKind::back_partial:
      return "back_partial";
    case PacketKind::transfer:
      return "transfer";
    case PacketKind::done:
      return "done";
    case PacketKind::access:
      break;
  }
  return "access";
}

}  // namespace

RunResult::Map map_of(const model::Mapping& mapping, const model::NetworkPlan& plan,
                      const interconnect::MeshFaults& faults, const std::string& placement) {
  const auto& mesh = mapping.topology;
  RunResult::Map map;
  map.placement = placement;
  map.flit_hops = model::flit_hops(plan.routes);
  for (NodeId node = 0; node < mesh.node_count(); ++node) {
    map.tiles.push_back({.node = node,
                         .row = mesh.row_of(node),
                         .column = mesh.column_of(node),
                         .disabled = !faults.tile_works(node)});
    for (const Port port : {Port::east, Port::south}) {
      if (mesh.has_neighbour(node, port) && !faults.works(node, port)) {
        map.disabled_links.push_back({node, mesh.neighbour(node, port)});
      }
    }
  }
  for (const auto& part : mapping.tiles) {
    auto& tile = map.tiles[part.node];
    tile.layer = static_cast<std::int64_t>(part.layer) + 1;
    tile.row_split = static_cast<std::int64_t>(part.row_split);
    tile.column_group = static_cast<std::int64_t>(part.column_group);
    tile.rows = static_cast<std::int64_t>(part.rows());
    tile.columns = static_cast<std::int64_t>(part.columns);
  }
  for (const auto& planned : plan.routes) {
    RunResult::Map::Route route;
    route.route = planned.route;
    route.kind = name_of(planned.kind);
    route.sources.assign(planned.sources.begin(), planned.sources.end());
    route.destinations.assign(planned.destinations.begin(), planned.destinations.end());
    for (const auto& link : planned.links) {
      route.links.push_back({link.node, mesh.neighbour(link.node, link.port)});
    }
    route.elements = planned.elements;
    route.bits = planned.bits;
    route.flits = planned.flits;
    route.packets = planned.packets;
    route.hops = planned.hops;
    route.summands = planned.summands;
    route.is_reduced = planned.is_reduced;
    map.routes.push_back(std::move(route));
  }
  return map;
}

Json map_json(const RunResult::Map& map) {
  Json tiles = Json::array();
  for (const auto& tile : map.tiles) {
    Json item{{"node", tile.node}, {"row", tile.row}, {"column", tile.column}, {"disabled", tile.disabled}};
    item["layer"] = tile.layer;
    if (tile.layer > 0) {
      item["row_split"] = tile.row_split;
      item["column_group"] = tile.column_group;
      item["rows"] = tile.rows;
      item["columns"] = tile.columns;
    }
    tiles.push_back(std::move(item));
  }
  Json routes = Json::array();
  for (const auto& route : map.routes) {
    routes.push_back({{"route", route.route},
                      {"kind", route.kind},
                      {"sources", route.sources},
                      {"destinations", route.destinations},
                      {"links", route.links},
                      {"elements", route.elements},
                      {"bits", route.bits},
                      {"flits", route.flits},
                      {"packets", route.packets},
                      {"hops", route.hops}});
    if (route.summands > 1) {
      routes.back()["summands"] = route.summands;
    }
    if (route.is_reduced) {
      routes.back()["reduced"] = true;
    }
  }
  return {{"placement", map.placement},
          {"flit_hops", map.flit_hops},
          {"tiles", tiles},
          {"disabled_links", map.disabled_links},
          {"routes", routes}};
}

void write_map(const std::filesystem::path& path, const RunResult::Map& map) {
  Json file{{"schema", "kirchhoff.map/1"}};
  file.update(map_json(map));
  foundation::write_file_atomically(path, file.dump(1) + "\n");
}

}  // namespace kirchhoff::testbenches
