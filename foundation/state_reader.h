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

/// Reads back what a StateWriter wrote, in the same order (state_fields.h).
///
/// The constructor checks the whole before anything is used. Every failure is an InputError of one line that
/// names the file, and the section where there is one.
class StateReader {
 public:
  /// `name` of the file is for messages.
  StateReader(std::string bytes, std::string name);

  /// Goes on to the next section, which must be this one; the one before must be read to its end.
  void section(std::string_view name, std::uint32_t version);

  template <typename... Values>
  void operator()(Values&&... values) {
    (get(values), ...);
  }

  /// See StateWriter::block().
  template <typename T>
  void block(std::span<T> objects) {
    static_assert(std::is_trivially_copyable_v<T>);
    expect_size(objects.size());
    take(std::as_writable_bytes(objects));
  }

  /// Nothing is left.
  void finish();

  /// Throws InputError about the section in hand.
  [[noreturn]] void fail(const std::string& what) const;

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Section {
    std::string name;
    std::uint32_t version = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  template <PlainState T>
  void get(T& value) {
    take(std::as_writable_bytes(std::span{&value, 1}));
  }
  void get(bool& value) {
    std::uint8_t byte = 0;
    get(byte);
    value = byte != 0;
  }
  template <typename Count, typename Period>
  void get(std::chrono::duration<Count, Period>& value) {
    Count count{};
    get(count);
    value = std::chrono::duration<Count, Period>{count};
  }
  void get(std::string& text) {
    text.resize(take_size(1));
    take(std::as_writable_bytes(std::span{text}));
  }
  template <typename T, std::size_t Extent>
  void get(std::span<T, Extent>& values) {
    expect_size(values.size());
    get_each(std::span<T>{values});
  }
  template <typename T, std::size_t Count>
  void get(std::array<T, Count>& values) {
    get_each(std::span<T>{values});
  }
  template <typename T, typename Allocator>
  void get(std::vector<T, Allocator>& values) {
    values.resize(take_size(PlainState<T> ? sizeof(T) : 1));
    get_each(std::span<T>{values});
  }
  template <typename T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) {
      get(value.emplace());
    }
  }
  template <typename T>
  requires std::is_class_v<T>
  void get(T& object) { StateAccess::visit(object, *this); }
  template <typename T>
  void get_each(std::span<T> values) {
    if constexpr (PlainState<T>) {
      take(std::as_writable_bytes(values));
    } else {
      for (T& value : values) {
        get(value);
      }
    }
  }
  void take(std::span<std::byte> bytes);
  /// A count of elements that take at least `element_bytes` each in what is left.
  std::size_t take_size(std::size_t element_bytes);
  void expect_size(std::size_t expected);
  void find_sections();

  std::string bytes_;
  std::string name_;
  std::vector<Section> sections_;
  std::size_t next_ = 0;  ///< section after the one in hand
  std::size_t at_ = 0;
};

}  // namespace kirchhoff::foundation
