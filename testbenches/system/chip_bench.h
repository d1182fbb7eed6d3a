#pragma once

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <systemc>
#include <vector>

#include "foundation/ledger.h"
#include "foundation/trace_sink.h"
#include "model/chip/chip_description.h"
#include "model/network/mapping.h"
#include "model/network/program.h"
#include "model/presets/configuration.h"
#include "testbenches/compliance/monitoring_binder.h"
#include "testbenches/host/data_set.h"
#include "testbenches/host/host_module.h"
#include "testbenches/host/hosted_chip.h"

namespace kirchhoff::testbenches {

/// The coding style that a test of the chip runs in: approximately timed where KIRCHHOFF_STYLE is "at".
inline foundation::CodingStyle style_under_test() {
  const char* const style = std::getenv("KIRCHHOFF_STYLE");
  return style != nullptr && std::string{style} == "at" ? foundation::CodingStyle::approximately_timed
                                                        : foundation::CodingStyle::loosely_timed;
}

/// A chip with a host for one test case: a program that runs on the host, over the sockets, each of which has
/// a protocol monitor.
class ChipBench {
 public:
  /// A preset with these --set values.
  explicit ChipBench(const std::vector<std::string>& sets, tiles::Detail detail = tiles::Detail::physics,
                     foundation::TraceSink* trace = nullptr, const std::string& preset = "209k")
      : configuration(model::load_configuration(preset, sets)),
        description(model::describe_chip(*configuration, detail)),
        ledger(description.topology.node_count()),
        services{ledger, trace, static_cast<std::uint64_t>(configuration->network.seed)} {
    description.style = style_under_test();
  }

  /// Network and mapping for a data set of this size, as explore would make them.
  void map(std::size_t inputs, std::size_t classes, bool images) {
    network = model::make_network(configuration->network, configuration->periphery, inputs, classes, images);
    mapping = model::map_network(network, model::mapping_target(*configuration));
  }

  [[nodiscard]] std::vector<model::RegisterWrite> program(double learning_rate) const {
    return model::make_program(network, mapping, model::program_options(*configuration, learning_rate));
  }

  /// Makes the chip the mapped network, with these weights.
  void set_up(ChipDriver& driver, const std::vector<Matrix>& weights, double learning_rate = 0.1) const {
    driver.start();
    driver.write_registers(program(learning_rate));
    driver.load_weights(mapping, weights);
  }

  [[nodiscard]] std::vector<std::uint32_t> widths() const { return network.widths(); }

  /// Elaborates and runs; once per process.
  void run(const Host::Program& on_host) {
    HostedChip hosted{description, services, on_host, binder};
    run_host(hosted.host);
    require_compliance();
  }

  /// Throws where a socket broke a rule, so that a test in a process of its own fails as well. To be called
  /// when the simulation is over and its modules still exist.
  void require_compliance() {
    binder.finish();
    if (binder.session().count() != 0 || binder.session().calls() == 0) {
      throw std::runtime_error("protocol monitors saw " + std::to_string(binder.session().calls()) +
                               " calls and these violations:\n" + binder.session().text());
    }
  }

  std::unique_ptr<model::Configuration> configuration;
  model::ChipDescription description;
  foundation::Ledger ledger;
  foundation::Services services;
  model::NetworkSpec network;
  model::Mapping mapping;
  MonitoringBinder binder;
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
