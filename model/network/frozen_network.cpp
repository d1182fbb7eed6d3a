#include "model/network/frozen_network.h"

#include <algorithm>

#include "foundation/error.h"

namespace kirchhoff::model {

FrozenNetwork::FrozenNetwork(const NetworkSpec& network, const Mapping& mapping,
                             const periphery::PeripheryParameters& periphery, tiles::Detail detail,
                             std::uint64_t seed)
    : network_(network),
      mapping_(mapping),
      ideal_(detail == tiles::Detail::ideal),
      dac_(periphery.dac_bits),
      z_(network.classes()) {
  std::size_t widest = network.inputs();
  for (const auto& layer : network.layers) {
    widest = std::max(widest, layer.outputs);
  }
  x_.resize(widest);
  next_.resize(widest);
  rows_.resize(widest + 1);
  codes_.resize(widest);
  const auto spread = ideal_ ? periphery::AdcSpread{} : periphery::AdcSpread{periphery};
  std::size_t stride = 0;
  for (const auto& tile : mapping.tiles) {
    planes_.emplace_back(tile.rows(), tile.columns);
    stride = std::max(stride, planes_.back().stride());
    const auto& layer = network.layers[tile.layer];
    const periphery::Adc adc{periphery.adc_bits, layer.adc_full_scale};
    adcs_.emplace_back(adc, tile.columns, spread,
                       foundation::RandomStream{seed, foundation::Purpose::column_adcs, tile.node});
    collectors_.push_back(tile.row_split == 0 ? std::make_unique<tiles::Collector>(tiles::Collector::Shape{
                                                    .columns = tile.columns,
                                                    .partials = mapping.layers[tile.layer].row_splits,
                                                    .back_slots = 0,
                                                    .ideal = ideal_,
                                                    .kind = layer.activation,
                                                    .forward_lsb = adc.lsb,
                                                    .adc_high_code = adc.high_code,
                                                    .full_code = dac_.full_code,
                                                    .output_scale = static_cast<float>(layer.output_scale)})
                                              : nullptr);
  }
  sums_.resize(stride);
}

void FrozenNetwork::set_tile(std::size_t tile, std::span<const float> weights) {
  auto& plane = planes_.at(tile);
  if (weights.size() != plane.rows() * plane.columns()) {
    throw foundation::ModelError("weights of another shape than the tile's");
  }
  for (std::size_t row = 0; row < plane.rows(); ++row) {
    std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(row * plane.columns()), plane.columns(),
                plane.data() + plane.cell(row, 0));
  }
}

std::span<const float> FrozenNetwork::outputs(std::span<const std::uint8_t> input) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    x_[i] = ideal_ ? static_cast<float>(input[i]) / 255.0F
                   : static_cast<float>(dac_.full_code == 255 ? input[i] : dac_.code_of(input[i] / 255.0));
  }
  for (std::size_t l = 0; l < network_.layers.size(); ++l) {
    const auto& layer = network_.layers[l];
    const auto& map = mapping_.layers[l];
    const auto input_scale = static_cast<float>(layer.input_scale);
    const float bias = ideal_ ? 1.0F : static_cast<float>(dac_.code_of(1.0 / layer.input_scale));
    const float scale = input_scale / static_cast<float>(dac_.full_code);
    const bool last = l + 1 == network_.layers.size();
    for (std::size_t group = 0; group < map.column_groups; ++group) {
      const std::size_t first = map.index(0, group);
      auto& collector = *collectors_[first];
      const auto& assignment = mapping_.tiles[first];
      for (std::size_t split = 0; split < map.row_splits; ++split) {
        const std::size_t index = map.index(split, group);
        const auto& tile = mapping_.tiles[index];
        const auto& plane = planes_[index];
        std::copy_n(x_.begin() + static_cast<std::ptrdiff_t>(tile.first_row), tile.input_rows, rows_.begin());
        if (tile.bias) {
          rows_[tile.input_rows] = bias;
        }
        plane.forward({rows_.data(), tile.rows()}, {sums_.data(), plane.stride()});
        const auto partial = collector.partial(split);
        if (ideal_) {
          std::copy_n(sums_.begin(), tile.columns, partial.begin());
        } else {
          adcs_[index].convert({sums_.data(), tile.columns}, scale, {codes_.data(), tile.columns});
          std::copy_n(codes_.begin(), tile.columns, partial.begin());
        }
      }
      if (last) {
        const auto sums = collector.wide_sums();
        for (std::size_t j = 0; j < assignment.columns; ++j) {
          z_[assignment.first_column + j] = ideal_ ? sums[j] : sums[j] * adcs_[first].adc().lsb;
        }
      } else {
        const auto outputs = collector.activations();
        std::copy(outputs.begin(), outputs.end(),
                  next_.begin() + static_cast<std::ptrdiff_t>(assignment.first_column));
      }
    }
    std::swap(x_, next_);
  }
  return z_;
}

std::size_t FrozenNetwork::classify(std::span<const std::uint8_t> input) {
  const auto z = outputs(input);
  return static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin());
}

}  // namespace kirchhoff::model
