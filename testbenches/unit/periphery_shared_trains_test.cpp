#include <gtest/gtest.h>

#include <vector>

#include "foundation/random.h"
#include "periphery/shared_trains.h"

namespace {

using namespace kirchhoff;
using foundation::Purpose;
using periphery::SharedTrains;

constexpr std::uint64_t kSeed = 9;
constexpr std::int32_t kFullCode = 255;

std::vector<std::int16_t> some_codes(std::size_t count, std::uint64_t operation) {
  foundation::RandomSequence random{foundation::RandomStream{5, Purpose::data_set}, operation};
  std::vector<std::int16_t> codes(count);
  for (auto& code : codes) {
    code = static_cast<std::int16_t>(static_cast<std::int32_t>(random.below(511)) - 255);
  }
  return codes;
}

/// What a generator of this number sends, drawn afresh.
periphery::PulseTrains drawn(Purpose purpose, std::uint32_t generator, std::uint64_t update, double gain,
                             const std::vector<std::int16_t>& codes) {
  periphery::UpdatePulseGenerator fresh{63, kFullCode};
  periphery::PulseTrains trains;
  fresh.generate({kSeed, purpose, generator}, update, gain, codes, trains);
  return trains;
}

void expect_same(const periphery::PulseTrains& got, const periphery::PulseTrains& wanted) {
  ASSERT_EQ(got.lines, wanted.lines);
  ASSERT_EQ(got.negative, wanted.negative);
  ASSERT_EQ(got.bits, wanted.bits);
  ASSERT_EQ(got.pulses, wanted.pulses);
  ASSERT_EQ(got.clipped, wanted.clipped);
}

TEST(SharedTrains, DoNotDependOnWhoAskedBefore) {
  SharedTrains trains{kSeed, 63, kFullCode};
  foundation::RandomSequence random{foundation::RandomStream{6, Purpose::data_set}, 0};
  for (int round = 0; round < 400; ++round) {
    // Few values each, so that all kinds of repetition and of near repetition occur; 3 and 67 share a place.
    const std::uint32_t generator = std::vector<std::uint32_t>{3, 67, 5}[random.below(3)];
    const std::uint64_t update = random.below(2);
    const double gain = random.below(2) == 0 ? 0.3 : 1.7;
    const auto codes = some_codes(random.below(2) == 0 ? 50 : 131, random.below(2));
    const auto rows = drawn(Purpose::update_rows, generator, update, gain, codes);
    const auto& got = trains.rows(generator, update, gain, codes);
    expect_same(got, rows);
    const auto columns = drawn(Purpose::update_columns, generator, update, gain, codes);
    expect_same(trains.columns(generator, update, gain, codes), columns);
    if (HasFatalFailure()) {
      return;
    }
  }
}

TEST(SharedTrains, RowsAndColumnsOfOneNumberDiffer) {
  SharedTrains trains{kSeed, 63, kFullCode};
  const auto codes = some_codes(64, 0);
  EXPECT_NE(trains.rows(1, 0, 0.5, codes).bits, trains.columns(1, 0, 0.5, codes).bits);
}

TEST(SharedTrains, DeterministicTrainsNeedNoSeed) {
  SharedTrains trains{kSeed, 63, kFullCode, periphery::UpdateStyle::coincidence};
  SharedTrains other_seed{kSeed + 1, 63, kFullCode, periphery::UpdateStyle::coincidence};
  periphery::EvenPulseGenerator fresh{63, kFullCode};
  periphery::PulseTrains wanted;
  for (std::uint64_t update = 0; update < 20; ++update) {
    const auto codes = some_codes(131, update);
    fresh.generate(periphery::EvenPulseGenerator::Side::rows, 3, update, 0.4, codes, wanted);
    expect_same(trains.rows(3, update, 0.4, codes), wanted);
    expect_same(other_seed.rows(3, update, 0.4, codes), wanted);
    fresh.generate(periphery::EvenPulseGenerator::Side::columns, 3, update, 0.4, codes, wanted);
    expect_same(trains.columns(3, update, 0.4, codes), wanted);
    if (HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace
