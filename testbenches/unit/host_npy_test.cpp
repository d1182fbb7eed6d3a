#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "testbenches/host/npy_file.h"
#include "testbenches/unit/data_files.h"

namespace kirchhoff::testbenches {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using unit::input_error;

using Shape = std::vector<std::size_t>;

/// A file with this header (padded as the format wants) and these bytes.
std::string npy(std::string header, const std::string& data, const std::string& version = {'\1', '\0'}) {
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  return "\x93NUMPY" + version + static_cast<char>(header.size() & 0xffU) +
         static_cast<char>(header.size() >> 8U) + header + data;
}

class Npy : public unit::FolderTest {
 protected:
  [[nodiscard]] std::string complaint(const std::string& bytes) const {
    const auto path = write("a.npy", bytes);
    std::string line = input_error([&path] { static_cast<void>(read_npy<float>(path)); });
    const std::string name = quoted("a.npy");
    return line.starts_with(name) ? line.substr(name.size()) : line;
  }
};

TEST_F(Npy, RoundTripKeepsEveryBit) {
  std::mt19937 engine(7);
  for (const Shape& shape : {Shape{5}, {3, 4}, {2, 3, 4}, {1}, {0}, {7, 0}, {}, {529, 250}}) {
    std::size_t count = 1;
    for (const std::size_t size : shape) count *= size;
    std::vector<std::uint32_t> words(count);
    for (auto& word : words) word = static_cast<std::uint32_t>(engine());
    std::vector<float> floats(count);
    for (std::size_t i = 0; i < count; ++i) floats[i] = std::bit_cast<float>(words[i]);  // NaN and all
    write_npy(folder_ / "words.npy", shape, std::span<const std::uint32_t>(words));
    write_npy(folder_ / "floats.npy", shape, std::span<const float>(floats));
    const auto words_back = read_npy<std::uint32_t>(folder_ / "words.npy");
    const auto floats_back = read_npy<float>(folder_ / "floats.npy");
    EXPECT_EQ(words_back.shape, shape);
    EXPECT_EQ(words_back.values, words);
    EXPECT_EQ(floats_back.shape, shape);
    ASSERT_EQ(floats_back.values.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(floats_back.values[i]), words[i]) << i;
    }
  }
}

TEST_F(Npy, WritesVersion1AsPublished) {
  const std::vector<float> values{1.0F, -2.0F, 0.5F, 0.0F, 3.0F, 4.0F};
  write_npy(folder_ / "a.npy", Shape{2, 3}, std::span<const float>(values));
  const std::string file = contents(folder_ / "a.npy");
  ASSERT_GE(file.size(), 10U);
  EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t length =
      static_cast<std::uint8_t>(file[8]) + std::size_t{256} * static_cast<std::uint8_t>(file[9]);
  EXPECT_EQ((10 + length) % 64, 0U) << "the data start on a multiple of 64";
  EXPECT_EQ(file.size(), 10 + length + 24);
  const std::string header = file.substr(10, length);
  EXPECT_EQ(header.back(), '\n');
  EXPECT_EQ(header.substr(0, header.find_last_not_of(" \n") + 1),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
  EXPECT_EQ(file.substr(10 + length, 8), std::string("\0\0\x80\x3f\0\0\0\xc0", 8))
      << "little-endian, row-major";
}

TEST_F(Npy, ShapesAreTuples) {
  const auto shape_of = [this](const Shape& shape, std::size_t count) {
    const std::vector<std::uint32_t> values(count, 1);
    write_npy(folder_ / "a.npy", shape, std::span<const std::uint32_t>(values));
    const std::string file = contents(folder_ / "a.npy");
    EXPECT_EQ(file.substr(10, 17), "{'descr': '<u4', ");
    const auto begin = file.find('(');
    return file.substr(begin, file.find(')') + 1 - begin);
  };
  EXPECT_EQ(shape_of({}, 1), "()");
  EXPECT_EQ(shape_of({4}, 4), "(4,)");
  EXPECT_EQ(shape_of({2, 2}, 4), "(2, 2)");
  EXPECT_EQ(shape_of({1, 2, 2}, 4), "(1, 2, 2)");
}

TEST_F(Npy, ReadsWhatOthersWrite) {
  const std::string one("\0\0\x80\x3f", 4);
  const auto write_and_read = [&](const std::string& header) {
    return read_npy<float>(write("a.npy", npy(header, one + one)));
  };
  for (const char* header : {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
                             "{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}",
                             "{'descr':'<f4','fortran_order':False,'shape':(2,)}"}) {
    const auto array = write_and_read(header);
    EXPECT_EQ(array.shape, Shape{2}) << header;
    EXPECT_THAT(array.values, ElementsAre(1.0F, 1.0F)) << header;
  }
}

TEST_F(Npy, RefusesValuesThatDoNotFillTheShape) {
  const std::vector<float> values(5);
  EXPECT_THROW(write_npy(folder_ / "a.npy", Shape{2, 3}, std::span<const float>(values)),
               foundation::ModelError);
  EXPECT_THROW(write_npy(folder_ / "a.npy", Shape{}, std::span<const float>(values)), foundation::ModelError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.npy"));
}

TEST_F(Npy, RefusesWhatIsNoNpyFile) {
  const std::string expected = " is not a NumPy array: expected it to start with \\x93NUMPY and version 1.0";
  EXPECT_EQ(complaint(""), expected);
  EXPECT_EQ(complaint("\x93NUMPY"), expected);
  EXPECT_EQ(complaint("PK\x03\x04 and so on"), expected);
  EXPECT_EQ(complaint(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", "", {'\2', '\0'})),
            expected);
}

TEST_F(Npy, RefusesOtherTypesAndOrders) {
  const auto header = [](const std::string& type, const std::string& order) {
    return npy("{'descr': " + type + ", 'fortran_order': " + order + ", 'shape': (1,), }", "abcd");
  };
  EXPECT_EQ(complaint(header("'<f8'", "False")), ": element type is '<f8', expected '<f4'");
  EXPECT_EQ(complaint(header("'>f4'", "False")), ": element type is '>f4', expected '<f4'");
  EXPECT_EQ(complaint(header("'<u4'", "False")), ": element type is '<u4', expected '<f4'");
  EXPECT_EQ(complaint(header("'<f4'", "True")),
            " is in Fortran order, expected C order (numpy.ascontiguousarray)");
  EXPECT_EQ(complaint(npy("{'fortran_order': False, 'shape': (1,), }", "abcd")),
            ": no 'descr' in its header, expected 'descr': '<f4'");
  const auto path = write("a.npy", header("'<f4'", "False"));
  EXPECT_EQ(input_error([&path] { static_cast<void>(read_npy<std::uint32_t>(path)); }),
            quoted("a.npy") + ": element type is '<f4', expected '<u4'");
}

TEST_F(Npy, RefusesUnreadableShapes) {
  for (const char* shape : {"", "(", "(2 3)", "(,)", "(-1,)", "[4]", "(two,)", "(99999999999999999999,)"}) {
    EXPECT_EQ(
        complaint(npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + std::string(shape), "abcd")),
        ": no readable shape in its header, expected e.g. 'shape': (529, 250)")
        << shape;
  }
  EXPECT_EQ(
      complaint(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "")),
      ": the sizes in its header overflow 63 bits; no file is that large");
}

TEST_F(Npy, RefusesFilesOfTheWrongLength) {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  EXPECT_EQ(complaint(npy(header, "1234567")), " has 135 bytes, expected 136 for 2 values");
  EXPECT_EQ(complaint(npy(header, "123456789")), " has 137 bytes, expected 136 for 2 values");
  EXPECT_EQ(complaint(npy(header, "").substr(0, 50)),
            " is truncated: it ends inside its header of 118 bytes");
}

TEST_F(Npy, FilesThatCannotBeOpened) {
  const auto message = [](const std::filesystem::path& path) {
    return input_error([&path] { static_cast<void>(read_npy<float>(path)); });
  };
  EXPECT_EQ(message(folder_ / "none"), "cannot read " + quoted("none") + ": No such file or directory");
  EXPECT_EQ(message(folder_),
            "cannot read '" + folder_.string() + "': it is a folder, expected a NumPy array");
  const std::vector<float> values(1);
  EXPECT_THAT(input_error([&] { write_npy(folder_ / "no/a.npy", Shape{1}, std::span<const float>(values)); }),
              StartsWith("cannot write " + quoted("no/a.npy") + ": "));
}

}  // namespace
}  // namespace kirchhoff::testbenches
