#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/duration.h"
#include "foundation/error.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"

namespace {

using kirchhoff::foundation::AlignedVector;
using kirchhoff::foundation::Duration;
using kirchhoff::foundation::InputError;
using kirchhoff::foundation::StateAccess;
using kirchhoff::foundation::StateReader;
using kirchhoff::foundation::StateWriter;
using testing::HasSubstr;

enum class Colour : std::uint8_t { red, green };

class Part {
 public:
  Part() = default;
  Part(int number, std::string text) : number_(number), text_(std::move(text)) {}
  bool operator==(const Part&) const = default;

 private:
  friend struct StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.number_, self.text_);
  }
  int number_ = 0;
  std::string text_;
};

struct Pair {
  std::uint64_t first = 0;
  double second = 0;
  bool operator==(const Pair&) const = default;
};

/// One of everything.
struct Everything {
  bool flag = false;
  Colour colour = Colour::red;
  std::uint16_t small = 0;
  double real = 0;
  Duration time{0};
  std::string text;
  std::array<float, 3> three{};
  std::array<Part, 2> parts;
  std::vector<std::uint32_t> numbers;
  AlignedVector<float> cells = AlignedVector<float>(5);
  std::vector<Part> more;
  std::optional<std::int64_t> maybe;
  std::optional<Part> part;
  std::vector<Pair> pairs = std::vector<Pair>(2);
  bool operator==(const Everything&) const = default;

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.flag, self.colour, self.small, self.real, self.time, self.text, self.three, self.parts,
            self.numbers, std::span{self.cells}, self.more, self.maybe, self.part);
    archive.block(std::span{self.pairs});
  }
};

// block() of a const object needs a span of const: as classes with state do it.
static_assert(
    std::is_same_v<decltype(std::span{std::declval<const std::vector<Pair>&>()}), std::span<const Pair>>);

Everything example() {
  Everything e;
  e.flag = true;
  e.colour = Colour::green;
  e.small = 0xfffe;
  e.real = -1.0 / 3;
  e.time = Duration{1'234'567'890'123'456};
  e.text = "a text\nof two lines";
  e.three = {1, -2, 3e-38F};
  e.parts = {Part{1, "one"}, Part{-2, ""}};
  e.numbers = {7, 8, 9};
  e.cells = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F};
  e.more = {Part{3, "three"}};
  e.maybe = -5;
  e.part = Part{9, "nine"};
  e.pairs = {{1, 2.5}, {3, -4.5}};
  return e;
}

std::string written(const Everything& e) {
  StateWriter writer;
  writer.section("empty", 3);
  writer.section("everything", 2);
  writer(e);
  writer.section("a number", 1);
  writer(std::uint32_t{42});
  return writer.finish();
}

/// All sections of written(), into e; returns the number of the last.
std::uint32_t read_into(Everything& e, const std::string& bytes) {
  StateReader reader{bytes, "file"};
  std::uint32_t number = 0;
  reader.section("empty", 3);
  reader.section("everything", 2);
  reader(e);
  reader.section("a number", 1);
  reader(number);
  reader.finish();
  return number;
}

/// What reading says is wrong; empty where nothing is.
std::string problem(const std::string& bytes) {
  try {
    Everything e;
    read_into(e, bytes);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(State, ComesBackAsItWas) {
  Everything e;
  e.numbers = {1, 2, 3, 4, 5, 6};  // takes the size of the file
  e.maybe.reset();
  EXPECT_EQ(read_into(e, written(example())), 42U);
  EXPECT_EQ(e, example());
}

TEST(State, CutOffAnywhereIsRefused) {
  const std::string whole = written(example());
  ASSERT_EQ(problem(whole), "");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto said = problem(whole.substr(0, length));
    EXPECT_THAT(said, HasSubstr("'file'")) << length;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
  EXPECT_THAT(problem(whole + '\0'), HasSubstr("goes on after its end"));
}

TEST(State, AnyFlippedBitIsRefused) {
  const std::string whole = written(example());
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[byte] = static_cast<char>(static_cast<unsigned char>(flipped[byte]) ^ (1U << bit));
      EXPECT_NE(problem(flipped), "") << byte << ':' << bit;
    }
  }
}

TEST(State, SaysWhichSectionIsDamaged) {
  std::string whole = written(example());
  whole[whole.find("two lines")] = 'T';
  EXPECT_THAT(problem(whole),
              HasSubstr("'file' is damaged: section 'everything' does not agree with its checksum"));
  EXPECT_THAT(problem(written(example()).substr(0, 100)), HasSubstr("section 'everything' is cut off"));
  EXPECT_THAT(problem("schema = 1\n"), HasSubstr("not a checkpoint"));
  EXPECT_THAT(problem(""), HasSubstr("not a checkpoint"));
}

TEST(State, OtherLayoutsAreRefused) {
  const auto reading = [](const auto& read) -> std::string {
    StateReader reader{written(example()), "file"};
    try {
      read(reader);
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_THAT(reading([](StateReader& r) { r.section("other", 1); }),
              HasSubstr("'empty' where this program expects 'other'"));
  EXPECT_THAT(reading([](StateReader& r) { r.section("empty", 1); }),
              HasSubstr("version 3, but this program reads version 1"));
  EXPECT_THAT(reading([](StateReader& r) {
                r.section("empty", 3);
                int more = 0;
                r(more);
              }),
              HasSubstr("section 'empty' holds less"));
  EXPECT_THAT(reading([](StateReader& r) {
                r.section("empty", 3);
                r.section("everything", 2);
                r.section("a number", 1);
              }),
              HasSubstr("section 'everything' holds more"));
  EXPECT_THAT(reading([](StateReader& r) {
                Everything e;
                e.cells.resize(4);
                r.section("empty", 3);
                r.section("everything", 2);
                r(e);
              }),
              HasSubstr("section 'everything' has an array of 5 values in place of 4"));
}

}  // namespace
