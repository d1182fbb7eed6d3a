#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/network/mapping.h"
#include "model/network/network_parameters.h"
#include "model/network/planned_route.h"
#include "model/network/register_write.h"
#include "model/network/route_planner.h"

namespace kirchhoff::model {

struct ProgramOptions {
  std::size_t route_entries = 1024;
  std::size_t flow_entries = 256;
  double backward_full_scale = 1;
  PacketSizes packets{};
  bool overlap = false;  ///< conversions with the next layer's reads
  double learning_rate = 0;
  std::uint32_t transfer_interval = 0;
  interconnect::MeshFaults faults{};
  std::uint32_t virtual_channels = 2;
  std::uint32_t examples_in_flight = 1;  ///< when inferring
  std::size_t first_route = 0;           ///< those before are another network's, see NetworkPlan
  /// Of a router's reduction table; 0: partial sums are added at the collectors.
  std::size_t reduction_entries = 0;
  std::vector<std::size_t> first_reductions{};  ///< by node, as first_route; empty: 0
};

/// A network on a chip: what the host writes, and which packets then take which ways.
///
/// Several networks share a chip where each is mapped onto tiles that the others leave free
/// (MappingTarget::occupied) and its routes and reductions come behind theirs (first_route = end_route of the
/// one before, and first_reductions = end_reductions). One of them is active at a time, the one whose
/// settings the sequencer has: sequencer_part().
struct NetworkPlan {
  std::vector<RegisterWrite> writes;
  std::vector<PlannedRoute> routes;
  std::size_t end_route = 0;                  ///< one past the last route
  std::vector<std::size_t> end_reductions{};  ///< by node, one past the last reduction
};

/// Plans routes, roles and flows. Throws InputError where tables of the chip are too small or there is no way
/// between two nodes.
NetworkPlan plan_network(const NetworkSpec& network, const Mapping& mapping, const ProgramOptions& options);

/// All register writes that turn an unconfigured chip into this network: access tables around faults, route
/// tables, roles and flows of the tiles, the sequencer's settings. Throws as plan_network().
std::vector<RegisterWrite> make_program(const NetworkSpec& network, const Mapping& mapping,
                                        const ProgramOptions& options);

/// The writes that change the learning rate.
std::vector<RegisterWrite> learning_rate_program(const Mapping& mapping, double learning_rate);

}  // namespace kirchhoff::model
