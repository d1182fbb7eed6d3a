#include "foundation/state_reader.h"

#include <boost/crc.hpp>
#include <cstring>
#include <utility>

#include "foundation/error.h"
#include "foundation/problems.h"

namespace kirchhoff::foundation {
namespace {

constexpr std::size_t kCheckBytes = sizeof(std::uint32_t);

}  // namespace

StateReader::StateReader(std::string bytes, std::string name)
    : bytes_(std::move(bytes)), name_(std::move(name)) {
  find_sections();
}

void StateReader::find_sections() {
  const auto damaged = [&](const std::string& what) {
    throw InputError("'" + name_ + "' is damaged: " + what);
  };
  if (bytes_.compare(0, state_layout::magic.size(), state_layout::magic) != 0) {
    throw InputError("'" + name_ + "' is not a checkpoint of Kirchhoff");
  }
  std::size_t at = state_layout::magic.size();
  std::string before = "its head";
  const auto read = [&](auto& value) {
    if (bytes_.size() - at < sizeof value) {
      damaged("it ends after " + before + ", " + std::to_string(bytes_.size()) + " bytes in all");
    }
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    at += sizeof value;
  };
  std::uint32_t format = 0;
  read(format);
  if (format != state_layout::format) {
    throw InputError("'" + name_ + "' has checkpoint format " + std::to_string(format) +
                     ", but this program reads format " + std::to_string(state_layout::format));
  }
  while (sections_.empty() || sections_.back().name != state_layout::end_section) {
    const std::size_t frame = at;
    Section section;
    std::uint32_t name_length = 0;
    std::uint64_t length = 0;
    read(name_length);
    constexpr std::uint32_t longest_name = 256;
    if (name_length == 0 || name_length > longest_name || name_length > bytes_.size() - at) {
      damaged("no section begins after " + before);
    }
    section.name = bytes_.substr(at, name_length);
    at += name_length;
    read(section.version);
    read(length);
    const std::string shown = "section '" + printable(section.name) + "'";
    if (length > bytes_.size() - at || bytes_.size() - at - length < kCheckBytes) {
      damaged(shown + " is cut off");
    }
    section.begin = at;
    section.end = at + length;
    at = section.end;
    boost::crc_32_type checksum;
    checksum.process_bytes(bytes_.data() + frame, at - frame);
    std::uint32_t stored = 0;
    read(stored);
    if (stored != checksum.checksum()) {
      damaged(shown + " does not agree with its checksum");
    }
    before = shown;
    sections_.push_back(std::move(section));
  }
  std::uint64_t count = 0;
  at_ = sections_.back().begin;
  next_ = sections_.size();
  (*this)(count);
  if (count != sections_.size() - 1) {
    damaged("it has " + std::to_string(sections_.size() - 1) + " sections in place of " +
            std::to_string(count));
  }
  if (at != bytes_.size()) {
    damaged("it goes on after its end");
  }
  next_ = 0;
}

void StateReader::section(std::string_view name, std::uint32_t version) {
  if (next_ > 0 && at_ != sections_[next_ - 1].end) {
    fail("holds more than this program reads");
  }
  const Section& section = sections_[next_];
  if (section.name != name) {
    throw InputError("'" + name_ + "' has a section '" + printable(section.name) +
                     "' where this program expects '" + std::string(name) + "'");
  }
  ++next_;
  at_ = section.begin;
  if (section.version != version) {
    fail("is of version " + std::to_string(section.version) + ", but this program reads version " +
         std::to_string(version));
  }
}

void StateReader::finish() {
  section(state_layout::end_section, 1);
}

void StateReader::fail(const std::string& what) const {
  throw InputError("'" + name_ + "': section '" + (next_ > 0 ? printable(sections_[next_ - 1].name) : "") +
                   "' " + what);
}

void StateReader::take(std::span<std::byte> bytes) {
  if (next_ == 0 || sections_[next_ - 1].end - at_ < bytes.size()) {
    fail("holds less than this program reads");
  }
  if (!bytes.empty()) {
    std::memcpy(bytes.data(), bytes_.data() + at_, bytes.size());
  }
  at_ += bytes.size();
}

std::size_t StateReader::take_size(std::size_t element_bytes) {
  std::uint64_t count = 0;
  get(count);
  if (count > (sections_[next_ - 1].end - at_) / element_bytes) {
    fail("holds less than this program reads");
  }
  return count;
}

void StateReader::expect_size(std::size_t expected) {
  std::uint64_t count = 0;
  get(count);
  if (count != expected) {
    fail("has an array of " + std::to_string(count) + " values in place of " + std::to_string(expected));
  }
}

}  // namespace kirchhoff::foundation
