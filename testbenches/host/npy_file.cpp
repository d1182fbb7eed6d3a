#include "testbenches/host/npy_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include "foundation/atomic_file.h"
#include "foundation/error.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::InputError;

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

constexpr std::string_view magic{"\x93NUMPY\x01\x00", 8};
constexpr std::size_t preamble_bytes = 10;  // magic, version, 16-bit length of the header
constexpr std::size_t alignment_bytes = 64;

template <typename T>
constexpr std::string_view type_text = "";
template <>
constexpr std::string_view type_text<float> = "<f4";
template <>
constexpr std::string_view type_text<std::uint32_t> = "<u4";

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  result.append(text).push_back('\'');
  return result;
}

template <typename T>
void write(const std::filesystem::path& path, std::span<const std::size_t> shape, std::span<const T> values) {
  std::size_t count = 1;
  std::string sizes;
  for (const std::size_t size : shape) {
    count *= size;
    sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
  }
  if (shape.size() == 1) sizes += ',';  // "(5,)" is a tuple of one
  if (count != values.size()) {
    throw foundation::ModelError("npy: shape (" + sizes + ") for " + std::to_string(values.size()) +
                                 " values");
  }
  std::string header = "{'descr': ";
  header.append(in_quotes(type_text<T>))
      .append(", 'fortran_order': False, 'shape': (")
      .append(sizes)
      .append("), }");
  const std::size_t used = preamble_bytes + header.size() + 1;
  header.append((alignment_bytes - used % alignment_bytes) % alignment_bytes, ' ');
  header += '\n';

  foundation::AtomicFile file(path);
  file.write(magic);
  const std::array<char, 2> length{static_cast<char>(header.size() & 0xffU),
                                   static_cast<char>(header.size() >> 8U)};
  file.write({length.data(), length.size()});
  file.write(header);
  if (!values.empty()) file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  file.commit();
}

/// What follows "'key': " in the header.
std::string_view after_key(std::string_view header, std::string_view key) {
  const auto at = header.find(in_quotes(key).append(":"));
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size() + 3);
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

/// The sizes in "(2, 3)"; false where that is not what stands there.
bool parse_shape(std::string_view text, std::vector<std::size_t>& shape) {
  if (!text.starts_with('(')) return false;
  const auto end = text.find(')');
  if (end == std::string_view::npos) return false;
  text = text.substr(1, end - 1);
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return true;
    std::size_t size = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{}) return false;
    shape.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    if (text.empty()) return true;
    if (text.front() != ',') return false;
    text.remove_prefix(1);
  }
}

}  // namespace

void write_npy(const std::filesystem::path& path, std::span<const std::size_t> shape,
               std::span<const float> values) {
  write(path, shape, values);
}

void write_npy(const std::filesystem::path& path, std::span<const std::size_t> shape,
               std::span<const std::uint32_t> values) {
  write(path, shape, values);
}

template <typename T>
NpyArray<T> read_npy(const std::filesystem::path& path) {
  const std::string name = in_quotes(path.string());
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError("cannot read " + name + ": it is a folder, expected a NumPy array");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError("cannot read " + name + ": " + std::generic_category().message(errno));
  std::array<char, preamble_bytes> preamble{};
  if (!file.read(preamble.data(), preamble.size()) ||
      !std::string_view(preamble.data(), preamble.size()).starts_with(magic)) {
    throw InputError(name + " is not a NumPy array: expected it to start with \\x93NUMPY and version 1.0");
  }
  const std::size_t length =
      static_cast<std::uint8_t>(preamble[8]) + std::size_t{static_cast<std::uint8_t>(preamble[9])} * 256;
  std::string header(length, ' ');
  if (!file.read(header.data(), static_cast<std::streamsize>(length))) {
    throw InputError(name + " is truncated: it ends inside its header of " + std::to_string(length) +
                     " bytes");
  }
  const std::string type = in_quotes(type_text<T>);
  const std::string_view found = after_key(header, "descr");
  if (found.empty()) throw InputError(name + ": no 'descr' in its header, expected 'descr': " + type);
  if (!found.starts_with(type)) {
    throw InputError(name + ": element type is " + std::string(found.substr(0, found.find_first_of(",}\n"))) +
                     ", expected " + type);
  }
  if (!after_key(header, "fortran_order").starts_with("False")) {
    throw InputError(name + " is in Fortran order, expected C order (numpy.ascontiguousarray)");
  }
  NpyArray<T> array;
  if (!parse_shape(after_key(header, "shape"), array.shape)) {
    throw InputError(name + ": no readable shape in its header, expected e.g. 'shape': (529, 250)");
  }
  std::size_t count = 1;
  const std::size_t file_bytes = std::filesystem::file_size(path, error);
  for (const std::size_t size : array.shape) {
    if (size != 0 && count > std::numeric_limits<std::int64_t>::max() / sizeof(T) / size) {
      throw InputError(name + ": the sizes in its header overflow 63 bits; no file is that large");
    }
    count *= size;
  }
  const std::size_t expected = preamble_bytes + length + count * sizeof(T);
  if (error || file_bytes != expected) {
    throw InputError(name + " has " + std::to_string(file_bytes) + " bytes, expected " +
                     std::to_string(expected) + " for " + std::to_string(count) + " values");
  }
  array.values.resize(count);
  if (!file.read(reinterpret_cast<char*>(array.values.data()),
                 static_cast<std::streamsize>(count * sizeof(T)))) {
    throw InputError("cannot read " + name + ": it ended early");
  }
  return array;
}

template NpyArray<float> read_npy<float>(const std::filesystem::path& path);
template NpyArray<std::uint32_t> read_npy<std::uint32_t>(const std::filesystem::path& path);

}  // namespace kirchhoff::testbenches
