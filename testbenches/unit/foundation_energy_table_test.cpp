#include <gtest/gtest.h>

#include "foundation/energy_table.h"
#include "foundation/phase_sets.h"
#include "foundation/random.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::foundation {
namespace {

using namespace std::chrono_literals;

Ledger random_ledger(std::uint64_t seed) {
  Ledger ledger(7);
  RandomSequence random(RandomStream(seed, Purpose::shuffle), 0);
  for (std::size_t node = 0; node < ledger.nodes(); ++node) {
    for (const Phase phase : all_phases) {
      Activity& a = ledger.at(node, phase);
      a.pcm_duty_s = random.uniform();
      a.capacitor_duty_s = random.uniform();
      for (std::uint64_t* count :
           {&a.row_drives, &a.column_drives, &a.row_update_pulses, &a.column_update_pulses, &a.driver_passes,
            &a.integrator_passes, &a.update_lines, &a.conversions, &a.stores, &a.bit_hops, &a.router_flits,
            &a.router_sums, &a.pulse_hops, &a.pulse_buffers, &a.set_pulses, &a.reset_pulses}) {
        *count = random.below(1U << 20);
      }
    }
  }
  for (const Phase phase : all_phases) ledger.elapsed(phase) = from_seconds(random.uniform());
  return ledger;
}

TEST(EnergyTable, EveryLevelAddsUpToTheSame) {
  const Technology technology = unit::technology_of_node("90nm");
  const EnergyModel model(technology, {131, 50, 1, {}});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Ledger ledger = random_ledger(seed);
    const EnergyTable table(ledger, model);
    const double total = table.of(all_phases).total();
    double by_phase = 0;
    for (const Phase phase : all_phases) by_phase += table.of_phase(phase).total();
    double by_node = 0;
    for (std::size_t node = 0; node < table.nodes(); ++node)
      by_node += table.of_node(node, all_phases).total();
    double at_once = 0;
    for (const Phase phase : all_phases) {
      at_once +=
          model.price(ledger.total(phase), phase).total() +
          static_cast<double>(ledger.tiles()) * model.standby(to_seconds(ledger.elapsed(phase))).total();
    }
    EXPECT_GT(total, 0);
    EXPECT_NEAR(by_phase / total, 1, 1e-9);
    EXPECT_NEAR(by_node / total, 1, 1e-9);
    EXPECT_NEAR(at_once / total, 1, 1e-9);
  }
}

TEST(EnergyTable, IdleTilesLeakAndTheHostNodeDoesNot) {
  const Technology technology = unit::technology_of_node("90nm");
  const EnergyModel model(technology, {131, 50, 1, {}});
  Ledger ledger(2);
  ledger.elapsed(Phase::forward) = 1us;
  const EnergyTable table(ledger, model);
  EXPECT_EQ(table.at(0, Phase::forward)[Booking::standby], model.standby(1e-6)[Booking::standby]);
  EXPECT_GT(table.at(1, Phase::forward)[Booking::standby], 0);
  EXPECT_EQ(table.at(ledger.host_node(), Phase::forward).total(), 0);
  EXPECT_EQ(table.at(0, Phase::backward).total(), 0);
}

}  // namespace
}  // namespace kirchhoff::foundation
