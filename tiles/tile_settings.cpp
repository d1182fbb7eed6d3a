#include "tiles/tile_settings.h"

#include <algorithm>
#include <array>
#include <bit>

namespace kirchhoff::tiles {

using interconnect::PacketKind;

namespace {

/// What packets of a flow with this action are. One of another kind is refused: the table is wrong then.
PacketKind kind_for(std::uint32_t action) {
  static constexpr std::array kinds{
      PacketKind::access,  // FlowAction::none
      PacketKind::activation, PacketKind::partial_sum,  PacketKind::exponent_report, PacketKind::exponent,
      PacketKind::delta,      PacketKind::back_partial, PacketKind::transfer,        PacketKind::done};
  static_assert(kinds.size() == static_cast<std::size_t>(FlowAction::done) + 1);
  return action < kinds.size() ? kinds[action] : PacketKind::access;
}

bool is_register(std::uint32_t offset) {
  return std::any_of(tile_register_docs.begin(), tile_register_docs.end(),
                     [&](const foundation::RegisterDoc& doc) { return doc.offset == offset; });
}

}  // namespace

TileSettings::TileSettings(std::size_t flow_entries, std::size_t route_entries)
    : flow_words_(4 * flow_entries, 0), flows_(flow_entries), by_route_(route_entries, -1) {
  for (const auto& doc : tile_register_docs) {
    words_[doc.offset / 4] = doc.reset;
  }
}

float TileSettings::real(TileRegister address) const {
  return std::bit_cast<float>(get(address));
}

bool TileSettings::write(std::uint32_t offset, std::uint32_t value) {
  if (offset >= flow_table_offset) {
    return write_flow((offset - flow_table_offset) / 4, value);
  }
  if (!is_register(offset)) {
    return false;
  }
  auto& word = words_[offset / 4];
  word = offset == static_cast<std::uint32_t>(TileRegister::status) ? word & ~value : value;
  return true;
}

std::optional<std::uint32_t> TileSettings::read(std::uint32_t offset) const {
  if (offset >= flow_table_offset) {
    const std::size_t word = (offset - flow_table_offset) / 4;
    return word < flow_words_.size() ? std::optional{flow_words_[word]} : std::nullopt;
  }
  return is_register(offset) ? std::optional{words_[offset / 4]} : std::nullopt;
}

bool TileSettings::write_flow(std::size_t word, std::uint32_t value) {
  if (word >= flow_words_.size()) {
    return false;
  }
  flow_words_[word] = value;
  const bool good = take_flow(word / 4);
  remember_flows();
  return good;
}

void TileSettings::remember_flows() {
  quick_.fill({});
  for (const ReceiveFlow& known : flows_) {
    if (search(known.route) == &known) {
      quick_[known.route % quick_.size()] = known;
    }
  }
}

std::uint32_t TileSettings::summed_by_routers() const {
  std::uint32_t sum = 0;
  for (const ReceiveFlow& flow : flows_) {
    const bool is_used = search(flow.route) == &flow && flow.kind == PacketKind::partial_sum;
    sum += is_used ? flow.summands - 1U : 0U;
  }
  return sum;
}

bool TileSettings::take_flow(std::size_t entry) {
  const std::uint32_t* words = flow_words_.data() + 4 * entry;
  ReceiveFlow& flow = flows_[entry];
  if (flow.route < by_route_.size() && by_route_[flow.route] == static_cast<std::int32_t>(entry)) {
    by_route_[flow.route] = -1;
  }
  flow.route = (words[0] & flow_valid) != 0 ? static_cast<interconnect::RouteId>(words[0] & 0xffffU)
                                            : interconnect::no_route;
  flow.kind = kind_for((words[0] >> 16) & 0xfU);
  flow.source_first = static_cast<std::uint16_t>(words[1] & 0xffffU);
  flow.count = static_cast<std::uint16_t>(words[1] >> 16);
  flow.destination_first = static_cast<std::uint16_t>(words[2] & 0xffffU);
  flow.slot = static_cast<std::uint16_t>(words[2] >> 16);
  flow.summands = std::max(std::uint16_t{1}, static_cast<std::uint16_t>(words[3] & 0xffffU));
  if (flow.route == interconnect::no_route) {
    return true;
  }
  if (flow.route >= by_route_.size()) {
    return false;
  }
  by_route_[flow.route] = static_cast<std::int32_t>(entry);
  return true;
}

}  // namespace kirchhoff::tiles
