#include "testbenches/compliance/external_checker.h"

#include <gtest/gtest.h>
#include <tlm2_base_protocol_checker.h>

#include <limits>

#include "testbenches/system/chip_bench.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using StandIn = tlm_utils::tlm2_base_protocol_checker<32>;

TEST(ExternalChecker, SitsBesideTheMonitorOnEverySocketPairOfTheChip) {
  ASSERT_TRUE(has_external_checker());
  ChipBench bench{{}};
  const auto data = load_data_set("strokes", {.train = 10, .test = 1});
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    EXPECT_EQ(driver.train(batch_of(memory, data.train)).count, 10U);
  });
  // 4 x 8 routers: links both ways, each tile both ways, five pairs at sequencer and host interface beside
  // the mesh port of the latter, and the two to the host.
  constexpr std::size_t kPairs = 2 * (4 * 7 + 3 * 8) + 2 * 32 + 6 + 2;
  EXPECT_EQ(bench.binder.pairs(), kPairs);
  EXPECT_EQ(bench.binder.external_checkers(), kPairs);
  EXPECT_EQ(StandIn::stand_in_instances(), kPairs);
  EXPECT_EQ(StandIn::stand_in_transactions(), bench.binder.session().calls());
  EXPECT_GT(StandIn::stand_in_transactions(), 10U * 130U);
  EXPECT_EQ(StandIn::stand_in_limit(), std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
