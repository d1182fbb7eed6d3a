#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "foundation/atomic_file.h"
#include "foundation/error.h"

namespace kirchhoff::foundation {
namespace {

using testing::HasSubstr;
using testing::StrEq;
using testing::ThrowsMessage;

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "kirchhoff_atomic_" + std::to_string(::getpid());
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] static std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] auto files() const {
    return std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator{});
  }

  std::filesystem::path folder_;
};

/// Largest file this process may write; SIGXFSZ is ignored so that write() answers EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(AtomicFileTest, WritesWhatWasGiven) {
  std::string large(300'000, 'x');
  large[123'456] = '\0';
  write_file_atomically(folder_ / "a", large);
  EXPECT_EQ(contents(folder_ / "a"), large);
  write_file_atomically(folder_ / "a", "");
  EXPECT_EQ(contents(folder_ / "a"), "");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, StreamMixesWithBlocks) {
  std::string expected;
  AtomicFile file(folder_ / "a");
  for (int i = 0; i < 20'000; ++i) {
    file.stream() << i << ' ';
    expected += std::to_string(i) + ' ';
    if (i == 7'000) {
      const std::string block(70'000, '-');
      file.write(block);
      expected += block;
    }
  }
  file.commit();
  EXPECT_EQ(contents(folder_ / "a"), expected);
}

TEST_F(AtomicFileTest, TargetAppearsOnlyAtCommit) {
  write_file_atomically(folder_ / "a", "old");
  AtomicFile file(folder_ / "a");
  file.stream() << "new" << std::flush;
  EXPECT_EQ(contents(folder_ / "a"), "old");
  EXPECT_TRUE(std::filesystem::exists(folder_ / ("a.tmp-" + std::to_string(::getpid()))));
  file.commit();
  EXPECT_EQ(contents(folder_ / "a"), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, WithoutCommitNothingIsLeft) {
  write_file_atomically(folder_ / "a", "old");
  {
    AtomicFile file(folder_ / "a");
    file.write(std::string(100'000, 'n'));
  }
  EXPECT_EQ(contents(folder_ / "a"), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, FullDiskIsReportedAndLeavesNothing) {
  write_file_atomically(folder_ / "a", "old");
  const FileSizeLimit limit(50'000);
  const auto expected = "cannot write '" + (folder_ / "a").string() + "': File too large";
  EXPECT_THAT([this] { write_file_atomically(folder_ / "a", std::string(60'000, 'x')); },
              ThrowsMessage<InputError>(StrEq(expected)));
  EXPECT_THAT(
      [this] {
        AtomicFile file(folder_ / "a");
        for (int i = 0; i < 60'000; ++i) file.stream() << i << '\n';
      },
      ThrowsMessage<InputError>(StrEq(expected)));
  EXPECT_EQ(contents(folder_ / "a"), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, DeviceIsWrittenInPlace) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THAT([] { write_file_atomically("/dev/full", "x"); },
              ThrowsMessage<InputError>(StrEq("cannot write '/dev/full': No space left on device")));
  EXPECT_NO_THROW(write_file_atomically("/dev/null", "x"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(AtomicFileTest, NamesWhatCannotBeWritten) {
  EXPECT_THAT([this] { write_file_atomically(folder_ / "none" / "a", "x"); },
              ThrowsMessage<InputError>(HasSubstr("none/a': No such file or directory")));
  EXPECT_THAT([this] { write_file_atomically(folder_, "x"); },
              ThrowsMessage<InputError>(HasSubstr("': Is a directory")));
  write_file_atomically(folder_ / "file", "x");
  EXPECT_THAT([this] { write_file_atomically(folder_ / "file" / "a", "x"); },
              ThrowsMessage<InputError>(HasSubstr("file/a': Not a directory")));
  EXPECT_EQ(contents(folder_ / "file"), "x");
}

TEST_F(AtomicFileTest, KeepsPermissionsAndLinks) {
  write_file_atomically(folder_ / "a", "old");
  std::filesystem::permissions(folder_ / "a",
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::create_symlink("a", folder_ / "link");
  write_file_atomically(folder_ / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
  EXPECT_EQ(contents(folder_ / "a"), "new");
  EXPECT_EQ(std::filesystem::status(folder_ / "a").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace kirchhoff::foundation
