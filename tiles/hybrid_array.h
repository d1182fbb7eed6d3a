#pragma once

#include <cstdint>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/random.h"
#include "tiles/capacitor_cell.h"
#include "tiles/pcm_device.h"
#include "tiles/pulse_rounding.h"
#include "tiles/pulse_update.h"
#include "tiles/synapse_array.h"
#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// The 2 PCM + 3T1C unit cells of a tile (Ambrogio et al., Nature 558, 60 (2018)).
///
/// W = F (G+ - G-) + s (g - g_ref), software weight w = W / kappa; s is the polarity of the tile, turned
/// round by every transfer. Modelled: see CapacitorCell and PcmDevice; charge decay towards g_ref on
/// simulated time, applied in ticks. Verify reads of a transfer are exact. The reference line is ideal. Line
/// conductances (for energy only) are those of the last tick or transfer: between ticks they move by less
/// than 0.3 %.
class HybridArray final : public SynapseArray {
 public:
  /// `tile` keys the random numbers of manufacture and operation.
  HybridArray(std::size_t rows, std::size_t columns, const SynapseParameters& parameters, std::uint64_t seed,
              std::uint32_t tile);

  [[nodiscard]] const WeightPlane& weights() const override { return weights_; }
  void select(std::size_t rows, std::size_t columns) override;
  void advance_to(foundation::Duration now) override;
  UpdateCount update(const UpdateOrder& order) override;
  TransferCount transfer_row(std::uint64_t operation, std::size_t row) override;
  void finish_transfer() override;
  TransferCount program_row(std::uint64_t operation, std::size_t row,
                            std::span<const float> targets) override;
  [[nodiscard]] LineConductance row_conductance(std::size_t row) const override;
  [[nodiscard]] DrivenLines driven_rows(std::span<const float> duties) const override;
  [[nodiscard]] DrivenLines driven_columns(std::span<const float> duties) const override;
  [[nodiscard]] Cell cell(std::size_t row, std::size_t column) const override;

  /// +1 or -1.
  [[nodiscard]] int polarity() const { return polarity_ > 0 ? 1 : -1; }

 private:
  void manufacture(const SynapseParameters& parameters, std::uint64_t seed, std::uint32_t tile);
  /// Lists the pulses of an update's trains in cell_pulses_; returns how many there are.
  std::size_t list_trains(const periphery::PulseTrains& rows, const periphery::ColumnTrains& trains);
  TransferCount write_pairs(std::uint64_t operation, std::size_t row, std::span<float> targets_us);
  void write_residual(std::uint64_t operation, std::size_t row, std::span<const float> targets_us,
                      float polarity, TransferCount& count);
  void draw_pcm_noise(std::uint64_t key, std::size_t count);
  /// Size of a step at q = 0; negative for the down source.
  [[nodiscard]] float step_us(std::size_t cell, Source source) const;
  void refresh_row(std::size_t row, float polarity);
  void sum_pcm_lines();
  void sum_capacitor_lines();

  SynapseParameters parameters_;
  CapacitorCell capacitor_;
  PcmDevice pcm_;
  foundation::RandomStream pulse_noise_;
  foundation::RandomStream pcm_noise_;
  PulseRounder rounder_;
  foundation::Duration tick_{0};
  std::int64_t ticks_done_ = 0;
  float f_gain_;
  float per_kappa_;
  float polarity_ = 1;
  std::size_t rows_;     ///< in use
  std::size_t columns_;  ///< in use

  // Structure of arrays, all with the stride of weights_; padding stays zero.
  WeightPlane weights_;
  foundation::AlignedVector<CapacitorState> capacitors_;  ///< steps in units of step_unit_us_
  float step_unit_us_ = 0;
  foundation::AlignedVector<float> tick_decay_;  ///< factor per tick
  foundation::AlignedVector<float> g_plus_us_;
  foundation::AlignedVector<float> g_minus_us_;

  std::vector<double> pcm_row_us_;
  std::vector<double> pcm_column_us_;
  std::vector<double> capacitor_row_us_;  ///< sums of q; the g_ref part is added on reading
  std::vector<double> capacitor_column_us_;

  std::vector<std::uint32_t> words_;
  std::vector<float> normals_;
  std::vector<float> targets_us_;
  std::vector<std::uint64_t> down_columns_;  ///< one bit per column
  std::vector<CellPulse> cell_pulses_;       ///< of the update in hand
};

}  // namespace kirchhoff::tiles
