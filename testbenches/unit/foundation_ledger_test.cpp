#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "foundation/ledger.h"

namespace kirchhoff::foundation {
namespace {

using namespace std::chrono_literals;

TEST(Activity, AddsEveryMember) {
  // Two doubles, then counters of 64 bits: walk over all of them, so that a new member cannot be forgotten.
  constexpr std::size_t words = sizeof(Activity) / sizeof(std::uint64_t);
  constexpr std::size_t reals = 2;
  Activity sum;
  Activity other;
  std::array<std::uint64_t, words> counts{};
  for (std::size_t i = reals; i < words; ++i) counts[i] = 100 + i;
  std::memcpy(static_cast<void*>(&other), counts.data(), sizeof other);
  other.pcm_duty_s = 1.5;
  other.capacitor_duty_s = 2.5;
  sum += other;
  sum += other;
  std::memcpy(counts.data(), static_cast<const void*>(&sum), sizeof sum);
  for (std::size_t i = reals; i < words; ++i) EXPECT_EQ(counts[i], 2 * (100 + i)) << "word " << i;
  EXPECT_EQ(sum.pcm_duty_s, 3.0);
  EXPECT_EQ(sum.capacitor_duty_s, 5.0);
}

TEST(Ledger, KeepsNodesAndPhasesApart) {
  Ledger ledger(3);
  EXPECT_EQ(ledger.tiles(), 3U);
  EXPECT_EQ(ledger.nodes(), 4U);
  EXPECT_EQ(ledger.host_node(), 3U);
  std::uint64_t next = 1;
  for (std::size_t node = 0; node < ledger.nodes(); ++node) {
    for (const Phase phase : all_phases) ledger.at(node, phase).conversions += next++;
  }
  next = 1;
  for (std::size_t node = 0; node < ledger.nodes(); ++node) {
    for (const Phase phase : all_phases) EXPECT_EQ(ledger.at(node, phase).conversions, next++);
  }
  EXPECT_EQ(ledger.total().conversions, 24U * 25U / 2U);
  EXPECT_EQ(ledger.total(Phase::setup).conversions, 1U + 7U + 13U + 19U);
}

TEST(Ledger, TrainingTimeLeavesSetupAndInferenceOut) {
  Ledger ledger(1);
  ledger.elapsed(Phase::setup) += 1s;
  ledger.elapsed(Phase::forward) += 2ns;
  ledger.elapsed(Phase::backward) += 3ns;
  ledger.elapsed(Phase::update) += 5ns;
  ledger.elapsed(Phase::transfer) += 7ns;
  ledger.elapsed(Phase::inference) += 2s;
  EXPECT_EQ(ledger.training_time(), Duration(17ns));
  EXPECT_EQ(ledger.total_time(), Duration(3s + 17ns));
  EXPECT_EQ(ledger.network_elapsed(Phase::forward), Duration(0));
}

}  // namespace
}  // namespace kirchhoff::foundation
