#pragma once

/// Elementary functions with the same bits on every CPU. The C library's choose fused variants at run
/// time, which changes last bits from machine to machine; these are plain double arithmetic
/// (relative error below 4e-16 for exp and log, checked by test).
namespace kirchhoff::foundation {

double exp(double x);                      ///< 0 below -745, infinity above 709.78
double log(double x);                      ///< x > 0; NaN otherwise
double pow(double base, double exponent);  ///< base > 0: exp(exponent log(base))
double sin_two_pi(double turns);           ///< sin(2 pi turns); |turns| < 2^40
double cos_two_pi(double turns);
double logistic(double x);  ///< 1 / (1 + exp(-x))

/// Inverse of the standard normal distribution function, 0 < p < 1; relative error below 1e-15
/// (Wichura, Algorithm AS 241, Applied Statistics 37, 1988).
double normal_quantile(double p);

}  // namespace kirchhoff::foundation
