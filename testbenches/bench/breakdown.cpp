#include "testbenches/bench/breakdown.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <functional>
#include <systemc>

#include "foundation/error.h"
#include "model/network/program.h"
#include "model/presets/configuration.h"
#include "testbenches/direct/direct_chip.h"
#include "testbenches/host/child.h"
#include "testbenches/host/hosted_chip.h"
#include "testbenches/host/software_network.h"

namespace kirchhoff::testbenches {

namespace {

using Clock = std::chrono::steady_clock;

/// Examples of a block: so few that some blocks of a busy machine are not interrupted.
constexpr std::size_t kBlock = 50;
/// How often chip and direct calls are measured, by turns.
constexpr int kRounds = 3;

/// What is measured of a block of examples.
struct Block {
  double seconds = 0;
  std::array<double, section_names.size()> section_s{};
  // At the end of the run.
  std::uint64_t cells = 0;  ///< hash of the bits of all cells
  double packets = 0;       ///< per example
  double transactions = 0;
  double hops = 0;
};

/// A chip that is trained block by block.
class Rig {
 public:
  model::ChipDescription description;
  model::NetworkSpec network;
  model::Mapping mapping;
  model::ProgramOptions options;

  explicit Rig(const BreakdownRun& run)
      : configuration_(model::load_configuration(run.preset, run.sets)),
        data_(run.data),
        examples_(std::min(run.examples, run.data.train.count())) {
    const auto& data = run.data;
    description = model::describe_chip(*configuration_, tiles::Detail::physics);
    const auto& network_options = configuration_->network;
    const bool images = data.kind == DataSet::Kind::images;
    network = model::make_network(network_options, configuration_->periphery, data.input_count,
                                  data.class_count, images);
    mapping = model::map_network(network, model::mapping_target(*configuration_));
    first_rate_ = images ? network_options.image_learning_rate : network_options.feature_learning_rate;
    options = model::program_options(*configuration_, first_rate_ * network_options.learning_rate_decay);
  }

  /// What software has learned in an epoch.
  [[nodiscard]] std::vector<Matrix> learned() const {
    SoftwareNetwork software{initial_weights(network.widths(), Activation::logistic, seed()),
                             Activation::logistic};
    const auto order = epoch_order(static_cast<std::uint32_t>(data_.train.count()), seed(), 0);
    software.train_epoch(data_.train, order, first_rate_);
    return software.weights();
  }

  [[nodiscard]] std::size_t examples() const { return examples_; }
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
  void run(const std::vector<Matrix>& weights, foundation::TraceSink* trace, const Steps& steps) {
    foundation::Ledger ledger{description.topology.node_count()};
    HostedChip hosted{description, {ledger, trace, seed()}, [&](ChipDriver& driver, MemoryMap& memory) {
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
                        steps.last(ledger, hosted.chip);
                      }};
    run_host(hosted.host);
  }

 private:
  std::unique_ptr<model::Configuration> configuration_;
  const DataSet& data_;
  std::size_t examples_;
  double first_rate_ = 0;
};

/// FNV-1a over the bits of all cells in use, tile by tile.
template <typename ArrayOf>
std::uint64_t hash_of_cells(const model::Mapping& mapping, const ArrayOf& array_of) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (std::size_t tile = 0; tile < mapping.tiles.size(); ++tile) {
    const auto& place = mapping.tiles[tile];
    for (std::size_t row = 0; row < place.rows(); ++row) {
      for (std::size_t column = 0; column < place.columns; ++column) {
        const auto cell = array_of(tile).cell(row, column);
        for (const float value : {cell.weight, cell.g_plus_us, cell.g_minus_us, cell.g_capacitor_us}) {
          hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3U;
        }
      }
    }
  }
  return hash;
}

/// The quarter of the blocks that took least time.
std::vector<Block> fastest_quarter(std::vector<Block> blocks) {
  std::sort(blocks.begin(), blocks.end(),
            [](const Block& a, const Block& b) { return a.seconds < b.seconds; });
  blocks.resize(std::max<std::size_t>(blocks.size() / 4, 1));
  return blocks;
}

double mean_us(const std::vector<Block>& blocks, const std::function<double(const Block&)>& seconds) {
  double sum = 0;
  for (const Block& block : blocks) {
    sum += seconds(block);
  }
  return 1e6 * sum / static_cast<double>(blocks.size() * kBlock);
}

double& transfer_s(Block& block) {
  return block.section_s[static_cast<std::size_t>(Section::transfer)];
}

/// The instants of a run, as plain numbers: counts by tile, then instants.
std::vector<std::int64_t> record(const BreakdownRun& run, const std::vector<Matrix>& weights) {
  Rig rig{run};
  OperationTimes times;
  rig.run(weights, &times,
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

std::vector<Block> measure_chip(const BreakdownRun& run, const std::vector<Matrix>& weights) {
  Rig rig{run};
  foundation::Counters before;
  std::uint64_t transfers = 0;
  std::vector<Block> blocks;
  std::size_t trained = 0;
  const foundation::Ledger* ledger = nullptr;
  rig.run(weights, nullptr,
          {.programmed =
               [&](foundation::Ledger& of_chip) {
                 ledger = &of_chip;
                 before = of_chip.counters();
               },
           .block =
               [&](std::size_t first, std::size_t end, double seconds) {
                 // What a transfer takes belongs to thousands of examples; it has its own line.
                 const bool usual = end - first == kBlock && ledger->counters().transfers == transfers;
                 transfers = ledger->counters().transfers;
                 trained = end;
                 if (usual) {
                   blocks.push_back({.seconds = seconds});
                 }
               },
           .last =
               [&](foundation::Ledger& of_chip, const model::Chip& chip) {
                 Block end;
                 end.cells = hash_of_cells(
                     rig.mapping, [&](std::size_t tile) -> const auto& {
                       return chip.tile(rig.mapping.tiles[tile].node).core().array();
                     });
                 const auto& after = of_chip.counters();
                 const auto count = static_cast<double>(trained);
                 end.packets = static_cast<double>(after.packets - before.packets) / count;
                 end.transactions =
                     end.packets + static_cast<double>(after.dma_accesses - before.dma_accesses) / count;
                 end.hops = static_cast<double>(after.hops - before.hops) / count;
                 blocks.push_back(end);
               }});
  return blocks;
}

std::vector<Block> measure_direct(const BreakdownRun& run, const std::vector<Matrix>& weights,
                                  const std::vector<std::int64_t>& flat) {
  Rig rig{run};
  const DataSet& data = run.data;
  const auto begins = unflatten(flat, rig.description.topology.node_count());
  DirectChip direct{rig.description, rig.network, rig.mapping, rig.options, rig.seed(), begins};
  direct.program(weights);
  std::vector<Block> blocks;
  Block end;
  for (std::size_t first = 0; first < rig.examples(); first += kBlock) {
    const std::size_t last = std::min(first + kBlock, rig.examples());
    SectionClock clock;
    for (std::size_t i = first; i < last; ++i) {
      direct.train(data.train.input(i), data.train.labels[i], &clock);
    }
    Block block;
    for (std::size_t s = 0; s < section_names.size(); ++s) {
      block.section_s[s] = clock.seconds(static_cast<Section>(s));
      block.seconds += block.section_s[s];
    }
    transfer_s(end) += transfer_s(block);
    if (last - first == kBlock && transfer_s(block) == 0) {
      blocks.push_back(block);
    }
  }
  transfer_s(end) /= static_cast<double>(rig.examples());
  end.cells = hash_of_cells(
      rig.mapping, [&](std::size_t tile) -> const auto& { return direct.array(tile); });
  blocks.push_back(end);
  return blocks;
}

}  // namespace

Breakdown measure_breakdown(const BreakdownRun& run) {
  const std::vector<Matrix> weights = Rig{run}.learned();
  const auto times = in_child_values<std::int64_t>([&] { return record(run, weights); });
  std::vector<Block> chip;
  std::vector<Block> direct;
  Breakdown result;
  result.same_cells = true;
  double transfer_us = 0;
  for (int round = 0; round < kRounds; ++round) {
    auto of_chip = in_child_values<Block>([&] { return measure_chip(run, weights); });
    auto of_direct = in_child_values<Block>([&] { return measure_direct(run, weights, times); });
    result.same_cells = result.same_cells && of_chip.back().cells == of_direct.back().cells;
    result.packets = of_chip.back().packets;
    result.transactions = of_chip.back().transactions;
    result.hops = of_chip.back().hops;
    transfer_us += 1e6 * transfer_s(of_direct.back()) / kRounds;
    chip.insert(chip.end(), of_chip.begin(), of_chip.end() - 1);
    direct.insert(direct.end(), of_direct.begin(), of_direct.end() - 1);
  }
  if (chip.empty() || direct.empty()) {
    throw foundation::InputError("the breakdown needs blocks of " + std::to_string(kBlock) +
                                 " examples without a transfer; take more");
  }
  chip = fastest_quarter(std::move(chip));
  direct = fastest_quarter(std::move(direct));
  const auto whole = [](const Block& block) { return block.seconds; };
  result.chip_us = mean_us(chip, whole) + transfer_us;
  result.direct_us = mean_us(direct, whole) + transfer_us;
  for (std::size_t s = 0; s < section_names.size(); ++s) {
    result.section_us[s] = mean_us(direct, [s](const Block& block) { return block.section_s[s]; });
  }
  result.section_us[static_cast<std::size_t>(Section::transfer)] = transfer_us;
  return result;
}

}  // namespace kirchhoff::testbenches
