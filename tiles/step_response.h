#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// Conductance after trains of equal pulses in one direction.
struct PulseCurve {
  std::vector<std::int64_t> pulses;  ///< pulses given so far, growing; the first need not be 0
  std::vector<double> g_us;          ///< conductance after them, uS; as long as `pulses`
};

/// One measured device.
struct MeasuredDevice {
  std::string name;  ///< empty where the table has no column `device`
  int line = 0;      ///< of its first row; 0: from no file
  PulseCurve up;
  PulseCurve down;
};

/// A user's own step-response table.
///
/// File: CSV (foundation::CsvTable: UTF-8, commas, # comments, LF or CRLF) with the header
///
///     pulse,up_us,down_us            one device
///     device,pulse,up_us,down_us     several; the device is any name
///
/// `pulse` is the number of pulses given since the curve's start, a whole number that grows from row to row
/// of a device (rows of different devices may be mixed; numbers may be left out). `up_us` is the conductance
/// in microsiemens after that many pulses of the up source, `down_us` the same for a curve of the down source
/// of its own; 0 .. 200 uS. One of the two may be empty where it was not measured.
struct StepResponse {
  std::string file_name;  ///< for messages
  std::vector<MeasuredDevice> devices;
};

/// Throws InputError with everything that is wrong (twenty problems at most, the rest counted), "file:line:
/// ..." each; a curve with fewer than 3 values or one that runs against its pulses is wrong, too.
StepResponse parse_step_response(std::string_view text, const std::string& file_name);
StepResponse read_step_response(const std::string& path);

/// The table as a file; `comment` becomes # lines above the header. Conductances get 4 decimals.
std::string to_csv(const StepResponse& response, const std::string& comment);

/// What a measurement of devices of the model would have been.
struct SimulatedMeasurement {
  std::size_t devices = 1;
  std::int64_t pulses = 600;  ///< per direction
  std::int64_t stride = 1;    ///< pulses from one reading to the next
  double read_noise_us = 0;   ///< sd of a reading, uS
  std::uint64_t seed = 1;
};

/// Draws devices from the parameters as a chip would and pulses them by CapacitorCell: up from g_min, then
/// down from where that ended. No charge decay. For tests and examples.
StepResponse simulate_step_response(const CapacitorParameters& parameters,
                                    const SimulatedMeasurement& measurement);

/// The conductance, relative to g_ref, after n pulses of a source of step S at q = 0, from q0, without noise
/// and limits; a is the relative shrinking of the step per uS of q. Both directions alike: for the down
/// source, turn the sign of q.
///
///     q(k+1) = q(k) + S (1 - a q(k))   =>   q(n) = 1/a - (1/a - q0) r^n,  r = 1 - a S
///
/// an exponential approach to 1/a, where the step would vanish; q0 + n S for a = 0. |a S| < 1.
double charge_after(double q0_us, double step_us, double slope_per_us, double pulses);

/// One device as the fit sees it.
struct FittedDevice {
  std::string name;
  double up_step_us = 0;    ///< at g_ref, uS
  double down_step_us = 0;  ///< at g_ref, uS, positive
};

/// The model that comes nearest to a table, by least squares, and how near it comes.
struct StepResponseFit {
  /// The given parameters with g_min, g_max, g_ref (middle of the range), steps and step_slope from the
  /// table; step_spread and mismatch, too, from two devices on, cycle_noise where has_cycle_noise. Within the
  /// ranges that declare() gives them. Decay is not in such a table and stays.
  CapacitorParameters capacitor;
  bool has_spread = false;       ///< two devices or more
  bool has_cycle_noise = false;  ///< at least 20 readings came one pulse after another
  double dg_us = 0;              ///< mean step at g_ref, uS; capacitor.dg_us() is rounded to whole steps
  /// Mean of (up - down) / (up + down) over the devices. The model draws mismatch about zero, so that
  /// capacitor.mismatch is the root mean square about zero, which includes this.
  double mean_asymmetry = 0;
  double read_noise_us = 0;  ///< sd of a reading; only where has_cycle_noise

  // Standard errors (one sigma) of what was estimated, from the noise found; 0 where that is unknown.
  double dg_error_us = 0;
  double step_slope_error = 0;
  double step_spread_error = 0;
  double mismatch_error = 0;
  double cycle_noise_error = 0;

  // Readings minus fitted curves, each device with its own two steps and starts.
  std::size_t readings = 0;
  double rms_us = 0;
  double rms_percent = 0;  ///< of the range g_max - g_min
  double worst_us = 0;     ///< by absolute value
  double worst_percent = 0;
  std::string worst_place;  ///< "device 'a', up, pulse 17"

  std::vector<FittedDevice> devices;
  /// What the model cannot follow, one sentence each; empty where it follows the data.
  std::vector<std::string> verdict;
};

/// Fits the model of CapacitorCell to a table.
///
/// A table that does not reach both ends of the range is taken to show all of it. One slope a is common to
/// all curves; each curve has its step and its start. Where a curve comes to rest, its readings from there on
/// are its limit: g_max and g_min are the means of the limits found, else the ends of what was measured.
/// Noise is taken from successive readings: with single-pulse noise s and read noise m, what each reading
/// leaves after the step that the one before predicts has variance s^2 + 2 m^2 and covariance -m^2 with the
/// next. Deterministic; same bits on every machine.
///
/// Not fitted: other shapes of the response (they end in the verdict), limits that differ between devices.
StepResponseFit fit_step_response(const StepResponse& response, const CapacitorParameters& base = {});

}  // namespace kirchhoff::tiles
