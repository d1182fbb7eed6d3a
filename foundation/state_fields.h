#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace kirchhoff::foundation {

/// How state is laid out in a checkpoint; the same for StateWriter and StateReader.
///
/// Eight bytes "KIRCHCKP", a format number, then sections: length of the name, name, version, length of the
/// contents, contents, CRC-32 of all of these. The last section is called "end" and holds the number of
/// those before it. Numbers are little-endian, as they lie in memory.
///
/// A class whose state is kept lists its members once, for both directions:
///
///     template <typename Self, typename Archive>
///     static void state_of(Self& self, Archive& archive) {
///       archive(self.expected_, self.arrived_, std::span{self.cells_});
///     }
///
/// (private, with `friend struct foundation::StateAccess`). A std::span has the size that it has: another one
/// in the file is refused. Vectors and strings take the size of the file.
namespace state_layout {
inline constexpr std::string_view magic = "KIRCHCKP";
inline constexpr std::uint32_t format = 1;
inline constexpr std::string_view end_section = "end";
}  // namespace state_layout

/// Values whose bytes are their state.
template <typename T>
concept PlainState = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Calls a class's private list of members.
struct StateAccess {
  template <typename Object, typename Archive>
  static void visit(Object& object, Archive& archive) {
    std::remove_const_t<Object>::state_of(object, archive);
  }
};

}  // namespace kirchhoff::foundation
