#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kirchhoff::foundation {
struct Technology;
}

namespace kirchhoff::periphery {

struct PeripheryParameters;

/// A value and the range in which it is believed to lie.
struct CostRange {
  double low = 0;
  double base = 0;
  double high = 0;
};

/// What one converter costs.
struct ConverterCost {
  CostRange energy_j;  ///< per conversion
  CostRange time_s;    ///< of a conversion, after the integration
  CostRange area_um2;
  std::string note;  ///< publication and rule, empty where all is the technology's own
};

/// Where a converter stands, as far as its cost depends on it. feature_nm is 0 where nobody said.
struct ConverterSite {
  double feature_nm = 0;
  double supply_v = 0;
  CostRange integration_s;
  CostRange energy_j;  ///< the technology's e_adc, of 8 bits
  CostRange time_s;    ///< its t_conv, of 8 bits
  CostRange area_um2;  ///< the converter's part of its a_neu
};

/// Energy, time and area of a converter against its bits.
///
/// Published values are carried to another node, length L and supply V, by one rule: energy as L V^2, time as
/// L, area as L^2 (that of digital circuits; analog ones shrink less).
class ConverterModel {
 public:
  ConverterModel() = default;
  ConverterModel(const ConverterModel&) = delete;
  ConverterModel& operator=(const ConverterModel&) = delete;
  ConverterModel(ConverterModel&&) = delete;
  ConverterModel& operator=(ConverterModel&&) = delete;
  virtual ~ConverterModel() = default;

  [[nodiscard]] virtual ConverterCost cost(const ConverterSite& site, std::int64_t bits) const = 0;
  [[nodiscard]] virtual bool needs_feature() const { return true; }
};

/// The technology's own values whatever the bits: 8 bits of magnitude, the sign is one comparison more.
class FunctionMappingAdc final : public ConverterModel {
 public:
  [[nodiscard]] ConverterCost cost(const ConverterSite& site, std::int64_t bits) const override;
  [[nodiscard]] bool needs_feature() const override { return false; }
};

/// A ramp that all converters share, a comparator and a latch per line. The technology's values at 8 bits
/// (its function-mapping converter is a ramp, bent); energy and time double per bit, half of the area goes
/// with the bits of the latch.
class RampAdc final : public ConverterModel {
 public:
  [[nodiscard]] ConverterCost cost(const ConverterSite& site, std::int64_t bits) const override;
  [[nodiscard]] bool needs_feature() const override { return false; }
};

/// Successive approximation. Energy at 8 bits: Murmann's regression over node, doubling per bit. Time: 8 bits
/// at 1.28 GS/s at 32 nm (ISAAC), linear in bits. Area: 1,200 um2 at 8 bits and 32 nm (ISAAC), half of it a
/// capacitor array that doubles per bit, half linear in bits (assumed).
class SarAdc final : public ConverterModel {
 public:
  [[nodiscard]] ConverterCost cost(const ConverterSite& site, std::int64_t bits) const override;
};

/// A current-controlled oscillator counted while the line integrates, 300 ps per count at 14 nm (HERMES):
/// only the counts that do not fit into the integration take time of their own. Energy and time double per
/// bit. Energy: a share of what HERMES takes per column and read, 10.5 TOP/s/W; area: its pitch of 4 um, the
/// length assumed. Cannot be shared between lines.
class CcoAdc final : public ConverterModel {
 public:
  [[nodiscard]] ConverterCost cost(const ConverterSite& site, std::int64_t bits) const override;
};

/// "function-mapping", "ramp", "sar" or "cco"; anything else throws InputError.
std::unique_ptr<ConverterModel> make_converter_model(std::string_view name);

/// Puts the converters of the configuration into the technology: e_adc; t_conv, times the lines that take
/// turns at a converter; and a_neu, of which half is a converter (assumed), shared by those lines. Where
/// nothing is asked for the technology stays as it is. A group at the edge of a tile counts by its part.
///
/// Throws InputError where the model has to know the node and the technology does not say.
void fit_converters(const PeripheryParameters& parameters, foundation::Technology& technology);

}  // namespace kirchhoff::periphery
