#pragma once

#include <cstdint>

namespace kirchhoff::testbenches {

enum class Command : std::uint8_t { read, write, ignore };

/// A generic payload as it is at a moment, without TLM.
struct Transaction {
  const void* id = nullptr;
  Command command = Command::ignore;
  std::uint64_t address = 0;
  const unsigned char* data = nullptr;
  std::uint32_t length = 0;
  std::uint32_t streaming_width = 0;
  const unsigned char* byte_enables = nullptr;
  std::uint32_t byte_enable_length = 0;
  int status = 0;  ///< positive: ok, 0: incomplete, negative: error
  bool dmi_hint = false;
  bool managed = false;  ///< has a memory manager
  int references = 0;
};

/// Numbers of the base protocol's phases; whatever is above is an extended one.
enum ProtocolPhase : unsigned {
  uninitialized_phase = 0,
  begin_request = 1,
  end_request = 2,
  begin_response = 3,
  end_response = 4,
};

enum class Answer : std::uint8_t { accepted, updated, completed };

/// When a call is made or returns, in the kernel's units.
struct Moment {
  std::uint64_t now = 0;
  std::uint64_t delta = 0;  ///< delta cycles so far: differs where somebody waited for no time
  std::uint64_t delay = 0;  ///< annotated

  [[nodiscard]] std::uint64_t effective() const { return now + delay; }
};

}  // namespace kirchhoff::testbenches
