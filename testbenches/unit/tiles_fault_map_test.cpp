#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "foundation/toml_reader.h"
#include "testbenches/unit/data_files.h"
#include "testbenches/unit/statistics.h"
#include "tiles/fault_map.h"

namespace {

using namespace kirchhoff;
using testing::ElementsAre;
using testing::IsEmpty;
using tiles::CellDevice;
using tiles::CellFault;
using tiles::FaultKind;
using tiles::FaultMap;
using tiles::FaultParameters;

constexpr FaultMap::Shape shape{32, 131, 50};
const std::string header = "tile,row,column,device,fault\n";

FaultMap map_of(const std::string& text, const FaultParameters& parameters = {}) {
  return FaultMap(parameters, shape, 7, text, "my.csv");
}

/// What is said about the map, one line or more.
std::string complaint(const std::string& text) {
  try {
    map_of(text);
  } catch (const foundation::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(FaultMap, WithoutFaults) {
  EXPECT_FALSE(FaultMap{}.any());
  const FaultMap map({}, shape, 7);
  EXPECT_FALSE(map.any());
  EXPECT_THAT(map.faults(31), IsEmpty());
  EXPECT_THROW((void)map.faults(32), foundation::ModelError);
}

TEST(FaultMap, ReadsTheMapInAFixedOrder) {
  const auto map =
      map_of("\xEF\xBB\xBF# broken ones\r\n" + header +
             "31, 130,\t49,g_minus,stuck_off\r\n\r\n0,4,1,capacitor,dead\n0,4,1,g_plus,stuck_on\n "
             "0,3,9,g_minus,stuck_on");
  EXPECT_TRUE(map.any());
  EXPECT_THAT(map.faults(0), ElementsAre(CellFault{3, 9, CellDevice::g_minus, FaultKind::stuck_on},
                                         CellFault{4, 1, CellDevice::g_plus, FaultKind::stuck_on},
                                         CellFault{4, 1, CellDevice::capacitor, FaultKind::dead}));
  EXPECT_THAT(map.faults(1), IsEmpty());
  EXPECT_THAT(map.faults(31), ElementsAre(CellFault{130, 49, CellDevice::g_minus, FaultKind::stuck_off}));
}

TEST(FaultMap, ColumnsInAnyOrder) {
  const auto map = map_of("fault,device,column,row,tile\ndead,capacitor,1,2,3\n");
  EXPECT_THAT(map.faults(3), ElementsAre(CellFault{2, 1, CellDevice::capacitor, FaultKind::dead}));
}

TEST(FaultMap, AMapWithoutRowsNamesNoFault) {
  EXPECT_FALSE(map_of(header).any());
  EXPECT_FALSE(map_of("# none\n" + header + "# none\n").any());
}

TEST(FaultMap, RefusesWhatIsOutsideTheChipWithBothNumbers) {
  EXPECT_EQ(complaint(header + "32,131,50,g_plus,stuck_on\n"),
            "my.csv:2: tile is 32, but the chip has 32 tiles: must be within 0 .. 31\n"
            "my.csv:2: row is 131, but a tile has 131 rows: must be within 0 .. 130\n"
            "my.csv:2: column is 50, but a tile has 50 columns: must be within 0 .. 49");
  EXPECT_EQ(complaint(header + "0,9223372036854775807,0,g_plus,stuck_on\n"),
            "my.csv:2: row is 9223372036854775807, but a tile has 131 rows: must be within 0 .. 130");
}

TEST(FaultMap, RefusesWhatIsNoWholeNumber) {
  for (const std::string value : {"-1", "1.0", "1e1", "+1", "0x1", "", "one", "1 2", "9223372036854775808"}) {
    EXPECT_EQ(complaint(header + "0,0," + value + ",g_plus,stuck_on\n"),
              "my.csv:2: column is '" + value + "', but must be a whole number within 0 .. 49");
  }
}

TEST(FaultMap, RefusesOtherWords) {
  EXPECT_EQ(
      complaint(header + "0,0,0,g_puls,stuck_on\n"),
      "my.csv:2: device is 'g_puls', but must be one of g_plus, g_minus, capacitor; did you mean 'g_plus'?");
  EXPECT_EQ(complaint(header + "0,0,0,g_plus,broken\n"),
            "my.csv:2: fault is 'broken', but must be one of stuck_on, stuck_off, dead");
  EXPECT_EQ(complaint(header + "0,0,0,g_plus,dead\n"),
            "my.csv:2: fault of g_plus is 'dead', but must be stuck_on or stuck_off");
  EXPECT_EQ(complaint(header + "0,0,0,capacitor,stuck_off\n"),
            "my.csv:2: fault of capacitor is 'stuck_off', but must be dead");
}

TEST(FaultMap, RefusesADeviceNamedTwice) {
  EXPECT_EQ(complaint(header + "3,2,1,g_plus,stuck_on\n3,2,1,g_minus,stuck_on\n\n3,2,1,g_plus,stuck_off\n"
                               "3,2,1,g_plus,stuck_on\n"),
            "my.csv:5: tile 3, row 2, column 1: g_plus is given twice, first in line 2\n"
            "my.csv:6: tile 3, row 2, column 1: g_plus is given twice, first in line 2");
}

TEST(FaultMap, RefusesOtherHeaders) {
  const std::string rest = " (the header is 'tile,row,column,device,fault')";
  EXPECT_EQ(complaint(""), "my.csv: is empty, but must start with the header 'tile,row,column,device,fault'");
  EXPECT_EQ(complaint("# only\n\n"),
            "my.csv: is empty, but must start with the header 'tile,row,column,device,fault'");
  EXPECT_EQ(complaint("tile,row,col,device,fault\n"),
            "my.csv:1: unknown column 'col'" + rest + "\nmy.csv:1: the header lacks column 'column'" + rest);
  EXPECT_EQ(complaint("tile,row,columm,device,fault\n"),
            "my.csv:1: unknown column 'columm'; did you mean 'column'?" + rest +
                "\nmy.csv:1: the header lacks column 'column'" + rest);
  EXPECT_EQ(complaint("tile,row,column,device,fault,row\n"), "my.csv:1: column 'row' is named twice" + rest);
  EXPECT_EQ(
      complaint("\n#\ntile;row;column;device;fault\n"),
      "my.csv:3: header 'tile;row;column;device;fault' is one field; fields are separated by commas" + rest);
}

TEST(FaultMap, RefusesRowsOfOtherLengths) {
  EXPECT_EQ(
      complaint(header + "0,0,0,g_plus\n0,0,0,g_plus,stuck_on,\n0;0;0;g_plus;stuck_on\n"),
      "my.csv:2: the row has 4 fields, but needs 5 (tile,row,column,device,fault)\n"
      "my.csv:3: the row has 6 fields, but needs 5 (tile,row,column,device,fault)\n"
      "my.csv:4: the row has 1 field, but needs 5 (tile,row,column,device,fault); fields are separated by "
      "commas");
}

TEST(FaultMap, RefusesOtherEncodings) {
  EXPECT_EQ(complaint("# caf\xE9\n" + header),
            "my.csv:1: byte 0xe9 is no UTF-8; save the table as UTF-8 text");
  EXPECT_EQ(complaint("# \xC3\xA9\n" + header), "");
  EXPECT_EQ(complaint(header + "\xFF\xFE"), "my.csv:2: byte 0xff is no UTF-8; save the table as UTF-8 text");
}

TEST(FaultMap, TellsTwentyProblemsAndCountsTheRest) {
  std::string text = header;
  for (int i = 0; i < 50; ++i) text += "32,0,0,g_plus,stuck_on\n";
  const std::string told = complaint(text);
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 20);
  EXPECT_TRUE(told.ends_with("\nmy.csv: and 30 more problems")) << told;
}

TEST(FaultMap, HundredThousandRowsAtOnce) {
  std::string text = header;
  std::size_t expected = 0;
  for (int i = 0; i < 100'000; ++i) {
    const int cell = (i * 7919) % 209'600;
    text += std::to_string(cell / 6550) + "," + std::to_string(cell % 6550 / 50) + "," +
            std::to_string(cell % 50) + ",g_minus,stuck_off\n";
    ++expected;
  }
  const auto map = map_of(text);  // quadratic work would run into the test's time-out
  std::size_t seen = 0;
  for (std::size_t tile = 0; tile < shape.tiles; ++tile) seen += map.faults(tile).size();
  EXPECT_EQ(seen, expected);
}

/// Rates over all 209,600 cells, each count within the two-sided 1 - 1e-5 bounds of its binomial
/// distribution (normal approximation; expected counts are above 100).
TEST(FaultMap, RatesAreMet) {
  FaultParameters parameters;
  parameters.pcm_stuck_on = 0.001;
  parameters.pcm_stuck_off = 0.02;
  parameters.capacitor_dead = 0.005;
  const FaultMap map(parameters, shape, 7);
  EXPECT_TRUE(map.any());
  std::array<std::array<double, 3>, 3> counts{};
  double both = 0;
  std::set<std::tuple<std::size_t, std::uint32_t, std::uint32_t>> plus;
  for (std::size_t tile = 0; tile < shape.tiles; ++tile) {
    for (const CellFault& fault : map.faults(tile)) {
      counts.at(static_cast<std::size_t>(fault.device)).at(static_cast<std::size_t>(fault.kind)) += 1;
      if (fault.device == CellDevice::g_plus) plus.insert({tile, fault.row, fault.column});
      if (fault.device == CellDevice::g_minus)
        both += static_cast<double>(plus.count({tile, fault.row, fault.column}));
    }
  }
  constexpr double cells = 32 * 131 * 50;
  const auto expect_rate = [&](double count, double rate) {
    EXPECT_NEAR(count, cells * rate, unit::alarm_sigma * std::sqrt(cells * rate * (1 - rate))) << rate;
  };
  for (const std::size_t device : {0U, 1U}) {
    expect_rate(counts.at(device)[0], 0.001);
    expect_rate(counts.at(device)[1], 0.02);
    EXPECT_EQ(counts.at(device)[2], 0);
  }
  expect_rate(counts[2][2], 0.005);
  EXPECT_EQ(counts[2][0] + counts[2][1], 0);
  // The two devices of a cell know nothing of each other: 92 pairs are expected.
  EXPECT_NEAR(both, cells * 0.021 * 0.021, unit::alarm_sigma * std::sqrt(cells) * 0.021);
}

TEST(FaultMap, AllOrNothing) {
  FaultParameters parameters;
  parameters.pcm_stuck_on = 0.5;
  parameters.pcm_stuck_off = 0.5;
  parameters.capacitor_dead = 1;
  const FaultMap map(parameters, {1, 3, 4}, 7);
  const auto faults = map.faults(0);
  ASSERT_EQ(faults.size(), 36U);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(faults[i].row * 4 + faults[i].column, i / 3);
    EXPECT_EQ(static_cast<std::size_t>(faults[i].device), i % 3);
  }
}

TEST(FaultMap, SeedAndTileMakeTheFaults) {
  FaultParameters parameters;
  parameters.pcm_stuck_off = 0.01;
  const FaultMap map(parameters, shape, 7);
  EXPECT_EQ(map.faults(3), FaultMap(parameters, shape, 7).faults(3));
  EXPECT_EQ(map.faults(3), FaultMap(parameters, {4, 131, 50}, 7).faults(3)) << "whatever else is on the chip";
  EXPECT_NE(map.faults(3), map.faults(4));
  EXPECT_NE(map.faults(3), FaultMap(parameters, shape, 8).faults(3));
  parameters.pcm_stuck_off = 0.02;
  const auto more = FaultMap(parameters, shape, 7).faults(3);
  for (const CellFault& fault : map.faults(3)) {
    EXPECT_NE(std::find(more.begin(), more.end(), fault), more.end()) << "a higher rate keeps the faults";
  }
}

TEST(FaultMap, TheMapOverrulesTheDice) {
  FaultParameters parameters;
  parameters.pcm_stuck_on = 1;
  const auto map = map_of(header + "2,0,1,g_minus,stuck_off\n2,0,1,capacitor,dead\n", parameters);
  const auto faults = map.faults(2);
  EXPECT_EQ(faults.size(), 2 * 131 * 50 + 1U);
  EXPECT_EQ(faults[3], (CellFault{0, 1, CellDevice::g_minus, FaultKind::stuck_off}));
  EXPECT_EQ(faults[4], (CellFault{0, 1, CellDevice::capacitor, FaultKind::dead}));
}

TEST(FaultMap, RatesBeyondOne) {
  FaultParameters parameters;
  parameters.pcm_stuck_on = 0.75;
  parameters.pcm_stuck_off = 0.5;
  EXPECT_EQ(unit::input_error([&] { FaultMap(parameters, shape, 7); }),
            "faults.pcm_stuck_on + faults.pcm_stuck_off is 1.25, but must be within 0 .. 1");
}

TEST(FaultMap, Parameters) {
  FaultParameters parameters;
  foundation::ParameterTable table;
  declare(table, parameters);
  foundation::read_toml(table, "[faults]\npcm_stuck_on = \"0.1 %\"\nmap = \"broken cells.csv\"\n", "my.toml");
  EXPECT_EQ(parameters.pcm_stuck_on, 0.001);
  EXPECT_EQ(parameters.map, "broken cells.csv");
  EXPECT_EQ(unit::input_error([&] { foundation::set(table, "faults.capacitor_dead=2"); }),
            "--set: faults.capacitor_dead is 2, but must be within 0 .. 1");
}

class FaultMapFile : public unit::FolderTest {};

TEST_F(FaultMapFile, IsReadByName) {
  FaultParameters parameters;
  parameters.map = write("faults.csv", header + "1,2,3,capacitor,dead\n").string();
  const FaultMap map(parameters, shape, 7);
  EXPECT_THAT(map.faults(1), ElementsAre(CellFault{2, 3, CellDevice::capacitor, FaultKind::dead}));
  parameters.map = (folder_ / "none").string();
  EXPECT_EQ(unit::input_error([&] { FaultMap(parameters, shape, 7); }),
            "cannot read " + quoted("none") + ": No such file or directory");
  parameters.map = folder_.string();
  EXPECT_EQ(unit::input_error([&] { FaultMap(parameters, shape, 7); }),
            "cannot read '" + folder_.string() + "': it is a folder");
}

}  // namespace
