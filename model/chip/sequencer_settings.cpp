#include "model/chip/sequencer_settings.h"

#include <bit>

#include "model/chip/register_map.h"

namespace kirchhoff::model {
namespace {

const RegisterDoc* doc_of(std::uint32_t offset) {
  return find_register(sequencer_register_docs, offset);
}

bool is_flow_word(std::uint32_t offset) {
  return offset >= sequencer_register::flow_table && offset < sequencer_registers_bytes;
}

}  // namespace

SequencerSettings::SequencerSettings() : words_(sequencer_registers_bytes / 4, 0) {
  for (const RegisterDoc& doc : sequencer_register_docs) {
    put(doc.offset, doc.reset);
  }
}

bool SequencerSettings::write(std::uint32_t offset, std::uint32_t value) {
  const RegisterDoc* doc = doc_of(offset);
  if (!is_flow_word(offset) && (doc == nullptr || doc->access == RegisterAccess::read_only)) {
    return false;
  }
  if (is_flow_word(offset) || doc->access != RegisterAccess::write_only) {
    put(offset, value);
  }
  return true;
}

std::optional<std::uint32_t> SequencerSettings::read(std::uint32_t offset) const {
  if (!is_flow_word(offset) && doc_of(offset) == nullptr) {
    return std::nullopt;
  }
  return get(offset);
}

std::uint64_t SequencerSettings::ring_base() const {
  return (std::uint64_t{get(sequencer_register::ring_base_high)} << 32) |
         get(sequencer_register::ring_base_low);
}

float SequencerSettings::output_lsb() const {
  return std::bit_cast<float>(get(sequencer_register::output_lsb));
}

std::vector<SequencerSettings::Flow> SequencerSettings::flows(SequencerFlow kind) const {
  std::vector<Flow> result;
  for (std::uint32_t entry = 0; entry < sequencer_flow_entries; ++entry) {
    const std::uint32_t* words =
        words_.data() + (sequencer_register::flow_table + entry * sequencer_flow_bytes) / 4;
    if ((words[0] & sequencer_flow_valid) != 0 &&
        ((words[0] >> 16) & 3U) == static_cast<std::uint32_t>(kind)) {
      result.push_back({static_cast<interconnect::RouteId>(words[0] & 0xffffU), words[1], words[2]});
    }
  }
  return result;
}

}  // namespace kirchhoff::model
