#pragma once

#include <span>
#include <string>
#include <vector>

#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// A layer is warned of from this share of its cells on. MNIST without learning-rate decay (209k, seed 1):
/// the last layer's share is 0 after epoch 4 at 97.5 %, 0.4, 1.4, 8.9, 23 and 36 % after the next five, and
/// accuracy 97.2, 96.8, 94.9, 95.6 and 94.9 %. Layers are looked at one by one:
/// the last one saturates first and has less than a hundredth of the cells.
inline constexpr double saturation_limit = 0.01;

/// One sentence for each layer and device over the limit; `transfers`: whether the run had any.
std::vector<std::string> saturation_warnings(std::span<const RunResult::Saturation> layers, bool transfers);

}  // namespace kirchhoff::testbenches
