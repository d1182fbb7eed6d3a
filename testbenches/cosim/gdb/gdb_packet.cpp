#include "testbenches/cosim/gdb/gdb_packet.h"

#include <array>
#include <utility>

#include "testbenches/cosim/gdb/hex_text.h"

namespace kirchhoff::testbenches {
namespace {

constexpr char interrupt_byte = 3;
constexpr unsigned char escape_bit = 0x20;

char flipped(char byte) {
  return static_cast<char>(static_cast<unsigned char>(byte) ^ escape_bit);
}

}  // namespace

std::string gdb_packet(std::string_view payload) {
  std::string packet = "$";
  packet.reserve(payload.size() + 4);
  for (const char byte : payload) {
    // '*' would be read as a run of the byte before it.
    if (byte == '$' || byte == '#' || byte == '}' || byte == '*') {
      packet += '}';
      packet += flipped(byte);
    } else {
      packet += byte;
    }
  }
  std::uint8_t sum = 0;
  for (const char byte : std::string_view(packet).substr(1)) {
    sum = static_cast<std::uint8_t>(sum + static_cast<unsigned char>(byte));
  }
  packet += '#';
  packet += hex_bytes(std::array{sum});
  return packet;
}

void GdbPacketReader::reset() {
  state_ = State::between;
  payload_.clear();
  bytes_ = 0;
  sum_ = 0;
}

std::optional<GdbPacketReader::Item> GdbPacketReader::take_between(char byte) {
  switch (byte) {
    case '$':
      reset();
      state_ = State::payload;
      return std::nullopt;
    case '+':
      return Item{Kind::acknowledge, {}};
    case '-':
      return Item{Kind::resend, {}};
    case interrupt_byte:
      return Item{Kind::interrupt, {}};
    default:
      return std::nullopt;
  }
}

std::optional<GdbPacketReader::Item> GdbPacketReader::take(char byte) {
  switch (state_) {
    case State::between:
      return take_between(byte);
    case State::first_digit:
      digit_ = byte;
      state_ = State::second_digit;
      return std::nullopt;
    case State::second_digit:
      return finish(byte);
    case State::payload:
    case State::escaped:
      break;
  }
  if (byte == '#') {
    state_ = State::first_digit;
    return std::nullopt;
  }
  if (byte == '$') {  // never part of a payload: the end of the packet before was lost
    return take_between(byte);
  }
  sum_ = static_cast<std::uint8_t>(sum_ + static_cast<unsigned char>(byte));
  ++bytes_;
  if (bytes_ > gdb_packet_bytes) {
    payload_.clear();
    bytes_ = gdb_packet_bytes + 1;
  } else if (state_ == State::escaped) {
    payload_ += flipped(byte);
  } else if (byte != '}') {
    payload_ += byte;
  }
  state_ = state_ == State::payload && byte == '}' ? State::escaped : State::payload;
  return std::nullopt;
}

GdbPacketReader::Item GdbPacketReader::finish(char last_digit) {
  const int high = hex_digit(digit_);
  const int low = hex_digit(last_digit);
  Item item;
  if (high < 0 || low < 0 || high * 16 + low != sum_) {
    item.kind = Kind::damaged;
  } else if (bytes_ > gdb_packet_bytes) {
    item.kind = Kind::too_long;
  } else {
    item.payload = std::move(payload_);
  }
  reset();
  return item;
}

}  // namespace kirchhoff::testbenches
