#include "periphery/activation_unit.h"

#include <algorithm>
#include <cmath>

#include "foundation/math.h"

namespace kirchhoff::periphery {

double activation(ActivationKind kind, double z) {
  switch (kind) {
    case ActivationKind::logistic:
      return foundation::logistic(z);
    case ActivationKind::relu:
      return std::max(z, 0.0);
    case ActivationKind::linear:
      break;
  }
  return z;
}

double derivative(ActivationKind kind, double z) {
  switch (kind) {
    case ActivationKind::logistic: {
      const double f = foundation::logistic(z);
      return f * (1 - f);
    }
    case ActivationKind::relu:
      return z > 0 ? 1 : 0;
    case ActivationKind::linear:
      break;
  }
  return 1;
}

ActivationUnit::ActivationUnit(ActivationKind kind, double lsb, std::int32_t max_code, std::int32_t full_code,
                               double full_scale)
    : max_code_(max_code), table_(static_cast<std::size_t>(2 * max_code + 1)) {
  for (std::int32_t code = -max_code; code <= max_code; ++code) {
    const double z = code * lsb;
    const double value = activation(kind, z) / full_scale * full_code;
    auto& entry = table_[static_cast<std::size_t>(code + max_code)];
    entry.output =
        static_cast<std::uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, static_cast<double>(full_code)));
    // A clipped unit does not move any more, so it learns nothing.
    entry.slope = value > full_code ? 0.0F : static_cast<float>(derivative(kind, z));
  }
}

}  // namespace kirchhoff::periphery
