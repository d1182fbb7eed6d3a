#include "testbenches/cosim/profile/profile_text.h"

#include <algorithm>
#include <cstdint>

#include "testbenches/host/csv_number.h"
#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using foundation::to_seconds;

constexpr std::size_t name_width = 32;

double percent(Duration part, Duration whole) {
  return whole.count() > 0 ? 100 * static_cast<double>(part.count()) / static_cast<double>(whole.count()) : 0;
}

std::string left(std::string text, std::size_t width) {
  if (text.size() > width) {
    text = text.substr(0, width - 3) + "...";
  }
  return text + std::string(width - text.size(), ' ');
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string line(const std::string& name, Duration time, Duration total, const std::string& instructions,
                 const std::string& entries) {
  const std::string text = "  " + left(name, name_width) + right(engineering(to_seconds(time), "s"), 9) +
                           right(fixed(percent(time, total), 1), 7) + " %" + right(instructions, 17) +
                           right(entries, 12);
  return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
}

}  // namespace

std::string profile_text(const ProfileResult& result, std::size_t most_rows) {
  std::string text = "Profile" + std::string(name_width - 5, ' ') + right("time", 9) + right("", 9) +
                     right("instructions", 17) + right("calls", 12) + '\n';
  ProfileResult::Row rest;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const auto& row = result.rows[i];
    if (i < most_rows) {
      text += line(row.function, row.time, result.total, grouped(row.instructions),
                   row.entries > 0 ? grouped(row.entries) : "");
    } else {
      rest.instructions += row.instructions;
      rest.time += row.time;
    }
  }
  if (result.rows.size() > most_rows) {
    text += line(std::to_string(result.rows.size() - most_rows) + " more", rest.time, result.total,
                 grouped(rest.instructions), "");
  }
  text += line("asleep in WFI", result.asleep, result.total, "", "");
  text += line("in all", result.total, result.total, grouped(result.instructions), "");
  return text + "  " + grouped(result.interrupts) + " interrupts, " + grouped(result.exceptions) +
         " exceptions. Time of a function is its own, without what it calls; accesses to devices are in "
         "it.\n";
}

std::string profile_csv(const ProfileResult& result) {
  std::string text = "function,address,entries,instructions,time_s,percent\n";
  const auto add = [&text, &result](const std::string& function, const std::string& address,
                                    std::uint64_t entries, std::uint64_t instructions, Duration time) {
    text += function + ',' + address + ',' + std::to_string(entries) + ',' + std::to_string(instructions) +
            ',' + csv_seconds(time) + ',' + csv_number(percent(time, result.total)) + '\n';
  };
  for (const auto& row : result.rows) {
    add(row.function, hex_address(row.address), row.entries, row.instructions, row.time);
  }
  add("(asleep)", "", 0, 0, result.asleep);
  return text;
}

}  // namespace kirchhoff::testbenches
