#pragma once

#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "testbenches/cosim/gdb/gdb_packet.h"

namespace kirchhoff::unit {

/// What a debugger sends, wrong in every way: fields of packets changed, cut, out of range and too long,
/// checksums and framing damaged, noise and Ctrl-C in between. The same seed gives the same bytes.
class MalformedPackets {
 public:
  enum class Ending { allowed, none };
  /// Ending::none leaves out what takes leave or ends the target (k, vKill, D).
  explicit MalformedPackets(unsigned seed, Ending ending = Ending::allowed)
      : random_(seed), ending_(ending) {}

  /// One packet, as it goes over the line.
  std::string next() {
    std::string payload = changed(std::string(known_[below(std::size(known_))]));
    if (ending_ == Ending::none &&
        (payload.starts_with('k') || payload.starts_with('D') || payload.starts_with("vKill"))) {
      payload = "?";
    }
    std::string bytes = testbenches::gdb_packet(payload);
    if (below(10) == 0) bytes[below(bytes.size())] = any_byte();
    if (below(10) == 0) bytes.resize(below(bytes.size()));
    if (below(20) == 0) bytes += "+-\x03$#}"[below(6)];
    return bytes;
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  char any_byte() { return static_cast<char>(random_()); }

  std::string changed(std::string payload) {
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      const std::size_t at = below(payload.size() + 1);
      switch (below(6)) {
        case 0:
          payload.insert(at, 1, any_byte());
          break;
        case 1:
          if (at < payload.size()) payload[at] = any_byte();
          break;
        case 2:
          payload.resize(at);
          break;
        case 3:
          payload.insert(at, numbers_[below(std::size(numbers_))]);
          break;
        case 4:
          payload += ",;:=x"[below(5)];
          payload += numbers_[below(std::size(numbers_))];
          break;
        default:
          if (below(50) == 0) payload.append(below(3 * testbenches::gdb_packet_bytes), "0f}*"[below(4)]);
      }
    }
    return payload;
  }

  static constexpr std::string_view known_[] = {"?",
                                                "g",
                                                "G00000000",
                                                "p20",
                                                "P20=00000080",
                                                "m80000000,40",
                                                "M80000100,4:01020304",
                                                "X80000100,4:abcd",
                                                "Z0,80000008,4",
                                                "z0,80000008,4",
                                                "Z1,8000000c,2",
                                                "Z2,80000100,4",
                                                "z2,80000100,4",
                                                "c",
                                                "s",
                                                "C05;80000000",
                                                "S05",
                                                "vCont;c:1",
                                                "vCont;s:1;c:-1",
                                                "vCont;r80000008,80000014:1",
                                                "vCont?",
                                                "vKill;1",
                                                "vMustReplyEmpty",
                                                "D",
                                                "k",
                                                "Hg0",
                                                "T1",
                                                "qSupported:swbreak+;hwbreak+;multiprocess+",
                                                "qXfer:features:read:target.xml:0,ffb",
                                                "qC",
                                                "qAttached",
                                                "qfThreadInfo",
                                                "qsThreadInfo",
                                                "qThreadExtraInfo,1",
                                                "qSymbol::",
                                                "qRcmd,68656c70",
                                                "QStartNoAckMode",
                                                "QNonStop:0",
                                                "!",
                                                "R00",
                                                "A8,0,"};
  static constexpr std::string_view numbers_[] = {
      "0",        "1",  "ffffffff", "100000000", "ffffffffffffffff", "7fffffff",
      "80000fff", "-1", "",         "80000001",  "10000000000000000"};

  std::mt19937 random_;
  Ending ending_;
};

}  // namespace kirchhoff::unit
