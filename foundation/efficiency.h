#pragma once

#include <string>
#include <string_view>

namespace kirchhoff::foundation {

/// Which operations count. training: forward, transposed read and update, 2 op per weight each. forward: the
/// forward pass alone, with its time and energy alone.
enum class OpConvention : unsigned char { training, forward };

/// "training" or "forward"; InputError otherwise.
OpConvention op_convention_from(std::string_view text);
std::string_view to_string(OpConvention convention);

struct Efficiency {
  double tops = 0;  ///< 10^12 op/s
  double tops_per_watt = 0;
  double tops_per_mm2 = 0;
};

/// Any figure whose denominator is not positive is 0.
[[nodiscard]] Efficiency efficiency(double operations, double joules, double seconds, double area_mm2);

}  // namespace kirchhoff::foundation
