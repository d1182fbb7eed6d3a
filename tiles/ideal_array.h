#pragma once

#include "tiles/synapse_array.h"

namespace kirchhoff::tiles {

/// Conductances and programming effort that stand in for devices that are not modelled.
struct AssumedCell {
  double pcm_pair_us = 5;
  double capacitor_us = 12;
  double transfer_iterations = 10;
  double set_pulses = 5;           ///< per weight and transfer
  double reset_probability = 0.2;  ///< per weight and transfer, of both PCM
};

/// Functional detail `ideal`: float weights that take every update exactly. Time and energy are those of
/// an array with the assumed conductances.
class IdealArray final : public SynapseArray {
 public:
  IdealArray(std::size_t rows, std::size_t columns, const AssumedCell& assumed)
      : weights_(rows, columns), assumed_(assumed), rows_(rows), columns_(columns) {}

  [[nodiscard]] const WeightPlane& weights() const override { return weights_; }
  void select(std::size_t rows, std::size_t columns) override;
  void advance_to(foundation::Duration /*now*/) override {}
  UpdateCount update(const UpdateOrder& order) override;
  TransferCount transfer_row(std::uint64_t operation, std::size_t row) override;
  void finish_transfer() override {}
  TransferCount program_row(std::uint64_t operation, std::size_t row,
                            std::span<const float> targets) override;
  [[nodiscard]] LineConductance row_conductance(std::size_t row) const override;
  [[nodiscard]] DrivenLines driven_rows(std::span<const float> duties) const override;
  [[nodiscard]] DrivenLines driven_columns(std::span<const float> duties) const override;
  [[nodiscard]] Cell cell(std::size_t row, std::size_t column) const override;
  [[nodiscard]] CellPulses last_pulses(std::size_t /*row*/, std::size_t /*column*/) const override {
    return {};
  }
  void save(foundation::StateWriter& writer) const override { state_of(*this, writer); }
  void restore(foundation::StateReader& reader) override { state_of(*this, reader); }
  /// Nothing is lost: what holds a weight is not modelled.
  void cycle_power(foundation::Duration /*off*/, foundation::Duration /*on*/) override {}

 private:
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.rows_, self.columns_, self.weights_);
  }
  [[nodiscard]] TransferCount programming_effort() const;
  [[nodiscard]] DrivenLines driven(std::span<const float> duties, std::size_t cells) const;

  WeightPlane weights_;
  AssumedCell assumed_;
  std::size_t rows_;
  std::size_t columns_;
};

}  // namespace kirchhoff::tiles
