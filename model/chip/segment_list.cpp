#include "model/chip/segment_list.h"

#include <algorithm>

#include "model/chip/descriptor_check.h"

namespace kirchhoff::model {

Fault SegmentList::load(std::uint64_t address, const Read& read) {
  set_place(address);
  std::uint64_t end = 0;
  for (std::uint32_t number = 0; number < most_segments; ++number) {
    Segment segment;
    const Fault bad{ErrorCause::segments, address};
    if (overflows(address, sizeof segment)) {
      return bad;
    }
    if (!read(address, std::as_writable_bytes(std::span{&segment, 1}))) {
      return {ErrorCause::dma_read, address};
    }
    constexpr std::uint32_t known = segment_last | segment_chain;
    if ((segment.flags & ~known) != 0 || segment.flags == known) {
      return bad;
    }
    if ((segment.flags & segment_chain) != 0) {
      address = segment.address;
      continue;
    }
    if (segment.bytes == 0 || overflows(segment.address, segment.bytes)) {
      return bad;
    }
    end += segment.bytes;
    segments_.push_back(segment.address);
    ends_.push_back(end);
    if ((segment.flags & segment_last) != 0) {
      return {};
    }
    address += sizeof segment;
  }
  return {ErrorCause::segments, address};
}

std::optional<SegmentList::Piece> SegmentList::piece_at(std::uint64_t offset, std::uint64_t bytes) const {
  if (segments_.empty()) {
    const bool good = !overflows(address_, offset + 1) && !overflows(address_ + offset, bytes);
    return good ? std::optional{Piece{address_ + offset, bytes}} : std::nullopt;
  }
  const auto found = std::upper_bound(ends_.begin(), ends_.end(), offset);
  if (found == ends_.end()) {
    return std::nullopt;
  }
  const auto number = static_cast<std::size_t>(found - ends_.begin());
  const std::uint64_t begin = number == 0 ? 0 : ends_[number - 1];
  return Piece{segments_[number] + (offset - begin), std::min(bytes, *found - offset)};
}

}  // namespace kirchhoff::model
