#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "foundation/line_duties.h"
#include "foundation/tornado.h"
#include "foundation/what_would_it_take.h"

namespace kirchhoff::testbenches {

/// Named values in the order in which they are to be shown.
using NamedValues = std::vector<std::pair<std::string, double>>;
using NamedBreakdown = std::pair<std::string, NamedValues>;

/// Everything a run leaves behind, as plain data: what report.json holds and the summary shows. SI units
/// unless a name says otherwise.
struct RunResult {
  struct Run {
    std::string name;
    std::string preset;
    std::uint64_t seed = 0;
    std::string style;
    std::string detail;
    std::string technology;
    std::string git_version;
    double simulated_s = 0;  ///< set-up, training and inference
    double wall_s = 0;       ///< of the training loop; with the next the only fields that differ between two
    std::uint64_t examples = 0;  ///< trained, all epochs
    double examples_per_wall_s = 0;
  };
  struct Chip {
    std::int64_t tiles = 0;
    std::int64_t rows = 0;  ///< of a tile
    std::int64_t columns = 0;
    std::int64_t cells = 0;
    std::int64_t synapses_mapped = 0;
    double utilisation = 0;  ///< synapses mapped / cells
    std::int64_t mesh_rows = 0;
    std::int64_t mesh_columns = 0;
    std::int64_t tiles_used = 0;
    std::string network;  ///< "528-250-125-10"
  };
  struct Epoch {
    int epoch = 0;  ///< from 1
    double test_percent = 0;
    std::optional<double> software_test_percent;
    double simulated_s = 0;  ///< when the epoch ended
  };
  struct Accuracy {
    std::string dataset;
    std::uint64_t train_examples = 0;
    std::uint64_t test_examples = 0;
    int epochs = 0;
    double test_percent = 0;
    std::optional<double> software_test_percent;  ///< float32, same examples, same order
    std::optional<double> linear_test_percent;    ///< linear classifier on the same data
    std::vector<Epoch> per_epoch;
  };
  /// A loss of supply and what it cost.
  struct PowerOff {
    std::uint64_t example = 0;  ///< trained when it came
    bool before_transfer = false;
    double duration_s = 0;
    double before_percent = 0;  ///< test accuracy at the last moment with supply
    double after_percent = 0;   ///< once the registers are programmed again, before anything is learnt
    double setup_s = 0;         ///< simulated, of programming the registers
    std::uint64_t register_writes = 0;
  };
  /// per_example_s is the sum of the five below it.
  struct Time {
    double per_example_s = 0;
    double forward_s = 0;  ///< without the network, as backward_s, update_s and transfer_amortised_s
    double backward_s = 0;
    double update_s = 0;
    double transfer_amortised_s = 0;
    double network_s = 0;
    double training_s = 0;  ///< whole run
    double setup_s = 0;
    double inference_s = 0;
  };
  /// Breakdowns are per training example; each sums to per_example_j.
  struct Energy {
    double per_example_j = 0;
    double per_op_j = 0;
    NamedValues breakdown_j;
    NamedValues by_phase_j;
    NamedValues by_layer_j;  ///< "layer 1" .., "unused tiles", "sequencer"
    std::vector<double> by_tile_j;
    // The same, each split by booking.
    std::vector<NamedBreakdown> bookings_by_phase_j;
    std::vector<NamedBreakdown> bookings_by_layer_j;
    std::vector<NamedValues> bookings_by_tile_j;
    double sequencer_j = 0;  ///< what by_tile_j leaves of per_example_j
    double training_j = 0;   ///< whole run
    double setup_j = 0;
    double inference_j = 0;
  };
  /// The test set on the chip itself, once it has learnt.
  struct Inference {
    std::uint64_t examples = 0;
    std::int64_t in_flight = 1;  ///< examples under way at a time
    double test_percent = 0;
    double per_example_s = 0;  ///< from one result to the next
    double latency_s = 0;      ///< from the first input sent to the outputs compared
    double network_s = 0;      ///< of per_example_s: waiting for links, routers or the host bus
    double per_example_j = 0;
    double per_op_j = 0;  ///< 2 op per weight and example
    double tops = 0;
    double tops_per_watt = 0;
    double tops_per_mm2 = 0;
    NamedValues breakdown_j;  ///< per example
  };
  struct Area {
    double total_mm2 = 0;
    NamedValues breakdown_mm2;
  };
  struct Figures {
    double tops = 0;
    double tops_per_watt = 0;
    double tops_per_mm2 = 0;
    /// 5 and 95 % quantiles over the ranges of the technology; absent where not computed.
    std::optional<std::array<double, 2>> tops_per_watt_5_95;
    std::optional<std::array<double, 2>> tops_per_mm2_5_95;
    std::optional<double> tops_per_watt_median;
    std::optional<double> tops_per_mm2_median;
    double pj_per_op = 0;
    std::optional<std::array<double, 2>> pj_per_op_5_95;
    std::optional<double> pj_per_op_median;
  };
  /// How the intervals came about.
  struct Uncertainty {
    std::size_t draws = 0;
    std::uint64_t seed = 0;
  };
  /// Whether both published figures can be reached at peak, transfer excluded.
  struct PublishedReach {
    foundation::WhatWouldItTake answer;  ///< figures: TOP/s/W, TOP/s/mm2
    double share_of_draws = 0;           ///< of the uncertainty's draws, in which both hold
  };
  struct Efficiency {
    Figures achieved;
    Figures peak;                ///< every array busy, transfer excluded
    Figures peak_with_transfer;  ///< ... and included
    std::string op_convention = "training";
    NamedValues activity;                       ///< what `peak` rests on: means per cell, line or activation
    std::vector<std::string> assumed_activity;  ///< "transposed read", ..: not this run's, the closed form's
    std::optional<Uncertainty> uncertainty;
    // Results: TOP/s/W, TOP/s/mm2, pJ/op.
    std::vector<foundation::TornadoBar> tornado;       ///< of `achieved`
    std::vector<foundation::TornadoBar> tornado_peak;  ///< of `peak`
    std::optional<PublishedReach> published_reach;
  };
  struct Counts {
    std::uint64_t update_pulses = 0;
    std::uint64_t clipped_pulses = 0;
    std::uint64_t saturated_capacitors = 0;
    std::uint64_t set_pulses = 0;
    std::uint64_t reset_pulses = 0;
    std::uint64_t verify_reads = 0;
    std::uint64_t transfers = 0;
    std::uint64_t transfers_unconverged = 0;
    std::uint64_t adc_overloads = 0;
    std::uint64_t packets = 0;
    std::uint64_t hops = 0;
    std::uint64_t dma_bytes = 0;
    std::uint64_t out_of_order_reservations = 0;
    std::uint64_t operations = 0;  ///< of training: 2 per multiply-accumulate
    std::uint64_t conversions = 0;
    std::uint64_t clipped_targets = 0;  ///< weights that transfers found beyond the range of their PCM pair
  };
  /// Cells of a layer at an end of what they can hold, at the last transfer or else at the end of the run.
  struct Saturation {
    std::uint64_t cells = 0;
    std::uint64_t capacitors = 0;  ///< charge at an end of its range
    std::uint64_t weights = 0;     ///< beyond what the PCM pair can be written to
  };
  /// What of the network a tile holds, tiles in the order of the mesh, row by row.
  struct TileUse {
    std::int64_t layer = 0;  ///< from 1; 0: none
    std::int64_t rows = 0;   ///< used, the bias row included
    std::int64_t columns = 0;
  };
  /// How the network lies on the chip, and which ways its packets take. Nodes are numbered row by row.
  struct Map {
    struct Tile {
      std::int64_t node = 0;
      std::int64_t row = 0;
      std::int64_t column = 0;
      std::int64_t layer = 0;  ///< from 1; 0: none, and then nothing below
      std::int64_t row_split = 0;
      std::int64_t column_group = 0;
      std::int64_t rows = 0;  ///< of cells in use, the bias row included
      std::int64_t columns = 0;
      bool disabled = false;
    };
    using Link = std::array<std::int64_t, 2>;  ///< from node, to node
    struct Route {
      std::int64_t route = 0;
      std::string kind;                        ///< "activation", "partial_sum", ..
      std::vector<std::int64_t> sources;       ///< none: the sequencer
      std::vector<std::int64_t> destinations;  ///< none: the sequencer
      std::vector<Link> links;
      std::uint64_t elements = 0;  ///< of a packet
      std::uint64_t bits = 0;
      std::uint64_t flits = 0;
      std::uint64_t packets = 0;   ///< of each source, per training example; 0: transfers only
      std::uint64_t hops = 0;      ///< links taken by the packets of all sources, per training example
      std::uint64_t summands = 1;  ///< partial sums in a packet
      bool is_reduced = false;     ///< added to others by the destination's router
    };
    std::string placement;             ///< order, hops
    std::uint64_t flit_hops = 0;       ///< flits x links per training example, over all routes: the objective
    std::vector<Tile> tiles;           ///< all, by node
    std::vector<Link> disabled_links;  ///< the lower node first; those of dead routers among them
    std::vector<Route> routes;
  };
  /// What the parts of the chip did during one training example, from the start of its forward pass.
  /// Training; beside what the closed-form estimate assumes.
  struct Activity {
    foundation::MeasuredDuties measured;
    double assumed_row_duty = 0;
    double assumed_column_duty = 0;
  };
  struct Timeline {
    struct Span {
      std::string what;  ///< "read", "update", ..
      double begin_s = 0;
      double end_s = 0;
    };
    struct Track {
      std::string part;  ///< "sequencer", "dma", "tile_<row>_<column>"
      std::vector<Span> spans;
    };
    std::uint64_t example = 0;  ///< from 1
    double duration_s = 0;
    std::vector<Track> tracks;  ///< empty: nothing was recorded
  };
  /// A statement the run checks about itself; it passes where value <= limit.
  struct SelfCheck {
    std::string name;
    double value = 0;
    double limit = 0;
    bool pass = false;
  };
  /// A parameter and where its value comes from.
  struct Provenance {
    std::string parameter;
    std::variant<double, bool, std::string> value;
    std::string unit;
    std::optional<double> low;
    std::optional<double> high;
    std::string mark;  ///< source, derived, assumed, user
    std::string note;
    std::string place;  ///< "file:line", "--set", or empty for the built-in default
  };

  Run run;
  Chip chip;
  Accuracy accuracy;
  std::vector<PowerOff> power_offs;
  Time time;
  Energy energy;
  std::optional<Inference> inference;
  Area area;
  Efficiency efficiency;
  Activity activity;
  Counts counts;
  std::vector<Saturation> saturation;  ///< by layer
  std::vector<TileUse> tiles;
  Map map;
  Timeline timeline;
  std::vector<SelfCheck> checks;
  std::vector<std::string> warnings;
  std::vector<Provenance> provenance;

  [[nodiscard]] bool passed() const;
};

}  // namespace kirchhoff::testbenches
