#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "foundation/duration.h"
#include "testbenches/cosim/elf/symbol_table.h"

namespace kirchhoff::testbenches {

/// Where a program spent its simulated time.
struct ProfileResult {
  struct Row {
    std::string function;
    std::uint32_t address = 0;
    std::uint64_t entries =
        0;  ///< times that its first instruction was executed: calls, if no loop begins there
    std::uint64_t instructions = 0;
    foundation::Duration time{
        0};  ///< in itself, without what it calls and without sleep; bus accesses included
  };
  /// Functions that were executed, by time, then by address; code outside of functions is one row, "(no
  /// symbol)". Their times and `asleep` add up to `total` exactly.
  std::vector<Row> rows;
  foundation::Duration asleep{0};  ///< in WFI
  foundation::Duration total{0};
  std::uint64_t instructions = 0;
  std::uint64_t interrupts = 0;
  std::uint64_t exceptions = 0;
};

/// Attributes simulated time and instructions to functions. Costs a comparison per instruction; clock and
/// table are asked only where the program goes from one function to another.
class Profile {
 public:
  /// When an instruction begins that has so many before it; asked only about the present one.
  using Clock = std::function<foundation::Duration(std::uint64_t executed)>;

  /// `functions` must outlive it.
  Profile(const SymbolTable& functions, Clock clock);

  /// The instruction at `pc` begins, behind `executed` others.
  void instruction(std::uint32_t pc, std::uint64_t executed) {
    // One comparison for both "elsewhere" and "its first instruction".
    if (pc - begin_ - 1 >= bytes_ - 1) {
      enter(pc, executed);
    }
  }
  void interrupt() { ++interrupts_; }
  void exception() { ++exceptions_; }
  /// WFI from now on, and no more.
  void sleeps(foundation::Duration now) { asleep_since_ = now; }
  void wakes(foundation::Duration now);

  /// The program has ended, asleep or not, behind `executed` instructions.
  ProfileResult finish(std::uint64_t executed, foundation::Duration now);

 private:
  struct Count {
    std::uint64_t entries = 0;
    std::uint64_t instructions = 0;
    foundation::Duration time{0};
  };

  void enter(std::uint32_t pc, std::uint64_t executed);
  void leave(std::uint64_t executed, foundation::Duration now);

  const SymbolTable& functions_;
  Clock clock_;
  std::vector<Count> counts_;  ///< by function; the last one is what lies outside of them

  // The piece of code that is executed: [begin_, begin_ + bytes_), bytes_ >= 1.
  std::uint32_t begin_ = 0;
  std::uint32_t bytes_ = 1;
  Count* count_ = nullptr;  ///< null before the first instruction
  std::uint64_t entered_executed_ = 0;
  foundation::Duration entered_{0};
  foundation::Duration asleep_here_{0};  ///< since then

  std::optional<foundation::Duration> asleep_since_;
  foundation::Duration asleep_{0};
  std::uint64_t interrupts_ = 0;
  std::uint64_t exceptions_ = 0;
};

}  // namespace kirchhoff::testbenches
