#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "interconnect/circuit.h"
#include "interconnect/duration_wires.h"
#include "interconnect/router_core.h"

namespace {

using namespace kirchhoff::interconnect;
using kirchhoff::foundation::Duration;

constexpr DurationWires kWires{.pulse = Duration{128000}, .buffer = Duration{200}, .per_link = 131};

PacketHeader vector_of(PacketKind kind, std::uint32_t count, VectorFormat format = VectorFormat::u8) {
  PacketHeader header;
  header.kind = kind;
  header.count = count;
  header.format = format;
  return header;
}

TEST(DurationWires, CarryActivationsAndDeltasOnly) {
  for (const auto kind :
       {PacketKind::partial_sum, PacketKind::layer_output, PacketKind::exponent_report, PacketKind::exponent,
        PacketKind::back_partial, PacketKind::transfer, PacketKind::done, PacketKind::access}) {
    EXPECT_FALSE(DurationWires::carries(kind));
  }
  EXPECT_TRUE(DurationWires::carries(PacketKind::activation));
  EXPECT_TRUE(DurationWires::carries(PacketKind::delta));
}

TEST(DurationWires, TimeIsAPulseAndABufferPerHopWhateverTheLength) {
  for (const std::uint32_t count : {1U, 50U, 131U}) {
    EXPECT_EQ(kWires.zero_load(vector_of(PacketKind::activation, count), 7), Duration{128000 + 7 * 200});
  }
  // A wire for each sign.
  EXPECT_EQ(kWires.zero_load(vector_of(PacketKind::delta, 65), 1), Duration{128200});
  // What is wider than a link takes turns.
  EXPECT_EQ(kWires.length(vector_of(PacketKind::delta, 66)), Duration{256000});
  EXPECT_EQ(kWires.length(vector_of(PacketKind::activation, 263)), Duration{384000});
}

TEST(DurationWires, ValuesOfZeroHaveNoPulse) {
  const std::array<std::uint8_t, 4> codes{0, 3, 255, 0};
  EXPECT_EQ(DurationWires::pulses(vector_of(PacketKind::activation, 4), std::as_bytes(std::span{codes})), 2U);
  const std::array<std::int16_t, 3> deltas{-256, 0, 1};
  EXPECT_EQ(DurationWires::pulses(vector_of(PacketKind::delta, 3, VectorFormat::s16),
                                  std::as_bytes(std::span{deltas})),
            2U);
  EXPECT_EQ(DurationWires::pulses(vector_of(PacketKind::activation, 9), std::as_bytes(std::span{codes})), 2U)
      << "never beyond the bytes that are there";
}

/// 0 -> 1 -> 2, delivered at 1 and 2.
const std::vector<RouteTree::Hop> kHops{{0, RouteTree::root, Port::east, false},
                                        {1, 0, Port::east, false},
                                        {1, 0, Port::local, true},
                                        {2, 1, Port::local, true}};

class Circuit : public testing::Test {
 protected:
  Duration hold(Duration ready) {
    hold_circuit(kHops, links_, &entry_, kWires.buffer, kWires.pulse, ready, begins_);
    return begins_[0] - kWires.buffer;
  }
  std::array<Reservations, 4> own_;
  Reservations entry_;
  std::vector<Reservations*> links_{&own_[0], &own_[1], &own_[2], &own_[3]};
  std::vector<Duration> begins_{4};
};

TEST_F(Circuit, PulsesAreABufferLaterAtEveryHop) {
  EXPECT_EQ(hold(Duration{5000}), Duration{5000});
  EXPECT_EQ(begins_, (std::vector<Duration>{Duration{5200}, Duration{5400}, Duration{5400}, Duration{5600}}));
  // Delivered as the closed form has it, two and three links away.
  EXPECT_EQ(begins_[2] + kWires.pulse - Duration{5000},
            kWires.zero_load(vector_of(PacketKind::activation, 50), 2));
  EXPECT_EQ(begins_[3] + kWires.pulse - Duration{5000},
            kWires.zero_load(vector_of(PacketKind::activation, 50), 3));
}

TEST_F(Circuit, WaitsUntilTheWholeWayIsFree) {
  own_[3].reserve(Duration{100000}, kWires.pulse);  // the last link, to 228,000
  EXPECT_EQ(hold(Duration{0}), Duration{228000 - 600});
  EXPECT_EQ(begins_[0], Duration{228000 - 400});  // not before: nothing would hold the pulse on its way
  // The first link is free before, for somebody else.
  EXPECT_EQ(own_[0].reserve(Duration{0}, kWires.pulse), Duration{0});
}

TEST_F(Circuit, OneAfterTheOtherOverTheSameWires) {
  EXPECT_EQ(hold(Duration{0}), Duration{0});
  EXPECT_EQ(hold(Duration{1000}), Duration{128000});
  EXPECT_EQ(hold(Duration{1000}), Duration{256000});
}

TEST_F(Circuit, FitsIntoTheFirstGapThatAllLinksShare) {
  own_[0].reserve(Duration{300000}, kWires.pulse);
  own_[1].reserve(Duration{0}, Duration{50000});
  entry_.reserve(Duration{0}, Duration{20000});
  EXPECT_EQ(hold(Duration{0}), Duration{50000 - 400});
}

TEST(Reservations, FirstFreeIsWhatReserveTakes) {
  std::mt19937 random{7};
  std::uniform_int_distribution<int> when{0, 3000};
  std::uniform_int_distribution<int> length{1, 60};
  Reservations link;
  for (int i = 0; i < 20000; ++i) {
    const Duration wanted{when(random) + i};
    const Duration taken{length(random)};
    const Duration expected = link.first_free(wanted, taken);
    ASSERT_EQ(link.reserve(wanted, taken), expected) << i;
  }
}

TEST(RouterCoreWires, OnlyWhereTheMeshHasSome) {
  LinkTiming timing;
  RouterCore packets{0, {1, 2}, timing, 4};
  timing.wires = kWires;
  RouterCore wired{0, {1, 2}, timing, 4};
  // Beside the links, not on them.
  wired.wires(Port::east).reserve(Duration{0}, Duration{100});
  EXPECT_EQ(wired.link(Port::east).first_free(Duration{0}, Duration{1}), Duration{0});
  EXPECT_EQ(wired.wires_beside(wired.entry(Port::local)).first_free(Duration{0}, Duration{1}), Duration{0});
  wired.wires_beside(wired.entry(Port::local)).reserve(Duration{0}, Duration{70});
  EXPECT_EQ(wired.entry(Port::local).first_free(Duration{0}, Duration{1}), Duration{0});
  EXPECT_EQ(wired.wires(Port::local).first_free(Duration{0}, Duration{1}), Duration{0});
  wired.reset();
  EXPECT_EQ(wired.wires(Port::east).first_free(Duration{0}, Duration{1}), Duration{0});
  EXPECT_EQ(wired.wires_beside(wired.entry(Port::local)).first_free(Duration{0}, Duration{1}), Duration{0});
}

}  // namespace
