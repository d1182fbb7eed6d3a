#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "foundation/random.h"
#include "tiles/vector_codec.h"

namespace {

using namespace kirchhoff;
using interconnect::bytes_of;
using interconnect::VectorFormat;
using tiles::decode;
using tiles::encode;

struct Range {
  VectorFormat format;
  std::int32_t low;
  std::int32_t high;
};
const Range kRanges[] = {{VectorFormat::u8, 0, 255},
                         {VectorFormat::s16, -32768, 32767},
                         {VectorFormat::s32, -16777216, 16777216},
                         {VectorFormat::f32, -1000, 1000}};

TEST(VectorCodec, CodesComeBack) {
  foundation::RandomSequence random{foundation::RandomStream{55, foundation::Purpose::data_set}, 0};
  for (const auto& range : kRanges) {
    for (const std::size_t count : {1U, 7U, 16U, 50U, 131U}) {
      std::vector<float> values(count);
      for (float& value : values) {
        value = static_cast<float>(range.low + static_cast<std::int32_t>(random.below(
                                                   static_cast<std::uint32_t>(range.high - range.low) + 1)));
      }
      values.front() = static_cast<float>(range.low);
      values.back() = static_cast<float>(range.high);
      std::vector<std::byte> bytes(4 * count);
      const std::size_t size = encode(range.format, values, bytes);
      EXPECT_EQ(size, count * bytes_of(range.format));
      std::vector<float> back(count);
      ASSERT_TRUE(decode(range.format, std::span{bytes}.first(size), 0, back));
      EXPECT_EQ(back, values);
    }
  }
}

TEST(VectorCodec, PartOfAPacket) {
  const std::array<float, 5> values{1, -2, 300, -400, 5};
  std::array<std::byte, 10> bytes{};
  encode(VectorFormat::s16, values, bytes);
  std::array<float, 2> part{};
  ASSERT_TRUE(decode(VectorFormat::s16, bytes, 2, part));
  EXPECT_EQ(part[0], 300.0F);
  EXPECT_EQ(part[1], -400.0F);
}

TEST(VectorCodec, WireLayoutIsLittleEndianTwosComplement) {
  const std::array<float, 1> value{-2};
  std::array<std::byte, 2> bytes{};
  encode(VectorFormat::s16, value, bytes);
  EXPECT_EQ(bytes[0], std::byte{0xfe});
  EXPECT_EQ(bytes[1], std::byte{0xff});
}

TEST(VectorCodec, TooShortIsRefusedAndNothingWritten) {
  const std::array<std::byte, 7> bytes{};
  std::array<float, 4> out{9, 9, 9, 9};
  EXPECT_FALSE(decode(VectorFormat::s16, bytes, 0, out));
  EXPECT_FALSE(decode(VectorFormat::u8, bytes, 4, out));
  EXPECT_FALSE(decode(VectorFormat::f32, bytes, 1, std::span{out}.first(1)));
  EXPECT_EQ(out[0], 9.0F);
  EXPECT_TRUE(decode(VectorFormat::u8, bytes, 3, out));
}

TEST(VectorCodec, NoFormatCarriesNothing) {
  std::array<std::byte, 4> bytes{};
  std::array<float, 1> value{1};
  EXPECT_EQ(encode(VectorFormat::none, value, bytes), 0U);
  EXPECT_FALSE(decode(VectorFormat::none, bytes, 0, value));
  EXPECT_TRUE(decode(VectorFormat::none, bytes, 0, std::span<float>{}));
}

}  // namespace
