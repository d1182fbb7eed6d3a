#include <gtest/gtest.h>

#include <array>

#include "foundation/activity.h"
#include "testbenches/direct/direct_chip.h"
#include "testbenches/system/chip_bench.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::Phase;

model::ProgramOptions options_of(const ChipBench& bench, double learning_rate) {
  return {.route_entries = bench.description.route_entries,
          .flow_entries = bench.description.tile.flow_entries,
          .backward_full_scale = bench.configuration->periphery.adc_backward_full_scale,
          .packets = {.adc_bits = bench.configuration->periphery.adc_bits},
          .learning_rate = learning_rate,
          .transfer_interval = static_cast<std::uint32_t>(bench.configuration->network.transfer_interval)};
}

TEST(TransactionLayer, AnExampleOfTheHandwritingNetworkTakesFewTransactions) {
  ChipBench bench{{"training.transfer_interval=0"}};
  const auto data = load_data_set("strokes", {.train = 50, .test = 1});
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    const auto before = bench.ledger.counters();
    driver.train(batch_of(memory, data.train));
    const auto& after = bench.ledger.counters();
    // Every packet and every access to host memory, those for the descriptor among them.
    const std::uint64_t transactions =
        after.packets - before.packets + after.dma_accesses - before.dma_accesses;
    EXPECT_LE(transactions, 130U * data.train.count());
    // The host finds packets booked at their links, although they are not while the chip runs.
    EXPECT_GT(after.hops, before.hops + 2 * (after.packets - before.packets));
    // And no fewer than one to each of the 32 tiles in each direction that data must take.
    EXPECT_GE(transactions, 32U * data.train.count());
  });
}

/// The same arrays called by plain loops at the instants of the chip: what packets carry is all they need.
void expect_the_bits_of_direct_calls(const std::vector<std::string>& sets) {
  OperationTimes times;
  ChipBench bench{sets, tiles::Detail::physics, &times};
  const auto data = load_data_set("strokes", {.train = 45, .test = 1});
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  constexpr std::array planes{interconnect::CellPlane::weight, interconnect::CellPlane::g_plus_us,
                              interconnect::CellPlane::g_minus_us, interconnect::CellPlane::g_capacitor_us};
  std::vector<std::array<std::vector<float>, planes.size()>> cells;
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));
    for (const auto& tile : bench.mapping.tiles) {
      auto& of_tile = cells.emplace_back();
      for (std::size_t plane = 0; plane < planes.size(); ++plane) {
        of_tile[plane] = driver.peek_tile(tile, bench.description.tile.columns, planes[plane]);
      }
    }
  });

  DirectChip direct{bench.description,      bench.network,       bench.mapping,
                    options_of(bench, 0.1), bench.services.seed, times.begins()};
  direct.program(start);
  for (std::size_t i = 0; i < data.train.count(); ++i) {
    direct.train(data.train.input(i), data.train.labels[i]);
  }

  for (std::size_t tile = 0; tile < bench.mapping.tiles.size(); ++tile) {
    const auto& place = bench.mapping.tiles[tile];
    for (std::size_t row = 0; row < place.rows(); ++row) {
      for (std::size_t column = 0; column < place.columns; ++column) {
        const auto cell = direct.array(tile).cell(row, column);
        const std::array values{cell.weight, cell.g_plus_us, cell.g_minus_us, cell.g_capacitor_us};
        for (std::size_t plane = 0; plane < planes.size(); ++plane) {
          ASSERT_EQ(values[plane], cells[tile][plane][row * place.columns + column])
              << "tile " << tile << " row " << row << " column " << column << " plane " << plane;
        }
      }
    }
    for (const Phase phase :
         {Phase::setup, Phase::forward, Phase::backward, Phase::update, Phase::transfer}) {
      auto wanted = bench.ledger.at(place.node, phase);
      const auto& booked = direct.ledger().at(place.node, phase);
      EXPECT_EQ(booked.pcm_duty_s, wanted.pcm_duty_s);
      EXPECT_EQ(booked.capacitor_duty_s, wanted.capacitor_duty_s);
      EXPECT_EQ(booked.row_drives, wanted.row_drives);
      EXPECT_EQ(booked.column_drives, wanted.column_drives);
      EXPECT_EQ(booked.row_update_pulses, wanted.row_update_pulses);
      EXPECT_EQ(booked.column_update_pulses, wanted.column_update_pulses);
      EXPECT_EQ(booked.driver_passes, wanted.driver_passes);
      EXPECT_EQ(booked.integrator_passes, wanted.integrator_passes);
      EXPECT_EQ(booked.conversions, wanted.conversions);
      EXPECT_EQ(booked.update_pulses, wanted.update_pulses);
      EXPECT_EQ(booked.clipped_pulses, wanted.clipped_pulses);
      EXPECT_EQ(booked.adc_overloads, wanted.adc_overloads);
      EXPECT_EQ(booked.multiply_accumulates, wanted.multiply_accumulates);
      EXPECT_EQ(booked.set_pulses, wanted.set_pulses);
      EXPECT_EQ(booked.reset_pulses, wanted.reset_pulses);
      EXPECT_EQ(booked.verify_reads, wanted.verify_reads);
    }
  }
  EXPECT_EQ(direct.ledger().counters().transfers, bench.ledger.counters().transfers);
  EXPECT_EQ(direct.ledger().counters().saturated_capacitors, bench.ledger.counters().saturated_capacitors);
}

TEST(TransactionLayer, DirectCallsOfTheSameArraysGiveTheSameBits) {
  // Ticks of charge decay every few examples, so that instants matter.
  expect_the_bits_of_direct_calls({"training.transfer_interval=20", "capacitor.decay_tau=2 ms"});
}

TEST(TransactionLayer, DirectCallsGiveTheSameBitsWithDeltasInTwoPhasesAndConverterErrors) {
  expect_the_bits_of_direct_calls({"training.transfer_interval=20", "adc.two_phase_deltas=true",
                                   "adc.gain_error=0.05", "adc.offset=3", "adc.inl=6",
                                   "faults.pcm_stuck_on=0.01"});
}

}  // namespace
