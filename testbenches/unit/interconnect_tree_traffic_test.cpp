#include <gtest/gtest.h>

#include <vector>

#include "foundation/ledger.h"
#include "interconnect/tree_traffic.h"

namespace {

using namespace kirchhoff;
using foundation::Ledger;
using foundation::Phase;
using interconnect::Port;
using interconnect::RouteTree;
using interconnect::TreeTraffic;

// 0 -> 1, delivered at both.
const std::vector<RouteTree::Hop> kHops{{0, RouteTree::root, Port::local, true},
                                        {0, RouteTree::root, Port::east, false},
                                        {1, 1, Port::local, true}};

TEST(TreeTraffic, PacketsAreBookedAtEveryLinkOfTheirWayAndHopsOnlyBetweenRouters) {
  Ledger ledger{2};
  TreeTraffic traffic;
  traffic.add(kHops, Phase::forward, 482, 4, ledger);
  traffic.add(kHops, Phase::forward, 100, 1, ledger);
  EXPECT_EQ(ledger.total().router_flits, 0U);  // not yet
  traffic.book(kHops, ledger);
  EXPECT_EQ(ledger.at(0, Phase::forward).router_flits, 10U);
  EXPECT_EQ(ledger.at(0, Phase::forward).bit_hops, 582U);
  EXPECT_EQ(ledger.at(1, Phase::forward).router_flits, 5U);
  EXPECT_EQ(ledger.at(1, Phase::forward).bit_hops, 0U);
  EXPECT_EQ(ledger.counters().hops, 2U);
  traffic.book(kHops, ledger);  // nothing is booked twice
  EXPECT_EQ(ledger.total().router_flits, 15U);
}

TEST(TreeTraffic, EachPhaseGetsItsOwn) {
  Ledger ledger{2};
  TreeTraffic traffic;
  traffic.add(kHops, Phase::update, 32, 1, ledger);
  traffic.add(kHops, Phase::transfer, 64, 2, ledger);
  traffic.book(kHops, ledger);
  EXPECT_EQ(ledger.at(0, Phase::update).bit_hops, 32U);
  EXPECT_EQ(ledger.at(0, Phase::transfer).bit_hops, 64U);
  EXPECT_EQ(ledger.at(1, Phase::transfer).router_flits, 2U);
  EXPECT_EQ(ledger.counters().hops, 2U);
}

}  // namespace
