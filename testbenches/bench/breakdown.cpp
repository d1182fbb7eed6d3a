#include "testbenches/bench/breakdown.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <systemc>

#include "foundation/error.h"
#include "model/chip/chip.h"
#include "model/network/program.h"
#include "model/presets/configuration.h"
#include "testbenches/bench/child.h"
#include "testbenches/direct/direct_chip.h"
#include "testbenches/host/host_module.h"

namespace kirchhoff::testbenches {

namespace {

using Clock = std::chrono::steady_clock;

/// Examples of a block: long enough for the caches to forget the other block, short enough that some blocks
/// of a busy machine are not interrupted.
constexpr std::size_t kBlock = 50;

/// A chip that is trained block by block.
class Rig {
 public:
  Rig(const std::string& preset, const DataSet& data, std::size_t examples,
      const std::vector<std::string>& sets)
      : configuration_(model::load_configuration(preset, sets)),
        description(model::describe_chip(*configuration_, tiles::Detail::physics)),
        data_(data),
        examples_(std::min(examples, data.train.count())) {
    const auto& network_options = configuration_->network;
    const bool images = data.kind == DataSet::Kind::images;
    network = model::make_network(network_options, configuration_->periphery, data.input_count,
                                  data.class_count, images);
    const auto& chip = configuration_->chip;
    mapping = model::map_network(network, {.topology = description.topology,
                                           .tile_rows = description.tile.rows,
                                           .tile_columns = description.tile.columns,
                                           .spare_tiles = static_cast<std::size_t>(chip.spare_tiles),
                                           .row_split = network_options.row_split});
    options = {
        .route_entries = description.route_entries,
        .flow_entries = description.tile.flow_entries,
        .backward_full_scale = configuration_->periphery.adc_backward_full_scale,
        .adc_bits = configuration_->periphery.adc_bits,
        .learning_rate = images ? network_options.image_learning_rate : network_options.feature_learning_rate,
        .transfer_interval = static_cast<std::uint32_t>(network_options.transfer_interval)};
    std::vector<std::uint32_t> widths{static_cast<std::uint32_t>(network.inputs())};
    for (const auto& layer : network.layers) {
      widths.push_back(static_cast<std::uint32_t>(layer.outputs));
    }
    weights = initial_weights(widths, Activation::logistic, seed());
  }

  [[nodiscard]] std::uint64_t seed() const {
    return static_cast<std::uint64_t>(configuration_->network.seed);
  }

  /// `programmed` once the weights are in, `block` after each block of examples [first, end) with the seconds
  /// it took; `last` at the end.
  struct Steps {
    std::function<void(foundation::Ledger&)> programmed;
    std::function<void(std::size_t first, std::size_t end, double seconds)> block;
    std::function<void(foundation::Ledger&, const model::Chip&)> last;
  };
  void run(foundation::TraceSink* trace, const Steps& steps) {
    foundation::Ledger ledger{description.topology.node_count()};
    model::Chip chip{"chip", description, {ledger, trace, seed()}};
    Host host{"host", [&](ChipDriver& driver, MemoryMap& memory) {
                driver.start();
                driver.write_registers(model::make_program(network, mapping, options));
                driver.load_weights(mapping, weights);
                steps.programmed(ledger);
                ChipDriver::Batch batch;
                const std::uint64_t inputs = memory.attach(data_.train.inputs);
                const std::uint64_t labels = memory.attach(data_.train.labels);
                batch.stride = static_cast<std::uint32_t>(data_.input_count);
                for (std::size_t first = 0; first < examples_; first += kBlock) {
                  batch.inputs = inputs + first * data_.input_count;
                  batch.labels = labels + first * sizeof(std::uint16_t);
                  batch.count = static_cast<std::uint32_t>(std::min(kBlock, examples_ - first));
                  const auto begin = Clock::now();
                  driver.train(batch);
                  steps.block(first, first + batch.count,
                              std::chrono::duration<double>(Clock::now() - begin).count());
                }
                steps.last(ledger, chip);
              }};
    sc_core::sc_signal<bool> interrupt{"interrupt"};
    host.chip.bind(chip.host);
    chip.memory.bind(host.memory_socket);
    chip.interrupt(interrupt);
    host.interrupt(interrupt);
    run_host(host);
  }

 private:
  std::unique_ptr<model::Configuration> configuration_;

 public:
  model::ChipDescription description;
  model::NetworkSpec network;
  model::Mapping mapping;
  model::ProgramOptions options;
  std::vector<Matrix> weights;

 private:
  const DataSet& data_;
  std::size_t examples_;
};

bool same_cells(const Rig& rig, const model::Chip& chip, const DirectChip& direct) {
  for (std::size_t tile = 0; tile < rig.mapping.tiles.size(); ++tile) {
    const auto& place = rig.mapping.tiles[tile];
    const auto& array = chip.tile(place.node).core().array();
    for (std::size_t row = 0; row < place.rows(); ++row) {
      for (std::size_t column = 0; column < place.columns; ++column) {
        const auto a = array.cell(row, column);
        const auto b = direct.array(tile).cell(row, column);
        if (a.weight != b.weight || a.g_plus_us != b.g_plus_us || a.g_minus_us != b.g_minus_us ||
            a.g_capacitor_us != b.g_capacitor_us) {
          return false;
        }
      }
    }
  }
  return true;
}

/// The blocks that took least time, a quarter of them.
std::vector<std::size_t> fastest_quarter(const std::vector<double>& seconds) {
  std::vector<std::size_t> blocks(seconds.size());
  std::iota(blocks.begin(), blocks.end(), std::size_t{0});
  std::sort(blocks.begin(), blocks.end(),
            [&](std::size_t a, std::size_t b) { return seconds[a] < seconds[b]; });
  blocks.resize(std::max<std::size_t>(blocks.size() / 4, 1));
  return blocks;
}

double mean_over(const std::vector<std::size_t>& blocks, const std::vector<double>& values) {
  double sum = 0;
  for (const std::size_t block : blocks) {
    sum += values[block];
  }
  return sum / static_cast<double>(blocks.size());
}

/// The instants of a run, as plain numbers: counts by tile, then instants.
std::vector<std::int64_t> record(const std::string& preset, const DataSet& data, std::size_t examples,
                                 const std::vector<std::string>& sets) {
  Rig rig{preset, data, examples, sets};
  OperationTimes times;
  rig.run(&times,
          {.programmed = [](auto&) {}, .block = [](auto, auto, auto) {}, .last = [](auto&, auto&) {}});
  std::vector<std::int64_t> flat;
  for (const auto& of_tile : times.begins()) {
    flat.push_back(static_cast<std::int64_t>(of_tile.size()));
  }
  for (const auto& of_tile : times.begins()) {
    std::transform(of_tile.begin(), of_tile.end(), std::back_inserter(flat),
                   [](foundation::Duration at) { return at.count(); });
  }
  return flat;
}

OperationTimes::Begins unflatten(const std::vector<std::int64_t>& flat, std::size_t tiles) {
  OperationTimes::Begins begins(tiles);
  std::size_t at = tiles;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    for (std::int64_t n = 0; n < flat[tile]; ++n) {
      begins[tile].emplace_back(flat[at++]);
    }
  }
  return begins;
}

}  // namespace

Breakdown measure_breakdown(const std::string& preset, const DataSet& data, std::size_t examples,
                            const std::vector<std::string>& sets) {
  const auto flat = in_child_values<std::int64_t>([&] { return record(preset, data, examples, sets); });
  return in_child<Breakdown>([&] {
    Rig rig{preset, data, examples, sets};
    const auto begins = unflatten(flat, rig.description.topology.node_count());
    DirectChip direct{rig.description, rig.network, rig.mapping, rig.options, rig.seed(), begins};
    direct.program(rig.weights);
    Breakdown result;
    foundation::Counters before;
    double transfer_s = 0;
    std::vector<double> chip_s;
    std::vector<double> direct_s;
    std::array<std::vector<double>, section_names.size()> section_s;
    std::size_t trained = 0;
    rig.run(nullptr, {.programmed = [&](foundation::Ledger& ledger) { before = ledger.counters(); },
                      .block =
                          [&](std::size_t first, std::size_t end, double seconds) {
                            SectionClock clock;
                            for (std::size_t i = first; i < end; ++i) {
                              direct.train(data.train.input(i), data.train.labels[i], &clock);
                            }
                            trained = end;
                            // A transfer belongs to thousands of examples, not to the block it falls into.
                            const double transfer = clock.seconds(Section::transfer);
                            transfer_s += transfer;
                            if (transfer > 0 || end - first < kBlock) {
                              return;
                            }
                            chip_s.push_back(seconds);
                            double sum = 0;
                            for (std::size_t s = 0; s < section_s.size(); ++s) {
                              section_s[s].push_back(clock.seconds(static_cast<Section>(s)));
                              sum += section_s[s].back();
                            }
                            direct_s.push_back(sum);
                          },
                      .last =
                          [&](foundation::Ledger& ledger, const model::Chip& chip) {
                            result.same_cells = same_cells(rig, chip, direct);
                            const auto& after = ledger.counters();
                            const auto count = static_cast<double>(trained);
                            result.packets = static_cast<double>(after.packets - before.packets) / count;
                            result.transactions =
                                result.packets +
                                static_cast<double>(after.dma_accesses - before.dma_accesses) / count;
                            result.hops = static_cast<double>(after.hops - before.hops) / count;
                          }});
    if (chip_s.empty()) {
      throw foundation::InputError("the breakdown needs blocks of " + std::to_string(kBlock) +
                                   " examples without a transfer; take more");
    }
    const double us = 1e6 / static_cast<double>(kBlock);
    const double transfer_us = 1e6 * transfer_s / static_cast<double>(trained);
    const auto fastest = fastest_quarter(direct_s);
    result.chip_us = us * mean_over(fastest_quarter(chip_s), chip_s) + transfer_us;
    result.direct_us = us * mean_over(fastest, direct_s) + transfer_us;
    for (std::size_t s = 0; s < section_s.size(); ++s) {
      result.section_us[s] = us * mean_over(fastest, section_s[s]);
    }
    result.section_us[static_cast<std::size_t>(Section::transfer)] = transfer_us;
    return result;
  });
}

}  // namespace kirchhoff::testbenches
