#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "interconnect/packet_address.h"
#include "interconnect/router_registers.h"
#include "model/chip/segment_list.h"
#include "model/chip/self_test.h"
#include "tiles/tile_registers.h"

// Self-test and segment lists against memory that does what the test wants.
namespace {

using namespace kirchhoff;
using model::ErrorCause;
using model::SelfTest;

constexpr SelfTest::Shape kShape{
    .route_entries = 16, .receive_entries = 8, .reduction_entries = 6, .tile_columns = 4};

/// Registers that keep what is written, but for one bit that is stuck.
class FakeNode final : public model::NodeAccess {
 public:
  std::optional<std::uint32_t> read(std::uint64_t address) override {
    return (words[address] & ~(address == stuck_at ? stuck_low : 0U)) |
           (address == stuck_at ? stuck_high : 0U);
  }
  bool write(std::uint64_t address, std::uint32_t value) override {
    words[address] = value;
    ++writes;
    return true;
  }
  bool read_row(std::uint64_t /*address*/, std::span<float> weights) override {
    for (std::size_t j = 0; j < weights.size(); ++j) {
      weights[j] = j == dead_column ? 0.0F : row[j];
    }
    return true;
  }
  bool write_row(std::uint64_t /*address*/, std::span<const float> weights) override {
    row.assign(weights.begin(), weights.end());
    return true;
  }
  [[nodiscard]] bool stopping() const override { return false; }

  std::map<std::uint64_t, std::uint32_t> words;
  std::vector<float> row{0.5F, -0.5F, 0.1F, 0.0F};
  std::size_t dead_column = 99;
  std::uint64_t stuck_at = 0;
  std::uint32_t stuck_low = 0;
  std::uint32_t stuck_high = 0;
  int writes = 0;
};

std::uint64_t at(std::uint64_t offset) {
  return interconnect::node_register_address(2, offset);
}

model::Fault test_node(FakeNode& node) {
  SelfTest test{node, kShape, 2};
  test.registers();
  test.receive_table();
  test.route_table();
  test.reduction_table();
  EXPECT_EQ(test.checks(), 25U + 8U + 16U + 6U);
  EXPECT_EQ(test.passed(), test.checks() - (test.fault().any() ? 1U : 0U));
  return test.fault();
}

TEST(SelfTest, GoodRegistersPassAndStay) {
  FakeNode node;
  node.words[at(0x08)] = 131;
  node.words[at(tiles::flow_table_offset)] = tiles::flow_valid | 5;
  node.words[at(interconnect::router_table_offset + 4)] = 3;
  node.words[at(interconnect::router_reduction_table_offset + 8)] =
      interconnect::reduction_valid | 0x110000U | 7U;
  node.words[at(interconnect::router_reduction_table_offset + 20)] = 9;
  const auto before = node.words;
  EXPECT_FALSE(test_node(node).any());
  for (const auto& [address, word] : before) {
    EXPECT_EQ(node.words[address], word);
  }
}

TEST(SelfTest, EveryStuckBitIsFound) {
  const struct {
    std::uint64_t offset;
    unsigned bits;
    ErrorCause cause;
    std::uint64_t reported;
  } places[] = {
      {0x08, 32, ErrorCause::self_test_register, 0x08},
      {0x5c, 32, ErrorCause::self_test_register, 0x5c},
      {tiles::flow_table_offset + 16, 31, ErrorCause::self_test_receive_table, tiles::flow_table_offset + 16},
      {tiles::flow_table_offset + 16 * 7 + 8, 32, ErrorCause::self_test_receive_table,
       tiles::flow_table_offset + 16 * 7},
      {interconnect::router_table_offset + 4 * 15, 5, ErrorCause::self_test_route_table,
       interconnect::router_table_offset + 4 * 15},
      {interconnect::router_reduction_table_offset + 8 * 5, 21, ErrorCause::self_test_route_table,
       interconnect::router_reduction_table_offset + 8 * 5},
      {interconnect::router_reduction_table_offset + 8 * 2 + 4, 16, ErrorCause::self_test_route_table,
       interconnect::router_reduction_table_offset + 8 * 2},
  };
  for (const auto& place : places) {
    for (unsigned bit = 0; bit < place.bits; ++bit) {
      FakeNode low;
      low.stuck_at = at(place.offset);
      low.stuck_low = 1U << bit;
      const auto fault = test_node(low);
      EXPECT_EQ(fault.cause, place.cause) << bit;
      EXPECT_EQ(fault.address, at(place.reported)) << bit;
    }
  }
}

TEST(SelfTest, ADeadCellIsFoundAndTheRowRestored) {
  FakeNode node;
  node.dead_column = 2;
  SelfTest test{node, kShape, 2};
  const auto before = node.row;
  test.cells(3, 4);
  EXPECT_EQ(test.fault().cause, ErrorCause::self_test_weights);
  EXPECT_EQ(test.fault().address, interconnect::cell_address(2, interconnect::CellPlane::weight, 3 * 4 + 2));
  EXPECT_EQ(test.checks() - test.passed(), 2U);  // in both patterns
  node.dead_column = 99;
  node.row = before;
  SelfTest good{node, kShape, 2};
  good.cells(3, 4);
  EXPECT_FALSE(good.fault().any());
  EXPECT_EQ(node.row, before);
}

class Segments : public testing::Test {
 protected:
  model::Fault load(const std::vector<model::Segment>& list, std::uint64_t address = 0x100) {
    return segments.load(address, [&](std::uint64_t from, std::span<std::byte> bytes) {
      ++reads;
      const std::uint64_t index = (from - 0x100) / sizeof(model::Segment);
      if (index >= list.size()) {
        return false;
      }
      std::memcpy(bytes.data(), &list[index], sizeof list[index]);
      return true;
    });
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pieces(std::uint64_t offset, std::uint64_t bytes) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
    std::uint64_t expected = 0;
    last =
        segments.each_piece(offset, bytes, [&](std::uint64_t from, std::uint64_t first, std::uint64_t size) {
          EXPECT_EQ(first, expected);
          expected += size;
          found.emplace_back(from, size);
          return true;
        });
    return found;
  }
  model::SegmentList segments;
  model::Fault last;
  int reads = 0;
};

using Pieces = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

TEST_F(Segments, OnePlaceIsOnePiece) {
  segments.set_place(1000);
  EXPECT_EQ(pieces(24, 10), (Pieces{{1024, 10}}));
  segments.set_place(~std::uint64_t{0} - 9);
  EXPECT_EQ(pieces(0, 10).size(), 1U);  // the last byte there is
  EXPECT_TRUE(pieces(0, 11).empty());
  EXPECT_EQ(last.cause, ErrorCause::address_overflow);
  EXPECT_TRUE(pieces(20, 1).empty());
}

TEST_F(Segments, DataAreCutWhereSegmentsEnd) {
  EXPECT_FALSE(load({{1000, 10, 0}, {5000, 1, 0}, {7000, 100, model::segment_last}}).any());
  EXPECT_EQ(pieces(0, 10), (Pieces{{1000, 10}}));
  EXPECT_EQ(pieces(9, 4), (Pieces{{1009, 1}, {5000, 1}, {7000, 2}}));
  EXPECT_EQ(pieces(11, 100), (Pieces{{7000, 100}}));
  EXPECT_EQ(pieces(110, 2), (Pieces{{7099, 1}}));
  EXPECT_EQ(last.cause, ErrorCause::segments);
  EXPECT_EQ(last.address, 0x100U);
}

TEST_F(Segments, ChainsAreFollowedAndEnd) {
  EXPECT_FALSE(
      load({{1000, 10, 0}, {0x100 + 48, 0, model::segment_chain}, {}, {2000, 5, model::segment_last}}).any());
  EXPECT_EQ(pieces(8, 4), (Pieces{{1008, 2}, {2000, 2}}));
  EXPECT_EQ(reads, 3);
  EXPECT_EQ(load({{0x100, 0, model::segment_chain}}).cause, ErrorCause::segments);
  EXPECT_EQ(load(std::vector<model::Segment>(3, {1, 1, 0})).cause, ErrorCause::dma_read);
  EXPECT_EQ(load(std::vector<model::Segment>(2000, {1, 1, 0})).cause, ErrorCause::segments);
  std::vector<model::Segment> most(model::most_segments, {1, 1, 0});
  most.back().flags = model::segment_last;
  EXPECT_FALSE(load(most).any());
}

}  // namespace
