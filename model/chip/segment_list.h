#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "foundation/state_fields.h"
#include "model/chip/descriptor.h"
#include "model/chip/error_cause.h"

namespace kirchhoff::model {

/// Where the data of a descriptor lie in host memory: in one place, or in the pieces of a segment list.
class SegmentList {
 public:
  /// One place; a piece is then what is asked for.
  void set_place(std::uint64_t address) {
    address_ = address;
    segments_.clear();
    ends_.clear();
  }

  /// Reads bytes of host memory; false on a bus error.
  using Read = std::function<bool(std::uint64_t address, std::span<std::byte> bytes)>;
  /// Follows a list, segment by segment.
  Fault load(std::uint64_t address, const Read& read);

  /// Calls `step(address, first, bytes)` for every piece of `bytes` bytes from `offset` on, where `first` is
  /// the piece's place among them; ends where it returns false. A fault where the data do not reach so far.
  template <typename Step>
  Fault each_piece(std::uint64_t offset, std::uint64_t bytes, const Step& step) const;

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.address_, self.ends_, self.segments_);
  }
  struct Piece {
    std::uint64_t address;
    std::uint64_t bytes;
  };
  /// The longest piece at an offset.
  [[nodiscard]] std::optional<Piece> piece_at(std::uint64_t offset, std::uint64_t bytes) const;

  std::uint64_t address_ = 0;            ///< of the data or of the list
  std::vector<std::uint64_t> segments_;  ///< addresses
  std::vector<std::uint64_t> ends_;      ///< bytes up to the end of each
};

template <typename Step>
Fault SegmentList::each_piece(std::uint64_t offset, std::uint64_t bytes, const Step& step) const {
  std::uint64_t done = 0;
  while (done < bytes) {
    const auto piece = piece_at(offset + done, bytes - done);
    if (!piece) {
      return {segments_.empty() ? ErrorCause::address_overflow : ErrorCause::segments, address_};
    }
    if (!step(piece->address, done, piece->bytes)) {
      break;
    }
    done += piece->bytes;
  }
  return {};
}

}  // namespace kirchhoff::model
