#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/random.h"
#include "tiles/capacitor_cell.h"
#include "tiles/fault_map.h"
#include "tiles/pcm_pairs.h"
#include "tiles/pulse_coincidences.h"
#include "tiles/pulse_list.h"
#include "tiles/pulse_rounding.h"
#include "tiles/synapse_array.h"
#include "tiles/synapse_parameters.h"
#include "tiles/wire_network.h"

namespace kirchhoff::tiles {

/// The 2 PCM + 3T1C unit cells of a tile (Ambrogio et al., Nature 558, 60 (2018)).
///
/// W = F (G+ - G-) + s (g - g_ref), software weight w = W / kappa; s is the polarity of the tile, turned
/// round by every transfer. Modelled: see CapacitorCell and PcmPairs; charge decay towards g_ref on
/// simulated time, applied in ticks; noise from read to read; resistance of the wires (WireNetwork, once for
/// G+, G- and g each; those of the pairs anew after every transfer, that of g with all capacitors at g_ref).
/// Between ticks a pulse counts with the mean attenuation of the tile. The reference line is as attenuated as
/// the line it is subtracted from; a transfer moves what is seen through the wires, not what lies behind
/// them. Line conductances (for energy only) are those of the last tick or transfer: between ticks they
/// move by less than 0.3 %.
///
/// Either part may be missing (SynapseParameters::kind). Without pairs the capacitor is the weight:
/// programming writes charge in unit steps, and a transfer has nothing to do. Without capacitors see
/// PcmPairArray.
class HybridArray : public SynapseArray {
 public:
  /// `tile` keys the random numbers of manufacture and operation.
  HybridArray(std::size_t rows, std::size_t columns, const SynapseParameters& parameters, std::uint64_t seed,
              std::uint32_t tile, const WireResistance& wires = {});

  /// Devices that do not work, before anything is programmed.
  void break_devices(std::span<const CellFault> faults);

  [[nodiscard]] const WeightPlane& weights() const override { return weights_; }
  void select(std::size_t rows, std::size_t columns) override;
  void settle() override;
  [[nodiscard]] WireState wires() const override {
    return wires_ == nullptr ? WireState{}
                             : WireState{static_cast<double>(wires_->mean_attenuation),
                                         wires_->pairs_trusted && wires_->capacitors_trusted};
  }
  void advance_to(foundation::Duration now) override;
  [[nodiscard]] SaturatedCells saturated() const override;
  UpdateCount update(const UpdateOrder& order) override;
  TransferCount transfer_row(std::uint64_t operation, std::size_t row) override;
  void finish_transfer() override;
  TransferCount program_row(std::uint64_t operation, std::size_t row,
                            std::span<const float> targets) override;
  [[nodiscard]] LineConductance row_conductance(std::size_t row) const override;
  [[nodiscard]] DrivenLines driven_rows(std::span<const float> duties) const override;
  [[nodiscard]] DrivenLines driven_columns(std::span<const float> duties) const override;
  [[nodiscard]] Cell cell(std::size_t row, std::size_t column) const override;
  /// Variance of the sums of a read with these line codes, (w x code)^2: sum of code^2 (F^2 (sd+^2 + sd-^2) +
  /// sd_g^2) / kappa^2. False where reads have no noise. The pairs' part is taken as the mean of a line's
  /// cells times that of the crossing line, which is right on average; the variance of a single sum is off by
  /// about 5 % with 100 lines driven, by 10 % with 30.
  bool forward_variance(std::span<const float> x, std::span<float> variances) const override;
  bool transposed_variance(std::span<const float> deltas, std::span<float> variances) const override;
  [[nodiscard]] CellPulses last_pulses(std::size_t row, std::size_t column) const override;
  void save(foundation::StateWriter& writer) const override;
  void restore(foundation::StateReader& reader) override;
  /// Capacitors come up at g_ref, as a transfer leaves them, and polarity at +1; the pairs keep what they are
  /// and drift on.
  void cycle_power(foundation::Duration off, foundation::Duration on) override;

  /// Bytes of state per cell, wires and all, padding left out. (A spread of ranges adds 8.)
  [[nodiscard]] static std::size_t bytes_per_cell();
  /// +1 or -1.
  [[nodiscard]] int polarity() const { return polarity_ > 0 ? 1 : -1; }

 protected:
  [[nodiscard]] PcmPairs& pairs() { return pcm_; }
  /// Of the last advance.
  [[nodiscard]] foundation::Duration now() const { return now_; }
  /// The pulses that an update sends to cells, and their count.
  const PulseList& list_pulses(const UpdateOrder& order, UpdateCount& count);
  /// Standard normal numbers for an update; valid until the next call.
  std::span<float> draw_pulse_noise(std::uint64_t operation, std::size_t numbers);
  /// The weight after G+ - G- has changed by so much.
  void move_weight(std::size_t cell, float change_us) {
    weights_.data()[cell] += f_gain_ * per_kappa_ * change_us;
  }
  /// The weights of a row in use, uS, which a transfer is to keep; valid until the next call.
  std::span<float> hold_row(std::size_t row, TransferCount& count);
  /// A device above this is at the end of what partial SET can do.
  [[nodiscard]] float usable_us() const;
  void reset_pair(std::size_t cell, TransferCount& count);
  TransferCount write_pairs(std::uint64_t operation, std::size_t row, std::span<const float> targets_us);
  void refresh_row(std::size_t row, float polarity);

 private:
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive);
  [[nodiscard]] std::uint32_t manufacture_checksum() const;
  void manufacture(const SynapseParameters& parameters, std::uint64_t seed, std::uint32_t tile);
  TransferCount write_pairs_blind(std::uint64_t operation, std::size_t row,
                                  std::span<const float> targets_us);
  TransferCount write_pairs_once(std::uint64_t operation, std::size_t row, std::span<const float> targets_us);
  /// The pairs of a row are done; with a dwell, a last look at them.
  void settle_row(std::uint64_t operation, std::size_t row, TransferCount& count);
  void write_residual(std::uint64_t operation, std::size_t row, std::span<const float> targets_us,
                      float polarity, TransferCount& count);
  void draw_pcm_noise(std::uint64_t key, std::size_t count);
  void decay_rows(std::size_t first, std::size_t end, const float* factor, float polarity);
  void renew_variances();
  void renew_wires();
  [[nodiscard]] bool has_read_noise() const;
  [[nodiscard]] float capacitor_variance() const;
  /// Size of a step at q = 0; negative for the down source.
  [[nodiscard]] float step_us(std::size_t cell, Source source) const;
  [[nodiscard]] CapacitorLimits limits(std::size_t cell) const {
    return limits_.empty() ? CapacitorLimits{capacitor_.q_min_us, capacitor_.q_max_us} : limits_[cell];
  }
  [[nodiscard]] bool capacitor_saturated(std::size_t cell) const {
    const CapacitorLimits range = limits(cell);
    return capacitors_[cell].q_us <= range.low_us || capacitors_[cell].q_us >= range.high_us;
  }
  /// The weight of a cell as a transfer holds it, uS.
  [[nodiscard]] float held_us(std::size_t cell) const {
    return f_gain_ * pcm_.difference_us(cell) + polarity_ * charge_gain(cell) * capacitors_[cell].q_us;
  }
  /// The largest |G+ - G-| that is asked for.
  [[nodiscard]] float largest_difference_us() const;
  /// What a uS of charge counts for beside a uS of F (G+ - G-).
  [[nodiscard]] float charge_gain(std::size_t cell) const {
    return wires_ != nullptr
               ? static_cast<float>(wires_->attenuation[cell]) /
                     static_cast<float>(std::max<std::uint16_t>(wires_->pair_attenuation[cell], 1))
               : 1.0F;
  }
  void sum_pcm_lines();
  void sum_capacitor_lines();

  SynapseParameters parameters_;
  CapacitorCell capacitor_;
  PcmPairs pcm_;
  foundation::RandomStream pulse_noise_;
  foundation::RandomStream pcm_noise_;
  PulseCoincidences coincidences_;
  PulseRounder rounder_;
  foundation::Duration tick_{0};
  foundation::Duration dwell_;
  std::int64_t ticks_done_ = 0;
  foundation::Duration now_{0};  ///< of the last advance
  std::size_t turned_rows_ = 0;  ///< of a transfer under way: these have the next polarity already
  float f_gain_;
  float per_kappa_;
  float polarity_ = 1;
  std::size_t rows_;     ///< in use
  std::size_t columns_;  ///< in use

  // Structure of arrays, all with the stride of weights_; padding stays zero.
  WeightPlane weights_;
  foundation::AlignedVector<CapacitorState> capacitors_;  ///< steps in units of step_unit_us_
  float step_unit_us_ = 0;
  std::vector<CapacitorLimits> limits_;          ///< of each cell; empty where all have the same
  foundation::AlignedVector<float> tick_decay_;  ///< factor per tick

  // Fresh noise of the pairs, variance of w from read to read: row_variance_[i] column_share_[j].
  std::vector<float> row_variance_;
  std::vector<float> column_share_;  ///< 1 on average

  std::vector<double> pcm_row_us_;
  std::vector<double> pcm_column_us_;
  std::vector<double> capacitor_row_us_;  ///< sums of q; the g_ref part is added on reading
  std::vector<double> capacitor_column_us_;

  /// What the wires leave, as it was after the last transfer or programming.
  struct Wires {
    WireNetwork network;
    foundation::AlignedVector<float> offset_us;                 ///< what they take off F (G+ - G-), uS
    foundation::AlignedVector<std::uint16_t> attenuation;       ///< of the capacitor's part
    foundation::AlignedVector<std::uint16_t> pair_attenuation;  ///< of F (G+ - G-), the same unit
    float mean_attenuation = 1;
    std::size_t solved_rows = 0;  ///< lines in use when the attenuation was worked out
    std::size_t solved_columns = 0;
    bool pairs_trusted = true;
    bool capacitors_trusted = true;
  };
  std::unique_ptr<Wires> wires_;  ///< null: ideal
  bool settled_ = true;

  std::vector<std::uint32_t> words_;
  std::vector<float> normals_;
  std::vector<float> targets_us_;
  std::vector<float> verify_errors_us_;
  PulseList pulses_;  ///< of the last update
};

}  // namespace kirchhoff::tiles
