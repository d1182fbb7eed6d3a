#include "foundation/efficiency.h"

#include "foundation/error.h"

namespace kirchhoff::foundation {

OpConvention op_convention_from(std::string_view text) {
  if (text == "training") return OpConvention::training;
  if (text == "forward") return OpConvention::forward;
  throw InputError("op_convention is '" + std::string(text) + "'; it must be 'training' or 'forward'");
}

std::string_view to_string(OpConvention convention) {
  return convention == OpConvention::training ? "training" : "forward";
}

Efficiency efficiency(double operations, double joules, double seconds, double area_mm2) {
  constexpr double tera = 1e-12;
  Efficiency result;
  if (seconds > 0) result.tops = operations / seconds * tera;
  if (joules > 0) result.tops_per_watt = operations / joules * tera;
  if (seconds > 0 && area_mm2 > 0) result.tops_per_mm2 = result.tops / area_mm2;
  return result;
}

}  // namespace kirchhoff::foundation
