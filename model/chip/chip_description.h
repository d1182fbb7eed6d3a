#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "foundation/coding_style.h"
#include "foundation/duration.h"
#include "foundation/energy_model.h"
#include "foundation/tile_geometry.h"
#include "interconnect/link.h"
#include "interconnect/mesh_faults.h"
#include "interconnect/topology.h"
#include "model/chip/sequencer_core.h"
#include "model/network/mapping.h"
#include "model/network/program.h"
#include "tiles/tile_parameters.h"

namespace kirchhoff::model {

struct Configuration;

/// Times of the host side of the chip.
struct HostInterfaceParameters {
  foundation::Duration register_access{20000};
  foundation::Duration dma_latency{100000};
  double dma_bytes_per_second = 4e9;
  std::uint32_t virtual_channels = 1;    ///< of a link, for CAPABILITIES
  std::uint32_t reductions = 0;          ///< of a router, the same
  std::uint32_t examples_in_flight = 1;  ///< the same
};

/// Everything the chip is built from: plain numbers, derived from a configuration.
struct ChipDescription {
  interconnect::Topology topology;
  interconnect::LinkTiming link;
  foundation::CodingStyle style = foundation::CodingStyle::loosely_timed;
  interconnect::MeshFaults mesh_faults;
  std::size_t route_entries = 1024;
  tiles::TileParameters tile;
  tiles::FaultParameters faults;
  std::optional<interconnect::NodeId> traced_tile;  ///< which tile's traced_cell is traced
  SequencerParameters sequencer;
  HostInterfaceParameters host;
  foundation::Duration quantum{100000000};
  std::optional<foundation::EnergyModel> energy;  ///< behind the energy counter; without it there is none
};

/// Times come from the technology's base values. Throws InputError where a value cannot be built.
ChipDescription describe_chip(const Configuration& configuration, tiles::Detail detail,
                              foundation::CodingStyle style = foundation::CodingStyle::loosely_timed);

/// How the configuration wants energy and time to be priced.
[[nodiscard]] foundation::EnergySettings energy_settings(const Configuration& configuration);

/// The whole chip, as far as area needs it.
[[nodiscard]] foundation::ChipShape chip_shape(const Configuration& configuration);

/// What of the chip a network is mapped onto.
[[nodiscard]] MappingTarget mapping_target(const Configuration& configuration);

/// What the register program of the chip needs beside network and mapping.
[[nodiscard]] ProgramOptions program_options(const Configuration& configuration, double learning_rate);

}  // namespace kirchhoff::model
