#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "model/network/mapping.h"
#include "periphery/adc_bank.h"
#include "periphery/converter.h"
#include "periphery/periphery_parameters.h"
#include "tiles/collector.h"
#include "tiles/tile_parameters.h"
#include "tiles/weight_plane.h"

namespace kirchhoff::model {

/// A copy of the chip's weights that answers as the chip would, DAC, ADC and activation tables included,
/// but touches nothing of the run: no time, energy, decay or random number. The converters have the errors of
/// the chip's own, fixed at manufacture; there is no noise.
class FrozenNetwork {
 public:
  /// `seed` is the chip's.
  FrozenNetwork(const NetworkSpec& network, const Mapping& mapping,
                const periphery::PeripheryParameters& periphery, tiles::Detail detail, std::uint64_t seed);

  /// Software weights of a tile, rows x columns in use, row-major.
  void set_tile(std::size_t tile, std::span<const float> weights);

  /// z of the last layer for an input of bytes; valid until the next call.
  std::span<const float> outputs(std::span<const std::uint8_t> input);

  /// Index of the largest output.
  std::size_t classify(std::span<const std::uint8_t> input);

 private:
  NetworkSpec network_;
  Mapping mapping_;
  bool ideal_;
  periphery::PulseWidthDac dac_;
  std::vector<periphery::AdcBank> adcs_;  ///< per tile
  std::vector<tiles::WeightPlane> planes_;
  std::vector<std::unique_ptr<tiles::Collector>> collectors_;  ///< per tile; null where it is none
  std::vector<float> x_;
  std::vector<float> next_;
  std::vector<float> rows_;
  std::vector<float> sums_;
  std::vector<float> z_;
  std::vector<std::int16_t> codes_;
};

}  // namespace kirchhoff::model
