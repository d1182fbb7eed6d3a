#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "testbenches/host/cell_inspection.h"

namespace kirchhoff::testbenches {
namespace {

namespace fs = std::filesystem;

class CellInspectionTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "kirchhoff_inspection_" + std::to_string(::getpid());
    fs::create_directory(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
};

TEST_F(CellInspectionTest, WritesBinsAndSummaryOfKnownCells) {
  const CellQuantity charge{"capacitor_us", interconnect::CellPlane::g_capacitor_us, {4, 20}, 2, true, true};
  const CellQuantity weight{"weight", interconnect::CellPlane::weight, {-1, 1}, 2, false, false};
  CellInspection inspection{folder_, {charge, weight}};
  inspection.add(0, 0, charge, std::vector<float>{4.0F, 12.0F, 20.0F, 12.0F});
  inspection.add(3, 1, weight, std::vector<float>{-2.0F, 0.25F});
  inspection.write();
  EXPECT_EQ(content(inspection.histograms_path()),
            "epoch,layer,quantity,bin_low,bin_high,count\n"
            "0,0,capacitor_us,-inf,4,0\n"
            "0,0,capacitor_us,4,12,1\n"
            "0,0,capacitor_us,12,20,3\n"
            "0,0,capacitor_us,20,inf,0\n"
            "3,1,weight,-inf,-1,1\n"
            "3,1,weight,-1,0,0\n"
            "3,1,weight,0,1,1\n"
            "3,1,weight,1,inf,0\n");
  EXPECT_EQ(content(inspection.summary_path()),
            "epoch,layer,quantity,cells,mean,sd,min,max,share_at_low,share_at_high\n"
            "0,0,capacitor_us,4,12,5.65685425,4,20,0.25,0.25\n"
            "3,1,weight,2,-0.875,1.125,-2,0.25,,\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}), 2);
}

TEST(CellQuantities, RangesFollowFromTheDevices) {
  const auto quantities = cell_quantities(tiles::SynapseParameters{}, tiles::Detail::physics);
  ASSERT_EQ(quantities.size(), 4U);
  EXPECT_EQ(quantities[0].name, "weight");
  EXPECT_DOUBLE_EQ(quantities[0].range.high, (3 * 25.0 + 8) / 20);
  EXPECT_DOUBLE_EQ(quantities[0].range.low, -quantities[0].range.high);
  EXPECT_DOUBLE_EQ(quantities[1].range.high, 25);
  EXPECT_DOUBLE_EQ(quantities[3].range.low, 4);
  EXPECT_DOUBLE_EQ(quantities[3].range.high, 20);
  EXPECT_EQ(cell_quantities(tiles::SynapseParameters{}, tiles::Detail::ideal).size(), 1U);
}

TEST(CellQuantities, OnlyOfDevicesThatAreThere) {
  tiles::SynapseParameters synapse;
  synapse.kind = "pcm_pair";
  const auto pair = cell_quantities(synapse, tiles::Detail::physics);
  ASSERT_EQ(pair.size(), 3U);
  EXPECT_DOUBLE_EQ(pair[0].range.high, 3 * 25.0 / 20);
  synapse.kind = "capacitor";
  const auto capacitor = cell_quantities(synapse, tiles::Detail::physics);
  ASSERT_EQ(capacitor.size(), 2U);
  EXPECT_DOUBLE_EQ(capacitor[0].range.high, 8.0 / 20);
  EXPECT_EQ(capacitor[1].name, "capacitor_us");
}

}  // namespace
}  // namespace kirchhoff::testbenches
