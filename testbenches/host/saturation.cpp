#include "testbenches/host/saturation.h"

#include <utility>

#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {

std::vector<std::string> saturation_warnings(std::span<const RunResult::Saturation> layers, bool transfers) {
  std::vector<std::string> warnings;
  const std::string when = transfers ? " at the last transfer" : " at the end of the run";
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const auto warn = [&](std::uint64_t saturated, const std::string& what, const std::string& remedy) {
      const double share = static_cast<double>(saturated) / static_cast<double>(layers[layer].cells);
      if (share > saturation_limit) {
        std::string text =
            "saturation: " + fixed(100 * share, 1) + " % of layer " + std::to_string(layer + 1);
        text.append("'s ").append(what).append(when).append(", so that updates are lost; ").append(remedy);
        warnings.push_back(std::move(text));
      }
    };
    warn(layers[layer].weights, "weights were beyond the range of the PCM pairs",
         "lower training.learning_rate_decay or synapse.kappa");
    warn(layers[layer].capacitors, "capacitors were at an end of their range",
         transfers
             ? "lower training.transfer_interval or synapse.kappa"
             : "let transfers come where there is PCM (training.transfer_interval), or lower synapse.kappa");
  }
  return warnings;
}

}  // namespace kirchhoff::testbenches
