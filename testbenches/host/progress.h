#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

#include "testbenches/host/report.h"
#include "testbenches/host/terminal.h"

namespace kirchhoff::testbenches {

/// What a run shows while it goes on: a bar on a terminal, one plain line per epoch otherwise.
class Progress {
 public:
  Progress(std::ostream& out, const Terminal& terminal, bool quiet, std::uint64_t total_examples);

  /// So many examples were trained before this process.
  void start_at(std::uint64_t examples) { before_ = examples; }

  /// A line before the work starts.
  void say(const std::string& text);
  /// So many examples are trained; redraws the bar a few times a second.
  void trained(std::uint64_t examples, int epoch);
  /// Takes the bar off the screen.
  void clear();
  void epoch_done(const RunResult::Epoch& epoch, int epochs);

 private:
  std::ostream& out_;
  Terminal terminal_;
  bool quiet_;
  std::uint64_t total_;
  std::uint64_t before_ = 0;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace kirchhoff::testbenches
