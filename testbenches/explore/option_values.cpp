#include "testbenches/explore/option_values.h"

#include <algorithm>
#include <cmath>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/units.h"

namespace kirchhoff::testbenches {

namespace po = boost::program_options;
using foundation::InputError;

std::uint64_t count_of(const std::string& option, const std::string& text, std::uint64_t least) {
  const bool digits = !text.empty() && text.size() <= 15 &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const std::uint64_t value = digits ? std::stoull(text) : 0;
  if (!digits || value < least) {
    throw InputError(option + " is '" + text + "', but must be a whole number of at least " +
                     std::to_string(least));
  }
  return value;
}

void choose(const std::string& option, const std::string& value, const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    std::string all;
    for (const auto& choice : choices) {
      all += (all.empty() ? "" : ", ") + choice;
    }
    throw InputError(option + " is '" + value + "', but must be one of: " + all);
  }
}

std::optional<foundation::Duration> time_of(std::string_view text) {
  const auto quantity = foundation::split_quantity(text);
  const auto shift = foundation::decimal_shift(quantity.unit, "ps");
  const auto value = shift ? foundation::scaled_number(quantity.number, *shift) : std::nullopt;
  constexpr double most_ps = 9e18;  // 104 days
  if (!value || !(*value >= 0 && *value < most_ps)) {
    return std::nullopt;
  }
  return foundation::Duration{std::llround(*value)};
}

Options::Window parse_window(const std::string& text) {
  const std::size_t comma = text.find(',');
  const auto begin = time_of(std::string_view{text}.substr(0, comma));
  const auto end =
      comma == std::string::npos ? std::nullopt : time_of(std::string_view{text}.substr(comma + 1));
  if (!begin || !end || *begin >= *end) {
    throw InputError("--trace-window is '" + text +
                     "', but must be BEGIN,END in simulated time, each with its unit, as in 10us,20us");
  }
  return {*begin, *end};
}

void explain(const po::error& error, const po::options_description& options) {
  if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&error)) {
    std::vector<std::string> names;
    for (const auto& option : options.options()) {
      names.push_back("--" + option->long_name());
    }
    const std::string name = unknown->get_option_name();
    const std::string hint = foundation::did_you_mean(name, names);
    throw InputError("unknown option '" + name + "'" + (hint.empty() ? "; see --help" : hint));
  }
  throw InputError(std::string{error.what()} + "; see --help");
}

}  // namespace kirchhoff::testbenches
