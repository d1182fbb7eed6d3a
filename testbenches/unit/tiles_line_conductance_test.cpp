#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/synapse_bench.h"

namespace {

using namespace kirchhoff;
using tiles::HybridArray;

struct Used {
  std::size_t rows;
  std::size_t columns;
};

std::vector<float> random_duties(std::size_t count, foundation::RandomSequence& random) {
  std::vector<float> duties(count);
  for (float& duty : duties) {
    duty = random.uniform() < 0.4 ? 0.0F : static_cast<float>(2 * random.uniform() - 1);
  }
  return duties;
}

/// Sums over cells, one by one, and compares them with what the array says.
void compare(const HybridArray& array, Used used, foundation::RandomSequence& random) {
  const auto rows = random_duties(used.rows, random);
  const auto columns = random_duties(used.columns, random);
  tiles::DrivenLines by_row;
  tiles::DrivenLines by_column;
  for (std::size_t i = 0; i < used.rows; ++i) {
    double pcm = 0;
    double capacitor = 0;
    for (std::size_t j = 0; j < used.columns; ++j) {
      const auto cell = array.cell(i, j);
      const double pair = static_cast<double>(cell.g_plus_us) + static_cast<double>(cell.g_minus_us);
      const auto gate = static_cast<double>(cell.g_capacitor_us);
      pcm += pair;
      capacitor += gate;
      by_row.conductance.pcm_us += pair * std::fabs(static_cast<double>(rows[i]));
      by_row.conductance.capacitor_us += gate * std::fabs(static_cast<double>(rows[i]));
      by_column.conductance.pcm_us += pair * std::fabs(static_cast<double>(columns[j]));
      by_column.conductance.capacitor_us += gate * std::fabs(static_cast<double>(columns[j]));
    }
    const auto line = array.row_conductance(i);
    ASSERT_NEAR(line.pcm_us, pcm, 1e-6 * pcm) << "row " << i;
    ASSERT_NEAR(line.capacitor_us, capacitor, 1e-6 * capacitor) << "row " << i;
    by_row.duty += std::fabs(static_cast<double>(rows[i]));
    by_row.lines += rows[i] != 0.0F ? 1 : 0;
  }
  for (const float duty : columns) {
    by_column.duty += std::fabs(static_cast<double>(duty));
    by_column.lines += duty != 0.0F ? 1 : 0;
  }
  const auto check = [](const tiles::DrivenLines& seen, const tiles::DrivenLines& expected) {
    EXPECT_EQ(seen.lines, expected.lines);
    EXPECT_NEAR(seen.duty, expected.duty, 1e-9 * expected.duty);
    EXPECT_NEAR(seen.conductance.pcm_us, expected.conductance.pcm_us, 1e-6 * expected.conductance.pcm_us);
    EXPECT_NEAR(seen.conductance.capacitor_us, expected.conductance.capacitor_us,
                1e-6 * expected.conductance.capacitor_us);
  };
  check(array.driven_rows(rows), by_row);
  check(array.driven_columns(columns), by_column);
}

TEST(LineConductance, SumsOverTheCellsInUse) {
  foundation::RandomSequence random{foundation::RandomStream{96, foundation::Purpose::data_set}, 0};
  const tiles::SynapseParameters parameters;
  for (const auto& used : {Used{131, 50}, Used{100, 50}, Used{131, 17}, Used{1, 1}}) {
    HybridArray array{131, 50, parameters, 97, 0};
    array.select(used.rows, used.columns);
    std::vector<float> targets(used.columns);
    for (std::size_t row = 0; row < used.rows; ++row) {
      for (float& target : targets) {
        target = static_cast<float>(0.3 * random.normal());
      }
      array.program_row(row + 1, row, targets);
    }
    array.select(used.rows, used.columns);  // as a tile does after programming
    compare(array, used, random);

    unit::PulseBench{used.rows, used.columns}.lower(array, 120);
    array.advance_to(foundation::Duration{1'000'000'000});  // sums follow charge at ticks
    compare(array, used, random);

    for (std::size_t row = 0; row < used.rows; ++row) {
      array.transfer_row(1000, row);
    }
    array.finish_transfer();
    compare(array, used, random);
  }
}

TEST(LineConductance, FreshArrayByHand) {
  const HybridArray array{131, 50, tiles::SynapseParameters{}, 97, 0};
  const auto line = array.row_conductance(3);
  EXPECT_NEAR(line.pcm_us, 50 * 4.0, 1e-9);
  EXPECT_NEAR(line.capacitor_us, 50 * 12.0, 1e-9);
  const auto driven = array.driven_columns(std::vector<float>{1.0F, -0.5F});
  EXPECT_NEAR(driven.conductance.pcm_us, 1.5 * 131 * 4.0, 1e-9);
  EXPECT_NEAR(driven.conductance.capacitor_us, 1.5 * 131 * 12.0, 1e-9);
  EXPECT_EQ(driven.lines, 2U);
}

}  // namespace
