#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kirchhoff::testbenches {

/// The longest packet taken in, in bytes as they come over the line.
inline constexpr std::size_t gdb_packet_bytes = 0x4000;

/// "$payload#checksum", with what must not stand in a packet escaped.
std::string gdb_packet(std::string_view payload);

/// Cuts what a debugger sends into packets (GDB manual, appendix E.1: $, payload, #, two digits of checksum;
/// + and - acknowledge; a byte 3 between packets is Ctrl-C; anything else between packets is noise).
class GdbPacketReader {
 public:
  enum class Kind {
    packet,       ///< whole and well
    damaged,      ///< its checksum is not that of its bytes
    too_long,     ///< more than gdb_packet_bytes; its bytes are lost
    interrupt,    ///< Ctrl-C
    acknowledge,  ///< +
    resend        ///< -
  };
  struct Item {
    Kind kind = Kind::packet;
    std::string payload;  ///< of a packet, escapes undone
  };

  /// The item that ends with this byte.
  std::optional<Item> take(char byte);
  /// Forgets a packet that has begun.
  void reset();

 private:
  enum class State { between, payload, escaped, first_digit, second_digit };

  std::optional<Item> take_between(char byte);
  Item finish(char last_digit);

  State state_ = State::between;
  std::string payload_;
  std::size_t bytes_ = 0;  ///< of the payload as it came
  std::uint8_t sum_ = 0;
  char digit_ = 0;
};

}  // namespace kirchhoff::testbenches
