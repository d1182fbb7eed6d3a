#include "foundation/math.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace kirchhoff::foundation {
namespace {

constexpr double kLn2High = 0x1.62e42fefa0000p-1;  // the upper bits: k * kLn2High is exact
constexpr double kLn2Low = 0x1.cf79abc9e3b3ap-40;
constexpr double kInvLn2 = 0x1.71547652b82fep+0;

double scale_by_power_of_two(double x, int exponent) {
  // In two steps, so that subnormal results round once.
  const int half = exponent / 2;
  const auto power = [](int e) { return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52); };
  return x * power(half) * power(exponent - half);
}

template <std::size_t n>
double polynomial(double x, const std::array<double, n>& coefficients) {
  double sum = coefficients[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) {
    sum = sum * x + coefficients[i];
  }
  return sum;
}

/// sin(pi/2 * t), cos(pi/2 * t) for |t| <= 1/2 by their Taylor series.
double sin_quarter(double t) {
  const double y = t * 1.5707963267948966;
  const double y2 = y * y;
  double term = y;
  double sum = 0;
  for (int n = 1; n < 20; n += 2) {
    sum += term;
    term *= -y2 / static_cast<double>((n + 1) * (n + 2));
  }
  return sum;
}

double cos_quarter(double t) {
  const double y = t * 1.5707963267948966;
  const double y2 = y * y;
  double term = 1;
  double sum = 0;
  for (int n = 0; n < 20; n += 2) {
    sum += term;
    term *= -y2 / static_cast<double>((n + 1) * (n + 2));
  }
  return sum;
}

}  // namespace

double exp(double x) {
  if (std::isnan(x)) {
    return x;
  }
  if (x > 709.782712893384) {
    return std::numeric_limits<double>::infinity();
  }
  if (x < -745.13321910194122) {
    return 0;
  }
  const double k = std::floor(x * kInvLn2 + 0.5);
  const double high = x - k * kLn2High;
  const double low = k * kLn2Low;
  const double r = high - low;  // |r| <= ln(2)/2
  // exp(r) = 1 + 2r / (c(r^2) - r), the continued fraction's Pade form with a fitted even polynomial.
  static constexpr std::array<double, 5> kC{1.66666666666666019037e-01, -2.77777777770155933842e-03,
                                            6.61375632143793436117e-05, -1.65339022054652515390e-06,
                                            4.13813679705723846039e-08};
  const double r2 = r * r;
  const double c = r - r2 * polynomial(r2, kC);
  const double y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
  return scale_by_power_of_two(y, static_cast<int>(k));
}

double log(double x) {
  if (!(x > 0)) {
    return x == 0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  if (std::isinf(x)) {
    return x;
  }
  int exponent = 0;
  double m = std::frexp(x, &exponent);  // exact, in [0.5, 1)
  if (m < 0.70710678118654757) {
    m *= 2;
    --exponent;
  }
  // log(m) = 2 atanh(s), s = (m - 1)/(m + 1), |s| < 0.172: the odd series converges in 11 terms.
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double s2 = s * s;
  double tail = 0;
  for (int n = 23; n >= 3; n -= 2) {
    tail = tail * s2 + 1.0 / static_cast<double>(n);
  }
  const double half_square = 0.5 * f * f;
  // f - (f^2/2 - s (f^2/2 + 2 s2 tail)): keeps the leading term exact.
  const double correction = s * (half_square + 2.0 * s2 * tail);
  const auto k = static_cast<double>(exponent);
  return k * kLn2High - ((half_square - (correction + k * kLn2Low)) - f);
}

double pow(double base, double exponent) {
  return exp(exponent * log(base));
}

double sin_two_pi(double turns) {
  const double t = (turns - std::floor(turns)) * 4.0;  // quarter turns, [0, 4)
  const double q = std::floor(t + 0.5);
  const double r = t - q;
  switch (static_cast<int>(q) & 3) {
    case 0:
      return sin_quarter(r);
    case 1:
      return cos_quarter(r);
    case 2:
      return -sin_quarter(r);
    default:
      return -cos_quarter(r);
  }
}

double cos_two_pi(double turns) {
  return sin_two_pi(turns - std::floor(turns) + 0.25);
}

double logistic(double x) {
  if (x >= 0) {
    return 1.0 / (1.0 + exp(-x));
  }
  const double e = exp(x);
  return e / (1.0 + e);
}

double normal_quantile(double p) {
  // Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988).
  static constexpr std::array<double, 8> kA{
      3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr std::array<double, 8> kB{1.0,
                                            4.2313330701600911252e1,
                                            6.8718700749205790830e2,
                                            5.3941960214247511077e3,
                                            2.1213794301586595867e4,
                                            3.9307895800092710610e4,
                                            2.8729085735721942674e4,
                                            5.2264952788528545610e3};
  static constexpr std::array<double, 8> kC{1.42343711074968357734e0,  4.63033784615654529590e0,
                                            5.76949722146069140550e0,  3.64784832476320460504e0,
                                            1.27045825245236838258e0,  2.41780725177450611770e-1,
                                            2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr std::array<double, 8> kD{1.0,
                                            2.05319162663775882187e0,
                                            1.67638483018380384940e0,
                                            6.89767334985100004550e-1,
                                            1.48103976427480074590e-1,
                                            1.51986665636164571966e-2,
                                            5.47593808499534494600e-4,
                                            1.05075007164441684324e-9};
  static constexpr std::array<double, 8> kE{6.65790464350110377720e0,  5.46378491116411436990e0,
                                            1.78482653991729133580e0,  2.96560571828504891230e-1,
                                            2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                            2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array<double, 8> kF{1.0,
                                            5.99832206555887937690e-1,
                                            1.36929880922735805310e-1,
                                            1.48753612908506148525e-2,
                                            7.86869131145613259100e-4,
                                            1.84631831751005468180e-5,
                                            1.42151175831644588870e-7,
                                            2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(r, kA) / polynomial(r, kB);
  }
  double r = std::sqrt(-log(q < 0 ? p : 1.0 - p));
  double value = 0;
  if (r <= 5.0) {
    r -= 1.6;
    value = polynomial(r, kC) / polynomial(r, kD);
  } else {
    r -= 5.0;
    value = polynomial(r, kE) / polynomial(r, kF);
  }
  return q < 0 ? -value : value;
}

}  // namespace kirchhoff::foundation
