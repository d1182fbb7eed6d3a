#include "testbenches/host/idx_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <ios>
#include <limits>
#include <system_error>

#include "foundation/error.h"
#include "testbenches/host/gzip_source.h"

namespace kirchhoff::testbenches {

namespace {

constexpr std::uint8_t unsigned_byte = 0x08;
constexpr std::size_t most_dimensions = 3;
constexpr std::size_t scratch_bytes = std::size_t{1} << 16;
constexpr std::uint64_t most_compression = 1032;  // deflate: 258 bytes from two bits (zlib technical details)

std::uint32_t big_endian(std::span<const std::uint8_t, 4> bytes) {
  return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) |
         std::uint32_t{bytes[3]};
}

std::string hex(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned byte : bytes) {
    if (!text.empty()) text += ' ';
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string type_name(std::uint8_t type) {
  switch (type) {
    case 0x09:
      return " (signed byte)";
    case 0x0b:
      return " (16-bit integer)";
    case 0x0c:
      return " (32-bit integer)";
    case 0x0d:
      return " (float)";
    case 0x0e:
      return " (double)";
    default:
      return "";
  }
}

/// The length that a gzip file states at its end (modulo 2^32; of its last member).
std::uint64_t gzip_length(std::ifstream& file, std::uint64_t file_bytes) {
  std::array<char, 4> tail{};
  if (file_bytes < tail.size() || !file.seekg(-4, std::ios::end) || !file.read(tail.data(), tail.size()))
    return 0;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < tail.size(); ++i) {
    length |= std::uint64_t{static_cast<std::uint8_t>(tail.at(i))} << (8 * i);
  }
  return length;
}

}  // namespace

IdxReader::IdxReader(const std::filesystem::path& path) : name_(path.string()) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw foundation::InputError("cannot read '" + name_ + "': it is a folder, expected an IDX file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw foundation::InputError("cannot read '" + name_ + "': " + std::generic_category().message(errno));
  }
  std::array<char, 2> magic{};
  file.read(magic.data(), magic.size());
  if (file.gcount() == 0) fail(" is empty, expected an IDX file, plain or gzip");
  compressed_ = file.gcount() == 2 && magic == std::array<char, 2>{'\x1f', '\x8b'};
  file.clear();
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  const std::uint64_t file_bytes = error ? 0 : size;
  const std::uint64_t most_bytes = compressed_ ? file_bytes * most_compression : file_bytes;
  length_hint_ = compressed_ ? std::min(gzip_length(file, file_bytes), most_bytes) : file_bytes;

  if (compressed_) {
    source_ = open_gzip(path);
  } else {
    auto plain = std::make_unique<std::filebuf>();
    plain->open(path, std::ios::in | std::ios::binary);
    source_ = std::move(plain);
  }
  read_header();
  if (!error && header_bytes_ + data_bytes_ > most_bytes) finish();  // says where it ends
}

std::string IdxReader::shape() const {
  std::string text;
  for (const std::uint32_t size : sizes_) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

std::uint64_t IdxReader::plausible_items() const {
  return std::min<std::uint64_t>(sizes_.front(), length_hint_ / item_bytes());
}

void IdxReader::read(std::span<std::uint8_t> out) {
  const std::uint64_t done = position_ - header_bytes_;
  const std::uint64_t got = fetch(out);
  if (got < out.size()) {
    fail(" is truncated: it ends after " + std::to_string(done + got) + " of the " +
         std::to_string(data_bytes_) + " data bytes (" + shape() + ") that its header declares");
  }
}

void IdxReader::finish() {
  std::vector<std::uint8_t> scratch(scratch_bytes);
  while (position_ < header_bytes_ + data_bytes_) {
    const std::uint64_t rest = header_bytes_ + data_bytes_ - position_;
    read(std::span(scratch).first(static_cast<std::size_t>(std::min<std::uint64_t>(rest, scratch.size()))));
  }
  if (fetch(std::span(scratch).first(1)) != 0) {
    fail(" is too long: the " + std::to_string(data_bytes_) + " data bytes (" + shape() +
         ") that its header declares end at byte " + std::to_string(header_bytes_ + data_bytes_) +
         ", but more follow");
  }
}

std::size_t IdxReader::fetch(std::span<std::uint8_t> out) {
  std::size_t got = 0;
  try {
    while (got < out.size()) {
      const auto count = source_->sgetn(reinterpret_cast<char*>(out.data() + got),
                                        static_cast<std::streamsize>(out.size() - got));
      if (count <= 0) break;
      got += static_cast<std::size_t>(count);
    }
  } catch (const std::ios_base::failure&) {
    fail(compressed_ ? ": the gzip data are corrupt or cut off at or after byte " +
                           std::to_string(position_ + got) + " of the content, expected a complete gzip file"
                     : ": reading failed at byte " + std::to_string(position_ + got));
  }
  position_ += got;
  return got;
}

void IdxReader::read_header() {
  std::array<std::uint8_t, 4> bytes{};
  const std::string expected = ", expected 00 00 08 and the number of dimensions (1 to 3)";
  const std::size_t got = fetch(bytes);
  if (got == 0) fail(" holds no data, expected an IDX file");
  if (got < bytes.size() || bytes[0] != 0 || bytes[1] != 0) {
    fail(std::string(" is not an IDX file: ") + (compressed_ ? "its content" : "it") + " starts with " +
         hex(std::span(bytes).first(got)) + expected);
  }
  if (bytes[2] != unsigned_byte) {
    fail(": byte 2 (element type) is " + hex(std::span(bytes).subspan(2, 1)) + type_name(bytes[2]) +
         ", expected 08 (unsigned byte)");
  }
  if (bytes[3] < 1 || bytes[3] > most_dimensions) {
    fail(": byte 3 (number of dimensions) is " + std::to_string(bytes[3]) + ", expected 1, 2 or 3");
  }
  const std::size_t dimensions = bytes[3];
  data_bytes_ = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::uint64_t place = position_;
    if (const std::size_t size_bytes = fetch(bytes); size_bytes < bytes.size()) {
      fail(" is truncated: it ends at byte " + std::to_string(place + size_bytes) +
           ", inside its header of " + std::to_string(4 + 4 * dimensions) + " bytes");
    }
    const std::uint32_t size = big_endian(bytes);
    if (size == 0) {
      fail(": size " + std::to_string(d + 1) + " of " + std::to_string(dimensions) + " (byte " +
           std::to_string(place) + ") is 0, expected at least 1");
    }
    sizes_.push_back(size);
    if (data_bytes_ > std::numeric_limits<std::int64_t>::max() / size) {
      fail(": the sizes " + shape() + " (from byte 4) overflow 63 bits; no file is that large");
    }
    data_bytes_ *= size;
  }
  header_bytes_ = position_;
}

void IdxReader::fail(const std::string& what) const {
  throw foundation::InputError("'" + name_ + "'" + what);
}

}  // namespace kirchhoff::testbenches
