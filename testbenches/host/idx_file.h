#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <streambuf>
#include <string>
#include <vector>

namespace kirchhoff::testbenches {

/// Reads an IDX file of unsigned bytes, plain or gzip (told apart by content, not by name), as a stream:
/// bytes 00 00 08 D, D big-endian 32-bit sizes, then the data, last index fastest; D = 1, 2 or 3.
///
/// Strict: anything else throws InputError with the file, the place, what was found and what is expected.
/// A header that claims more than a file of that length can hold is refused at once; no more memory is used
/// than the caller reads into.
class IdxReader {
 public:
  explicit IdxReader(const std::filesystem::path& path);

  /// All at least 1; their product fits 64 bits.
  [[nodiscard]] const std::vector<std::uint32_t>& sizes() const { return sizes_; }
  /// Bytes of one item, i.e. of everything but the first index.
  [[nodiscard]] std::uint64_t item_bytes() const { return data_bytes_ / sizes_.front(); }
  /// "60000 x 28 x 28"
  [[nodiscard]] std::string shape() const;
  /// Items that the file can really hold, as far as its length tells: what to reserve memory for.
  [[nodiscard]] std::uint64_t plausible_items() const;

  /// The next `out.size()` data bytes.
  void read(std::span<std::uint8_t> out);
  /// Skips what was not read and checks that the file ends there; the check sum of a gzip file included.
  void finish();

 private:
  std::size_t fetch(std::span<std::uint8_t> out);
  void read_header();
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  std::uint64_t length_hint_ = 0;  ///< bytes after decompression, if the file is what it claims
  bool compressed_ = false;
  std::unique_ptr<std::streambuf> source_;
  std::uint64_t position_ = 0;  ///< decompressed bytes fetched so far
  std::vector<std::uint32_t> sizes_;
  std::uint64_t header_bytes_ = 0;
  std::uint64_t data_bytes_ = 0;
};

}  // namespace kirchhoff::testbenches
