#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/duration.h"
#include "foundation/random.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "tiles/pcm_clock.h"
#include "tiles/pcm_device.h"
#include "tiles/pcm_drift.h"
#include "tiles/pcm_full_set.h"
#include "tiles/pcm_read_noise.h"

namespace kirchhoff::tiles {

/// The two devices of a cell.
enum class PcmDeviceOf : std::uint8_t { plus, minus };

/// All PCM pairs of an array on simulated time: pulses, drift, slow 1/f noise, endurance counts.
///
/// Conductances are held between refreshes: between two of them none is off by more than `drift_bound` on
/// account of drift, and no slow offset's sd has grown by more than `noise_bound` (both of the conductance),
/// but for devices below 0.02 g_max and those so young that more than one refresh in `shortest_hold` would be
/// due. Inside a closed loop
/// a device is seen as its last pulse left it; exponent and noise are drawn when its row is settled. Cells
/// lie row by row with a stride.
class PcmPairs {
 public:
  PcmPairs(std::size_t rows, std::size_t columns, std::size_t stride, const PcmParameters& parameters,
           std::uint64_t seed, std::uint32_t tile);

  /// Pulses a device has had.
  struct Endurance {
    std::uint32_t sets = 0;
    std::uint16_t resets = 0;  ///< stays at its largest value
  };

  static constexpr double drift_bound = 1e-3;
  static constexpr double noise_bound = 1e-2;
  static constexpr foundation::Duration shortest_hold{1'000'000'000};  ///< 1 ms

  [[nodiscard]] const PcmDevice& device() const { return device_; }

  /// Conductances as they are read, uS.
  [[nodiscard]] const float* plus_us() const { return sides_[0].g_us.data(); }
  [[nodiscard]] const float* minus_us() const { return sides_[1].g_us.data(); }
  [[nodiscard]] float difference_us(std::size_t cell) const {
    return sides_[0].g_us[cell] - sides_[1].g_us[cell];
  }
  [[nodiscard]] float weaker_us(std::size_t cell) const {
    return std::min(sides_[0].g_us[cell], sides_[1].g_us[cell]);
  }
  [[nodiscard]] float us(PcmDeviceOf which, std::size_t cell) const { return side(which).g_us[cell]; }

  /// From now on the device has this conductance, whatever is written.
  void stick(PcmDeviceOf which, std::size_t cell, float g_us);

  // Pulses. settle_row() once the row is done.
  void set(PcmDeviceOf which, std::size_t cell, float error_us, float normal) {
    pulsed(which, cell, device_.set(us(which, cell), error_us, normal));
  }
  /// A pulse of full length, blind.
  void set_full(PcmDeviceOf which, std::size_t cell, float normal) {
    pulsed(which, cell, full_set_.set(us(which, cell), normal));
  }
  /// One pulse that is meant to leave `target_us`.
  void write_once(PcmDeviceOf which, std::size_t cell, float target_us, float normal) {
    pulsed(which, cell, device_.write(target_us, normal));
  }
  /// A pulse of full length in training: it goes on from what the device was programmed to. What drift and
  /// slow noise make of that does not become part of it: both begin anew. settle_pulsed() once the update is
  /// done.
  void set_training(PcmDeviceOf which, std::size_t cell, float normal) {
    Side& devices = side(which);
    pulsed(which, cell, full_set_.set(devices.g_programmed_us[cell], normal));
    devices.g_programmed_us[cell] = devices.g_us[cell];
  }
  [[nodiscard]] std::uint64_t full_pulses_to(PcmDeviceOf which, std::size_t cell, float target_us) const {
    return full_set_.pulses_to(static_cast<double>(us(which, cell)), static_cast<double>(target_us));
  }
  void reset(PcmDeviceOf which, std::size_t cell);

  /// Draws drift and noise of the devices that were pulsed since the last call, all of this row, and leaves
  /// them as they are `dwell` after their last pulse.
  void settle_row(std::uint64_t operation, std::size_t row, foundation::Duration now,
                  foundation::Duration dwell = foundation::Duration{0});

  /// The same for pulses here and there in the array, those of an update. Refreshes go on at the pace that
  /// was planned: with pulses at every update they would never become due.
  void settle_pulsed(std::uint64_t operation, foundation::Duration now);

  [[nodiscard]] bool refresh_due(foundation::Duration now) const { return now >= next_refresh_; }
  /// Brings all conductances to `now`.
  void refresh(foundation::Duration now);

  /// Variance of the fresh noise of G+ - G- of `count` cells from `first` on at `now`, `since` after the read
  /// before, uS^2.
  void fresh_variances(std::size_t first, std::size_t count, foundation::Duration now,
                       foundation::Duration since, float* variance_us2) const;
  [[nodiscard]] bool has_read_noise() const { return noise_.scale > 0; }

  [[nodiscard]] static constexpr std::size_t bytes_per_cell() {
    return 2 * (3 * sizeof(float) + 4 * sizeof(std::uint16_t));
  }

  [[nodiscard]] Endurance endurance(PcmDeviceOf which, std::size_t cell) const;

  /// See SynapseArray; devices that are stuck must be so already.
  void save(foundation::StateWriter& writer) const;
  void restore(foundation::StateReader& reader);

 private:
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive);
  /// Structure of arrays of one device per cell.
  struct Side {
    foundation::AlignedVector<float> g_us;             ///< now
    foundation::AlignedVector<float> g_programmed_us;  ///< after the last pulse
    foundation::AlignedVector<float> programmed_s;     ///< stamp of clock_
    std::vector<std::uint16_t> nu;                     ///< drift exponent, in nu_unit_
    std::vector<std::int16_t> amplitude;               ///< of the slow noise, in amplitude_unit_
    std::vector<std::uint16_t> sets;                   ///< modulo 2^16
    std::vector<std::uint32_t> wrapped;  ///< a cell for each time that its sets have passed 2^16
    std::vector<std::uint16_t> resets;
    std::vector<std::uint32_t> pulsed;  ///< cells since the last settle_row(); some more than once
    std::vector<bool> stuck;            ///< empty where no device is
  };
  Side& side(PcmDeviceOf which) { return sides_[static_cast<std::size_t>(which)]; }
  [[nodiscard]] const Side& side(PcmDeviceOf which) const { return sides_[static_cast<std::size_t>(which)]; }
  static void write(Side& devices, std::size_t cell, float g_us);
  void pulsed(PcmDeviceOf which, std::size_t cell, float g_us);
  void plan_refresh(foundation::Duration now);
  void keep_stamps_near(foundation::Duration now);
  /// Exponent and noise of a device that was pulsed just now.
  void renew(Side& devices, std::size_t cell, float stamp, float nu_normal, float noise_normal);

  std::size_t columns_;
  std::size_t stride_;
  PcmDevice device_;
  PcmFullSet full_set_;
  PcmDrift drift_;
  PcmReadNoise noise_;
  foundation::RandomStream stream_;
  PcmClock clock_;
  float nu_unit_;
  float amplitude_unit_;
  float usual_read_interval_s_;
  foundation::Duration last_programmed_{0};
  foundation::Duration next_refresh_{foundation::Duration::max()};
  std::array<Side, 2> sides_;

  // Of the row in hand.
  std::vector<std::uint32_t> words_;
  std::vector<float> normals_;
  std::vector<float> nu_row_;
  std::vector<float> amplitude_row_;
  std::vector<float> factor_row_;
};

}  // namespace kirchhoff::tiles
