#pragma once

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "foundation/ledger.h"
#include "foundation/trace_sink.h"
#include "model/chip/chip.h"
#include "model/network/mapping.h"
#include "model/network/program.h"
#include "model/presets/configuration.h"
#include "testbenches/host/data_set.h"
#include "testbenches/host/host_module.h"

namespace kirchhoff::testbenches {

/// A chip with a host for one test case: a program that runs on the host, over the sockets.
class ChipBench {
 public:
  /// Preset 209k with these --set values.
  explicit ChipBench(const std::vector<std::string>& sets, tiles::Detail detail = tiles::Detail::physics,
                     foundation::TraceSink* trace = nullptr)
      : configuration(model::load_configuration("209k", sets)),
        description(model::describe_chip(*configuration, detail)),
        ledger(description.topology.node_count()),
        services{ledger, trace, static_cast<std::uint64_t>(configuration->network.seed)} {}

  /// Network and mapping for a data set of this size, as explore would make them.
  void map(std::size_t inputs, std::size_t classes, bool images) {
    network = model::make_network(configuration->network, configuration->periphery, inputs, classes, images);
    const auto& chip = configuration->chip;
    mapping = model::map_network(network, {.topology = description.topology,
                                           .tile_rows = description.tile.rows,
                                           .tile_columns = description.tile.columns,
                                           .spare_tiles = static_cast<std::size_t>(chip.spare_tiles),
                                           .row_split = configuration->network.row_split});
  }

  [[nodiscard]] std::vector<model::RegisterWrite> program(double learning_rate) const {
    return model::make_program(
        network, mapping,
        {.route_entries = description.route_entries,
         .flow_entries = description.tile.flow_entries,
         .backward_full_scale = configuration->periphery.adc_backward_full_scale,
         .adc_bits = configuration->periphery.adc_bits,
         .learning_rate = learning_rate,
         .transfer_interval = static_cast<std::uint32_t>(configuration->network.transfer_interval)});
  }

  [[nodiscard]] std::vector<std::uint32_t> widths() const {
    std::vector<std::uint32_t> result{static_cast<std::uint32_t>(network.inputs())};
    for (const auto& layer : network.layers) {
      result.push_back(static_cast<std::uint32_t>(layer.outputs));
    }
    return result;
  }

  /// Elaborates and runs; once per process.
  void run(const Host::Program& on_host) {
    model::Chip chip{"chip", description, services};
    Host host{"host", on_host};
    sc_core::sc_signal<bool> interrupt{"interrupt"};
    host.chip.bind(chip.host);
    chip.memory.bind(host.memory_socket);
    chip.interrupt(interrupt);
    host.interrupt(interrupt);
    run_host(host);
  }

  std::unique_ptr<model::Configuration> configuration;
  model::ChipDescription description;
  foundation::Ledger ledger;
  foundation::Services services;
  model::NetworkSpec network;
  model::Mapping mapping;
};

/// A batch of all training examples of a set, in their order.
inline ChipDriver::Batch batch_of(MemoryMap& memory, const Examples& examples) {
  ChipDriver::Batch batch;
  batch.inputs = memory.attach(examples.inputs);
  batch.labels = memory.attach(examples.labels);
  batch.count = static_cast<std::uint32_t>(examples.count());
  batch.stride = static_cast<std::uint32_t>(examples.input_count);
  return batch;
}

}  // namespace kirchhoff::testbenches
