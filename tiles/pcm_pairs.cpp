#include "tiles/pcm_pairs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tiles/pulse_noise.h"

namespace kirchhoff::tiles {

using foundation::Duration;

namespace {

/// Between the reads of a cell in training, s. Only its logarithm counts.
constexpr float kReadInterval = 2e-6F;
/// Noise amplitude for which noise_bound holds: that of a device at 0.02 g_max.
constexpr double kNoisyDevice = 0.1;
/// Normal numbers stay within.
constexpr float kMostNormal = 6.5F;

float within(float value, float unit, float most) {
  return std::min(std::floor(value / unit + 0.5F), most);
}

}  // namespace

PcmPairs::PcmPairs(std::size_t rows, std::size_t columns, std::size_t stride, const PcmParameters& parameters,
                   std::uint64_t seed, std::uint32_t tile)
    : columns_(columns),
      stride_(stride),
      device_(parameters),
      full_set_(parameters),
      drift_(parameters),
      noise_(parameters),
      stream_(seed, foundation::Purpose::pcm_state, tile),
      nu_unit_(std::max(static_cast<float>(drift_.nu_limit()), 1e-6F) / 0xffff),
      amplitude_unit_(std::max(0.2F * noise_.scale * kMostNormal, 1e-6F) / 0x7fff),
      words_(4 * columns),
      normals_(4 * columns),
      nu_row_(stride),
      amplitude_row_(stride),
      factor_row_(stride) {
  const std::size_t cells = rows * stride;
  for (Side& side : sides_) {
    side.g_us.assign(cells, 0.0F);
    side.programmed_s.assign(cells, 0.0F);
    side.nu.assign(cells, 0);
    side.amplitude.assign(cells, 0);
    side.sets.assign(cells, 0);
    side.resets.assign(cells, 0);
    for (std::size_t row = 0; row < rows; ++row) {
      std::fill_n(side.g_us.begin() + static_cast<std::ptrdiff_t>(row * stride), columns,
                  static_cast<float>(parameters.offset_us));
    }
    side.g_programmed_us = side.g_us;
  }
}

void PcmPairs::stick(PcmDeviceOf which, std::size_t cell, float g_us) {
  Side& devices = side(which);
  devices.stuck.resize(devices.g_us.size(), false);
  devices.stuck[cell] = true;
  devices.g_us[cell] = g_us;
  devices.g_programmed_us[cell] = g_us;
}

void PcmPairs::write(Side& devices, std::size_t cell, float g_us) {
  if (!devices.stuck.empty() && devices.stuck[cell]) {
    return;
  }
  devices.g_us[cell] = g_us;
  devices.pulsed.push_back(static_cast<std::uint32_t>(cell));
}

void PcmPairs::pulsed(PcmDeviceOf which, std::size_t cell, float g_us) {
  Side& devices = side(which);
  if (++devices.sets[cell] == 0) {
    devices.wrapped.push_back(static_cast<std::uint32_t>(cell));
  }
  write(devices, cell, g_us);
}

PcmPairs::Endurance PcmPairs::endurance(PcmDeviceOf which, std::size_t cell) const {
  const Side& devices = side(which);
  const auto wraps = std::count(devices.wrapped.begin(), devices.wrapped.end(), cell);
  return {devices.sets[cell] + (static_cast<std::uint32_t>(wraps) << 16), devices.resets[cell]};
}

void PcmPairs::reset(PcmDeviceOf which, std::size_t cell) {
  Side& devices = side(which);
  devices.resets[cell] = static_cast<std::uint16_t>(std::min(devices.resets[cell] + 1, 0xffff));
  write(devices, cell, device_.reset_to_us);
}

void PcmPairs::settle_row(std::uint64_t operation, std::size_t row, Duration now, Duration dwell) {
  if (sides_[0].pulsed.empty() && sides_[1].pulsed.empty()) {
    return;
  }
  keep_stamps_near(now);
  // Each device has two numbers at a fixed place, whether it was pulsed or not.
  const std::span<std::uint32_t> words{words_.data(), 4 * columns_};
  stream_.words((operation << 20) ^ row, words);
  normals_from_words(words, {normals_.data(), 4 * columns_});
  const float stamp = clock_.stamp(now);
  const std::size_t first = row * stride_;
  const auto dwell_s = static_cast<float>(foundation::to_seconds(dwell));
  const float* normal = normals_.data();
  for (Side& side : sides_) {
    for (const std::uint32_t cell : side.pulsed) {
      const std::size_t column = cell - first;
      renew(side, cell, stamp, normal[column], normal[columns_ + column]);
    }
    // A device is listed once for each of its pulses; drift has not begun yet.
    for (const std::uint32_t cell : side.pulsed) {
      const float amplitude = static_cast<float>(side.amplitude[cell]) * amplitude_unit_;
      side.g_us[cell] =
          std::min(side.g_programmed_us[cell] * noise_.slow_factor(amplitude, dwell_s, kReadInterval),
                   device_.g_max_us);
    }
    side.pulsed.clear();
    normal += 2 * columns_;
  }
  last_programmed_ = now;
  plan_refresh(now);
}

void PcmPairs::settle_pulsed(std::uint64_t operation, Duration now) {
  const std::size_t count = sides_[0].pulsed.size() + sides_[1].pulsed.size();
  if (count == 0) {
    return;
  }
  keep_stamps_near(now);
  if (words_.size() < 2 * count) {
    words_.resize(2 * count);
    normals_.resize(2 * count);
  }
  const std::span<float> normals{normals_.data(), 2 * count};
  const std::span<std::uint32_t> words{words_.data(), 2 * count};
  constexpr std::uint64_t kNoRow = 0xfffff;
  stream_.words((operation << 20) ^ kNoRow, words);
  normals_from_words(words, normals);
  const float stamp = clock_.stamp(now);
  const float* normal = normals.data();
  for (Side& side : sides_) {
    for (const std::uint32_t cell : side.pulsed) {
      renew(side, cell, stamp, normal[0], normal[1]);
      normal += 2;
    }
    side.pulsed.clear();
  }
  last_programmed_ = now;
  const Duration planned = next_refresh_;
  plan_refresh(now);
  next_refresh_ = std::min(next_refresh_, planned);
}

void PcmPairs::keep_stamps_near(Duration now) {
  if (const float by_s = clock_.move_epoch(now); by_s != 0) {
    for (Side& side : sides_) {
      shift_stamps(side.programmed_s, by_s);
    }
  }
}

void PcmPairs::renew(Side& devices, std::size_t cell, float stamp, float nu_normal, float noise_normal) {
  const float g = devices.g_us[cell];
  devices.g_programmed_us[cell] = g;
  devices.programmed_s[cell] = stamp;
  devices.nu[cell] = static_cast<std::uint16_t>(within(drift_.nu(g, nu_normal), nu_unit_, 0xffff));
  devices.amplitude[cell] =
      static_cast<std::int16_t>(within(noise_.amplitude(g, noise_normal), amplitude_unit_, 0x7fff));
}

void PcmPairs::plan_refresh(Duration now) {
  const double youngest_s = foundation::to_seconds(now - last_programmed_);
  const double hold_s = std::min(drift_.hold_s(youngest_s, drift_bound, drift_.nu_limit()),
                                 noise_.hold_s(youngest_s, kReadInterval, noise_bound,
                                               kNoisyDevice * static_cast<double>(noise_.scale)));
  constexpr double kForever = 1e6;  // s; longer than any Duration that is left to count
  next_refresh_ =
      hold_s < kForever ? now + std::max(foundation::from_seconds(hold_s), shortest_hold) : Duration::max();
}

void PcmPairs::refresh(Duration now) {
  const PcmInstant instant = clock_.instant(now);
  for (Side& side : sides_) {
    for (std::size_t first = 0; first < side.g_us.size(); first += stride_) {
      for (std::size_t j = 0; j < columns_; ++j) {
        nu_row_[j] = static_cast<float>(side.nu[first + j]) * nu_unit_;
        amplitude_row_[j] = static_cast<float>(side.amplitude[first + j]) * amplitude_unit_;
      }
      drift_factors(drift_, side.programmed_s.data() + first, nu_row_.data(), instant, factor_row_.data(),
                    columns_);
      apply_slow_noise(noise_, side.programmed_s.data() + first, amplitude_row_.data(), instant,
                       kReadInterval, factor_row_.data(), columns_);
      for (std::size_t j = 0; j < columns_; ++j) {
        side.g_us[first + j] = std::min(side.g_programmed_us[first + j] * factor_row_[j], device_.g_max_us);
      }
    }
  }
  plan_refresh(now);
}

void PcmPairs::fresh_variances(std::size_t first, std::size_t count, Duration now, Duration since,
                               float* variance_us2) const {
  const auto devices = [&](const Side& side) {
    return PcmSide{side.programmed_s.data() + first, side.g_programmed_us.data() + first,
                   side.g_us.data() + first};
  };
  fresh_pair_variances(noise_, devices(sides_[0]), devices(sides_[1]), clock_.instant(now),
                       static_cast<float>(foundation::to_seconds(since)), variance_us2, count);
}

}  // namespace kirchhoff::tiles
