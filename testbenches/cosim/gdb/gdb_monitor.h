#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kirchhoff::testbenches {

/// What follows `monitor` on the debugger's command line goes here.
class GdbMonitor {
 public:
  GdbMonitor() = default;
  GdbMonitor(const GdbMonitor&) = delete;
  GdbMonitor& operator=(const GdbMonitor&) = delete;
  virtual ~GdbMonitor() = default;

  /// The text to show; every line ends with a line feed. Simulated time stands still meanwhile.
  virtual std::string run(std::string_view command) = 0;
};

/// Named commands; `help` lists them.
class MonitorCommands : public GdbMonitor {
 public:
  using Command = std::function<std::string(std::string_view arguments)>;

  /// `usage` is the name and its arguments, `help` what it does in some words.
  void add(std::string name, std::string usage, std::string help, Command command);
  std::string run(std::string_view command) override;

 private:
  struct Entry {
    std::string name;
    std::string usage;
    std::string help;
    Command command;
  };
  [[nodiscard]] std::string list() const;

  std::vector<Entry> entries_;
};

}  // namespace kirchhoff::testbenches
