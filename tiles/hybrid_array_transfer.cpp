// How charge moves into the pairs, and pairs are written.

#include <algorithm>
#include <cmath>

#include "tiles/hybrid_array.h"
#include "tiles/pulse_noise.h"

namespace kirchhoff::tiles {

namespace {

/// A pair whose stronger device would come above this part of g_max is RESET and rebuilt, and no
/// target is asked for beyond it: partial SET steps vanish towards g_max.
constexpr float kUsableRange = 0.8F;

/// A residual has its own random numbers beside the verify rounds of its row.
constexpr std::uint64_t kResidualRound = 0xffff;
/// So do verify reads beside the pulses of their round.
constexpr std::uint64_t kVerifyRound = 0x8000;

std::uint64_t round_key(std::uint64_t operation, std::size_t row, std::uint64_t round) {
  return (operation << 32) ^ (static_cast<std::uint64_t>(row) << 16) ^ round;
}

}  // namespace

float HybridArray::usable_us() const {
  return kUsableRange * pcm_.device().g_max_us;
}

float HybridArray::largest_difference_us() const {
  return usable_us() - pcm_.device().reset_to_us;
}

void HybridArray::reset_pair(std::size_t cell, TransferCount& count) {
  pcm_.reset(PcmDeviceOf::plus, cell);
  pcm_.reset(PcmDeviceOf::minus, cell);
  count.reset_pulses += 2;
}

std::span<float> HybridArray::hold_row(std::size_t row, TransferCount& count) {
  const std::span<float> targets{targets_us_.data(), columns_};
  const bool capacitors = parameters_.has_capacitor();
  for (std::size_t j = 0; j < columns_; ++j) {
    const std::size_t i = weights_.cell(row, j);
    targets[j] = held_us(i);
    count.saturated_capacitors += capacitors && capacitor_saturated(i) ? 1 : 0;
  }
  return targets;
}

TransferCount HybridArray::transfer_row(std::uint64_t operation, std::size_t row) {
  TransferCount count;
  if (!parameters_.has_pair()) {
    return count;
  }
  const std::span<float> targets = hold_row(row, count);
  for (std::size_t j = 0; j < columns_; ++j) {
    capacitors_[weights_.cell(row, j)].q_us = 0;
  }
  count += write_pairs(operation, row, targets);
  const float polarity = parameters_.transfer.polarity_inversion ? -polarity_ : polarity_;
  if (parameters_.transfer.residual == "write") {
    write_residual(operation, row, targets, polarity, count);
  }
  refresh_row(row, polarity);
  turned_rows_ = row + 1;
  return count;
}

void HybridArray::finish_transfer() {
  turned_rows_ = 0;
  if (parameters_.transfer.polarity_inversion) {
    polarity_ = -polarity_;
  }
  settled_ = false;
  settle();
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
    if (pcm_.weaker_us(i) > offset) {
      reset_pair(i, count);
    }
  }
  count += write_pairs(operation, row, targets_us);
  if (parameters_.transfer.residual == "write") {
    write_residual(operation, row, targets_us, polarity_, count);
  }
  refresh_row(row, polarity_);
  return count;
}

/// Read, compare, pulse: until every pair of the row is seen within tolerance.
TransferCount HybridArray::write_pairs(std::uint64_t operation, std::size_t row,
                                       std::span<const float> targets_us) {
  if (!parameters_.has_pair()) {
    return {};
  }
  if (parameters_.transfer.loop == "open") {
    return write_pairs_blind(operation, row, targets_us);
  }
  if (parameters_.transfer.loop == "one-shot") {
    return write_pairs_once(operation, row, targets_us);
  }
  TransferCount count;
  const std::size_t line = weights_.cell(row, 0);
  const auto tolerance = static_cast<float>(parameters_.transfer.tolerance_us);
  const auto verify_noise = static_cast<float>(parameters_.transfer.verify_noise_us);
  const float usable = usable_us();
  const float largest = largest_difference_us();
  const auto rounds = static_cast<std::uint64_t>(parameters_.transfer.max_iterations);
  verify_errors_us_.assign(targets_us.size(), 0.0F);

  for (std::uint64_t round = 0;; ++round) {
    ++count.reads;
    const bool last = round == rounds;
    if (verify_noise > 0) {
      draw_pcm_noise(round_key(operation, row, kVerifyRound + round), targets_us.size());
      std::transform(normals_.begin(), normals_.begin() + static_cast<std::ptrdiff_t>(targets_us.size()),
                     verify_errors_us_.begin(), [&](float normal) { return verify_noise * normal; });
    }
    std::uint64_t outside = 0;
    bool drawn = false;
    for (std::size_t j = 0; j < targets_us.size(); ++j) {
      const std::size_t i = line + j;
      const float wanted = std::clamp(targets_us[j] / f_gain_, -largest, largest);
      if (round == 0 && std::fabs(targets_us[j]) > f_gain_ * largest) {
        ++count.clipped_targets;
      }
      const float error = wanted - pcm_.difference_us(i) - verify_errors_us_[j];
      if (std::fabs(error) < tolerance) {
        continue;
      }
      ++outside;
      if (last) {
        continue;
      }
      const PcmDeviceOf which = error > 0 ? PcmDeviceOf::plus : PcmDeviceOf::minus;
      // Only at the start, so that enough rounds are left to rebuild the pair.
      if (round == 0 && pcm_.us(which, i) + std::fabs(error) > usable &&
          pcm_.weaker_us(i) > pcm_.device().reset_to_us) {
        reset_pair(i, count);
        continue;
      }
      if (!drawn) {
        draw_pcm_noise(round_key(operation, row, round), targets_us.size());
        drawn = true;
      }
      pcm_.set(which, i, std::fabs(error), normals_[j]);
      ++count.set_pulses;
    }
    if (outside == 0 || last) {
      count.unconverged = outside;
      settle_row(operation, row, count);
      return count;
    }
    ++count.pulse_rounds;
  }
}

/// As many full SET pulses as should do on average, and no look at what they did.
TransferCount HybridArray::write_pairs_blind(std::uint64_t operation, std::size_t row,
                                             std::span<const float> targets_us) {
  TransferCount count;
  count.reads = 1;
  const std::size_t line = weights_.cell(row, 0);
  const float usable = usable_us();
  const float largest = largest_difference_us();
  std::vector<std::uint64_t> pulses(targets_us.size());
  std::vector<PcmDeviceOf> which(targets_us.size());
  for (std::size_t j = 0; j < targets_us.size(); ++j) {
    const std::size_t i = line + j;
    const float wanted = std::clamp(targets_us[j] / f_gain_, -largest, largest);
    count.clipped_targets += static_cast<std::uint64_t>(std::fabs(targets_us[j]) > f_gain_ * largest);
    float error = wanted - pcm_.difference_us(i);
    which[j] = error > 0 ? PcmDeviceOf::plus : PcmDeviceOf::minus;
    if (pcm_.us(which[j], i) + std::fabs(error) > usable && pcm_.weaker_us(i) > pcm_.device().reset_to_us) {
      reset_pair(i, count);
      error = wanted;
      which[j] = error > 0 ? PcmDeviceOf::plus : PcmDeviceOf::minus;
    }
    pulses[j] = pcm_.full_pulses_to(which[j], i, pcm_.us(which[j], i) + std::fabs(error));
  }
  for (std::uint64_t round = 0;; ++round) {
    bool any = false;
    for (std::size_t j = 0; j < targets_us.size(); ++j) {
      if (round >= pulses[j]) {
        continue;
      }
      if (!any) {
        draw_pcm_noise(round_key(operation, row, round), targets_us.size());
        any = true;
      }
      pcm_.set_full(which[j], line + j, normals_[j]);
      ++count.set_pulses;
    }
    if (!any) {
      break;
    }
    ++count.pulse_rounds;
  }
  settle_row(operation, row, count);
  return count;
}

/// Both devices of every pair that is off are RESET and written over the common offset, and no look at it.
TransferCount HybridArray::write_pairs_once(std::uint64_t operation, std::size_t row,
                                            std::span<const float> targets_us) {
  TransferCount count;
  count.reads = 1;
  const std::size_t line = weights_.cell(row, 0);
  const std::size_t width = targets_us.size();
  const auto offset = static_cast<float>(parameters_.pcm.offset_us);
  const auto tolerance = static_cast<float>(parameters_.transfer.tolerance_us);
  const float largest = pcm_.device().g_max_us - offset;
  draw_pcm_noise(round_key(operation, row, 0), 2 * width);
  for (std::size_t j = 0; j < width; ++j) {
    const std::size_t i = line + j;
    const float wanted = std::clamp(targets_us[j] / f_gain_, -largest, largest);
    count.clipped_targets += static_cast<std::uint64_t>(std::fabs(targets_us[j]) > f_gain_ * largest);
    if (std::fabs(wanted - pcm_.difference_us(i)) < tolerance) {
      continue;
    }
    reset_pair(i, count);
    pcm_.write_once(PcmDeviceOf::plus, i, offset + std::max(wanted, 0.0F), normals_[j]);
    pcm_.write_once(PcmDeviceOf::minus, i, offset - std::min(wanted, 0.0F), normals_[width + j]);
    count.set_pulses += 2;
  }
  count.pulse_rounds = count.reset_pulses > 0 ? 2 : 0;
  settle_row(operation, row, count);
  return count;
}

void HybridArray::settle_row(std::uint64_t operation, std::size_t row, TransferCount& count) {
  pcm_.settle_row(operation, row, now_, dwell_);
  if (dwell_.count() > 0) {
    ++count.dwells;
    ++count.reads;
  }
}

/// Unit steps of the capacitor, noisy like any update: what the pair missed.
void HybridArray::write_residual(std::uint64_t operation, std::size_t row, std::span<const float> targets_us,
                                 float polarity, TransferCount& count) {
  draw_pcm_noise(round_key(operation, row, kResidualRound), targets_us.size());
  const std::size_t line = weights_.cell(row, 0);
  for (std::size_t j = 0; j < targets_us.size(); ++j) {
    const std::size_t i = line + j;
    const CapacitorCell capacitor = capacitor_.within(limits(i));
    const float missing =
        std::clamp(polarity * (targets_us[j] - f_gain_ * pcm_.difference_us(i)) / charge_gain(i),
                   capacitor.q_min_us, capacitor.q_max_us);
    const auto pulses = static_cast<std::uint64_t>(std::floor(std::fabs(missing) / capacitor_.dg_us + 0.5F));
    if (pulses == 0) {
      continue;
    }
    const float step = step_us(i, missing > 0 ? Source::up : Source::down);
    const auto n = static_cast<float>(pulses);
    const float noise = step == 0 ? 0.0F : capacitor_.cycle_noise_us * std::sqrt(n) * normals_[j];
    capacitors_[i].q_us =
        capacitor.move(0.0F, n, step, capacitor.bend_per_us(missing > 0 ? Source::up : Source::down), noise);
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

}  // namespace kirchhoff::tiles
