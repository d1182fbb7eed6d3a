#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "testbenches/compliance/rule.h"

namespace kirchhoff::testbenches {

struct Violation {
  std::string socket;
  Rule rule{};
  std::uint64_t time_ps = 0;  ///< of the kernel
  std::string text;
};

/// One line: time, socket, rule, text.
std::string to_string(const Violation& violation);

/// What all monitored sockets of a simulation share: violations found, and the ways of transactions over
/// several of them. Without SystemC.
class ComplianceSession {
 public:
  void report(Violation violation);

  /// The first `kept` of them; all are counted.
  [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }
  [[nodiscard]] std::uint64_t count(Rule rule) const { return counts_[static_cast<std::size_t>(rule)]; }
  [[nodiscard]] std::uint64_t count() const;
  /// Violations as text, a line each, and how many more there are.
  [[nodiscard]] std::string text() const;

  // The way of a transaction: sent on over one socket after the other, then back over the same.

  /// False: it is on its way back already.
  bool send_on(const void* transaction);
  void turn_back(const void* transaction);
  void over(const void* transaction);

  // Debug transport cannot be interrupted, so that what is called until it returns is called by it.
  void enter_debug() { ++debug_calls_; }
  void leave_debug() { --debug_calls_; }
  [[nodiscard]] bool in_debug() const { return debug_calls_ != 0; }

  void count_call() { ++calls_; }
  /// Blocking, non-blocking and debug calls seen, both directions.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

  static constexpr std::size_t kept = 50;

 private:
  struct Way {
    std::uint32_t sockets = 0;
    bool back = false;
  };

  std::vector<Violation> violations_;
  std::array<std::uint64_t, rule_count> counts_{};
  std::unordered_map<const void*, Way> ways_;
  std::uint32_t debug_calls_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace kirchhoff::testbenches
