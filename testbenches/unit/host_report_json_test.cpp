#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "testbenches/host/report_json.h"
#include "testbenches/unit/report_example.h"

namespace kirchhoff::testbenches {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

/// True where `expected` come in this order, whatever stands between them.
void expect_in_order(const Json& object, const std::vector<std::string>& expected) {
  const std::vector<std::string> keys = keys_of(object);
  std::size_t at = 0;
  for (const std::string& key : expected) {
    while (at < keys.size() && keys[at] != key) ++at;
    EXPECT_LT(at, keys.size()) << "missing or out of order: " << key;
  }
}

TEST(ReportJson, HasEveryGroupAndKeyInOrder) {
  const Json report = Json::parse(report_json(unit::example_result()));
  EXPECT_EQ(report["schema"], "kirchhoff.report/1");
  expect_in_order(report, {"schema", "run", "chip", "accuracy", "power_off", "time", "energy", "area",
                           "efficiency", "counts", "warnings", "provenance"});
  expect_in_order(report["run"], {"name", "preset", "seed", "style", "detail", "technology", "git_version",
                                  "simulated_s", "wall_s", "examples", "examples_per_wall_s"});
  expect_in_order(report["chip"], {"tiles", "rows", "columns", "cells", "synapses_mapped", "utilisation"});
  expect_in_order(report["accuracy"], {"dataset", "train_examples", "test_examples", "epochs", "test_percent",
                                       "software_test_percent", "per_epoch"});
  expect_in_order(report["time"], {"per_example_s", "forward_s", "backward_s", "update_s",
                                   "transfer_amortised_s", "network_s"});
  expect_in_order(report["energy"], {"per_example_j", "per_op_j", "breakdown_j"});
  expect_in_order(report["area"], {"total_mm2", "breakdown_mm2"});
  expect_in_order(report["efficiency"], {"achieved", "peak", "published", "gpu_v100_fp16", "op_convention"});
  for (const char* figures : {"achieved", "peak"}) {
    expect_in_order(report["efficiency"][figures],
                    {"tops", "tops_per_watt", "tops_per_mm2", "tops_per_watt_5_95", "tops_per_mm2_5_95"});
  }
  expect_in_order(report["counts"],
                  {"update_pulses", "clipped_pulses", "saturated_capacitors", "set_pulses", "reset_pulses",
                   "verify_reads", "transfers", "transfers_unconverged", "adc_overloads", "packets", "hops",
                   "dma_bytes", "out_of_order_reservations"});
  expect_in_order(report["provenance"]["technology.e_adc"], {"value", "unit", "low", "high", "mark", "note"});
}

TEST(ReportJson, TellsWhatALossOfSupplyCost) {
  const Json offs = Json::parse(report_json(unit::example_result()))["power_off"];
  ASSERT_EQ(offs.size(), 2U);
  EXPECT_EQ(offs[0]["example"], 8000);
  EXPECT_EQ(offs[0]["when"], "before_transfer");
  EXPECT_EQ(offs[0]["duration_s"], 1.5);
  EXPECT_EQ(offs[0]["test_percent_before"], 95.5);
  EXPECT_EQ(offs[0]["test_percent_after"], 61.25);
  EXPECT_EQ(offs[0]["lost_points"], 34.25);
  EXPECT_EQ(offs[0]["setup_s"], 85.8e-6);
  EXPECT_EQ(offs[0]["register_writes"], 1577);
  EXPECT_EQ(offs[1]["when"], "after_transfer");
  EXPECT_EQ(Json::parse(report_json({}))["power_off"], Json::array());
}

TEST(ReportJson, CarriesTheValues) {
  const Json report = Json::parse(report_json(unit::example_result()));
  EXPECT_EQ(report["accuracy"]["per_epoch"][1]["test_percent"], 96.85);
  EXPECT_EQ(report["energy"]["breakdown_j"]["conversion"], 40e-9);
  EXPECT_EQ(report["efficiency"]["peak"]["tops_per_watt_5_95"][1], 9.7);
  EXPECT_EQ(report["efficiency"]["published"]["tops_per_watt"], 28.065);
  EXPECT_EQ(report["efficiency"]["published"]["tops_per_mm2"], 3.6);
  EXPECT_DOUBLE_EQ(report["efficiency"]["gpu_v100_fp16"]["tops_per_watt"].get<double>(), 0.1);
  EXPECT_NEAR(report["efficiency"]["gpu_v100_fp16"]["tops_per_mm2"].get<double>(), 0.0368, 5e-5);
  EXPECT_EQ(report["counts"]["transfers_unconverged"], 317);
  EXPECT_EQ(report["counts"]["out_of_order_reservations"], 3);
  EXPECT_EQ(report["warnings"].size(), 2U);
  EXPECT_EQ(report["checks"][0]["pass"], true);
  EXPECT_EQ(report["provenance"]["chip.f_realisation"]["value"], "voltage");
  EXPECT_EQ(report["provenance"]["adc.enabled"]["value"], true);
  EXPECT_TRUE(report["provenance"]["adc.enabled"]["low"].is_null());
}

TEST(ReportJson, SplitsEveryLevelByBooking) {
  const Json energy = Json::parse(report_json(unit::example_result()))["energy"];
  EXPECT_EQ(energy["bookings_by_phase_j"]["forward"]["standby"], 100e-9);
  EXPECT_EQ(energy["bookings_by_layer_j"]["layer 1"]["conversion"], 40e-9);
  EXPECT_EQ(energy["bookings_by_tile_j"][1]["conversion"], 30e-9);
}

TEST(ReportJson, SaysHowSureItIsAndWhatItHangsOn) {
  const Json efficiency = Json::parse(report_json(unit::example_result()))["efficiency"];
  EXPECT_EQ(efficiency["activity"]["pcm_pair_s"], 5e-6);
  EXPECT_EQ(efficiency["assumed_activity"], Json::array({"transfer"}));
  EXPECT_EQ(efficiency["uncertainty"]["draws"], 10000);
  EXPECT_EQ(efficiency["uncertainty"]["seed"], 1);
  EXPECT_EQ(efficiency["achieved"]["pj_per_op"], 0.274);
  EXPECT_EQ(efficiency["achieved"]["pj_per_op_5_95"], (Json{0.176, 0.346}));
  EXPECT_EQ(efficiency["achieved"]["pj_per_op_median"], 0.256);
  ASSERT_EQ(efficiency["tornado"].size(), 2U);
  const Json& first = efficiency["tornado"][0];
  EXPECT_EQ(first["parameter"], "technology.t_conv");
  EXPECT_EQ(first["low_value"], 0);
  EXPECT_EQ(first["high_value"], 307e-9);
  EXPECT_EQ(first["tops_per_watt"], (Json{4.1, 3.4}));
  EXPECT_EQ(first["tops_per_mm2"], (Json{0.0301, 0.0151}));
  EXPECT_EQ(first["pj_per_op"][0], 1 / 4.1);
  const Json& reach = efficiency["what_would_it_take"];
  EXPECT_EQ(reach["exists"], false);
  EXPECT_EQ(reach["proven"], true);
  EXPECT_EQ(reach["misses_by_factor"]["tops_per_watt"], 1);
  EXPECT_DOUBLE_EQ(reach["misses_by_factor"]["tops_per_mm2"].get<double>(), 4);
  EXPECT_EQ(reach["best"]["parameters"]["technology.e_adc"], 5e-12);
  EXPECT_EQ(
      reach["statement"],
      "no point within the ranges has both published figures at peak; the best reaches 0.900 TOP/s/mm2, "
      "4.00 times too little");
  EXPECT_FALSE(reach.contains("region"));
  EXPECT_FALSE(Json::parse(report_json({}))["efficiency"].contains("what_would_it_take"));
}

TEST(ReportJson, TellsTheRegionInWhichThePublishedFiguresHold) {
  RunResult result = unit::example_result();
  foundation::WhatWouldItTake& answer = result.efficiency.published_reach->answer;
  answer.exists = true;
  answer.nearest = {28.1, 3.6};
  answer.distance = 1.5;
  answer.inputs = {{"e_adc", 5e-12, 2e-11, 3e-11, 5e-12, 5e-12, 1.2e-11, 1e-11},
                   {"a_neu", 500, 1500, 4000, 500, 500, 2000, 1500}};
  const Json reach = Json::parse(report_json(result))["efficiency"]["what_would_it_take"];
  EXPECT_EQ(reach["exists"], true);
  EXPECT_EQ(reach["region"]["technology.e_adc"]["from"], 5e-12);
  EXPECT_EQ(reach["region"]["technology.e_adc"]["to"], 1.2e-11);
  EXPECT_EQ(reach["region"]["technology.a_neu"]["to"], 2000);
  EXPECT_EQ(reach["nearest"]["log_distance"], 1.5);
  EXPECT_EQ(reach["nearest"]["tops_per_watt"], 28.1);
  EXPECT_EQ(reach["nearest"]["parameters_moved"]["technology.e_adc"]["value"], 1e-11);
  EXPECT_EQ(reach["nearest"]["parameters_moved"].size(), 1U);
  EXPECT_EQ(
      reach["statement"],
      "both published figures are within the ranges at peak, nearest to base with 1 parameter moved: e_adc x "
      "0.50");
}

TEST(ReportJson, WhatWasNotComputedIsLeftOut) {
  RunResult result = unit::example_result();
  result.efficiency.achieved.tops_per_watt_5_95.reset();
  result.accuracy.software_test_percent.reset();
  const Json report = Json::parse(report_json(result));
  EXPECT_FALSE(report["efficiency"]["achieved"].contains("tops_per_watt_5_95"));
  EXPECT_TRUE(report["accuracy"]["software_test_percent"].is_null());
}

TEST(ReportJson, DoublesReadBackToTheSameBits) {
  RunResult result = unit::example_result();
  for (const double value : {1.0 / 3, 4.9406564584124654e-324, 1.7976931348623157e308, 2.3e-9 / 7}) {
    result.energy.per_example_j = value;
    EXPECT_EQ(Json::parse(report_json(result))["energy"]["per_example_j"].get<double>(), value);
  }
}

TEST(ReportJson, OnlyTheWallClockFieldsDependOnTheMachine) {
  RunResult other = unit::example_result();
  other.run.wall_s *= 2;
  other.run.examples_per_wall_s /= 2;
  const Json first = Json::parse(report_json(unit::example_result())).flatten();
  const Json second = Json::parse(report_json(other)).flatten();
  std::vector<std::string> different;
  for (const auto& item : first.items()) {
    if (second[item.key()] != item.value()) different.push_back(item.key());
  }
  EXPECT_EQ(different, (std::vector<std::string>{"/run/wall_s", "/run/examples_per_wall_s"}));
}

TEST(ReportJson, NamesThatAreNotUtf8DoNotStopIt) {
  RunResult result = unit::example_result();
  result.accuracy.dataset = "caf\xe9";
  EXPECT_EQ(Json::parse(report_json(result))["accuracy"]["dataset"], "caf\xef\xbf\xbd");
}

TEST(ReportJson, ActivityStandsBesideWhatIsAssumed) {
  RunResult result = unit::example_result();
  Json activity = Json::parse(report_json(result))["activity"];
  EXPECT_EQ(activity["rows"]["duty"], 0.19);
  EXPECT_EQ(activity["columns"]["pair_s"], 4e-6);
  EXPECT_EQ(activity["assumed_column_duty"], 0.1);
  result.activity.measured.columns.reset();
  activity = Json::parse(report_json(result))["activity"];
  EXPECT_TRUE(activity["columns"].is_null()) << "a network of one layer";
}

TEST(ReportJson, SaysWhatEachTileHoldsAndWhatAnExampleDid) {
  const Json report = Json::parse(report_json(unit::example_result()));
  const Json expected_tiles = Json::parse(R"([
      {"layer": 1, "rows_used": 131, "columns_used": 50, "utilisation": 1.0},
      {"layer": 0, "rows_used": 0, "columns_used": 0, "utilisation": 0.0}])");
  EXPECT_EQ(report["chip"]["by_tile"], expected_tiles);
  const Json expected_timeline = Json::parse(R"({"example": 1, "duration_s": 2e-6, "tracks": [
      {"part": "sequencer", "spans": [{"what": "forward", "begin_s": 0.0, "end_s": 1.5e-6}]},
      {"part": "tile_0_1", "spans": [{"what": "read", "begin_s": 1e-7, "end_s": 3e-7}]}]})");
  EXPECT_EQ(report["timeline"], expected_timeline);
}

TEST(ReportJson, IsWrittenWholeOrNotAtAll) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "kirchhoff_report_json_test";
  std::filesystem::create_directories(folder);
  write_report_json(folder / "report.json", unit::example_result());
  std::ifstream file(folder / "report.json");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), report_json(unit::example_result()));
  EXPECT_THROW(write_report_json(folder / "missing" / "report.json", unit::example_result()),
               foundation::InputError);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace kirchhoff::testbenches
