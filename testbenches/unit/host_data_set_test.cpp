#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "testbenches/host/data_set.h"
#include "testbenches/host/strokes.h"
#include "testbenches/unit/data_files.h"

namespace kirchhoff::testbenches {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using unit::gzip;
using unit::idx;
using unit::input_error;

TEST(CropImage, KeepsRows2To25AndColumns3To24) {
  std::array<std::uint8_t, image_side * image_side> image{};
  std::array<std::uint8_t, cropped_inputs> out{};
  std::mt19937 engine(5);
  for (int trial = 0; trial < 50; ++trial) {
    for (auto& pixel : image) pixel = static_cast<std::uint8_t>(engine());
    crop_image(image, out);
    for (std::size_t row = 2; row <= 25; ++row) {
      for (std::size_t column = 3; column <= 24; ++column) {
        ASSERT_EQ(out.at((row - 2) * 22 + (column - 3)), image.at(row * 28 + column)) << row << ' ' << column;
      }
    }
  }
}

/// Pixel of image `n` in a made-up file.
std::uint8_t pixel(std::size_t n, std::size_t place) {
  return static_cast<std::uint8_t>(n * 131 + place * 7 + place / 28);
}

std::string pixels(std::size_t count, std::size_t item) {
  std::string data;
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t place = 0; place < item; ++place) data += static_cast<char>(pixel(n, place));
  }
  return data;
}

class DataSetFolder : public unit::FolderTest {
 protected:
  /// A good set of 4 training and 2 test images; tests then spoil a file.
  void SetUp() override {
    FolderTest::SetUp();
    write("train-images-idx3-ubyte", idx({4, 28, 28}, pixels(4, 784)));
    write("train-labels-idx1-ubyte", idx({4}, {'\1', '\0', '\3', '\1'}));
    write("t10k-images-idx3-ubyte.gz", gzip(idx({2, 28, 28}, pixels(2, 784))));
    write("t10k-labels-idx1-ubyte.gz", gzip(idx({2}, {'\2', '\1'})));
  }
  void remove(const std::string& name) const { std::filesystem::remove(folder_ / name); }
  void make_features() const {
    for (const auto& file : std::filesystem::directory_iterator(folder_)) std::filesystem::remove(file);
    write("train-features-idx2-ubyte.gz", gzip(idx({3, 5}, "abcdefghijklmno")));
    write("train-labels-idx1-ubyte", idx({3}, {'\0', '\1', '\2'}));
    write("t10k-features-idx2-ubyte", idx({1, 5}, "vwxyz"));
    write("t10k-labels-idx1-ubyte", idx({1}, {'\7'}));
  }
  [[nodiscard]] DataSet load(const DataSetLimits& limits = {}) const {
    return load_data_set(folder_.string(), limits);
  }
  [[nodiscard]] std::string complaint(const DataSetLimits& limits = {}) const {
    return input_error([&] { static_cast<void>(load(limits)); });
  }
  [[nodiscard]] std::string set_name() const { return "data set '" + folder_.string() + "'"; }
};

TEST_F(DataSetFolder, LoadsAndCropsImages) {
  const DataSet set = load();
  EXPECT_EQ(set.name, folder_.filename().string());
  EXPECT_EQ(set.kind, DataSet::Kind::images);
  EXPECT_EQ(set.input_count, 528U);
  EXPECT_EQ(set.class_count, 4U);
  EXPECT_THAT(set.train.labels, ElementsAre(1, 0, 3, 1));
  EXPECT_THAT(set.test.labels, ElementsAre(2, 1));
  ASSERT_EQ(set.train.count(), 4U);
  for (const Examples* part : {&set.train, &set.test}) {
    EXPECT_EQ(part->input_count, 528U);
    ASSERT_EQ(part->inputs.size(), part->count() * 528);
    for (std::size_t n = 0; n < part->count(); ++n) {
      ASSERT_EQ(part->input(n).size(), 528U);
      for (std::size_t i = 0; i < 528; ++i) {
        ASSERT_EQ(part->input(n)[i], pixel(n, (i / 22 + 2) * 28 + i % 22 + 3)) << n << ' ' << i;
      }
    }
  }
}

TEST_F(DataSetFolder, TheNameIsTheLastPartOfThePath) {
  EXPECT_EQ(load_data_set(folder_.string() + "/").name, folder_.filename().string());
  EXPECT_EQ(load_data_set(folder_.string() + "/.").name, folder_.filename().string());
}

TEST_F(DataSetFolder, OtherImageSizesAreTakenWhole) {
  write("train-images-idx3-ubyte", idx({4, 28, 27}, pixels(4, 756)));
  write("t10k-images-idx3-ubyte.gz", gzip(idx({2, 28, 27}, pixels(2, 756))));
  const DataSet set = load();
  EXPECT_EQ(set.input_count, 756U);
  EXPECT_EQ(set.kind, DataSet::Kind::images);
  EXPECT_EQ(set.train.input(3)[755], pixel(3, 755));
}

TEST_F(DataSetFolder, LoadsFeatures) {
  make_features();
  const DataSet set = load();
  EXPECT_EQ(set.kind, DataSet::Kind::features);
  EXPECT_EQ(set.input_count, 5U);
  EXPECT_EQ(set.class_count, 8U);
  EXPECT_EQ(std::string(set.train.inputs.begin(), set.train.inputs.end()), "abcdefghijklmno");
  EXPECT_EQ(std::string(set.test.input(0).begin(), set.test.input(0).end()), "vwxyz");
}

TEST_F(DataSetFolder, LimitsTakeFromTheBeginning) {
  const DataSet all = load();
  const DataSet some = load({.train = 2, .test = 1});
  EXPECT_THAT(some.train.labels, ElementsAre(1, 0));
  EXPECT_THAT(some.test.labels, ElementsAre(2));
  EXPECT_EQ(some.train.inputs.size(), 2 * 528U);
  EXPECT_TRUE(std::equal(some.train.inputs.begin(), some.train.inputs.end(), all.train.inputs.begin()));
  EXPECT_EQ(some.class_count, 4U) << "the network does not depend on the limits";
  EXPECT_EQ(load({.train = 4, .test = 2}).train.inputs, all.train.inputs);
}

TEST_F(DataSetFolder, RefusesLimitsThatCannotBeMet) {
  EXPECT_EQ(complaint({.train = 5, .test = {}}), "--train 5: " + quoted("train-images-idx3-ubyte") +
                                                     " holds 4 training examples, give at most that");
  EXPECT_EQ(complaint({.train = {}, .test = 3}),
            "--test 3: " + quoted("t10k-images-idx3-ubyte.gz") + " holds 2 test examples, give at most that");
  EXPECT_EQ(complaint({.train = 0, .test = {}}), "--train 0: at least 1 example is needed");
  EXPECT_EQ(complaint({.train = {}, .test = 0}), "--test 0: at least 1 example is needed");
}

TEST_F(DataSetFolder, ALimitDoesNotHideDamage) {
  write("train-images-idx3-ubyte", idx({4, 28, 28}, pixels(3, 784)));
  EXPECT_THAT(complaint({.train = 1, .test = 1}), HasSubstr("is truncated: it ends after 2352 of the 3136"));
}

TEST_F(DataSetFolder, NamesTheFilesThatAreMissing) {
  remove("t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(complaint(), set_name() +
                             " has no test labels: looked for t10k-labels-idx1-ubyte, "
                             "t10k-labels-idx1-ubyte.gz");
  remove("train-labels-idx1-ubyte");
  EXPECT_EQ(complaint(), set_name() +
                             " has no training labels: looked for train-labels-idx1-ubyte, "
                             "train-labels-idx1-ubyte.gz");
  remove("t10k-images-idx3-ubyte.gz");
  EXPECT_EQ(complaint(), set_name() +
                             " has no test inputs: looked for t10k-images-idx3-ubyte, "
                             "t10k-images-idx3-ubyte.gz, t10k-features-idx2-ubyte, "
                             "t10k-features-idx2-ubyte.gz");
  remove("train-images-idx3-ubyte");
  EXPECT_THAT(complaint(), HasSubstr(" has no training inputs: looked for train-images-idx3-ubyte, "));
}

TEST_F(DataSetFolder, RefusesImagesBesideFeatures) {
  write("train-features-idx2-ubyte", idx({4, 1}, "abcd"));
  EXPECT_EQ(complaint(),
            set_name() +
                " has both train-images-idx3-ubyte and train-features-idx2-ubyte, expected one of "
                "them");
  remove("train-images-idx3-ubyte");
  EXPECT_EQ(complaint(), set_name() +
                             " mixes images and features: train-features-idx2-ubyte, "
                             "t10k-images-idx3-ubyte.gz");
}

TEST_F(DataSetFolder, RefusesLabelsThatDoNotMatchTheImages) {
  write("train-labels-idx1-ubyte", idx({3}, "abc"));
  EXPECT_EQ(complaint(), quoted("train-labels-idx1-ubyte") +
                             " holds 3 labels for the 4 examples of 'train-images-idx3-ubyte', expected as "
                             "many");
}

TEST_F(DataSetFolder, RefusesTestImagesOfAnotherSize) {
  write("t10k-images-idx3-ubyte.gz", gzip(idx({2, 24, 22}, pixels(2, 528))));
  EXPECT_EQ(complaint(), quoted("t10k-images-idx3-ubyte.gz") +
                             " has examples of 24 x 22 bytes, expected 28 x 28 as in "
                             "'train-images-idx3-ubyte'");
}

TEST_F(DataSetFolder, RefusesWrongNumbersOfDimensions) {
  write("train-labels-idx1-ubyte", idx({4, 1}, "abcd"));
  EXPECT_EQ(complaint(),
            quoted("train-labels-idx1-ubyte") + ": byte 3 (number of dimensions) is 2, expected 1 (labels)");
  write("train-images-idx3-ubyte", idx({4, 784}, pixels(4, 784)));
  EXPECT_EQ(complaint(), quoted("train-images-idx3-ubyte") +
                             ": byte 3 (number of dimensions) is 2, expected 3 (images, rows, columns)");
  make_features();
  write("t10k-features-idx2-ubyte", idx({1, 5, 1}, "vwxyz"));
  EXPECT_EQ(complaint(), quoted("t10k-features-idx2-ubyte") +
                             ": byte 3 (number of dimensions) is 3, expected 2 (examples, features)");
}

TEST_F(DataSetFolder, RefusesASingleClass) {
  write("train-labels-idx1-ubyte", idx({4}, std::string(4, '\0')));
  write("t10k-labels-idx1-ubyte.gz", gzip(idx({2}, std::string(2, '\0'))));
  EXPECT_EQ(complaint(), set_name() + " has the label 0 only, expected at least two classes");
}

TEST_F(DataSetFolder, RefusesNamesThatAreNoFolder) {
  const auto message = [](const std::string& name) {
    return input_error([&name] { static_cast<void>(load_data_set(name)); });
  };
  EXPECT_EQ(
      message(folder_ / "nowhere"),
      "data set " + quoted("nowhere") + " is not there: give 'strokes' (built in) or a folder of IDX files");
  EXPECT_EQ(message(folder_ / "train-labels-idx1-ubyte"),
            "data set " + quoted("train-labels-idx1-ubyte") +
                " is a file: give 'strokes' (built in) or a folder of IDX files");
}

TEST(BuiltInDataSet, IsStrokesCropped) {
  const DataSet set = load_data_set("strokes", {.train = 20, .test = 3});
  EXPECT_EQ(set.name, "strokes");
  EXPECT_EQ(set.kind, DataSet::Kind::images);
  EXPECT_EQ(set.input_count, 528U);
  EXPECT_EQ(set.class_count, 10U) << "also where the limits leave some digits out";
  ASSERT_EQ(set.train.count(), 20U);
  ASSERT_EQ(set.test.count(), 3U);
  StrokesImage image{};
  std::array<std::uint8_t, cropped_inputs> cropped{};
  for (std::uint32_t n = 0; n < 20; ++n) {
    EXPECT_EQ(set.train.labels[n], draw_strokes(strokes_seed, StrokesPart::train, n, image));
    crop_image(image, cropped);
    EXPECT_TRUE(std::equal(cropped.begin(), cropped.end(), set.train.input(n).begin())) << n;
  }
  EXPECT_EQ(set.test.labels[2], draw_strokes(strokes_seed, StrokesPart::test, 2, image));
  crop_image(image, cropped);
  EXPECT_TRUE(std::equal(cropped.begin(), cropped.end(), set.test.input(2).begin()));
}

TEST(BuiltInDataSet, HasItsOwnLimits) {
  EXPECT_EQ(
      input_error([] { static_cast<void>(load_data_set("strokes", {.train = 1'000'001, .test = {}})); }),
      "--train 1000001: 'strokes' makes up to 1000000 training examples");
}

/// Against the published counts of the labels, where the test data are there.
TEST(PublishedImages, MnistHasItsCounts) {
  const char* shared = std::getenv("KIRCHHOFF_SHARED");
  const std::filesystem::path folder = std::filesystem::path(shared == nullptr ? "" : shared) / "data/mnist";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no test data at " << folder;
  const DataSet set = load_data_set(folder.string(), {.train = 100, .test = {}});
  EXPECT_EQ(set.train.count(), 100U);
  EXPECT_THAT(std::vector<std::uint16_t>(set.train.labels.begin(), set.train.labels.begin() + 10),
              ElementsAre(5, 0, 4, 1, 9, 2, 1, 3, 1, 4));
  std::array<int, 10> counts{};
  for (const std::uint16_t label : set.test.labels) ++counts.at(label);
  EXPECT_THAT(counts, ElementsAre(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009));
}

}  // namespace
}  // namespace kirchhoff::testbenches
