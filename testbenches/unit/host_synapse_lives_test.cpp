#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "interconnect/packet_address.h"
#include "testbenches/host/synapse_lives.h"
#include "testbenches/unit/network_bench.h"

namespace kirchhoff::testbenches {
namespace {

namespace fs = std::filesystem;
using foundation::Duration;
using foundation::SynapseEvent;
using interconnect::CellPlane;

/// A chip that has trained 7 examples, and whose cells hold 1, 2, 3, 4 in the order of the planes.
class FrozenBus final : public HostBus {
 public:
  std::uint32_t read32(std::uint64_t /*address*/) override { return 0; }
  void write32(std::uint64_t /*address*/, std::uint32_t /*value*/) override {}
  void wait_interrupt(const std::function<void()>& /*idle*/) override {}
  std::size_t peek(std::uint64_t address, std::span<std::byte> bytes) override {
    if (interconnect::is_cell_address(address)) {
      const auto plane = address >> interconnect::cell_plane_shift & 0xfU;
      const auto value = static_cast<float>(plane + 1);
      std::memcpy(bytes.data(), &value, sizeof value);
      cells.push_back(address);
    } else {
      const std::uint32_t examples = 7;
      std::memcpy(bytes.data(), &examples, sizeof examples);
    }
    return bytes.size();
  }
  void sleep(Duration /*length*/) override {}
  std::vector<std::uint64_t> cells;
};

class SynapseLivesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "kirchhoff_lives_" + std::to_string(::getpid());
    fs::create_directory(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  model::NetworkSpec network_ = unit::network_of({5}, 20, 3);
  model::Mapping mapping_ = map_network(
      network_,
      {.topology = {2, 4}, .tile_rows = 30, .tile_columns = 10, .spare_tiles = 0, .row_split = "even"});
};

TEST_F(SynapseLivesTest, WritesARowForEveryChangeAndEveryEpoch) {
  const std::vector<model::SynapseName> names{{1, 5, 2}, {0, 3, 4}, {1, 5, 2}};
  SynapseLives lives{folder_, names, network_, mapping_};
  ASSERT_EQ(lives.paths().size(), 2U);
  const auto place = model::locate(network_, mapping_, names[0]);
  const auto watched = lives.watched(place.node);
  ASSERT_EQ(watched.size(), 1U);
  EXPECT_EQ(watched[0].row, 5U);
  EXPECT_EQ(watched[0].column, 2U);

  lives.changed(watched[0].id, {SynapseEvent::program, Duration{1'500'000}, 0, {0.1F, 5, 3, 12, 1, 0, 0}});
  lives.changed(watched[0].id,
                {SynapseEvent::update, Duration{2'000'000'000'007}, 6, {0.125F, 5, 3, 12.5F, 1, 2, 1}});
  FrozenBus bus;
  MemoryMap memory;
  ChipDriver driver{bus, memory};
  lives.add_epoch(driver, 10, Duration{3'000'000'000'000});
  EXPECT_FALSE(fs::exists(lives.paths()[0]));
  lives.close();
  EXPECT_EQ(lives.paths()[0].filename(), "synapse_1_5_2.csv");
  EXPECT_EQ(content(lives.paths()[0]),
            "time_s,example,event,g_capacitor_us,g_plus_us,g_minus_us,weight,polarity,pulses_up,pulses_down\n"
            "0.000001500000,0,program,12,5,3,0.1,1,0,0\n"
            "2.000000000007,6,update,12.5,5,3,0.125,1,2,1\n"
            "3.000000000000,7,epoch,4,2,3,1,1,2,1\n");
  EXPECT_EQ(bus.cells.front(), interconnect::cell_address(place.node, CellPlane::weight, 5 * 10 + 2));
}

}  // namespace
}  // namespace kirchhoff::testbenches
