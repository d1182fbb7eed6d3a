#include "tiles/step_response.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>

#include "foundation/csv_reader.h"
#include "foundation/error.h"
#include "foundation/math.h"
#include "foundation/problems.h"
#include "foundation/random.h"
#include "foundation/units.h"
#include "tiles/capacitor_cell.h"

namespace kirchhoff::tiles {

using foundation::CsvTable;
using foundation::number_text;
using foundation::Problems;

namespace {

/// Beyond this many, further problems of a file are only counted.
constexpr std::size_t most_problems = 20;
constexpr std::size_t fewest_readings = 3;  ///< of a curve: start, step and slope
constexpr std::size_t fewest_pulse_pairs = 20;
constexpr std::int64_t most_pulses = 1'000'000'000;
constexpr double most_conductance_us = 200;  ///< of capacitor.g_max
constexpr double largest_slope = 0.9;        ///< of capacitor.step_slope
constexpr double tolerated_rms_percent = 5;

double real(std::size_t count) {
  return static_cast<double>(count);
}

std::string device_text(const MeasuredDevice& device) {
  return device.name.empty() ? "" : "device '" + device.name + "': ";
}

/// Three significant digits, for people.
std::string rounded(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 3).ptr;
  return {text.data(), end};
}

// Reading.

class TableReader {
 public:
  TableReader(const CsvTable& table, Problems& problems)
      : table_(table),
        problems_(problems),
        device_(table.column("device")),
        pulse_(*table.column("pulse")),
        up_(*table.column("up_us")),
        down_(*table.column("down_us")) {}

  std::vector<MeasuredDevice> read() {
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      read_row(row);
    }
    return std::move(devices_);
  }

 private:
  struct Last {
    std::int64_t pulse = -1;
    int line = 0;
  };

  void read_row(std::size_t row) {
    const int line = table_.line(row);
    const std::size_t device = device_of(row);
    const auto pulse = pulse_of(row, device);
    const std::string_view up = table_.field(row, up_);
    const std::string_view down = table_.field(row, down_);
    if (up.empty() && down.empty()) {
      problems_.add(line, "neither up_us nor down_us is given, but one must be");
      return;
    }
    add(line, "up_us", up, pulse, devices_[device].up);
    add(line, "down_us", down, pulse, devices_[device].down);
  }

  std::size_t device_of(std::size_t row) {
    const std::string_view name = device_ ? table_.field(row, *device_) : std::string_view{};
    if (device_ && name.empty()) {
      problems_.add(table_.line(row), "device is empty, but must be a name");
    }
    const auto [found, is_new] = index_.try_emplace(name, devices_.size());
    if (is_new) {
      devices_.push_back({std::string(name), table_.line(row), {}, {}});
      last_.emplace_back();
    }
    return found->second;
  }

  std::optional<std::int64_t> pulse_of(std::size_t row, std::size_t device) {
    const std::string_view text = table_.field(row, pulse_);
    const int line = table_.line(row);
    const auto pulse = foundation::counting_number(text);
    if (!pulse || *pulse > most_pulses) {
      problems_.add(line, "pulse is '" + std::string(text) + "', but must be a whole number within 0 .. " +
                              std::to_string(most_pulses));
      return std::nullopt;
    }
    Last& last = last_[device];
    if (*pulse <= last.pulse) {
      problems_.add(line, device_text(devices_[device]) + "pulse is " + std::to_string(*pulse) +
                              ", but must be above the " + std::to_string(last.pulse) + " of line " +
                              std::to_string(last.line));
      return std::nullopt;
    }
    last = {*pulse, line};
    return pulse;
  }

  void add(int line, const std::string& column, std::string_view text, std::optional<std::int64_t> pulse,
           PulseCurve& curve) {
    if (text.empty()) {
      return;
    }
    const auto value = foundation::decimal_number(text);
    if (!value) {
      problems_.add(line, column + " is '" + std::string(text) + "', but must be a number, e.g. 12.5");
    } else if (*value < 0 || *value > most_conductance_us) {
      problems_.add(line, column + " is " + number_text(*value) + ", but must be within 0 .. " +
                              number_text(most_conductance_us) + " uS");
    } else if (pulse) {
      curve.pulses.push_back(*pulse);
      curve.g_us.push_back(*value);
    }
  }

  const CsvTable& table_;
  Problems& problems_;
  std::optional<std::size_t> device_;
  std::size_t pulse_;
  std::size_t up_;
  std::size_t down_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<MeasuredDevice> devices_;
  std::vector<Last> last_;
};

/// Sign of the straight line through the readings.
double trend(const PulseCurve& curve) {
  double mean_n = 0;
  for (const std::int64_t n : curve.pulses) {
    mean_n += static_cast<double>(n) / real(curve.pulses.size());
  }
  double slope = 0;
  for (std::size_t i = 0; i < curve.pulses.size(); ++i) {
    // Against the first reading: equal readings then give exactly 0.
    slope += (static_cast<double>(curve.pulses[i]) - mean_n) * (curve.g_us[i] - curve.g_us.front());
  }
  return slope;
}

void check_curve(const MeasuredDevice& device, bool up, Problems& problems) {
  const PulseCurve& curve = up ? device.up : device.down;
  const std::string name = device_text(device) + (up ? "up_us" : "down_us");
  if (curve.pulses.size() < fewest_readings) {
    const std::size_t count = curve.pulses.size();
    problems.add(device.line, name + " has " + std::to_string(count) + (count == 1 ? " value" : " values") +
                                  ", but a fit needs at least " + std::to_string(fewest_readings));
    return;
  }
  const double slope = trend(curve);
  const std::string ends = number_text(curve.g_us.front()) + " to " + number_text(curve.g_us.back()) + " uS";
  if (slope == 0) {
    problems.add(device.line, name + " does not move with the pulses (" + ends + ")");
  } else if ((slope > 0) != up) {
    problems.add(device.line, name + (up ? " falls" : " rises") + " with the pulses (" + ends + "), but " +
                                  (up ? "up pulses raise" : "down pulses lower") +
                                  " the conductance; are the columns exchanged?");
  }
}

// Fitting.

/// A curve turned so that its pulses raise p: p = g - g_ref for up, g_ref - g for down.
struct Curve {
  std::size_t device = 0;
  bool up = true;
  std::vector<double> n;   ///< pulses since the first reading
  std::vector<double> p;   ///< uS
  std::size_t active = 0;  ///< readings before it came to rest
  bool rests = false;
  double start_us = 0;
  double step_us = 0;
  double step_variance = 0;
};

Curve turned(const PulseCurve& measured, std::size_t device, bool up) {
  Curve curve;
  curve.device = device;
  curve.up = up;
  for (std::size_t i = 0; i < measured.pulses.size(); ++i) {
    curve.n.push_back(static_cast<double>(measured.pulses[i] - measured.pulses.front()));
    curve.p.push_back(up ? measured.g_us[i] : -measured.g_us[i]);
  }
  curve.active = curve.n.size();
  return curve;
}

/// Where the curve comes to rest. Its increments per pulse, a straight line in p while it moves and zero
/// afterwards, are split where the squares are least; a split must explain more than chance would.
void find_rest(Curve& curve) {
  constexpr std::size_t shortest = 3;
  const std::size_t count = curve.n.size() - 1;
  if (count < 2 * shortest) {
    return;
  }
  struct Sums {
    double w = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  };
  std::vector<Sums> before(count + 1);
  const double centre = (curve.p.front() + curve.p.back()) / 2;
  for (std::size_t k = 0; k < count; ++k) {
    const double w = curve.n[k + 1] - curve.n[k];
    const double x = (curve.p[k + 1] + curve.p[k]) / 2 - centre;
    const double y = (curve.p[k + 1] - curve.p[k]) / w;
    const Sums& s = before[k];
    before[k + 1] = {s.w + w, s.x + w * x, s.y + w * y, s.xx + w * x * x, s.xy + w * x * y, s.yy + w * y * y};
  }
  const auto squares = [&](std::size_t m) {
    const Sums& s = before[m];
    const double xx = s.xx - s.x * s.x / s.w;
    const double xy = s.xy - s.x * s.y / s.w;
    const double line = s.yy - s.y * s.y / s.w - (xx > 0 ? xy * xy / xx : 0);
    return std::max(line, 0.0) + (before[count].yy - s.yy);
  };
  std::size_t best = shortest;
  for (std::size_t m = shortest; m + shortest <= count; ++m) {
    if (squares(m) < squares(best)) {
      best = m;
    }
  }
  const double chance = (12 + 2 * foundation::log(real(count))) * squares(best) / real(count);
  if (squares(count) - squares(best) > chance && squares(best) < squares(count)) {
    curve.rests = true;
    curve.active = best;  // the reading after the last step may already be cut off by the limit
  }
}

/// The reading's value and its derivatives by start, step and slope.
struct Response {
  double value;
  double by_start;
  double by_step;
  double by_slope;
};

/// `log_r` = log(1 - slope step), the same for all readings of a curve.
Response respond(double start, double step, double slope, double log_r, double n) {
  const double x = slope * step * n;
  const double r = 1 - slope * step;
  const double rn = foundation::exp(n * log_r);
  const double by_step = (1 - slope * start) * n * rn / r;
  constexpr double nearly_straight = 1e-4;
  if (std::fabs(x) < nearly_straight) {
    // The terms of the closed form cancel here; its series in the slope does not.
    const double pairs = step * step * n * (n - 1) / 2;
    const double triples = step * step * step * n * (n - 1) * (n - 2) / 6;
    const double value = start * rn + step * n - slope * pairs + slope * slope * triples;
    return {value, rn, by_step, -start * step * n - pairs + 2 * slope * (start * pairs + triples)};
  }
  const double gone = (1 - rn) / slope;
  return {start * rn + gone, rn, by_step, (by_step * step - gone) / slope};
}

/// Normal equations of one curve: its own start and step, and the common slope.
struct Normal {
  double ss = 0, st = 0, tt = 0;  ///< start, step
  double sa = 0, ta = 0, aa = 0;
  double bs = 0, bt = 0, ba = 0;
  double squares = 0;
};

Normal normal_of(const Curve& curve, double slope) {
  Normal sum;
  const double log_r = foundation::log(1 - slope * curve.step_us);
  for (std::size_t i = 0; i < curve.active; ++i) {
    const Response f = respond(curve.start_us, curve.step_us, slope, log_r, curve.n[i]);
    const double e = curve.p[i] - f.value;
    sum.ss += f.by_start * f.by_start;
    sum.st += f.by_start * f.by_step;
    sum.tt += f.by_step * f.by_step;
    sum.sa += f.by_start * f.by_slope;
    sum.ta += f.by_step * f.by_slope;
    sum.aa += f.by_slope * f.by_slope;
    sum.bs += f.by_start * e;
    sum.bt += f.by_step * e;
    sum.ba += f.by_slope * e;
    sum.squares += e * e;
  }
  return sum;
}

struct Pair {
  double start;
  double step;
};

/// (start, step) of  N (start, step) = (s, t).
Pair solved(const Normal& n, double damping, double s, double t) {
  const double ss = n.ss * (1 + damping);
  const double tt = n.tt * (1 + damping);
  const double determinant = ss * tt - n.st * n.st;
  return {(s * tt - t * n.st) / determinant, (t * ss - s * n.st) / determinant};
}

bool is_possible(const std::vector<Curve>& curves, double slope) {
  constexpr double most_shrinking = 0.95;
  return std::all_of(curves.begin(), curves.end(), [slope](const Curve& c) {
    return c.step_us > 0 && std::fabs(c.step_us * slope) < most_shrinking;
  });
}

/// Levenberg-Marquardt; the curves meet only in the slope, so that each step solves 2 x 2 systems. `slope`
/// stays within +-limit; it is kept where it is if `fixed`.
double fit_curves(std::vector<Curve>& curves, double slope, double limit, bool fixed) {
  constexpr int most_rounds = 100;
  constexpr double hopeless = 1e12;
  constexpr double settled = 1e-11;
  std::vector<Normal> normals(curves.size());
  const auto sum_up = [&](const std::vector<Curve>& state, double a) {
    double squares = 0;
    for (std::size_t i = 0; i < state.size(); ++i) {
      normals[i] = normal_of(state[i], a);
      squares += normals[i].squares;
    }
    return squares;
  };
  double squares = sum_up(curves, slope);
  double damping = 1e-4;
  for (int round = 0; round < most_rounds && damping < hopeless && squares > 0; ++round) {
    double aa = 0;
    double ba = 0;
    for (const Normal& n : normals) {
      const Pair by_slope = solved(n, damping, n.sa, n.ta);
      aa += n.aa * (1 + damping) - n.sa * by_slope.start - n.ta * by_slope.step;
      ba += n.ba - n.bs * by_slope.start - n.bt * by_slope.step;
    }
    const double wanted = fixed || aa <= 0 ? slope : slope + ba / aa;
    const double next = std::clamp(wanted, -limit, limit);
    std::vector<Pair> old(curves.size());
    for (std::size_t i = 0; i < curves.size(); ++i) {
      Curve& c = curves[i];
      old[i] = {c.start_us, c.step_us};
      const double da = next - slope;
      const Pair d =
          solved(normals[i], damping, normals[i].bs - normals[i].sa * da, normals[i].bt - normals[i].ta * da);
      c.start_us += d.start;
      c.step_us += d.step;
    }
    const std::vector<Normal> kept = normals;
    const double now =
        is_possible(curves, next) ? sum_up(curves, next) : std::numeric_limits<double>::infinity();
    const bool done = std::fabs(squares - now) < settled * squares;
    if (now < squares) {
      squares = now;
      slope = next;
      damping /= 10;
    } else {
      for (std::size_t i = 0; i < curves.size(); ++i) {
        curves[i].start_us = old[i].start;
        curves[i].step_us = old[i].step;
      }
      normals = kept;
      damping *= 10;
    }
    if (done) {
      break;
    }
  }
  return slope;
}

struct Noise {
  double pulse_variance = 0;  ///< uS^2
  double read_variance = 0;   ///< uS^2
  std::size_t pairs = 0;      ///< readings one pulse apart
  double pulse_variance_error = 0;
};

/// From what is left of a reading after the step that the one before predicts; see fit_step_response().
Noise noise_of(const std::vector<Curve>& curves, double slope, double half_range) {
  double squares = 0;
  double products = 0;
  double squares_per_pulse = 0;
  std::size_t pairs = 0;
  std::size_t triples = 0;
  std::size_t steps = 0;
  for (const Curve& curve : curves) {
    std::optional<double> last;  // left by the step before, where that was a single pulse
    for (std::size_t k = 0; k + 1 < curve.active; ++k) {
      // Close to a limit noise is cut off.
      if (curve.rests && curve.p[k] + 3 * curve.step_us > half_range) {
        break;
      }
      const double pulses = curve.n[k + 1] - curve.n[k];
      const double left = curve.p[k + 1] - charge_after(curve.p[k], curve.step_us, slope, pulses);
      squares_per_pulse += left * left / pulses;
      ++steps;
      if (pulses != 1) {
        last.reset();
        continue;
      }
      squares += left * left;
      ++pairs;
      if (last) {
        products += *last * left;
        ++triples;
      }
      last = left;
    }
  }
  Noise noise;
  noise.pairs = pairs;
  const std::size_t fitted = curves.size() + 1;
  if (pairs < fewest_pulse_pairs || pairs <= fitted) {
    noise.pulse_variance = steps > fitted ? squares_per_pulse / real(steps - fitted) : 0;
    return noise;
  }
  const double variance = squares / real(pairs - fitted);
  const double covariance = triples > 0 ? products / real(triples) : 0;
  const double error = variance / std::sqrt(real(std::max<std::size_t>(triples, 1)));
  if (-covariance > 3 * error) {  // else it may be chance
    noise.read_variance = std::min(-covariance, variance / 2);
  }
  noise.pulse_variance = variance - 2 * noise.read_variance;
  noise.pulse_variance_error = variance * std::sqrt((noise.read_variance > 0 ? 6.0 : 2.0) / real(pairs));
  return noise;
}

/// Variance of sum h_i p_i: pulse noise adds up from reading to reading, read noise does not.
double weighted_variance(const Curve& curve, std::span<const double> h, const Noise& noise) {
  double variance = 0;
  double tail = 0;
  for (std::size_t i = curve.active; i-- > 0;) {
    tail += h[i];
    variance += noise.read_variance * h[i] * h[i];
    if (i > 0) {
      variance += noise.pulse_variance * (curve.n[i] - curve.n[i - 1]) * tail * tail;
    }
  }
  return variance;
}

/// Sets step_variance of every curve and returns the variance of the common slope.
double estimate_variances(std::vector<Curve>& curves, double slope, const Noise& noise) {
  double information = 0;
  double variance = 0;
  std::vector<double> by_step;
  std::vector<double> by_slope;
  for (Curve& curve : curves) {
    const Normal n = normal_of(curve, slope);
    const Pair step_row = solved(n, 0, 0, 1);
    const Pair shadow = solved(n, 0, n.sa, n.ta);
    by_step.clear();
    by_slope.clear();
    const double log_r = foundation::log(1 - slope * curve.step_us);
    for (std::size_t i = 0; i < curve.active; ++i) {
      const Response f = respond(curve.start_us, curve.step_us, slope, log_r, curve.n[i]);
      by_step.push_back(step_row.start * f.by_start + step_row.step * f.by_step);
      by_slope.push_back(f.by_slope - shadow.start * f.by_start - shadow.step * f.by_step);
      information += by_slope.back() * by_slope.back();
    }
    curve.step_variance = weighted_variance(curve, by_step, noise);
    variance += weighted_variance(curve, by_slope, noise);
  }
  return information > 0 ? variance / (information * information) : 0;
}

/// The value within its declared range, and a sentence where it was outside.
double within(const std::string& key, double value, double low, double high, const std::string& unit,
              std::vector<std::string>& verdict) {
  if (value >= low && value <= high) {
    return value;
  }
  const std::string space = unit.empty() ? "" : " ";
  verdict.push_back(key + " would be " + rounded(value) + space + unit + ", but must be within " +
                    number_text(low) + " .. " + number_text(high) + space + unit);
  return std::clamp(value, low, high);
}

/// Where curves come to rest on average, else the last that was seen; turned so that it is a maximum.
double limit_of(const std::vector<Curve>& curves, bool up) {
  double sum = 0;
  std::size_t count = 0;
  double furthest = -std::numeric_limits<double>::infinity();
  for (const Curve& curve : curves) {
    for (const double p : curve.p) {
      // The start of the other direction counts, too.
      furthest = std::max(furthest, curve.up == up ? p : -p);
    }
    if (curve.up == up && curve.rests) {
      double rest = 0;
      for (std::size_t i = curve.active + 1; i < curve.p.size(); ++i) {
        rest += curve.p[i] / real(curve.p.size() - curve.active - 1);
      }
      sum += rest;
      ++count;
    }
  }
  return count > 0 ? sum / real(count) : furthest;
}

void judge_devices(const std::vector<Curve>& curves, const Noise& noise, StepResponseFit& fit) {
  const std::size_t count = fit.devices.size();
  std::vector<double> noise_variance(count);
  for (const Curve& curve : curves) {
    FittedDevice& device = fit.devices[curve.device];
    (curve.up ? device.up_step_us : device.down_step_us) = curve.step_us;
    noise_variance[curve.device] += curve.step_variance / 4;  // of half the sum of both steps
  }
  double dg = 0;
  for (const FittedDevice& d : fit.devices) {
    dg += (d.up_step_us + d.down_step_us) / 2 / real(count);
  }
  double size_squares = 0;
  double mismatch_squares = 0;
  double size_noise = 0;
  double mismatch_noise = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const FittedDevice& d = fit.devices[i];
    const double mean = (d.up_step_us + d.down_step_us) / 2;
    const double mismatch = (d.up_step_us - d.down_step_us) / (2 * mean);
    fit.mean_asymmetry += mismatch / real(count);
    size_squares += (mean / dg - 1) * (mean / dg - 1);
    mismatch_squares += mismatch * mismatch / real(count);
    size_noise += noise_variance[i] / (dg * dg) / real(count);
    mismatch_noise += noise_variance[i] / (mean * mean) / real(count);
  }
  fit.dg_us = dg;
  fit.dg_error_us = dg * std::sqrt(size_noise / real(count));
  if (count > 1) {
    const double size_variance = size_squares / real(count - 1);
    fit.has_spread = true;
    fit.dg_error_us = dg * std::sqrt(size_variance / real(count));
    // What noise alone makes devices differ is not spread.
    auto& c = fit.capacitor;
    c.step_spread = within("capacitor.step_spread", std::sqrt(std::max(size_variance - size_noise, 0.0)), 0,
                           1, "", fit.verdict);
    c.mismatch = within("capacitor.mismatch", std::sqrt(std::max(mismatch_squares - mismatch_noise, 0.0)), 0,
                        1, "", fit.verdict);
    fit.step_spread_error = std::sqrt(size_variance / (2 * real(count - 1)));
    fit.mismatch_error = std::sqrt(mismatch_squares / (2 * real(count)));
    constexpr double notable = 0.02;
    const double about_mean = mismatch_squares - fit.mean_asymmetry * fit.mean_asymmetry;
    const double error = std::sqrt(std::max(about_mean, 0.0) / real(count - 1));
    if (std::fabs(fit.mean_asymmetry) > std::max(notable, 3 * error)) {
      fit.verdict.push_back(
          "up steps differ from down steps by " + rounded(100 * fit.mean_asymmetry) +
          " % of their mean in all devices alike, but the model's mismatch is zero on average: "
          "it is part of capacitor.mismatch");
    }
  }
  fit.has_cycle_noise = noise.pairs >= fewest_pulse_pairs;
  if (fit.has_cycle_noise) {
    const double sd = std::sqrt(noise.pulse_variance);
    fit.capacitor.cycle_noise = within("capacitor.cycle_noise", sd / dg, 0, 5, "", fit.verdict);
    fit.read_noise_us = std::sqrt(noise.read_variance);
    const double error =
        sd > 0 ? noise.pulse_variance_error / (2 * sd) / dg : std::sqrt(noise.pulse_variance_error) / dg;
    const double by_dg = sd / dg * fit.dg_error_us / dg;
    fit.cycle_noise_error = std::sqrt(error * error + by_dg * by_dg);
  }
}

void judge_residuals(const StepResponse& response, const std::vector<Curve>& curves, double slope,
                     double half_range, StepResponseFit& fit) {
  double squares = 0;
  for (const Curve& curve : curves) {
    const MeasuredDevice& device = response.devices[curve.device];
    for (std::size_t i = 0; i < curve.n.size(); ++i) {
      const double expected =
          std::min(charge_after(curve.start_us, curve.step_us, slope, curve.n[i]), half_range);
      const double left = std::fabs(curve.p[i] - expected);
      squares += left * left;
      ++fit.readings;
      if (left > fit.worst_us || fit.worst_place.empty()) {
        fit.worst_us = left;
        fit.worst_place = (device.name.empty() ? "" : "device '" + device.name + "', ") +
                          std::string(curve.up ? "up" : "down") + ", pulse " +
                          std::to_string((curve.up ? device.up : device.down).pulses[i]);
      }
    }
  }
  fit.rms_us = std::sqrt(squares / real(fit.readings));
  fit.rms_percent = 50 * fit.rms_us / half_range;
  fit.worst_percent = 50 * fit.worst_us / half_range;
  if (fit.rms_percent > tolerated_rms_percent) {
    fit.verdict.push_back("the fitted curves miss the readings by " + rounded(fit.rms_percent) +
                          " % of the range (rms; worst " + rounded(fit.worst_percent) + " % at " +
                          fit.worst_place +
                          "): steps that change linearly with conductance cannot follow these data");
  }
}

}  // namespace

double charge_after(double q0_us, double step_us, double slope_per_us, double pulses) {
  return respond(q0_us, step_us, slope_per_us, foundation::log(1 - slope_per_us * step_us), pulses).value;
}

StepResponse parse_step_response(std::string_view text, const std::string& file_name) {
  static const std::vector<std::string> required{"pulse", "up_us", "down_us"};
  static const std::vector<std::string> optional{"device"};
  Problems problems(file_name, most_problems);
  const CsvTable table(text, required, optional, problems);
  StepResponse response{file_name, {}};
  if (table.has_header()) {
    response.devices = TableReader(table, problems).read();
    if (table.rows() == 0 && problems.empty()) {
      problems.add(0, "has a header, but no rows; a fit needs at least " + std::to_string(fewest_readings) +
                          " for each device");
    }
  }
  problems.raise();  // curves with rows missing would be judged wrongly
  for (const MeasuredDevice& device : response.devices) {
    check_curve(device, true, problems);
    check_curve(device, false, problems);
  }
  problems.raise();
  return response;
}

StepResponse read_step_response(const std::string& path) {
  return parse_step_response(foundation::read_text_file(path), path);
}

std::string to_csv(const StepResponse& response, const std::string& comment) {
  std::string text;
  for (std::size_t start = 0; start < comment.size();) {
    const std::size_t end = std::min(comment.find('\n', start), comment.size());
    text += "# " + comment.substr(start, end - start) + "\n";
    start = end + 1;
  }
  const bool named = std::any_of(response.devices.begin(), response.devices.end(),
                                 [](const MeasuredDevice& device) { return !device.name.empty(); });
  text += named ? "device,pulse,up_us,down_us\n" : "pulse,up_us,down_us\n";
  const auto reading = [](double g_us) {
    constexpr int decimals = 4;
    std::array<char, 32> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), g_us, std::chars_format::fixed, decimals)
            .ptr;
    return std::string(digits.data(), end);
  };
  for (const MeasuredDevice& device : response.devices) {
    std::size_t up = 0;
    std::size_t down = 0;
    const auto next = [](const PulseCurve& curve, std::size_t i) {
      return i < curve.pulses.size() ? curve.pulses[i] : std::numeric_limits<std::int64_t>::max();
    };
    while (up < device.up.pulses.size() || down < device.down.pulses.size()) {
      const std::int64_t pulse = std::min(next(device.up, up), next(device.down, down));
      text += named ? device.name + "," : "";
      text += std::to_string(pulse) + ",";
      text += next(device.up, up) == pulse ? reading(device.up.g_us[up++]) : "";
      text += ",";
      text += next(device.down, down) == pulse ? reading(device.down.g_us[down++]) : "";
      text += "\n";
    }
  }
  return text;
}

StepResponse simulate_step_response(const CapacitorParameters& parameters,
                                    const SimulatedMeasurement& measurement) {
  using foundation::Purpose;
  using foundation::RandomSequence;
  using foundation::RandomStream;
  const CapacitorCell cell(parameters);
  StepResponse response{"simulated", {}};
  for (std::size_t d = 0; d < measurement.devices; ++d) {
    RandomSequence made(RandomStream(measurement.seed, Purpose::manufacture), d);
    RandomSequence noise(RandomStream(measurement.seed, Purpose::pulse_noise), d);
    const double size = std::max(1 + parameters.step_spread * made.normal(), 0.1);
    const double mismatch = parameters.mismatch * made.normal();
    MeasuredDevice device;
    device.name = measurement.devices > 1 ? "d" + std::to_string(d + 1) : "";
    float q_us = cell.q_min_us;
    const auto pulse_through = [&](double sign, PulseCurve& curve) {
      const double step = sign * parameters.dg_us() * size * std::max(1 + sign * mismatch, 0.0);
      for (std::int64_t n = 0; n <= measurement.pulses; ++n) {
        if (n > 0) {
          q_us = cell.pulse(q_us, static_cast<float>(step), static_cast<float>(noise.normal()));
        }
        if (n % measurement.stride == 0) {
          const double read = measurement.read_noise_us > 0 ? measurement.read_noise_us * noise.normal() : 0;
          curve.pulses.push_back(n);
          curve.g_us.push_back(std::max(parameters.g_ref_us + static_cast<double>(q_us) + read, 0.0));
        }
      }
    };
    pulse_through(1, device.up);
    pulse_through(-1, device.down);
    response.devices.push_back(std::move(device));
  }
  return response;
}

StepResponseFit fit_step_response(const StepResponse& response, const CapacitorParameters& base) {
  Problems problems(response.file_name, most_problems);
  for (const MeasuredDevice& device : response.devices) {
    check_curve(device, true, problems);
    check_curve(device, false, problems);
  }
  if (response.devices.empty()) {
    problems.add(0, "has no device");
  }
  problems.raise();

  std::vector<Curve> curves;
  StepResponseFit fit;
  fit.capacitor = base;
  for (std::size_t d = 0; d < response.devices.size(); ++d) {
    fit.devices.push_back({response.devices[d].name, 0, 0});
    curves.push_back(turned(response.devices[d].up, d, true));
    curves.push_back(turned(response.devices[d].down, d, false));
  }
  for (Curve& curve : curves) {
    find_rest(curve);
  }
  const double g_max = limit_of(curves, true);
  const double g_min = -limit_of(curves, false);
  const double g_ref = (g_min + g_max) / 2;
  const double half_range = (g_max - g_min) / 2;
  for (Curve& curve : curves) {
    for (double& p : curve.p) {
      p += curve.up ? -g_ref : g_ref;
    }
    const std::size_t last = curve.active - 1;
    // A curve of nothing but noise may end below its start; any small step will do to begin with.
    curve.step_us = std::max((curve.p[last] - curve.p[0]) / curve.n[last], 1e-3 * half_range / curve.n[last]);
    curve.start_us = curve.p[0];
  }

  constexpr double furthest_slope = 0.99;  // the step must not vanish within the range
  const double limit = furthest_slope / half_range;
  double slope = fit_curves(curves, 0, limit, false);
  Noise noise = noise_of(curves, slope, half_range);
  fit.step_slope_error = half_range * std::sqrt(estimate_variances(curves, slope, noise));
  const double found = slope * half_range;
  const double doubt = std::max(0.02, 3 * fit.step_slope_error);
  if (found < 0 || found > largest_slope) {
    if (found < -doubt) {
      fit.verdict.push_back("steps grow along the range (slope " + rounded(found) +
                            "), but the model has none that grow: capacitor.step_slope is set to 0");
    }
    if (found > largest_slope + doubt) {
      fit.verdict.push_back("steps shrink along the range by more (slope " + rounded(found) +
                            " or above) than capacitor.step_slope can say: it is set to " +
                            number_text(largest_slope));
    }
    slope = fit_curves(curves, found < 0 ? 0 : largest_slope / half_range, limit, true);
    noise = noise_of(curves, slope, half_range);
    estimate_variances(curves, slope, noise);
  }

  judge_devices(curves, noise, fit);
  judge_residuals(response, curves, slope, half_range, fit);
  auto& c = fit.capacitor;
  c.g_min_us = within("capacitor.g_min", g_min, 0, 100, "uS", fit.verdict);
  c.g_max_us = within("capacitor.g_max", g_max, 0.1, most_conductance_us, "uS", fit.verdict);
  c.g_ref_us = g_ref;
  c.step_slope = std::clamp(slope * half_range, 0.0, largest_slope);
  const double steps = std::floor(2 * half_range / fit.dg_us + 0.5);
  c.steps = static_cast<std::int64_t>(within("capacitor.steps", steps, 8, 100000, "", fit.verdict));
  return fit;
}

}  // namespace kirchhoff::tiles
