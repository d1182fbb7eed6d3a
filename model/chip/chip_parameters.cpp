#include "model/chip/chip_parameters.h"

#include "interconnect/reduction_unit.h"
#include "model/chip/mesh_places.h"
#include "tiles/tile_registers.h"

namespace kirchhoff::model {

using foundation::Mark;

void declare(foundation::ParameterTable& table, ChipParameters& p) {
  table.integer("chip.mesh_rows", p.mesh_rows, 1, 64, Mark::derived, "tiles from north to south");
  table.integer("chip.mesh_columns", p.mesh_columns, 1, 64, Mark::derived, "tiles from west to east");
  table.integer("chip.tile_rows", p.tile_rows, 2, 4096, Mark::derived,
                "word lines of a tile; at least an input and the bias row");
  table.integer("chip.tile_columns", p.tile_columns, 1, 4096, Mark::derived, "bit lines of a tile");
  table.integer("chip.spare_tiles", p.spare_tiles, 0, 4095, Mark::assumed, "kept free by the mapping");
  table.choice("chip.f_realisation", p.f_realisation, {"voltage", "pulse_length"}, Mark::assumed,
               "how the gain F is paid for: read voltage or mirror ratio, or longer pulses");
  table.choice("chip.op_convention", p.op_convention, {"training", "forward"}, Mark::assumed,
               "peak counts 6 op per weight and example, or 2");
  table.real(
      "chip.time_stretch", p.time_stretch, "", 0.01, 1000, Mark::assumed,
      "factor on every time of the technology, 10: a chip ten times slower, whose charge decays as before");
  table.real("chip.quantum", p.quantum_us, "us", 0.001, 1e6, Mark::assumed,
             "local time the sequencer may run ahead of the kernel; no result depends on it");
  table.integer(
      "chip.examples_in_flight", p.examples_in_flight, 1, 8, Mark::assumed,
      "that follow one another through the layers when inferring; a line buffer of each tile for each");
  table.choice("mesh.transport", p.transport, {"packet", "circuit"}, Mark::assumed,
               "how activations and deltas travel: as digital packets, or all at once as pulse durations on "
               "parallel wires");
  table.real(
      "mesh.duration_jitter", p.duration_jitter, "", 0, 16, Mark::assumed,
      "steps of a pulse width, standard deviation of a pulse that arrives, with transport circuit; a step "
      "of 128 ns / 255 is 0.5 ns");
  table.choice("mesh.reduction", p.reduction, {"collector", "routers"}, Mark::assumed,
               "where the partial sums of tiles are added: at the tile that collects them, or in the routers "
               "on their way; the sum is the same");
  table.integer("mesh.reduction_entries", p.reduction_entries, 1,
                static_cast<std::int64_t>(interconnect::ReductionUnit::most_entries), Mark::assumed,
                "reduction table of a router, each entry with buffers for two sums; with reduction routers");
  table.integer("mesh.route_entries", p.route_entries, 8, 8192, Mark::assumed, "route table of a router");
  table.integer("mesh.buffer_flits", p.buffer_flits, 1, 4096, Mark::assumed,
                "buffer of a router's input, per virtual channel; only in style at does it fill up");
  table.integer("mesh.flow_entries", p.flow_entries, 8, tiles::flow_table_max_entries, Mark::assumed,
                "receive and transmit table of a tile");
  table.integer("mesh.virtual_channels", p.virtual_channels, 1, 8, Mark::assumed,
                "of a link; a route may turn from north/south to east/west that many times less one");
  table.texts("mesh.disabled_links", p.disabled_links, check_link, Mark::assumed,
              "broken links, \"0,1-0,2\": between neighbours, row,column, both directions");
  table.texts("mesh.disabled_tiles", p.disabled_tiles, check_node, Mark::assumed,
              "tiles that do not work, \"2,3\": row,column; their routers do");
  table.texts("mesh.dead_routers", p.dead_routers, check_node, Mark::assumed,
              "routers that do not work, nor does the tile, \"2,3\": row,column");
  table.integer("trace.examples", p.trace_examples, 1, 1000000000, Mark::assumed,
                "examples whose states and links are traced");
  table.integer("trace.tile", p.trace_tile, 0, 4095, Mark::assumed, "tile of the synapse traced throughout");
  table.integer("trace.row", p.trace_row, 0, 4095, Mark::assumed, "its row");
  table.integer("trace.column", p.trace_column, 0, 4095, Mark::assumed, "its column");
}

}  // namespace kirchhoff::model
