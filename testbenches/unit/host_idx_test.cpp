#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "testbenches/host/idx_file.h"
#include "testbenches/unit/data_files.h"

namespace kirchhoff::testbenches {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using unit::big_endian;
using unit::gzip;
using unit::idx;
using unit::input_error;

std::string random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(engine() & 0xffU);
  return bytes;
}

/// Everything in the file, in pieces of `piece` bytes.
std::string read_all(const std::filesystem::path& path, std::size_t piece) {
  IdxReader reader(path);
  std::string data;
  std::vector<std::uint8_t> bytes;
  for (std::uint64_t left = reader.item_bytes() * reader.sizes().front(); left > 0; left -= bytes.size()) {
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece)));
    reader.read(bytes);
    data.append(bytes.begin(), bytes.end());
  }
  reader.finish();
  return data;
}

class Idx : public unit::FolderTest {
 protected:
  /// What is said about a file of these bytes.
  [[nodiscard]] std::string complaint(const std::string& bytes) const {
    const auto path = write("file", bytes);
    std::string line = input_error([&path] { IdxReader(path).finish(); });
    const std::string name = quoted("file");
    EXPECT_THAT(line, HasSubstr(name));
    return line.starts_with(name) ? line.substr(name.size()) : line;
  }
};

TEST_F(Idx, ReadsPlainAndGzipAlikeWhateverTheirName) {
  for (const std::vector<std::uint32_t>& sizes :
       {std::vector<std::uint32_t>{7}, {3, 41}, {5, 28, 28}, {1, 1, 1}, {70'000, 2}}) {
    std::size_t count = 1;
    for (const std::uint32_t size : sizes) count *= size;
    const std::string data = random_bytes(count, sizes.front());
    const std::string file = idx(sizes, data);
    for (const auto& path : {write("plain", file), write("packed.gz", gzip(file)), write("plain.gz", file),
                             write("packed", gzip(file))}) {
      IdxReader reader(path);
      EXPECT_EQ(reader.sizes(), sizes) << path;
      EXPECT_EQ(reader.item_bytes(), count / sizes.front());
      EXPECT_EQ(reader.plausible_items(), sizes.front());
      EXPECT_EQ(read_all(path, count), data) << path;
      EXPECT_EQ(read_all(path, 1000), data) << path;
    }
  }
}

TEST_F(Idx, NamesTheShape) {
  EXPECT_EQ(IdxReader(write("a", idx({2, 3, 4}, std::string(24, '\1')))).shape(), "2 x 3 x 4");
  EXPECT_EQ(IdxReader(write("b", idx({9}, std::string(9, '\1')))).shape(), "9");
}

TEST_F(Idx, AGzipFileMayHaveSeveralMembers) {
  const std::string file = idx({6}, "abcdef");
  EXPECT_EQ(read_all(write("two.gz", gzip(file.substr(0, 9)) + gzip(file.substr(9))), 6), "abcdef");
}

TEST_F(Idx, FinishSkipsWhatWasNotRead) {
  const auto path = write("file.gz", gzip(idx({300'000}, random_bytes(300'000, 1))));
  IdxReader reader(path);
  std::vector<std::uint8_t> some(10);
  reader.read(some);
  EXPECT_NO_THROW(reader.finish());
}

TEST_F(Idx, RefusesWhatIsNoIdxFile) {
  EXPECT_EQ(complaint(std::string("\x00\x01\x08\x01", 4) + big_endian(1) + "x"),
            " is not an IDX file: it starts with 00 01 08 01, expected 00 00 08 and the number of dimensions "
            "(1 to 3)");
  EXPECT_EQ(complaint("GIF89a"),
            " is not an IDX file: it starts with 47 49 46 38, expected 00 00 08 and the number of dimensions "
            "(1 to 3)");
  EXPECT_EQ(complaint(gzip("GIF89a")),
            " is not an IDX file: its content starts with 47 49 46 38, expected 00 00 08 and the number of "
            "dimensions (1 to 3)");
  EXPECT_THAT(complaint(std::string(2, '\0')), StartsWith(" is not an IDX file: it starts with 00 00, "));
  EXPECT_EQ(complaint(""), " is empty, expected an IDX file, plain or gzip");
  EXPECT_EQ(complaint(gzip("")), " holds no data, expected an IDX file");
}

TEST_F(Idx, RefusesOtherElementTypesByName) {
  const auto of_type = [](char type) {
    return std::string{'\0', '\0', type, '\1'} + big_endian(1) + std::string(8, '\0');
  };
  for (const auto& [type, text] : {std::tuple('\x09', "09 (signed byte)"),
                                   {'\x0b', "0b (16-bit integer)"},
                                   {'\x0c', "0c (32-bit integer)"},
                                   {'\x0d', "0d (float)"},
                                   {'\x0e', "0e (double)"},
                                   {'\x07', "07"},
                                   {'\xff', "ff"}}) {
    EXPECT_EQ(complaint(of_type(type)),
              ": byte 2 (element type) is " + std::string(text) + ", expected 08 (unsigned byte)");
  }
}

TEST_F(Idx, RefusesOtherNumbersOfDimensions) {
  EXPECT_EQ(complaint(idx({}, "x")), ": byte 3 (number of dimensions) is 0, expected 1, 2 or 3");
  EXPECT_EQ(complaint(idx({1, 1, 1, 1}, "x")), ": byte 3 (number of dimensions) is 4, expected 1, 2 or 3");
}

TEST_F(Idx, RefusesEmptyDimensions) {
  EXPECT_EQ(complaint(idx({0}, "")), ": size 1 of 1 (byte 4) is 0, expected at least 1");
  EXPECT_EQ(complaint(idx({4, 0, 7}, "")), ": size 2 of 3 (byte 8) is 0, expected at least 1");
}

TEST_F(Idx, RefusesATruncatedFileWhereverItEnds) {
  const std::string file = idx({3, 2, 2}, "abcdefghijkl");
  for (std::size_t length = 1; length < file.size(); ++length) {
    const std::string line = complaint(file.substr(0, length));
    std::string expected;
    if (length < 4) {
      expected = " is not an IDX file: it starts with 00";
    } else if (length < 16) {
      expected =
          " is truncated: it ends at byte " + std::to_string(length) + ", inside its header of 16 bytes";
    } else {
      expected = " is truncated: it ends after " + std::to_string(length - 16) +
                 " of the 12 data bytes (3 x 2 x 2) that its header declares";
    }
    EXPECT_THAT(line, StartsWith(expected)) << length;
    EXPECT_EQ(complaint(gzip(file.substr(0, length))).substr(0, 16), line.substr(0, 16)) << length;
  }
}

TEST_F(Idx, SaysWhereATruncatedFileEndsAfterSomeReading) {
  const auto path = write("short.gz", gzip(idx({1000, 8}, std::string(4321, 'x'))));
  IdxReader reader(path);
  std::vector<std::uint8_t> bytes(4000);
  reader.read(bytes);
  EXPECT_EQ(
      input_error([&] { reader.read(bytes); }),
      quoted("short.gz") +
          " is truncated: it ends after 4321 of the 8000 data bytes (1000 x 8) that its header declares");
}

TEST_F(Idx, RefusesWhatFollowsTheData) {
  const std::string file = idx({2, 3}, "abcdefg");
  const std::string expected =
      " is too long: the 6 data bytes (2 x 3) that its header declares end at byte 18, but more follow";
  EXPECT_EQ(complaint(file), expected);
  EXPECT_EQ(complaint(gzip(file)), expected);
}

TEST_F(Idx, RefusesSizesThatOverflow) {
  const std::uint32_t most = 0xffff'ffffU;
  EXPECT_EQ(complaint(idx({most, most, most}, "x")),
            ": the sizes 4294967295 x 4294967295 (from byte 4) overflow 63 bits; no file is that large");
}

TEST_F(Idx, RefusesHugeClaimsAtOnce) {
  const std::uint32_t most = 0x7fff'ffffU;
  const std::string file = idx({1, most, most}, "abc");
  const std::string expected =
      " is truncated: it ends after 3 of the 4611686014132420609 data bytes (1 x 2147483647 x 2147483647) "
      "that its header declares";
  EXPECT_EQ(complaint(file), expected);
  EXPECT_EQ(complaint(gzip(file)), expected);
  EXPECT_THROW(IdxReader{write("file", file)}, foundation::InputError) << "before anyone asks for an item";
  EXPECT_THROW(IdxReader{write("file", gzip(file))}, foundation::InputError);
}

TEST_F(Idx, ReservesNoMoreThanAGzipFileCanHold) {
  std::string packed = gzip(idx({50'000'000}, std::string(60'000, '\0')));
  packed.replace(packed.size() - 4, 4, "\xff\xff\xff\xff");
  const auto path = write("liar.gz", packed);
  EXPECT_LE(input_error([&path] { EXPECT_LE(IdxReader(path).plausible_items(), 1032 * 1000U); }).size(),
            500U);
}

TEST_F(Idx, EveryCutOfAGzipFileIsNoticed) {
  const std::string packed = gzip(idx({200}, random_bytes(200, 2)));
  for (std::size_t length = 2; length < packed.size(); ++length) {
    EXPECT_THAT(complaint(packed.substr(0, length)),
                AnyOf(StartsWith(": the gzip data are corrupt or cut off at or after byte "),
                      StartsWith(" is truncated: "), StartsWith(" holds no data")))
        << length;
  }
}

/// In all but the gzip header, the unused bits after it and the length at the end.
TEST_F(Idx, DamageInTheGzipDataIsNoticed) {
  const std::string packed = gzip(idx({2000}, random_bytes(2000, 3)));
  for (std::size_t place = 11; place + 4 < packed.size(); place += 23) {
    std::string damaged = packed;
    damaged[place] = static_cast<char>(damaged[place] ^ '\x10');
    const auto path = write("damaged.gz", damaged);
    EXPECT_THAT(input_error([&path] { IdxReader(path).finish(); }), StartsWith(quoted("damaged.gz")))
        << place;
  }
}

TEST_F(Idx, WrongCheckSumIsCalledCorrupt) {
  std::string packed = gzip(idx({5}, "abcde"));
  packed[packed.size() - 8] = static_cast<char>(packed[packed.size() - 8] ^ '\1');
  EXPECT_THAT(complaint(packed), AllOf(StartsWith(": the gzip data are corrupt or cut off at or after byte "),
                                       HasSubstr("of the content, expected a complete gzip file")));
}

TEST_F(Idx, FilesThatCannotBeOpened) {
  EXPECT_EQ(input_error([this] { IdxReader{folder_ / "none"}; }),
            "cannot read " + quoted("none") + ": No such file or directory");
  std::filesystem::create_directory(folder_ / "sub");
  EXPECT_EQ(input_error([this] { IdxReader{folder_ / "sub"}; }),
            "cannot read " + quoted("sub") + ": it is a folder, expected an IDX file");
}

}  // namespace
}  // namespace kirchhoff::testbenches
