#pragma once

#include <cstdint>

namespace kirchhoff::foundation {

/// The coding styles of TLM-2.0. Both compute the same; they differ in how they find out who waits for whom.
enum class CodingStyle : std::uint8_t {
  loosely_timed,        ///< blocking calls that carry a local time; links keep reservations
  approximately_timed,  ///< four phases per link and access, in the order of time; buffers and credits
};

}  // namespace kirchhoff::foundation
