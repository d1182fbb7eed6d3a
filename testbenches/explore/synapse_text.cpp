#include "testbenches/explore/synapse_text.h"

#include <array>
#include <charconv>
#include <system_error>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

model::SynapseName parse_synapse(const std::string& text) {
  std::array<std::size_t, 3> numbers{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    const bool ends_right = i + 1 < numbers.size() ? next != end && *next == ',' : next == end;
    if (error != std::errc{} || !ends_right) {
      throw foundation::InputError(
          "--synapse is '" + text +
          "', but must be LAYER,ROW,COLUMN: three whole numbers from 0, as in 0,17,42");
    }
    at = next + 1;
  }
  return {numbers[0], numbers[1], numbers[2]};
}

}  // namespace kirchhoff::testbenches
