#include "interconnect/reduction_unit.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "interconnect/packet_bits.h"
#include "interconnect/router_registers.h"

namespace kirchhoff::interconnect {

using foundation::Duration;

namespace {

bool is_float(const PacketHeader& header) {
  return header.format == VectorFormat::f32;
}

bool belong_together(const PacketHeader& a, const PacketHeader& b) {
  return a.kind == b.kind && a.count == b.count && a.phase == b.phase && a.buffer == b.buffer &&
         a.exponent == b.exponent && a.update == b.update && is_float(a) == is_float(b);
}

/// Bits of an element beyond those of one tile's code.
std::uint32_t growth(std::uint32_t summands) {
  return wide_bits(std::uint32_t{0}, summands);
}

template <typename T, typename Wide>
void add_elements(std::span<const std::byte> from, std::vector<Wide>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    T value;
    std::memcpy(&value, from.data() + i * sizeof(T), sizeof(T));
    to[i] = static_cast<Wide>(to[i] + static_cast<Wide>(value));
  }
}

template <typename T>
void put(const std::vector<T>& values, std::vector<std::byte>& bytes) {
  bytes.resize(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
}

}  // namespace

ReductionUnit::ReductionUnit(NodeId node, const LinkTiming& timing)
    : node_(node),
      cycle_(timing.cycle),
      adder_(timing.cycle * static_cast<std::int64_t>(timing.adder_cycles)),
      rounds_(timing.reduction_rounds),
      entries_(timing.reduction_entries) {}

const char* ReductionUnit::fault_of(const Entry& entry, Port in, const PacketHeader& header,
                                    std::span<const std::byte> bytes) const {
  if ((entry.inputs & mask_of(in)) == 0) {
    return "a packet that comes to a reduction from a side which that does not expect";
  }
  const bool is_sum = header.kind == PacketKind::partial_sum || header.kind == PacketKind::back_partial;
  const bool is_number = header.format == VectorFormat::s16 || header.format == VectorFormat::s32 ||
                         header.format == VectorFormat::f32;
  if (!is_sum || !is_number || header.summands == 0 ||
      std::size_t{header.count} * bytes_of(header.format) > bytes.size()) {
    return "a packet that a reduction cannot add";
  }
  const std::size_t round = entry.held[index_of(in)].size();
  if (round + entry.unsent >= rounds_) {
    return "a packet that comes before its reduction has added up the ones before";
  }
  for (const auto& others : entry.held) {
    if (others.size() > round && !belong_together(others[round].header, header)) {
      return "packets in a reduction that do not belong together";
    }
  }
  return nullptr;
}

ReductionUnit::Taken ReductionUnit::add(std::size_t number, Port in, const PacketHeader& header,
                                        std::span<const std::byte> bytes, Duration head, Duration tail) {
  Entry& entry = entries_[number];
  if (const char* const fault = fault_of(entry, in, header, bytes); fault != nullptr) {
    return {.refused = fault};
  }
  const auto used = bytes.first(header.count * bytes_of(header.format));
  entry.held[index_of(in)].push_back({header, {used.begin(), used.end()}, head, tail});
  for (const Port port : all_ports) {
    if ((entry.inputs & mask_of(port)) != 0 && entry.held[index_of(port)].empty()) {
      return {};
    }
  }
  add_up(entry);
  return {.sum = &sum_};
}

/// The oldest packets of all inputs.
void ReductionUnit::add_up(Entry& entry) {
  const Held* last = nullptr;  // the critical one; on a tie as in a tile's Join
  std::uint32_t summands = 0;
  std::uint32_t code_bits = 0;
  std::size_t packets = 0;
  Duration tail{0};
  std::vector<std::int64_t> codes;
  std::vector<float> values;
  for (const auto& held : entry.held) {
    if (held.empty()) {
      continue;
    }
    const Held& one = held.front();
    const std::uint32_t grown = std::min<std::uint32_t>(growth(one.header.summands), one.header.element_bits);
    if (last == nullptr || one.head > last->head ||
        (one.head == last->head && one.header.path_compute > last->header.path_compute)) {
      last = &one;
    }
    summands += one.header.summands;
    code_bits = std::max(code_bits, one.header.element_bits - grown);
    tail = std::max(tail, one.tail);
    ++packets;
    codes.resize(is_float(one.header) ? 0 : one.header.count, 0);
    values.resize(is_float(one.header) ? one.header.count : 0, 0.0F);
    if (one.header.format == VectorFormat::s16) {
      add_elements<std::int16_t>(one.bytes, codes);
    } else if (one.header.format == VectorFormat::s32) {
      add_elements<std::int32_t>(one.bytes, codes);
    } else {
      add_elements<float>(one.bytes, values);
    }
  }
  sum_.ready = last->head + adder_;
  sum_.complete = std::max(sum_.ready, tail + adder_);
  sum_.additions = (packets - 1) * last->header.count;
  PacketHeader& header = sum_.header;
  header = last->header;
  header.by_table = true;
  header.channel = 0;
  header.route = static_cast<RouteId>(entry.words[1] & 0xffffU);
  header.source = node_;
  header.summands = static_cast<std::uint16_t>(std::min<std::uint32_t>(summands, 0xffff));
  header.element_bits = static_cast<std::uint8_t>(wide_bits(code_bits, summands));
  header.path_network += sum_.ready - header.sent_at;
  header.sent_at = sum_.ready;
  if (is_float(header)) {
    put(values, sum_.bytes);
  } else {
    header.format = VectorFormat::s32;
    std::vector<std::int32_t> sums(codes.size());
    std::transform(codes.begin(), codes.end(), sums.begin(),
                   [](std::int64_t code) { return static_cast<std::int32_t>(code); });
    put(sums, sum_.bytes);
  }
  for (auto& held : entry.held) {
    if (!held.empty()) {
      held.erase(held.begin());
    }
  }
  ++entry.unsent;
}

void ReductionUnit::left(std::size_t number) {
  Entry& entry = entries_[number];
  entry.unsent -= entry.unsent > 0 ? 1 : 0;  // the table may have been written meanwhile
}

bool ReductionUnit::is_empty() const {
  return std::all_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.unsent == 0 &&
           std::all_of(entry.held.begin(), entry.held.end(), [](const auto& held) { return held.empty(); });
  });
}

std::optional<std::uint32_t> ReductionUnit::read(std::size_t word) const {
  return word / 2 < entries_.size() ? std::optional{entries_[word / 2].words[word % 2]} : std::nullopt;
}

bool ReductionUnit::write(std::size_t word, std::uint32_t value) {
  if (word / 2 >= entries_.size()) {
    return false;
  }
  Entry& entry = entries_[word / 2];
  entry.words[word % 2] = value;
  if (word % 2 == 0) {
    take_over(entry);
  }
  return true;
}

/// One input alone has nothing to add, and a sum must not come back to where it was made.
void ReductionUnit::take_over(Entry& entry) {
  const auto [input, output] = entry.words;
  entry.inputs = static_cast<std::uint8_t>((input >> reduction_inputs_shift) & 0x1fU);
  const bool valid = (input & reduction_valid) != 0 && std::popcount(entry.inputs) > 1 &&
                     (input & 0xffffU) != (output & 0xffffU);
  entry.route = valid ? static_cast<RouteId>(input & 0xffffU) : no_route;
  for (auto& held : entry.held) {
    held.clear();
  }
  entry.unsent = 0;
}

void ReductionUnit::reset() {
  entries_.assign(entries_.size(), Entry{});
}

}  // namespace kirchhoff::interconnect
