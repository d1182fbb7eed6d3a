#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "foundation/random.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "interconnect/reduction_unit.h"
#include "interconnect/route_tree.h"
#include "interconnect/router_registers.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using interconnect::LinkTiming;
using interconnect::mask_of;
using interconnect::PacketHeader;
using interconnect::PacketKind;
using interconnect::Port;
using interconnect::ReductionUnit;
using interconnect::RouterCore;
using interconnect::VectorFormat;

constexpr interconnect::RouteId kRoute = 3;
constexpr interconnect::RouteId kSum = 5;

LinkTiming timing() {
  LinkTiming timing;
  timing.reduction_entries = 2;
  timing.adder_cycles = 1;
  return timing;
}

std::uint32_t inputs_word(std::uint8_t inputs, std::uint32_t route = kRoute) {
  return interconnect::reduction_valid | (std::uint32_t{inputs} << interconnect::reduction_inputs_shift) |
         route;
}

constexpr std::uint8_t kThree = mask_of(Port::north) | mask_of(Port::south) | mask_of(Port::local);

ReductionUnit unit_of(std::uint8_t inputs) {
  ReductionUnit unit{7, timing()};
  EXPECT_TRUE(unit.write(1, kSum));
  EXPECT_TRUE(unit.write(0, inputs_word(inputs)));
  return unit;
}

struct Packet {
  PacketHeader header;
  std::vector<std::byte> bytes;
};

template <typename T>
Packet packet(const std::vector<T>& values, VectorFormat format, std::uint16_t summands = 1) {
  Packet result;
  result.header.kind = PacketKind::partial_sum;
  result.header.format = format;
  result.header.route = kRoute;
  result.header.count = static_cast<std::uint32_t>(values.size());
  result.header.element_bits = 9;
  result.header.summands = summands;
  result.bytes.resize(values.size() * sizeof(T));
  std::memcpy(result.bytes.data(), values.data(), result.bytes.size());
  return result;
}
Packet codes(const std::vector<std::int16_t>& values) {
  return packet(values, VectorFormat::s16);
}

template <typename T>
std::vector<T> values_of(const ReductionUnit::Sum& sum) {
  std::vector<T> values(sum.bytes.size() / sizeof(T));
  std::memcpy(values.data(), sum.bytes.data(), sum.bytes.size());
  return values;
}

ReductionUnit::Taken add(ReductionUnit& unit, Port in, const Packet& packet, std::int64_t head_ns = 0,
                         std::int64_t flits = 4) {
  const auto entry = unit.find(packet.header.route);
  EXPECT_TRUE(entry);
  const Duration head{1000 * head_ns};
  return unit.add(*entry, in, packet.header, packet.bytes, head, head + Duration{1000 * (flits - 1)});
}

TEST(ReductionUnit, AddsElementByElementWhateverTheOrder) {
  std::vector<std::pair<Port, Packet>> all{
      {Port::north, codes({256, -256, 1})},
      {Port::south, packet<std::int32_t>({700, -700, 2}, VectorFormat::s32, 3)},
      {Port::local, codes({255, -256, 0})}};
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  all[1].second.header.element_bits = 11;
  do {
    ReductionUnit unit = unit_of(kThree);
    EXPECT_EQ(add(unit, all[0].first, all[0].second).sum, nullptr);
    EXPECT_EQ(add(unit, all[1].first, all[1].second).sum, nullptr);
    const auto taken = add(unit, all[2].first, all[2].second);
    ASSERT_NE(taken.sum, nullptr);
    EXPECT_EQ(values_of<std::int32_t>(*taken.sum), (std::vector{1211, -1212, 3}));
    const PacketHeader& header = taken.sum->header;
    EXPECT_EQ(header.format, VectorFormat::s32);
    EXPECT_EQ(header.route, kSum);
    EXPECT_EQ(header.source, 7U);
    EXPECT_EQ(header.summands, 5U);
    EXPECT_EQ(header.element_bits, 12U) << "9 bits of a code and 3 for five of them";
    EXPECT_EQ(taken.sum->additions, 6U);
  } while (std::next_permutation(all.begin(), all.end(),
                                 [](const auto& a, const auto& b) { return a.first < b.first; }));
}

TEST(ReductionUnit, FloatsAreAddedInTheOrderOfThePorts) {
  // Rounded differently in any other order.
  const auto float_of = [](float value) { return packet<float>({value}, VectorFormat::f32); };
  std::vector<std::pair<Port, Packet>> all{
      {Port::north, float_of(1e8F)}, {Port::south, float_of(-1e8F)}, {Port::local, float_of(1.25F)}};
  for (int turn = 0; turn < 3; ++turn) {
    ReductionUnit unit = unit_of(kThree);
    add(unit, all[0].first, all[0].second);
    add(unit, all[1].first, all[1].second);
    const auto taken = add(unit, all[2].first, all[2].second);
    ASSERT_NE(taken.sum, nullptr);
    EXPECT_EQ(values_of<float>(*taken.sum), std::vector{1.25F});
    EXPECT_EQ(taken.sum->header.format, VectorFormat::f32);
    std::rotate(all.begin(), all.begin() + 1, all.end());
  }
}

TEST(ReductionUnit, TheSumSetsOutAnAdderStageAfterTheLastHead) {
  ReductionUnit unit = unit_of(kThree);
  Packet late = codes({1, 2});
  late.header.sent_at = Duration{10'000};
  late.header.path_network = Duration{500};
  late.header.path_compute = Duration{70};
  add(unit, Port::south, late, 40, 2);
  add(unit, Port::north, codes({1, 2}), 39, 20);  // longer: its tail is the last
  const auto taken = add(unit, Port::local, codes({3, 4}), 3, 2);
  ASSERT_NE(taken.sum, nullptr);
  EXPECT_EQ(taken.sum->ready, Duration{41'000});
  EXPECT_EQ(taken.sum->complete, Duration{39'000 + 19'000 + 1'000});
  // The path is that of the last head; waiting and adding are the network's.
  EXPECT_EQ(taken.sum->header.sent_at, Duration{41'000});
  EXPECT_EQ(taken.sum->header.path_network, Duration{500 + 31'000});
  EXPECT_EQ(taken.sum->header.path_compute, Duration{70});
}

TEST(ReductionUnit, TheNextExampleMayCatchUpOnceAndNoMore) {
  ReductionUnit unit = unit_of(mask_of(Port::north) | mask_of(Port::east));
  EXPECT_TRUE(unit.is_empty());
  EXPECT_EQ(add(unit, Port::north, codes({1})).refused, nullptr);
  EXPECT_EQ(add(unit, Port::north, codes({10})).refused, nullptr);
  EXPECT_NE(add(unit, Port::north, codes({100})).refused, nullptr);
  auto taken = add(unit, Port::east, codes({2}));
  ASSERT_NE(taken.sum, nullptr);
  EXPECT_EQ(values_of<std::int32_t>(*taken.sum), std::vector{3});
  // The first sum still waits for its link: the second has its buffer, a third would have none.
  taken = add(unit, Port::east, codes({20}));
  ASSERT_NE(taken.sum, nullptr);
  EXPECT_EQ(values_of<std::int32_t>(*taken.sum), std::vector{30});
  EXPECT_NE(add(unit, Port::north, codes({100})).refused, nullptr);
  EXPECT_FALSE(unit.is_empty());
  unit.left(0);
  EXPECT_EQ(add(unit, Port::north, codes({100})).refused, nullptr);
  unit.left(0);
  unit.reset();
  EXPECT_TRUE(unit.is_empty());
  EXPECT_FALSE(unit.find(kRoute));
}

TEST(ReductionUnit, RefusesWhatCannotBeAdded) {
  ReductionUnit unit = unit_of(kThree);
  EXPECT_NE(add(unit, Port::west, codes({1})).refused, nullptr) << "an input that is not named";
  EXPECT_NE(add(unit, Port::north, packet<std::uint8_t>({1}, VectorFormat::u8)).refused, nullptr);
  Packet other = codes({1});
  other.header.kind = PacketKind::activation;
  EXPECT_NE(add(unit, Port::north, other).refused, nullptr);
  other = codes({1});
  other.header.count = 2;  // more than there are bytes for
  EXPECT_NE(add(unit, Port::north, other).refused, nullptr);
  EXPECT_TRUE(unit.is_empty());
  ASSERT_EQ(add(unit, Port::north, codes({1})).refused, nullptr);
  EXPECT_NE(add(unit, Port::south, codes({1, 2})).refused, nullptr) << "another length";
  other = codes({1});
  other.header.exponent = -3;
  EXPECT_NE(add(unit, Port::south, other).refused, nullptr) << "another scale";
  EXPECT_NE(add(unit, Port::south, packet<float>({1}, VectorFormat::f32)).refused, nullptr);
  EXPECT_EQ(add(unit, Port::south, codes({1})).refused, nullptr);
}

TEST(ReductionUnit, RegistersKeepWhatIsWrittenAndOnlyGoodEntriesCount) {
  ReductionUnit unit{0, timing()};
  EXPECT_EQ(unit.entries(), 2U);
  EXPECT_FALSE(unit.read(4));
  EXPECT_FALSE(unit.write(4, 0));
  const auto counts = [&](std::uint32_t inputs, std::uint32_t sum) {
    EXPECT_TRUE(unit.write(3, sum));
    EXPECT_TRUE(unit.write(2, inputs));
    EXPECT_EQ(unit.read(2), inputs);
    EXPECT_EQ(unit.read(3), sum);
    return unit.find(kRoute).has_value();
  };
  EXPECT_TRUE(counts(inputs_word(kThree), kSum));
  EXPECT_FALSE(counts(inputs_word(kThree) & ~interconnect::reduction_valid, kSum));
  EXPECT_FALSE(counts(inputs_word(mask_of(Port::west)), kSum)) << "nothing to add";
  EXPECT_FALSE(counts(inputs_word(kThree), kRoute)) << "a sum that is one of its summands";
  // A new setting forgets what was held.
  ASSERT_TRUE(counts(inputs_word(kThree), kSum));
  add(unit, Port::north, codes({1}));
  EXPECT_FALSE(unit.is_empty());
  ASSERT_TRUE(counts(inputs_word(kThree), kSum));
  EXPECT_TRUE(unit.is_empty());
}

TEST(ReductionUnit, ARestoredUnitGoesOnWithWhatItHeld) {
  ReductionUnit whole = unit_of(kThree);
  Packet early = codes({5, -6});
  early.header.buffer = 1;
  early.header.update = 9;
  Packet last = early;
  add(whole, Port::north, early, 1);
  add(whole, Port::south, early, 2);
  foundation::StateWriter writer;
  writer.section("unit", 1);
  writer(whole);
  ReductionUnit other{7, timing()};
  const std::string saved = writer.finish();
  foundation::StateReader reader{saved, "file"};
  reader.section("unit", 1);
  reader(other);
  reader.finish();
  EXPECT_EQ(other.read(0), whole.read(0));
  const auto a = add(whole, Port::local, last, 3);
  const auto b = add(other, Port::local, last, 3);
  ASSERT_NE(a.sum, nullptr);
  ASSERT_NE(b.sum, nullptr);
  EXPECT_EQ(a.sum->bytes, b.sum->bytes);
  EXPECT_EQ(a.sum->ready, b.sum->ready);
  EXPECT_EQ(b.sum->header.buffer, 1U);
  EXPECT_EQ(b.sum->header.update, 9U);
  EXPECT_EQ(a.sum->header.path_network, b.sum->header.path_network);
}

TEST(ReductionUnit, AWayEndsInTheRouterThatAdds) {
  // 0 -> 1 -> 2 along a row; 2 adds what comes from the west and from its own tile.
  constexpr interconnect::Topology mesh{1, 3};
  std::vector<RouterCore> routers;
  for (interconnect::NodeId node = 0; node < 3; ++node) {
    routers.emplace_back(node, mesh, timing(), std::size_t{8});
  }
  std::vector<RouterCore*> cores{&routers[0], &routers[1], &routers[2]};
  routers[0].set_route(kRoute, mask_of(Port::east));
  routers[1].set_route(kRoute, mask_of(Port::east));
  const std::uint64_t table = interconnect::router_reduction_table_offset;
  ASSERT_TRUE(routers[2].write_register(table + 4, kSum));
  ASSERT_TRUE(routers[2].write_register(table, inputs_word(mask_of(Port::west) | mask_of(Port::local))));
  EXPECT_EQ(routers[2].read_register(table + 4), kSum);
  EXPECT_FALSE(routers[2].read_register(table + 16)) << "two entries";
  const interconnect::RouteTree tree{cores, 0, kRoute};
  ASSERT_EQ(tree.fault(), interconnect::RouteTree::Fault::none);
  ASSERT_EQ(tree.hops().size(), 2U);
  EXPECT_FALSE(tree.hops()[0].exit);
  EXPECT_TRUE(tree.hops()[1].exit);
  EXPECT_FALSE(tree.is_reduced_at_entry());
  const interconnect::RouteTree own{cores, 2, kRoute};
  EXPECT_EQ(own.fault(), interconnect::RouteTree::Fault::none);
  EXPECT_TRUE(own.is_reduced_at_entry());
  EXPECT_TRUE(own.hops().empty());
  // The sum has no way yet.
  EXPECT_EQ((interconnect::RouteTree{cores, 2, kSum}.fault()), interconnect::RouteTree::Fault::missing);
  routers[2].reset();
  EXPECT_EQ((interconnect::RouteTree{cores, 0, kRoute}.fault()), interconnect::RouteTree::Fault::missing);
}

TEST(ReductionUnit, RoutersThatDoNotAddHaveNoTable) {
  RouterCore router{0, interconnect::Topology{1, 2}, LinkTiming{}, 8};
  EXPECT_FALSE(router.read_register(interconnect::router_reduction_table_offset));
  EXPECT_FALSE(router.write_register(interconnect::router_reduction_table_offset, 1));
}

}  // namespace
