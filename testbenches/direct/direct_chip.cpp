#include "testbenches/direct/direct_chip.h"

#include <algorithm>
#include <cmath>

#include "foundation/error.h"
#include "periphery/delta_scaler.h"
#include "tiles/bookings.h"
#include "tiles/fault_map.h"
#include "tiles/update_gains.h"

namespace kirchhoff::testbenches {

using foundation::Activity;
using foundation::Duration;
using foundation::Phase;
using foundation::Purpose;
using foundation::RandomStream;

DirectChip::DirectChip(const model::ChipDescription& chip, const model::NetworkSpec& network,
                       const model::Mapping& mapping, const model::ProgramOptions& options,
                       std::uint64_t seed, const OperationTimes::Begins& begins)
    : chip_(chip),
      reference_us_(tiles::present_parts(chip.tile.synapse).capacitor.g_ref_us),
      mapping_(mapping),
      options_(options),
      begins_(begins),
      dac_(chip.tile.periphery.dac_bits),
      ledger_(chip.topology.node_count()),
      trains_(seed, chip.tile.periphery.update_slots, dac_.full_code,
              periphery::update_style(chip.tile.periphery)),
      output_unit_(network.classes()),
      exponents_(network.layers.size()),
      codes_(std::max(chip.tile.rows, chip.tile.columns)),
      z_(network.classes()) {
  if (chip.tile.detail != tiles::Detail::physics ||
      periphery::update_style(chip.tile.periphery) == periphery::UpdateStyle::rounding) {
    throw foundation::ModelError("direct calls know detail physics and updates by trains only");
  }
  for (const auto& place : mapping.tiles) {
    units_.push_back(make_unit(place, network, seed));
  }
  const std::size_t stride = units_.front().array->weights().stride();
  sums_.assign(stride, 0.0F);
  one_sign_.assign(stride, 0.0F);
  row_sums_.assign(chip.tile.rows, 0.0F);
  variances_.assign(std::max(chip.tile.rows, stride), 0.0F);
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    auto& groups = collectors_.emplace_back();
    const auto& spec = network.layers[index];
    const bool last = index + 1 == network.layers.size();
    for (std::size_t group = 0; group < mapping.layers[index].column_groups; ++group) {
      const auto& unit = units_[mapping.layers[index].index(0, group)];
      groups.push_back(std::make_unique<tiles::Collector>(tiles::Collector::Shape{
          .columns = unit.place.columns,
          .partials = mapping.layers[index].row_splits,
          .back_slots = last ? 0 : mapping.layers[index + 1].column_groups,
          .ideal = false,
          .kind = spec.activation,
          .forward_lsb = unit.column_adcs.adc().lsb,
          .adc_high_code = unit.column_adcs.adc().high_code,
          .backward_lsb = unit.row_adcs.adc().lsb,
          .full_code = dac_.full_code,
          .output_scale = static_cast<float>(spec.output_scale),
      }));
    }
  }
}

DirectChip::Unit DirectChip::make_unit(const model::TileAssignment& place, const model::NetworkSpec& network,
                                       std::uint64_t seed) const {
  const auto& tile = chip_.tile;
  const auto& spec = network.layers[place.layer];
  const periphery::AdcSpread spread{tile.periphery};
  const auto adc = [&](double full_scale) {
    return periphery::Adc{tile.periphery.adc_bits, static_cast<double>(static_cast<float>(full_scale))};
  };
  tiles::TileParameters here = tile;
  const tiles::FaultMap faults{chip_.faults, {chip_.topology.node_count(), tile.rows, tile.columns}, seed};
  if (const auto broken = faults.faults(place.node); !broken.empty()) {
    here.faults.assign(broken.begin(), broken.end());
  }
  Unit unit{
      .place = place,
      .array = tiles::make_synapse_array(place.node, here, seed),
      .column_adcs = {adc(spec.adc_full_scale), tile.columns, spread,
                      RandomStream{seed, Purpose::column_adcs, place.node}},
      .row_adcs = {adc(options_.backward_full_scale), tile.rows, spread,
                   RandomStream{seed, Purpose::row_adcs, place.node}},
      .forward_noise = {RandomStream{seed, Purpose::forward_noise, place.node}, tile.columns,
                        tile.periphery.adc_integrator_noise},
      .transposed_noise = {RandomStream{seed, Purpose::transposed_noise, place.node}, tile.rows,
                           tile.periphery.adc_integrator_noise},
      .row_generator = mapping_.tile(place.layer, place.row_split, 0).node,
      .column_generator = mapping_.tile(place.layer, 0, place.column_group).node,
      .input_scale = static_cast<float>(spec.input_scale),
      .x = foundation::AlignedVector<float>(place.rows(), 0.0F),
      .delta = foundation::AlignedVector<float>(foundation::padded_to_vector(tile.columns), 0.0F),
      .row_codes = std::vector<std::int16_t>(place.rows()),
      .column_codes = std::vector<std::int16_t>(place.columns),
  };
  unit.array->select(place.rows(), place.columns);
  if (place.bias) {
    unit.x.back() = static_cast<float>(dac_.code_of(1.0 / static_cast<double>(unit.input_scale)));
  }
  return unit;
}

std::span<DirectChip::Unit> DirectChip::layer(std::size_t index) {
  const auto& map = mapping_.layers[index];
  return std::span{units_}.subspan(map.first_tile, map.row_splits * map.column_groups);
}

tiles::Collector& DirectChip::collector(std::size_t layer, std::size_t group) {
  return *collectors_[layer][group];
}

/// The instant at which the next operation of the tile began in the chip; charge decays up to there.
void DirectChip::begin(Unit& unit) {
  const auto& times = begins_.at(unit.place.node);
  if (unit.begun >= times.size()) {
    throw foundation::ModelError("direct calls ask for more operations than the chip carried out");
  }
  unit.array->advance_to(times[unit.begun++]);
}

void DirectChip::program(std::span<const Matrix> weights) {
  for (auto& unit : units_) {
    const Matrix& matrix = weights[unit.place.layer];
    for (std::size_t row = 0; row < unit.place.rows(); ++row) {
      begin(unit);
      const auto targets = std::span{matrix.values}.subspan(
          (unit.place.first_row + row) * matrix.columns + unit.place.first_column, unit.place.columns);
      const auto count = unit.array->program_row(++unit.operation, row, targets);
      unit.array->select(unit.place.rows(), unit.place.columns);
      if (row + 1 == unit.place.rows()) {
        unit.array->settle();
      }
      book_programming(unit, Phase::setup, row, count);
    }
  }
}

// ---- an example -------------------------------------------------------------------------------------

void DirectChip::train(std::span<const std::uint8_t> input, std::size_t label, SectionClock* clock) {
  const auto done = [clock](Section section) {
    if (clock != nullptr) {
      clock->end(section);
    }
  };
  if (clock != nullptr) {
    clock->start();
  }
  const std::size_t last = mapping_.layers.size() - 1;
  take_input(input);
  done(Section::input);
  for (std::size_t l = 0; l <= last; ++l) {
    forward(l);
    if (l < last) {
      activate(l);
    } else {
      outputs();
    }
    done(Section::forward);
    for (const Unit& unit : layer(l)) {
      book_read(unit, Phase::forward);
    }
    done(Section::ledger);
  }
  output_unit_.compare(z_, label);
  exponents_[last] = scale_outputs();
  done(Section::output);
  for (std::size_t l = last; l > 0; --l) {
    backward(l);
    exponents_[l - 1] = scale_deltas(l - 1, exponents_[l]);
    done(Section::backward);
    for (const Unit& unit : layer(l)) {
      book_read(unit, Phase::backward);
    }
    done(Section::ledger);
  }
  for (Unit& unit : units_) {
    update(unit, updates_, exponents_[unit.place.layer]);
  }
  ++updates_;
  done(Section::update);
  for (const Unit& unit : units_) {
    book_update(unit);
  }
  ++ledger_.counters().training_examples;
  done(Section::ledger);
  if (options_.transfer_interval > 0 && ++since_transfer_ >= options_.transfer_interval) {
    since_transfer_ = 0;
    for (Unit& unit : units_) {
      transfer(unit);
    }
    ++ledger_.counters().transfers;
    done(Section::transfer);
  }
}

void DirectChip::take_input(std::span<const std::uint8_t> input) {
  const bool exact = chip_.tile.periphery.dac_bits == 8;
  for (Unit& unit : layer(0)) {
    const auto part = input.subspan(unit.place.first_row, unit.place.input_rows);
    std::transform(part.begin(), part.end(), unit.x.begin(), [&](std::uint8_t byte) {
      return static_cast<float>(exact ? std::int32_t{byte} : dac_.code_of(byte / 255.0));
    });
  }
}

void DirectChip::forward(std::size_t index) {
  for (Unit& unit : layer(index)) {
    begin(unit);
    unit.array->settle();
    const std::size_t columns = unit.place.columns;
    unit.array->weights().forward(unit.x, {sums_.data(), foundation::padded_to_vector(columns)});
    const float scale = unit.input_scale / static_cast<float>(dac_.full_code);
    const std::span<float> sums{sums_.data(), columns};
    const bool noisy = unit.array->forward_variance(unit.x, {variances_.data(), columns});
    unit.forward_noise.add({variances_.data(), noisy ? columns : 0}, scale, sums);
    const std::span<std::int16_t> codes{codes_.data(), columns};
    unit.overloads = unit.column_adcs.convert(sums, scale, codes);
    const auto slot = collector(index, unit.place.column_group).partial(unit.place.row_split);
    std::copy(codes.begin(), codes.end(), slot.begin());
  }
}

/// Activations of a layer into the rows of the next.
void DirectChip::activate(std::size_t index) {
  for (std::size_t group = 0; group < mapping_.layers[index].column_groups; ++group) {
    const auto& place = mapping_.collector(index, group);
    const auto values = collector(index, group).activations();
    for (Unit& unit : layer(index + 1)) {
      const std::size_t first = std::max(place.first_column, unit.place.first_row);
      const std::size_t end =
          std::min(place.first_column + place.columns, unit.place.first_row + unit.place.input_rows);
      for (std::size_t line = first; line < end; ++line) {
        unit.x[line - unit.place.first_row] = values[line - place.first_column];
      }
    }
  }
}

void DirectChip::outputs() {
  const std::size_t last = mapping_.layers.size() - 1;
  for (std::size_t group = 0; group < mapping_.layers[last].column_groups; ++group) {
    const auto& unit = units_[mapping_.layers[last].index(0, group)];
    const auto sums = collector(last, group).wide_sums();
    for (std::size_t j = 0; j < sums.size(); ++j) {
      z_[unit.place.first_column + j] = sums[j] * unit.column_adcs.adc().lsb;
    }
  }
}

std::int32_t DirectChip::scale_outputs() {
  const auto deltas = output_unit_.delta();
  const std::int32_t exponent = periphery::shared_exponent(periphery::largest_magnitude(deltas));
  std::vector<std::int16_t> codes(deltas.size());
  periphery::scale_deltas(deltas, exponent, dac_.full_code, codes);
  for (Unit& unit : layer(mapping_.layers.size() - 1)) {
    std::copy_n(codes.begin() + static_cast<std::ptrdiff_t>(unit.place.first_column), unit.place.columns,
                unit.delta.begin());
  }
  return exponent;
}

/// Leaves the codes in codes_.
void DirectChip::read_transposed(Unit& unit, std::span<const float> deltas) {
  const std::size_t rows = unit.place.input_rows;
  const std::span<float> e{row_sums_.data(), rows};
  const float scale = 1.0F / static_cast<float>(dac_.full_code);
  unit.array->weights().transposed(deltas.first(foundation::padded_to_vector(unit.place.columns)), e);
  const bool noisy = unit.array->transposed_variance(deltas, {variances_.data(), rows});
  unit.transposed_noise.add({variances_.data(), noisy ? rows : 0}, scale, e);
  unit.overloads += unit.row_adcs.convert(e, scale, {codes_.data(), rows});
}

void DirectChip::backward(std::size_t index) {
  for (Unit& unit : layer(index)) {
    begin(unit);
    unit.array->settle();
    unit.overloads = 0;
    const std::size_t rows = unit.place.input_rows;
    std::vector<std::int16_t> first_phase;
    if (chip_.tile.periphery.adc_two_phase_deltas) {
      ++unit.begun;
      const auto one_sign = [&](float sign) {
        std::transform(unit.delta.begin(), unit.delta.end(), one_sign_.begin(),
                       [sign](float delta) { return std::max(sign * delta, 0.0F); });
        read_transposed(unit, one_sign_);
      };
      one_sign(1);
      first_phase.assign(codes_.begin(), codes_.begin() + static_cast<std::ptrdiff_t>(rows));
      one_sign(-1);
    } else {
      read_transposed(unit, unit.delta);
    }
    for (std::size_t group = 0; group < mapping_.layers[index - 1].column_groups; ++group) {
      const auto& below = mapping_.collector(index - 1, group);
      const auto slot = collector(index - 1, group).back_partial(unit.place.column_group);
      const std::size_t first = std::max(below.first_column, unit.place.first_row);
      const std::size_t end = std::min(below.first_column + below.columns, unit.place.first_row + rows);
      for (std::size_t line = first; line < end; ++line) {
        const std::size_t i = line - unit.place.first_row;
        const auto code = static_cast<float>(codes_[i]);
        slot[line - below.first_column] =
            first_phase.empty() ? code : static_cast<float>(first_phase[i]) - code;
      }
    }
  }
}

/// Deltas of a layer from the transposed sums of the one above, whose exponent is given. Returns their own.
std::int32_t DirectChip::scale_deltas(std::size_t index, std::int32_t exponent) {
  std::int32_t shared = periphery::min_exponent;
  const std::size_t groups = mapping_.layers[index].column_groups;
  for (std::size_t group = 0; group < groups; ++group) {
    shared = std::max(shared, collector(index, group).deltas(exponent));
  }
  for (std::size_t group = 0; group < groups; ++group) {
    const auto scaled = collector(index, group).scaled_deltas(shared);
    for (std::size_t split = 0; split < mapping_.layers[index].row_splits; ++split) {
      Unit& unit = units_[mapping_.layers[index].index(split, group)];
      std::copy(scaled.begin(), scaled.end(), unit.delta.begin());
    }
  }
  return shared;
}

void DirectChip::update(Unit& unit, std::uint32_t number, std::int32_t exponent) {
  begin(unit);
  std::transform(unit.x.begin(), unit.x.end(), unit.row_codes.begin(),
                 [](float code) { return static_cast<std::int16_t>(code); });
  std::transform(unit.delta.begin(), unit.delta.begin() + static_cast<std::ptrdiff_t>(unit.place.columns),
                 unit.column_codes.begin(), [](float code) { return static_cast<std::int16_t>(code); });
  tiles::UpdateOrder order;
  order.operation = ++unit.operation;
  order.slots = static_cast<std::size_t>(chip_.tile.periphery.update_slots);
  const tiles::UpdateGains gains{static_cast<double>(static_cast<float>(options_.learning_rate)),
                                 static_cast<double>(unit.input_scale), exponent, chip_.tile.synapse,
                                 order.slots};
  const auto& rows = trains_.rows(unit.row_generator, number, gains.row, unit.row_codes);
  const auto& columns = trains_.columns(unit.column_generator, number, gains.column, unit.column_codes);
  order.row_trains = &rows;
  order.column_trains = &columns;
  const tiles::UpdateCount count = unit.array->update(order);
  unit.pulses = count.pulses;
  unit.set_pulses = count.set_pulses;
  unit.row_pulses = rows.pulses;
  unit.column_pulses = columns.pulses;
  unit.clipped = rows.clipped + columns.clipped;
}

void DirectChip::transfer(Unit& unit) {
  const Duration start = begins_.at(unit.place.node).at(unit.begun);
  begin(unit);
  const std::uint64_t operation = ++unit.operation;
  std::vector<tiles::TransferCount> counts(unit.place.rows());
  Duration length{0};
  for (std::size_t row = 0; row < counts.size(); ++row) {
    unit.array->advance_to(start + length);
    counts[row] = unit.array->transfer_row(operation, row);
    length += chip_.tile.timing.transfer_row(counts[row]);
  }
  unit.array->finish_transfer();
  for (std::size_t row = 0; row < counts.size(); ++row) {
    book_programming(unit, Phase::transfer, row, counts[row]);
    ledger_.counters().transfers_unconverged += counts[row].unconverged;
    ledger_.counters().saturated_capacitors += counts[row].saturated_capacitors;
    ledger_.counters().clipped_targets += counts[row].clipped_targets;
  }
}

// ---- bookings ---------------------------------------------------------------------------------------

void DirectChip::book_read(const Unit& unit, Phase phase) {
  Activity& activity = ledger_.at(unit.place.node, phase);
  const double amps = 1e-6 / static_cast<double>(dac_.full_code);
  const bool forward = phase == Phase::forward;
  const std::size_t rows = unit.place.rows();
  const std::size_t inputs = unit.place.input_rows;
  const std::size_t columns = unit.place.columns;
  const auto driven =
      forward ? unit.array->driven_rows(unit.x) : unit.array->driven_columns({unit.delta.data(), columns});
  tiles::book_currents(activity, driven, amps, reference_us_);
  const std::uint64_t passes = !forward && chip_.tile.periphery.adc_two_phase_deltas ? 2 : 1;
  (forward ? activity.row_drives : activity.column_drives) += driven.lines;
  activity.driver_passes += passes * (forward ? rows : columns);
  activity.integrator_passes += passes * ((forward ? columns : inputs) + 1);
  activity.conversions += passes * (forward ? columns : inputs);
  activity.multiply_accumulates += (forward ? rows : inputs) * columns;
  activity.adc_overloads += unit.overloads;
}

void DirectChip::book_update(const Unit& unit) {
  Activity& activity = ledger_.at(unit.place.node, Phase::update);
  activity.update_pulses += unit.pulses;
  activity.set_pulses += unit.set_pulses;
  activity.row_update_pulses += unit.row_pulses;
  activity.column_update_pulses += unit.column_pulses;
  activity.clipped_pulses += unit.clipped;
  activity.update_lines += unit.place.rows() + unit.place.columns;
  activity.multiply_accumulates += unit.place.rows() * unit.place.columns;
}

void DirectChip::book_programming(const Unit& unit, Phase phase, std::size_t row,
                                  const tiles::TransferCount& count) {
  tiles::book_programming(ledger_.at(unit.place.node, phase), count, unit.array->row_conductance(row),
                          reference_us_, unit.place.columns);
}

}  // namespace kirchhoff::testbenches
