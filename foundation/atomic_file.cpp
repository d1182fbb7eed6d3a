#include "foundation/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <streambuf>
#include <string>
#include <system_error>
#include <vector>

#include "foundation/error.h"

namespace kirchhoff::foundation {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 16;

/// Where a rename must go so that a symbolic link stays one.
std::filesystem::path behind_links(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const auto target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target;
}

}  // namespace

class AtomicFile::Buffer : public std::streambuf {
 public:
  explicit Buffer(const std::filesystem::path& path)
      : shown_(path.string()), target_(behind_links(path)), bytes_(buffer_bytes) {
    reset();
    struct stat existing {};
    const bool exists = ::stat(target_.c_str(), &existing) == 0;
    if (exists && S_ISDIR(existing.st_mode)) fail(EISDIR);
    if (exists && ::access(target_.c_str(), W_OK) != 0) fail(errno);
    in_place_ = exists && !S_ISREG(existing.st_mode);
    if (in_place_) {
      file_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
      temporary_ = target_.string() + ".tmp-" + std::to_string(::getpid());
      file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    if (file_ < 0) {
      const int reason = errno;
      temporary_.clear();
      fail(reason);
    }
    if (exists && !in_place_ && ::fchmod(file_, existing.st_mode & 07777U) != 0) abandon(errno);
  }

  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() override { discard(); }

  void commit() {
    drain();
    // Delayed allocation: a full disk may show only here. Pipes and devices cannot be synchronised.
    if (!in_place_ && ::fsync(file_) != 0 && errno != EINVAL) abandon(errno);
    const int closed = ::close(file_);
    const int reason = errno;
    file_ = -1;
    if (closed != 0) abandon(reason);
    if (in_place_) return;
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) abandon(errno);
    temporary_.clear();
  }

 protected:
  int_type overflow(int_type next) override {
    drain();
    if (!traits_type::eq_int_type(next, traits_type::eof())) sputc(traits_type::to_char_type(next));
    return traits_type::not_eof(next);
  }

  std::streamsize xsputn(const char* data, std::streamsize count) override {
    if (count > epptr() - pptr()) drain();
    if (count > epptr() - pptr()) {
      put(data, static_cast<std::size_t>(count));
    } else {
      std::memcpy(pptr(), data, static_cast<std::size_t>(count));
      pbump(static_cast<int>(count));
    }
    return count;
  }

  int sync() override {
    drain();
    return 0;
  }

 private:
  void reset() { setp(bytes_.data(), bytes_.data() + bytes_.size()); }

  void drain() {
    const auto count = static_cast<std::size_t>(pptr() - pbase());
    reset();
    put(bytes_.data(), count);
  }

  void put(const char* data, std::size_t count) {
    if (file_ < 0) fail(EBADF);
    while (count > 0) {
      const ssize_t written = ::write(file_, data, std::min<std::size_t>(count, INT_MAX));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) abandon(errno);
      data += written;
      count -= static_cast<std::size_t>(written);
    }
  }

  void discard() noexcept {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
  }

  /// The half-written file goes at once: it may be what fills the disk.
  [[noreturn]] void abandon(int reason) {
    discard();
    fail(reason);
  }

  [[noreturn]] void fail(int reason) const {
    throw InputError("cannot write '" + shown_ + "': " + std::generic_category().message(reason));
  }

  std::string shown_;  ///< as the user gave it
  std::filesystem::path target_;
  std::string temporary_;  ///< empty once renamed or removed, and when writing in place
  std::vector<char> bytes_;
  int file_ = -1;
  bool in_place_ = false;
};

AtomicFile::AtomicFile(const std::filesystem::path& path)
    : buffer_(std::make_unique<Buffer>(path)), stream_(buffer_.get()) {
  stream_.exceptions(std::ios::badbit);  // lets the InputError of the buffer through
}

AtomicFile::~AtomicFile() = default;

std::ostream& AtomicFile::stream() {
  return stream_;
}

void AtomicFile::write(std::string_view bytes) {
  buffer_->sputn(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void AtomicFile::commit() {
  buffer_->commit();
}

void write_file_atomically(const std::filesystem::path& path, std::string_view contents) {
  AtomicFile file(path);
  file.write(contents);
  file.commit();
}

}  // namespace kirchhoff::foundation
