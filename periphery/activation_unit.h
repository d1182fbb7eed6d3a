#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kirchhoff::periphery {

/// The non-linearities an activation unit can be programmed for.
enum class ActivationKind : std::uint8_t { linear, logistic, relu };

/// f(z) and f'(z) exactly, for checks and for functional detail `ideal`.
double activation(ActivationKind kind, double z);
double derivative(ActivationKind kind, double z);

/// Activation and derivative from tables over the codes of a wide sum.
///
/// The output code is f(z) in units of full_scale / full_code, 0..full_code; what lies above is clipped
/// (ReLU). The derivative is kept as float.
class ActivationUnit {
 public:
  /// Wide sums lie in [-max_code, max_code], z = code x lsb.
  ActivationUnit(ActivationKind kind, double lsb, std::int32_t max_code, std::int32_t full_code,
                 double full_scale);

  [[nodiscard]] std::uint8_t output(std::int32_t code) const { return entry(code).output; }
  [[nodiscard]] float slope(std::int32_t code) const { return entry(code).slope; }

 private:
  struct Entry {
    float slope = 0;
    std::uint8_t output = 0;
  };
  [[nodiscard]] const Entry& entry(std::int32_t code) const {
    return table_[static_cast<std::size_t>(std::ptrdiff_t{code} + max_code_)];
  }
  std::int32_t max_code_;
  std::vector<Entry> table_;
};

}  // namespace kirchhoff::periphery
