#include "testbenches/explore/training_session.h"

#include <algorithm>
#include <chrono>
#include <systemc>

#include "interconnect/packet_time.h"
#include "model/chip/chip.h"
#include "model/network/frozen_network.h"
#include "model/network/program.h"
#include "testbenches/host/host_module.h"

namespace kirchhoff::testbenches {

using Clock = std::chrono::steady_clock;

namespace {

model::MappingTarget mapping_target(const model::Configuration& configuration) {
  const auto& chip = configuration.chip;
  return {
      .topology = {static_cast<std::uint32_t>(chip.mesh_rows), static_cast<std::uint32_t>(chip.mesh_columns)},
      .tile_rows = static_cast<std::size_t>(chip.tile_rows),
      .tile_columns = static_cast<std::size_t>(chip.tile_columns),
      .spare_tiles = static_cast<std::size_t>(chip.spare_tiles),
      .row_split = configuration.network.row_split};
}

double percent_right(model::FrozenNetwork& network, const Examples& examples) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < examples.count(); ++i) {
    right += network.classify(examples.input(i)) == examples.labels[i] ? 1 : 0;
  }
  return examples.count() == 0 ? 0
                               : 100.0 * static_cast<double>(right) / static_cast<double>(examples.count());
}

}  // namespace

TrainingSession::TrainingSession(const model::Configuration& configuration, tiles::Detail detail,
                                 const DataSet& data, const std::vector<Matrix>& initial_weights)
    : configuration_(configuration),
      detail_(detail),
      data_(data),
      initial_weights_(initial_weights),
      learning_rate_(data.kind == DataSet::Kind::images ? configuration.network.image_learning_rate
                                                        : configuration.network.feature_learning_rate),
      network_(model::make_network(configuration.network, configuration.periphery, data.input_count,
                                   data.class_count, data.kind == DataSet::Kind::images)),
      mapping_(model::map_network(network_, mapping_target(configuration))),
      ledger_(mapping_.topology.node_count()) {}

void TrainingSession::run(const Listeners& listeners, const Callbacks& callbacks) {
  const auto& training = configuration_.network;
  const foundation::Services services{ledger_, listeners.trace, static_cast<std::uint64_t>(training.seed),
                                      listeners.synapses};
  const auto description = model::describe_chip(configuration_, detail_);
  model::FrozenNetwork frozen{network_, mapping_, configuration_.periphery, detail_, services.seed};
  const auto train_count = static_cast<std::uint32_t>(data_.train.count());

  const auto program = [&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    driver.write_registers(
        model::make_program(network_, mapping_,
                            {.route_entries = static_cast<std::size_t>(configuration_.chip.route_entries),
                             .flow_entries = static_cast<std::size_t>(configuration_.chip.flow_entries),
                             .backward_full_scale = configuration_.periphery.adc_backward_full_scale,
                             .adc_bits = configuration_.periphery.adc_bits,
                             .learning_rate = learning_rate_,
                             .transfer_interval = static_cast<std::uint32_t>(training.transfer_interval)}));
    driver.load_weights(mapping_, initial_weights_);
    const auto at_rest = [&](int epoch) {
      if (callbacks.at_rest) {
        callbacks.at_rest({epoch, driver, interconnect::to_duration(sc_core::sc_time_stamp())});
      }
    };
    at_rest(0);

    ChipDriver::Batch batch;
    batch.inputs = memory.attach(data_.train.inputs);
    batch.labels = memory.attach(data_.train.labels);
    batch.count = train_count;
    batch.stride = static_cast<std::uint32_t>(data_.input_count);
    const std::uint64_t order_address = memory.allocate(train_count * sizeof(std::uint32_t));
    batch.order = order_address;

    for (int epoch = 0; epoch < training.epochs; ++epoch) {
      const auto order = epoch_order(train_count, services.seed, static_cast<std::uint32_t>(epoch));
      const auto bytes = std::as_bytes(std::span{order});
      std::copy(bytes.begin(), bytes.end(), memory.writable(order_address, bytes.size()).begin());
      if (epoch > 0) {
        driver.write_registers(model::learning_rate_program(
            mapping_, learning_rate_of_epoch(learning_rate_, training.learning_rate_decay,
                                             static_cast<std::uint32_t>(epoch))));
      }
      const auto begin = Clock::now();
      const auto completion = driver.train(batch, [&] {
        if (callbacks.trained) {
          callbacks.trained(driver.peek_examples(), epoch + 1);
        }
      });
      EpochResult result;
      result.wall_s = std::chrono::duration<double>(Clock::now() - begin).count();
      result.epoch = epoch + 1;
      result.train_percent = 100.0 * completion.correct / std::max(1U, completion.count);
      result.mean_loss = completion.loss / std::max(1U, completion.count);
      result.simulated_s = sc_core::sc_time_stamp().to_seconds();
      for (std::size_t tile = 0; tile < mapping_.tiles.size(); ++tile) {
        frozen.set_tile(tile, driver.peek_tile(mapping_.tiles[tile], description.tile.columns));
      }
      result.test_percent = percent_right(frozen, data_.test);
      at_rest(result.epoch);
      epochs_.push_back(result);
      if (callbacks.epoch_done) {
        callbacks.epoch_done(result);
      }
    }
    final_weights_ = driver.read_weights(network_, mapping_);
  };

  model::Chip chip{"chip", description, services};
  Host host{"host", program};
  sc_core::sc_signal<bool> interrupt{"interrupt"};
  host.chip.bind(chip.host);
  chip.memory.bind(host.memory_socket);
  chip.interrupt(interrupt);
  host.interrupt(interrupt);
  run_host(host);
  ledger_.counters().out_of_order_reservations = chip.out_of_order_reservations();
  saturated_.assign(network_.layers.size(), {});
  for (const auto& tile : mapping_.tiles) {
    const auto& core = chip.tile(tile.node).core();
    wires_trusted_ = wires_trusted_ && core.array().trusts_wires();
    saturated_[tile.layer] += core.saturated();
  }
}

}  // namespace kirchhoff::testbenches
