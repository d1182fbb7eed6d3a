#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/duration.h"
#include "testbenches/explore/options.h"

/// Values of command lines, as every program reads them; what they refuse is an InputError of one line.
namespace kirchhoff::testbenches {

/// A whole number of at least `least`.
std::uint64_t count_of(const std::string& option, const std::string& text, std::uint64_t least);

/// Refuses what is none of the choices.
void choose(const std::string& option, const std::string& value, const std::vector<std::string>& choices);

/// "10us" in picoseconds; nothing where it is no time.
std::optional<foundation::Duration> time_of(std::string_view text);

/// BEGIN,END of --trace-window, each with its unit.
Options::Window parse_window(const std::string& text);

/// Boost's own words are not for people: one line each that says what would be right.
[[noreturn]] void explain(const boost::program_options::error& error,
                          const boost::program_options::options_description& options);

}  // namespace kirchhoff::testbenches
