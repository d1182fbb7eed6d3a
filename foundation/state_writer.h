#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/state_fields.h"

namespace kirchhoff::foundation {

/// Collects state in sections with names, versions and checksums (state_fields.h).
class StateWriter {
 public:
  StateWriter();

  /// Begins a section and ends the one before. Raise `version` when what is written into it changes.
  void section(std::string_view name, std::uint32_t version);

  /// Appends values to the section.
  template <typename... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }

  /// Objects that are their bytes: trivially copyable, without padding.
  template <typename T>
  void block(std::span<const T> objects) {
    static_assert(std::is_trivially_copyable_v<T>);
    put(std::uint64_t{objects.size()});
    append(std::as_bytes(objects));
  }

  /// The whole, complete; call once, last.
  [[nodiscard]] std::string finish();

 private:
  template <PlainState T>
  void put(const T& value) {
    append(std::as_bytes(std::span{&value, 1}));
  }
  template <typename Count, typename Period>
  void put(const std::chrono::duration<Count, Period>& value) {
    put(value.count());
  }
  void put(const std::string& text) { block(std::span<const char>{text}); }
  template <typename T, std::size_t Extent>
  void put(const std::span<T, Extent>& values) {
    put(std::uint64_t{values.size()});
    put_each(std::span<const T>{values});
  }
  template <typename T, std::size_t Count>
  void put(const std::array<T, Count>& values) {
    put_each(std::span<const T>{values});
  }
  template <typename T, typename Allocator>
  void put(const std::vector<T, Allocator>& values) {
    put(std::uint64_t{values.size()});
    put_each(std::span<const T>{values});
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }
  template <typename T>
  requires std::is_class_v<T>
  void put(const T& object) { StateAccess::visit(object, *this); }
  template <typename T>
  void put_each(std::span<const T> values) {
    if constexpr (PlainState<std::remove_const_t<T>>) {
      append(std::as_bytes(values));
    } else {
      for (const T& value : values) {
        put(value);
      }
    }
  }
  void append(std::span<const std::byte> bytes);
  void close_section();

  std::string bytes_;
  std::size_t section_at_ = 0;  ///< where its frame begins; 0: none is open
  std::size_t contents_at_ = 0;
  std::uint64_t sections_ = 0;
};

}  // namespace kirchhoff::foundation
