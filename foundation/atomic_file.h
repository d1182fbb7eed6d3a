#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <string_view>

namespace kirchhoff::foundation {

/// A result file that is either complete or not there.
///
/// Written as "<name>.tmp-<pid>" beside the target; commit() flushes it to the disk and renames it over the
/// target. Destroyed without commit(), the temporary is removed and an older target stays as it was. A target
/// that is not a regular file (a pipe, /dev/null) is written straight through.
///
/// Every failure (no folder, no permission, disk full) throws InputError "cannot write '<path>': <reason>",
/// also out of operator<< on stream(). One writer per target and process at a time.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Buffered; for text and large output.
  [[nodiscard]] std::ostream& stream();
  void write(std::string_view bytes);

  /// Call once, last.
  void commit();

 private:
  class Buffer;
  std::unique_ptr<Buffer> buffer_;
  std::ostream stream_;
};

/// The whole file at once.
void write_file_atomically(const std::filesystem::path& path, std::string_view contents);

}  // namespace kirchhoff::foundation
