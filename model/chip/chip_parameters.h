#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "foundation/parameters.h"

namespace kirchhoff::model {

struct ChipParameters {
  std::int64_t mesh_rows = 4;
  std::int64_t mesh_columns = 8;
  std::int64_t tile_rows = 131;
  std::int64_t tile_columns = 50;
  std::int64_t spare_tiles = 0;            ///< kept free by the mapping
  std::int64_t examples_in_flight = 1;     ///< when inferring; line buffers of a tile
  std::string f_realisation = "voltage";   ///< how the gain F is paid for: voltage, pulse_length
  std::string op_convention = "training";  ///< what peak counts: training (6 op per weight), forward (2)
  double time_stretch = 1;                 ///< factor on every time of the technology
  double quantum_us = 100;                 ///< us, the sequencer's local time may run this far ahead

  std::string transport = "packet";     ///< of activations and deltas: packet, circuit
  double duration_jitter = 0.5;         ///< pulse-width steps, standard deviation, with transport circuit
  std::string reduction = "collector";  ///< where partial sums are added: collector, routers
  std::int64_t reduction_entries = 4;   ///< of a router's reduction table, with reduction routers
  std::int64_t route_entries = 1024;    ///< route table entries per router
  std::int64_t buffer_flits = 16;       ///< of a router's input, per virtual channel
  std::int64_t flow_entries = 256;      ///< receive and transmit table entries per tile
  std::int64_t virtual_channels = 2;    ///< of a link; a path may turn into a row once less often
  std::vector<std::string> disabled_links{};  ///< "0,1-0,2": between neighbours, row,column, both directions
  std::vector<std::string> disabled_tiles{};  ///< "2,3": the router goes on
  std::vector<std::string> dead_routers{};    ///< "2,3": nor does the tile

  std::int64_t trace_examples = 64;  ///< examples whose states and links are traced
  std::int64_t trace_tile = 0;       ///< the synapse that is traced throughout
  std::int64_t trace_row = 0;
  std::int64_t trace_column = 0;
};

void declare(foundation::ParameterTable& table, ChipParameters& parameters);

}  // namespace kirchhoff::model
