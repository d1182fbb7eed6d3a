#include "tiles/hybrid_array.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "foundation/math.h"
#include "tiles/decay.h"
#include "tiles/line_sums.h"
#include "tiles/pulse_noise.h"
#include "tiles/pulse_update.h"

namespace kirchhoff::tiles {

using foundation::Duration;
using foundation::Purpose;

namespace {

/// Between two reads of a cell in training, for the fresh part of 1/f noise.
constexpr Duration kReadInterval{2'000'000};

std::uint16_t to_attenuation(float factor) {
  const float inside = std::clamp(factor, 0.0F, 1.0F);
  return static_cast<std::uint16_t>(std::floor(inside / attenuation_unit + 0.5F));
}

}  // namespace

HybridArray::HybridArray(std::size_t rows, std::size_t columns, const SynapseParameters& parameters,
                         std::uint64_t seed, std::uint32_t tile, const WireResistance& wires)
    : parameters_(present_parts(parameters)),
      capacitor_(parameters_.capacitor),
      pcm_(rows, columns, foundation::padded_to_vector(columns), parameters_.pcm, seed, tile),
      pulse_noise_(seed, Purpose::pulse_noise, tile),
      pcm_noise_(seed, Purpose::pcm_noise, tile),
      rounder_(seed, tile),
      tick_(foundation::from_seconds(parameters_.capacitor.decay_tau_ms * 1e-3 /
                                     static_cast<double>(parameters_.capacitor.decay_ticks))),
      dwell_(foundation::from_seconds(parameters.transfer.dwell_us * 1e-6)),
      f_gain_(static_cast<float>(parameters.f_gain)),
      per_kappa_(static_cast<float>(1 / parameters.kappa_us)),
      rows_(rows),
      columns_(columns),
      weights_(rows, columns),
      row_variance_(rows, 0.0F),
      column_share_(columns, 1.0F),
      pcm_row_us_(rows),
      pcm_column_us_(columns),
      capacitor_row_us_(rows),
      capacitor_column_us_(columns),
      targets_us_(columns) {
  const std::size_t cells = rows * weights_.stride();
  tick_decay_.assign(cells, 0.0F);
  capacitors_.assign(cells, {});
  if (wires.row_ohm > 0 || wires.column_ohm > 0) {
    wires_ = std::make_unique<Wires>(Wires{.network = WireNetwork(rows, columns, wires),
                                           .offset_us = foundation::AlignedVector<float>(cells, 0.0F),
                                           .attenuation = {},
                                           .pair_attenuation = {}});
    wires_->attenuation.assign(cells, 0xffff);
    wires_->pair_attenuation.assign(cells, 0xffff);
  }
  manufacture(parameters_, seed, tile);
}

void HybridArray::manufacture(const SynapseParameters& parameters, std::uint64_t seed, std::uint32_t tile) {
  const foundation::RandomStream stream{seed, Purpose::manufacture, tile};
  const auto& c = parameters.capacitor;
  std::vector<double> steps_us(2 * capacitors_.size());
  if (c.range_spread > 0) {
    limits_.assign(capacitors_.size(), {capacitor_.q_min_us, capacitor_.q_max_us});
  }
  for (std::size_t row = 0; row < weights_.rows(); ++row) {
    for (std::size_t column = 0; column < weights_.columns(); ++column) {
      const std::size_t i = weights_.cell(row, column);
      const auto words = stream.block(0, static_cast<std::uint32_t>(row * weights_.columns() + column));
      const double size = std::max(1 + c.step_spread * foundation::normal_from(words[0]), 0.1);
      const double mismatch = c.mismatch * foundation::normal_from(words[1]);
      const double tau_factor = foundation::exp(c.decay_spread * foundation::normal_from(words[2]));
      // A source cannot run backwards, however large the mismatch.
      steps_us[2 * i] = c.dg_us() * size * std::max(1 + mismatch, 0.0);
      steps_us[2 * i + 1] = c.dg_us() * size * std::max(1 - mismatch, 0.0);
      tick_decay_[i] =
          static_cast<float>(foundation::exp(-1 / (static_cast<double>(c.decay_ticks) * tau_factor)));
      if (c.range_spread > 0) {
        const auto ends = stream.block(1, static_cast<std::uint32_t>(row * weights_.columns() + column));
        const auto reach = [&](std::uint32_t word) {
          return static_cast<float>(std::max(1 + c.range_spread * foundation::normal_from(word), 0.1));
        };
        limits_[i] = {capacitor_.q_min_us * reach(ends[0]), capacitor_.q_max_us * reach(ends[1])};
      }
    }
  }
  // 16 bits a step: to 1/65535 of the largest of the array.
  const double unit = *std::max_element(steps_us.begin(), steps_us.end()) / 0xffff;
  step_unit_us_ = static_cast<float>(unit);
  for (std::size_t k = 0; k < steps_us.size(); ++k) {
    capacitors_[k / 2].steps[k % 2] = static_cast<std::uint16_t>(std::floor(steps_us[k] / unit + 0.5));
  }
  select(rows_, columns_);
}

void HybridArray::break_devices(std::span<const CellFault> faults) {
  for (const CellFault& fault : faults) {
    const std::size_t cell = weights_.cell(fault.row, fault.column);
    if (fault.device == CellDevice::capacitor) {
      capacitors_[cell].steps = {0, 0};
      continue;
    }
    pcm_.stick(fault.device == CellDevice::g_plus ? PcmDeviceOf::plus : PcmDeviceOf::minus, cell,
               fault.kind == FaultKind::stuck_on ? pcm_.device().g_max_us : 0.0F);
  }
  for (std::size_t row = 0; row < weights_.rows(); ++row) {
    refresh_row(row, polarity_);
  }
  select(rows_, columns_);
}

float HybridArray::step_us(std::size_t cell, Source source) const {
  const auto step =
      static_cast<float>(capacitors_[cell].steps[static_cast<std::size_t>(source)]) * step_unit_us_;
  return source == Source::up ? step : -step;
}

void HybridArray::select(std::size_t rows, std::size_t columns) {
  rows_ = rows;
  columns_ = columns;
  settled_ = false;
  sum_pcm_lines();
  sum_capacitor_lines();
}

void HybridArray::advance_to(Duration now) {
  now_ = std::max(now_, now);
  const bool refresh = pcm_.refresh_due(now_);
  const std::int64_t ticks = now_ / tick_;
  if (ticks <= ticks_done_ && !refresh) {
    return;
  }
  if (refresh) {
    pcm_.refresh(now_);
    renew_variances();
    sum_pcm_lines();
  }
  const auto passed = static_cast<std::size_t>(std::max<std::int64_t>(ticks - ticks_done_, 0));
  ticks_done_ = std::max(ticks_done_, ticks);
  const float next_polarity = parameters_.transfer.polarity_inversion ? -polarity_ : polarity_;
  const auto decay = [&](const float* factor) {
    decay_rows(0, turned_rows_, factor, next_polarity);
    decay_rows(turned_rows_, weights_.rows(), factor, polarity_);
  };
  if (passed == 1) {
    decay(tick_decay_.data());
  } else {
    foundation::AlignedVector<float> factor(capacitors_.size());
    power_cells(tick_decay_.data(), passed, factor.data(), factor.size());
    decay(factor.data());
  }
  sum_capacitor_lines();
}

void HybridArray::decay_rows(std::size_t first, std::size_t end, const float* factor, float polarity) {
  const std::size_t cell = weights_.cell(first, 0);
  const std::size_t count = weights_.cell(end, 0) - cell;
  if (wires_ != nullptr) {
    const WiredCells wired{wires_->offset_us.data() + cell, wires_->attenuation.data() + cell};
    decay_cells(capacitors_.data() + cell, factor + cell, pcm_.plus_us() + cell, pcm_.minus_us() + cell,
                wired, weights_.data() + cell, f_gain_, polarity, per_kappa_, count);
    return;
  }
  decay_cells(capacitors_.data() + cell, factor + cell, pcm_.plus_us() + cell, pcm_.minus_us() + cell,
              weights_.data() + cell, f_gain_, polarity, per_kappa_, count);
}

void HybridArray::settle() {
  if (settled_) {
    return;
  }
  settled_ = true;
  renew_variances();
  if (wires_ != nullptr) {
    renew_wires();
    for (std::size_t row = 0; row < weights_.rows(); ++row) {
      refresh_row(row, polarity_);
    }
  }
}

/// One network each for the lines of G+, G- and g; unused lines are switched off.
void HybridArray::renew_wires() {
  const std::size_t cells = capacitors_.size();
  foundation::AlignedVector<float> conductance(cells, 0.0F);
  foundation::AlignedVector<float> attenuation(cells, 1.0F);
  foundation::AlignedVector<float> stray(cells, 0.0F);
  bool trusted = true;
  const auto solve = [&](const auto& us) {
    for (std::size_t row = 0; row < rows_; ++row) {
      for (std::size_t column = 0; column < columns_; ++column) {
        const std::size_t i = weights_.cell(row, column);
        conductance[i] = us(i);
      }
    }
    const WireLoad load =
        wires_->network.solve(conductance.data(), weights_.stride(), attenuation.data(), stray.data());
    trusted = trusted && wires_->network.trusts(load);
  };
  std::fill(wires_->offset_us.begin(), wires_->offset_us.end(), 0.0F);
  foundation::AlignedVector<float> pair(cells, 0.0F);
  for (const PcmDeviceOf which : {PcmDeviceOf::plus, PcmDeviceOf::minus}) {
    solve([&](std::size_t i) { return pcm_.us(which, i); });
    const float sign = which == PcmDeviceOf::plus ? f_gain_ : -f_gain_;
    for (std::size_t i = 0; i < cells; ++i) {
      wires_->offset_us[i] += sign * ((attenuation[i] - 1.0F) * conductance[i] + stray[i]);
      pair[i] += 0.5F * attenuation[i];
    }
  }
  wires_->pairs_trusted = std::exchange(trusted, true);
  if (wires_->solved_rows != rows_ || wires_->solved_columns != columns_) {
    wires_->solved_rows = rows_;
    wires_->solved_columns = columns_;
    solve([&](std::size_t) { return static_cast<float>(parameters_.capacitor.g_ref_us); });
    wires_->capacitors_trusted = trusted;
    std::transform(attenuation.begin(), attenuation.end(), wires_->attenuation.begin(), to_attenuation);
  }
  std::transform(pair.begin(), pair.end(), wires_->pair_attenuation.begin(), to_attenuation);
  double sum = 0;
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t column = 0; column < columns_; ++column) {
      sum += wires_->attenuation[weights_.cell(row, column)];
    }
  }
  wires_->mean_attenuation =
      static_cast<float>(sum / static_cast<double>(rows_ * columns_) * static_cast<double>(attenuation_unit));
}

/// The fresh part of the pairs' noise as a product of a row's and a column's share.
void HybridArray::renew_variances() {
  if (!pcm_.has_read_noise()) {
    return;
  }
  const float unit = f_gain_ * f_gain_ * per_kappa_ * per_kappa_;
  std::vector<float> line(weights_.columns());
  std::vector<double> columns(columns_, 0.0);
  double total = 0;
  for (std::size_t row = 0; row < rows_; ++row) {
    pcm_.fresh_variances(weights_.cell(row, 0), weights_.columns(), now_, kReadInterval, line.data());
    double sum = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      sum += static_cast<double>(line[j]);
      columns[j] += static_cast<double>(line[j]);
    }
    total += sum;
    row_variance_[row] = static_cast<float>(sum / static_cast<double>(columns_)) * unit;
  }
  for (std::size_t j = 0; j < columns_; ++j) {
    column_share_[j] =
        total > 0 ? static_cast<float>(columns[j] * static_cast<double>(columns_) / total) : 1.0F;
  }
}

const PulseList& HybridArray::list_pulses(const UpdateOrder& order, UpdateCount& count) {
  const bool turned = polarity_ < 0;
  if (order.rounded != nullptr) {
    count.clipped =
        rounder_.list(*order.rounded, order.operation, order.slots, turned, weights_.stride(), pulses_);
  } else {
    coincidences_.list(*order.row_trains, *order.column_trains, turned, weights_.stride(), pulses_);
  }
  count.pulses = pulses_.pulses;
  return pulses_;
}

std::span<float> HybridArray::draw_pulse_noise(std::uint64_t operation, std::size_t numbers) {
  const std::size_t padded = foundation::padded_to_vector(numbers);
  if (normals_.size() < padded) {
    words_.resize(2 * padded);
    normals_.resize(2 * padded);
  }
  pulse_noise_.words(operation, {words_.data(), padded});
  normals_from_words({words_.data(), padded}, {normals_.data(), padded});
  return {normals_.data(), numbers};
}

UpdateCount HybridArray::update(const UpdateOrder& order) {
  UpdateCount count;
  const PulseList& pulses = list_pulses(order, count);
  const PulseTargets targets{
      .cells = capacitors_.data(),
      .weights = weights_.data(),
      .step_unit_us = step_unit_us_,
      .to_weight = polarity_ * per_kappa_ * (wires_ != nullptr ? wires_->mean_attenuation : 1.0F),
      .limits = limits_.empty() ? nullptr : limits_.data()};
  prefetch_first(pulses, targets);
  apply_pulses(pulses, draw_pulse_noise(order.operation, pulses.size).data(), capacitor_, targets);
  return count;
}

SaturatedCells HybridArray::saturated() const {
  SaturatedCells found;
  found.cells = rows_ * columns_;
  const bool capacitors = parameters_.has_capacitor();
  const float largest =
      parameters_.has_pair() ? f_gain_ * largest_difference_us() : std::numeric_limits<float>::infinity();
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t i = weights_.cell(row, 0); i < weights_.cell(row, columns_); ++i) {
      found.capacitors += capacitors && capacitor_saturated(i) ? 1 : 0;
      found.weights += std::fabs(held_us(i)) > largest ? 1 : 0;
    }
  }
  return found;
}

void HybridArray::refresh_row(std::size_t row, float polarity) {
  for (std::size_t i = weights_.cell(row, 0); i < weights_.cell(row, weights_.columns()); ++i) {
    const float offset = wires_ != nullptr ? wires_->offset_us[i] : 0.0F;
    const float attenuation =
        wires_ != nullptr ? static_cast<float>(wires_->attenuation[i]) * attenuation_unit : 1.0F;
    weights_.data()[i] =
        (f_gain_ * pcm_.difference_us(i) + offset + polarity * attenuation * capacitors_[i].q_us) *
        per_kappa_;
  }
}

void HybridArray::sum_pcm_lines() {
  std::vector<double> rows(rows_);
  std::vector<double> columns(columns_);
  std::fill(pcm_row_us_.begin(), pcm_row_us_.end(), 0.0);
  std::fill(pcm_column_us_.begin(), pcm_column_us_.end(), 0.0);
  for (const auto* g : {pcm_.plus_us(), pcm_.minus_us()}) {
    sum_lines(g, rows_, columns_, weights_.stride(), rows.data(), columns.data());
    std::transform(rows.begin(), rows.end(), pcm_row_us_.begin(), pcm_row_us_.begin(), std::plus<>{});
    std::transform(columns.begin(), columns.end(), pcm_column_us_.begin(), pcm_column_us_.begin(),
                   std::plus<>{});
  }
}

void HybridArray::sum_capacitor_lines() {
  sum_lines(capacitors_.data(), rows_, columns_, weights_.stride(), capacitor_row_us_.data(),
            capacitor_column_us_.data());
}

LineConductance HybridArray::row_conductance(std::size_t row) const {
  return {pcm_row_us_[row],
          capacitor_row_us_[row] + parameters_.capacitor.g_ref_us * static_cast<double>(columns_)};
}

DrivenLines HybridArray::driven_rows(std::span<const float> duties) const {
  return weigh_lines(duties, pcm_row_us_.data(), capacitor_row_us_.data(),
                     parameters_.capacitor.g_ref_us * static_cast<double>(columns_));
}

DrivenLines HybridArray::driven_columns(std::span<const float> duties) const {
  return weigh_lines(duties, pcm_column_us_.data(), capacitor_column_us_.data(),
                     parameters_.capacitor.g_ref_us * static_cast<double>(rows_));
}

bool HybridArray::has_read_noise() const {
  return pcm_.has_read_noise() || parameters_.capacitor.read_noise_us > 0;
}

/// Of the capacitors, per sum of squared codes.
float HybridArray::capacitor_variance() const {
  const auto sd = static_cast<float>(parameters_.capacitor.read_noise_us) * per_kappa_;
  return sd * sd;
}

bool HybridArray::forward_variance(std::span<const float> x, std::span<float> variances) const {
  if (!has_read_noise()) {
    return false;
  }
  const SquareSums sums = weigh_squares(x, row_variance_.data());
  const float capacitors = sums.squares * capacitor_variance();
  const std::size_t used = std::min(variances.size(), columns_);
  for (std::size_t j = 0; j < used; ++j) {
    variances[j] = sums.weighed * column_share_[j] + capacitors;
  }
  std::fill(variances.begin() + static_cast<std::ptrdiff_t>(used), variances.end(), capacitors);
  return true;
}

bool HybridArray::transposed_variance(std::span<const float> deltas, std::span<float> variances) const {
  if (!has_read_noise()) {
    return false;
  }
  const SquareSums sums =
      weigh_squares(deltas.first(std::min(deltas.size(), columns_)), column_share_.data());
  const float capacitors = sums.squares * capacitor_variance();
  for (std::size_t i = 0; i < variances.size(); ++i) {
    variances[i] = sums.weighed * row_variance_[i] + capacitors;
  }
  return true;
}

SynapseArray::Cell HybridArray::cell(std::size_t row, std::size_t column) const {
  const std::size_t i = weights_.cell(row, column);
  return {weights_.data()[i], pcm_.us(PcmDeviceOf::plus, i), pcm_.us(PcmDeviceOf::minus, i),
          capacitors_[i].q_us + static_cast<float>(parameters_.capacitor.g_ref_us),
          parameters_.has_capacitor() ? polarity() : 0};
}

SynapseArray::CellPulses HybridArray::last_pulses(std::size_t row, std::size_t column) const {
  const auto up = static_cast<PulsedCell>(2 * weights_.cell(row, column));
  CellPulses pulses;
  for (std::size_t k = 0; k < pulses_.size; ++k) {
    pulses.up += pulses_.cells[k] == up ? pulses_.counts[k] : 0;
    pulses.down += pulses_.cells[k] == up + 1 ? pulses_.counts[k] : 0;
  }
  return pulses;
}

std::size_t HybridArray::bytes_per_cell() {
  return sizeof(float) /* weight */ + sizeof(CapacitorState) + sizeof(float) /* decay */ +
         PcmPairs::bytes_per_cell() + sizeof(float) + 2 * sizeof(std::uint16_t) /* wires */;
}

}  // namespace kirchhoff::tiles
