#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace kirchhoff::testbenches {

/// The bytes of an ELF file and its name, for whoever reads structures out of it.
class ElfBytes {
 public:
  ElfBytes(std::string_view file, const std::string& name) : file_(file), name_("'" + name + "'") {}

  [[nodiscard]] std::size_t size() const { return file_.size(); }
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t bytes) const {
    return offset <= file_.size() && bytes <= file_.size() - offset;
  }
  /// Throws where it does not hold them; `what` is what they should be.
  void require(std::uint64_t offset, std::uint64_t bytes, const std::string& what) const;

  /// A structure of the file; the caller has made sure that it is there.
  template <typename T>
  [[nodiscard]] T at(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, file_.data() + offset, sizeof value);
    return value;
  }
  /// The same for bytes.
  [[nodiscard]] std::string_view piece(std::uint64_t offset, std::uint64_t bytes) const {
    return file_.substr(offset, bytes);
  }

  /// Throws InputError: the file's name, then `what`.
  [[noreturn]] void refuse(const std::string& what) const;
  /// The same about a field at this offset.
  [[noreturn]] void refuse_field(std::size_t offset, const std::string& what) const;

 private:
  std::string_view file_;
  std::string name_;
};

}  // namespace kirchhoff::testbenches
