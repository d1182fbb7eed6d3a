#pragma once

#include "testbenches/host/report.h"

namespace kirchhoff::unit {

/// A finished run with every field set to something that can be told from the others.
inline testbenches::RunResult example_result() {
  testbenches::RunResult r;
  r.run = {"209k-strokes", "209k", 1, "lt", "physics", "90nm", "v0.1.0", 0.2425, 7.412, 100000, 13491.6};
  r.chip = {32, 131, 50, 209600, 164885, 164885.0 / 209600, 4, 8, 32, "528-250-125-10"};
  r.accuracy = {"strokes", 10000, 2000,  2,
                96.85,     97.30, 88.95, {{1, 89.20, 90.10, 0.12}, {2, 96.85, 97.30, 0.24}}};
  r.power_offs = {{8000, true, 1.5, 95.5, 61.25, 85.8e-6, 1577}, {16000, false, 1.5, 96, 95.25, 85e-6, 1576}};
  r.time = {2.4e-6, 1.0e-6, 0.67e-6, 0.315e-6, 0.065e-6, 0.35e-6, 0.24, 0.0012, 0.0013};
  r.energy.per_example_j = 200e-9;
  r.energy.per_op_j = 0.27e-12;
  r.energy.breakdown_j = {
      {"array_read_forward", 150e-9}, {"conversion", 40e-9}, {"standby", 10e-9}, {"routing", 0}};
  r.energy.by_phase_j = {{"forward", 120e-9}, {"backward", 80e-9}};
  r.energy.by_layer_j = {{"layer 1", 190e-9}, {"unused tiles", 0}, {"sequencer", 10e-9}};
  r.energy.by_tile_j = {100e-9, 90e-9};
  r.energy.bookings_by_phase_j = {{"forward", {{"conversion", 20e-9}, {"standby", 100e-9}}}};
  r.energy.bookings_by_layer_j = {{"layer 1", {{"conversion", 40e-9}, {"standby", 150e-9}}}};
  r.energy.bookings_by_tile_j = {{{"conversion", 10e-9}, {"standby", 90e-9}}, {{"conversion", 30e-9}}};
  r.energy.sequencer_j = 10e-9;
  r.energy.training_j = 0.02;
  r.energy.setup_j = 1e-5;
  r.energy.inference_j = 2e-5;
  r.area = {17.0, {{"cells", 1.3}, {"periphery", 15.7}}};
  r.efficiency.achieved = {0.303, 3.65, 0.0178, {{2.9, 5.7}},     {{0.012, 0.038}},
                           3.9,   0.02, 0.274,  {{0.176, 0.346}}, 0.256};
  r.efficiency.peak = {1.27, 5.5,  0.075, {{4.3, 9.7}},     {{0.053, 0.18}},
                       6.0,  0.09, 0.182, {{0.103, 0.233}}, 0.167};
  r.efficiency.peak_with_transfer = {1.19, 5.3, 0.0699, {}, {}, {}, {}, 0.189, {}, {}};
  r.efficiency.activity = {{"pcm_pair_s", 5e-6}, {"update_slots", 31}};
  r.efficiency.assumed_activity = {"transfer"};
  r.efficiency.uncertainty = {10000, 1};
  r.efficiency.tornado = {{
                              "t_conv",
                              0,
                              307e-9,
                              {4.1, 0.0301},
                              {3.4, 0.0151},
                          },
                          {
                              "e_adc",
                              5e-12,
                              3e-11,
                              {4.4, 0.0178},
                              {3.3, 0.0178},
                          }};
  for (auto& bar : r.efficiency.tornado) {
    bar.at_low.push_back(1 / bar.at_low[0]);
    bar.at_high.push_back(1 / bar.at_high[0]);
  }
  r.efficiency.tornado_peak = r.efficiency.tornado;
  testbenches::RunResult::PublishedReach reach;
  reach.answer.proven = true;
  reach.answer.at_base = {5.5, 0.075};
  reach.answer.best = {51.2, 0.9};
  reach.answer.inputs = {{"e_adc", 5e-12, 1.94e-11, 3e-11, 5e-12, 0, 0, 0}};
  r.efficiency.published_reach = reach;
  r.activity.measured.rows = {.duty = 0.19, .pair_s = 4e-6, .capacitor_s = 12e-6};
  r.activity.measured.columns = {.duty = 0.03, .pair_s = 4e-6, .capacitor_s = 12e-6};
  r.activity.assumed_row_duty = 0.2;
  r.activity.assumed_column_duty = 0.1;
  r.counts = {384000000, 6400000, 1204,     5958432,  49650, 17875296, 12,       317,
              30240,     6100000, 19000000, 54400000, 3,     725494,   257275296};
  r.tiles = {{1, 131, 50}, {0, 0, 0}};
  r.map.placement = "hops";
  r.map.flit_hops = 1234;
  r.map.tiles = {{0, 0, 0, 1, 2, 3, 131, 50, false}, {.node = 1, .row = 0, .column = 1, .disabled = true}};
  r.map.disabled_links = {{0, 1}};
  r.map.routes = {{7, "partial_sum", {0}, {}, {{1, 0}}, 50, 482, 4, 1, 2}};
  r.timeline = {1, 2e-6, {{"sequencer", {{"forward", 0, 1.5e-6}}}, {"tile_0_1", {{"read", 1e-7, 3e-7}}}}};
  r.checks = {{"chip within 1.0 point of its software reference", 0.45, 1.0, true}};
  r.warnings = {"first warning", "second warning"};
  r.provenance = {{"technology.e_adc", 1.94e-11, "J", 5e-12, 3e-11, "source", "Giordano 2019", "90nm.toml:7"},
                  {"chip.f_realisation", std::string("voltage"), "", {}, {}, "assumed", "", ""},
                  {"adc.enabled", true, "", {}, {}, "user", "", "--set"}};
  return r;
}

}  // namespace kirchhoff::unit
