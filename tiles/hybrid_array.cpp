#include "tiles/hybrid_array.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "foundation/math.h"
#include "tiles/decay.h"
#include "tiles/line_sums.h"
#include "tiles/pulse_noise.h"
#include "tiles/pulse_update.h"

namespace kirchhoff::tiles {

using foundation::Duration;
using foundation::Purpose;

namespace {

/// A pair whose stronger device would come above this part of g_max is RESET and rebuilt, and no
/// target is asked for beyond it: partial SET steps vanish towards g_max.
constexpr float kUsableRange = 0.8F;

/// A residual has its own random numbers beside the verify rounds of its row.
constexpr std::uint64_t kResidualRound = 0xffff;

std::uint64_t round_key(std::uint64_t operation, std::size_t row, std::uint64_t round) {
  return (operation << 32) ^ (static_cast<std::uint64_t>(row) << 16) ^ round;
}

}  // namespace

HybridArray::HybridArray(std::size_t rows, std::size_t columns, const SynapseParameters& parameters,
                         std::uint64_t seed, std::uint32_t tile)
    : parameters_(parameters),
      capacitor_(parameters.capacitor),
      pcm_(parameters.pcm),
      pulse_noise_(seed, Purpose::pulse_noise, tile),
      pcm_noise_(seed, Purpose::pcm_noise, tile),
      rounder_(seed, tile),
      tick_(foundation::from_seconds(parameters.capacitor.decay_tau_ms * 1e-3 /
                                     static_cast<double>(parameters.capacitor.decay_ticks))),
      f_gain_(static_cast<float>(parameters.f_gain)),
      per_kappa_(static_cast<float>(1 / parameters.kappa_us)),
      rows_(rows),
      columns_(columns),
      weights_(rows, columns),
      pcm_row_us_(rows),
      pcm_column_us_(columns),
      capacitor_row_us_(rows),
      capacitor_column_us_(columns),
      targets_us_(columns),
      down_columns_((columns + 63) / 64) {
  const std::size_t cells = rows * weights_.stride();
  for (auto* array : {&tick_decay_, &g_plus_us_, &g_minus_us_}) {
    array->assign(cells, 0.0F);
  }
  capacitors_.assign(cells, {});
  manufacture(parameters, seed, tile);
}

void HybridArray::manufacture(const SynapseParameters& parameters, std::uint64_t seed, std::uint32_t tile) {
  const foundation::RandomStream stream{seed, Purpose::manufacture, tile};
  const auto& c = parameters.capacitor;
  const auto offset = static_cast<float>(parameters.pcm.offset_us);
  std::vector<double> steps_us(2 * capacitors_.size());
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
      g_plus_us_[i] = offset;
      g_minus_us_[i] = offset;
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

float HybridArray::step_us(std::size_t cell, Source source) const {
  const auto step =
      static_cast<float>(capacitors_[cell].steps[static_cast<std::size_t>(source)]) * step_unit_us_;
  return source == Source::up ? step : -step;
}

void HybridArray::select(std::size_t rows, std::size_t columns) {
  rows_ = rows;
  columns_ = columns;
  sum_pcm_lines();
  sum_capacitor_lines();
}

void HybridArray::advance_to(Duration now) {
  const std::int64_t ticks = now / tick_;
  if (ticks <= ticks_done_) {
    return;
  }
  const auto passed = static_cast<std::size_t>(ticks - ticks_done_);
  ticks_done_ = ticks;
  const std::size_t cells = capacitors_.size();
  if (passed == 1) {
    decay_cells(capacitors_.data(), tick_decay_.data(), g_plus_us_.data(), g_minus_us_.data(),
                weights_.data(), f_gain_, polarity_, per_kappa_, cells);
  } else {
    foundation::AlignedVector<float> factor(cells);
    power_cells(tick_decay_.data(), passed, factor.data(), cells);
    decay_cells(capacitors_.data(), factor.data(), g_plus_us_.data(), g_minus_us_.data(), weights_.data(),
                f_gain_, polarity_, per_kappa_, cells);
  }
  sum_capacitor_lines();
}

std::size_t HybridArray::list_trains(const periphery::PulseTrains& rows,
                                     const periphery::ColumnTrains& trains) {
  // A positive delta asks for a smaller weight; with turned polarity that is more charge.
  for (std::size_t word = 0; word < trains.words; ++word) {
    down_columns_[word] = polarity_ > 0 ? ~trains.negative[word] : trains.negative[word];
  }
  const ColumnPulses columns{trains.fired.data(), down_columns_.data(), trains.words};
  const std::size_t most = rows.pulses * columns_ + pulses_at_once;
  if (cell_pulses_.size() < most) {
    cell_pulses_.resize(most);
  }
  return list_coincidences(rows, columns, weights_.stride(), cell_pulses_.data());
}

UpdateCount HybridArray::update(const UpdateOrder& order) {
  UpdateCount count;
  if (order.rounded != nullptr) {
    count = rounder_.list(*order.rounded, order.operation, order.slots, polarity_ < 0, weights_.stride(),
                          cell_pulses_);
  } else {
    count.pulses = list_trains(*order.row_trains, *order.column_trains);
  }
  const PulseTargets targets{.cells = capacitors_.data(),
                             .weights = weights_.data(),
                             .step_unit_us = step_unit_us_,
                             .to_weight = polarity_ * per_kappa_};
  const std::size_t total = count.pulses;
  const std::span<const CellPulse> pulses{cell_pulses_.data(), total};
  prefetch_first(pulses, targets);
  if (normals_.size() < total) {
    words_.resize(2 * total);
    normals_.resize(2 * total);
  }
  pulse_noise_.words(order.operation, {words_.data(), total});
  normals_from_words({words_.data(), total}, {normals_.data(), total});
  apply_pulses(pulses, normals_.data(), capacitor_, targets);
  return count;
}

TransferCount HybridArray::transfer_row(std::uint64_t operation, std::size_t row) {
  TransferCount count;
  const std::size_t line = weights_.cell(row, 0);
  const std::span<float> targets{targets_us_.data(), columns_};
  for (std::size_t j = 0; j < columns_; ++j) {
    const std::size_t i = line + j;
    targets[j] = f_gain_ * (g_plus_us_[i] - g_minus_us_[i]) + polarity_ * capacitors_[i].q_us;
    count.saturated_capacitors += static_cast<std::uint64_t>(capacitors_[i].q_us <= capacitor_.q_min_us ||
                                                             capacitors_[i].q_us >= capacitor_.q_max_us);
    capacitors_[i].q_us = 0;
  }
  count += write_pairs(operation, row, targets);
  const float polarity = parameters_.transfer.polarity_inversion ? -polarity_ : polarity_;
  if (parameters_.transfer.residual == "write") {
    write_residual(operation, row, targets, polarity, count);
  }
  refresh_row(row, polarity);
  return count;
}

void HybridArray::finish_transfer() {
  if (parameters_.transfer.polarity_inversion) {
    polarity_ = -polarity_;
  }
  sum_pcm_lines();
  sum_capacitor_lines();
}

TransferCount HybridArray::program_row(std::uint64_t operation, std::size_t row,
                                       std::span<const float> targets) {
  TransferCount count;
  const std::span<float> targets_us{targets_us_.data(), targets.size()};
  const auto offset = static_cast<float>(parameters_.pcm.offset_us);
  for (std::size_t j = 0; j < targets.size(); ++j) {
    const std::size_t i = weights_.cell(row, j);
    targets_us[j] = targets[j] / per_kappa_;
    capacitors_[i].q_us = 0;
    // A pair is rebuilt over the common offset: RESET where it stands above.
    if (std::min(g_plus_us_[i], g_minus_us_[i]) > offset) {
      count.reset_pulses += 2;
      g_plus_us_[i] = pcm_.reset_to_us;
      g_minus_us_[i] = pcm_.reset_to_us;
    }
  }
  count += write_pairs(operation, row, targets_us);
  if (parameters_.transfer.residual == "write") {
    write_residual(operation, row, targets_us, polarity_, count);
  }
  refresh_row(row, polarity_);
  return count;
}

/// Read, compare, pulse: until every pair of the row is within tolerance.
TransferCount HybridArray::write_pairs(std::uint64_t operation, std::size_t row,
                                       std::span<float> targets_us) {
  TransferCount count;
  const std::size_t line = weights_.cell(row, 0);
  const auto tolerance = static_cast<float>(parameters_.transfer.tolerance_us);
  const float usable = kUsableRange * pcm_.g_max_us;
  const float largest = usable - pcm_.reset_to_us;
  const auto rounds = static_cast<std::uint64_t>(parameters_.transfer.max_iterations);

  for (std::uint64_t round = 0;; ++round) {
    ++count.reads;
    const bool last = round == rounds;
    std::uint64_t outside = 0;
    bool drawn = false;
    for (std::size_t j = 0; j < targets_us.size(); ++j) {
      const std::size_t i = line + j;
      const float wanted = std::clamp(targets_us[j] / f_gain_, -largest, largest);
      if (round == 0 && std::fabs(targets_us[j]) > f_gain_ * largest) {
        ++count.clipped_targets;
      }
      const float error = wanted - (g_plus_us_[i] - g_minus_us_[i]);
      if (std::fabs(error) < tolerance) {
        continue;
      }
      ++outside;
      if (last) {
        continue;
      }
      float& g = error > 0 ? g_plus_us_[i] : g_minus_us_[i];
      // Only at the start, so that enough rounds are left to rebuild the pair.
      if (round == 0 && g + std::fabs(error) > usable &&
          std::min(g_plus_us_[i], g_minus_us_[i]) > pcm_.reset_to_us) {
        g_plus_us_[i] = pcm_.reset_to_us;
        g_minus_us_[i] = pcm_.reset_to_us;
        count.reset_pulses += 2;
        continue;
      }
      if (!drawn) {
        draw_pcm_noise(round_key(operation, row, round), targets_us.size());
        drawn = true;
      }
      g = pcm_.set(g, std::fabs(error), normals_[j]);
      ++count.set_pulses;
    }
    if (outside == 0 || last) {
      count.unconverged = outside;
      return count;
    }
    ++count.pulse_rounds;
  }
}

/// Unit steps of the capacitor, noisy like any update: what the pair missed.
void HybridArray::write_residual(std::uint64_t operation, std::size_t row, std::span<const float> targets_us,
                                 float polarity, TransferCount& count) {
  draw_pcm_noise(round_key(operation, row, kResidualRound), targets_us.size());
  const std::size_t line = weights_.cell(row, 0);
  for (std::size_t j = 0; j < targets_us.size(); ++j) {
    const std::size_t i = line + j;
    const float missing = std::clamp(polarity * (targets_us[j] - f_gain_ * (g_plus_us_[i] - g_minus_us_[i])),
                                     capacitor_.q_min_us, capacitor_.q_max_us);
    const auto pulses = static_cast<std::uint64_t>(std::floor(std::fabs(missing) / capacitor_.dg_us + 0.5F));
    if (pulses == 0) {
      continue;
    }
    const float step = step_us(i, missing > 0 ? Source::up : Source::down);
    float q = 0;
    for (std::uint64_t n = 0; n < pulses; ++n) {
      q = capacitor_.pulse(q, step, 0.0F);
    }
    // The noise of n pulses adds up to root n of one.
    q += capacitor_.cycle_noise_us * std::sqrt(static_cast<float>(pulses)) * normals_[j];
    capacitors_[i].q_us = std::clamp(q, capacitor_.q_min_us, capacitor_.q_max_us);
    count.residual_pulses += pulses;
    count.residual_slots = std::max(count.residual_slots, pulses);
  }
}

void HybridArray::draw_pcm_noise(std::uint64_t key, std::size_t count) {
  if (normals_.size() < count) {
    words_.resize(count);
    normals_.resize(count);
  }
  pcm_noise_.words(key, {words_.data(), count});
  normals_from_words({words_.data(), count}, {normals_.data(), count});
}

void HybridArray::refresh_row(std::size_t row, float polarity) {
  for (std::size_t i = weights_.cell(row, 0); i < weights_.cell(row, weights_.columns()); ++i) {
    weights_.data()[i] =
        (f_gain_ * (g_plus_us_[i] - g_minus_us_[i]) + polarity * capacitors_[i].q_us) * per_kappa_;
  }
}

void HybridArray::sum_pcm_lines() {
  std::vector<double> rows(rows_);
  std::vector<double> columns(columns_);
  std::fill(pcm_row_us_.begin(), pcm_row_us_.end(), 0.0);
  std::fill(pcm_column_us_.begin(), pcm_column_us_.end(), 0.0);
  for (const auto* g : {&g_plus_us_, &g_minus_us_}) {
    sum_lines(g->data(), rows_, columns_, weights_.stride(), rows.data(), columns.data());
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

SynapseArray::Cell HybridArray::cell(std::size_t row, std::size_t column) const {
  const std::size_t i = weights_.cell(row, column);
  return {weights_.data()[i], g_plus_us_[i], g_minus_us_[i],
          capacitors_[i].q_us + static_cast<float>(parameters_.capacitor.g_ref_us)};
}

}  // namespace kirchhoff::tiles
