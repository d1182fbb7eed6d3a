#include "testbenches/cosim/gdb/gdb_monitor.h"

#include <algorithm>
#include <utility>

#include "foundation/nearest_name.h"
#include "foundation/problems.h"

namespace kirchhoff::testbenches {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

void MonitorCommands::add(std::string name, std::string usage, std::string help, Command command) {
  entries_.push_back({std::move(name), std::move(usage), std::move(help), std::move(command)});
}

std::string MonitorCommands::list() const {
  std::size_t width = 4;
  for (const Entry& entry : entries_) {
    width = std::max(width, entry.usage.size());
  }
  const auto line = [width](const std::string& usage, const std::string& help) {
    return "monitor " + usage + std::string(width - usage.size() + 2, ' ') + help + "\n";
  };
  std::string text;
  for (const Entry& entry : entries_) {
    text += line(entry.usage, entry.help);
  }
  return text + line("help", "this list");
}

std::string MonitorCommands::run(std::string_view command) {
  const std::string_view text = without_blanks(command);
  const std::string name(text.substr(0, text.find_first_of(" \t")));
  if (name.empty() || name == "help") {
    return list();
  }
  for (const Entry& entry : entries_) {
    if (entry.name == name) {
      return entry.command(without_blanks(text.substr(name.size())));
    }
  }
  std::vector<std::string> names{"help"};
  for (const Entry& entry : entries_) {
    names.push_back(entry.name);
  }
  return foundation::printable("no monitor command '" + name + "'" + foundation::did_you_mean(name, names)) +
         "\n" + list();
}

}  // namespace kirchhoff::testbenches
