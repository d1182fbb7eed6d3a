#include "foundation/state_writer.h"

#include <boost/crc.hpp>
#include <cstring>
#include <utility>

namespace kirchhoff::foundation {

StateWriter::StateWriter() {
  bytes_ = state_layout::magic;
  put(state_layout::format);
}

void StateWriter::append(std::span<const std::byte> bytes) {
  bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void StateWriter::section(std::string_view name, std::uint32_t version) {
  close_section();
  section_at_ = bytes_.size();
  put(static_cast<std::uint32_t>(name.size()));
  bytes_.append(name);
  put(version);
  put(std::uint64_t{0});  // the length of the contents, once it is known
  contents_at_ = bytes_.size();
  ++sections_;
}

void StateWriter::close_section() {
  if (section_at_ == 0) {
    return;
  }
  const std::uint64_t length = bytes_.size() - contents_at_;
  std::memcpy(bytes_.data() + contents_at_ - sizeof length, &length, sizeof length);
  boost::crc_32_type checksum;
  checksum.process_bytes(bytes_.data() + section_at_, bytes_.size() - section_at_);
  put(static_cast<std::uint32_t>(checksum.checksum()));
  section_at_ = 0;
}

std::string StateWriter::finish() {
  const std::uint64_t sections = sections_;
  section(state_layout::end_section, 1);
  put(sections);
  close_section();
  return std::move(bytes_);
}

}  // namespace kirchhoff::foundation
