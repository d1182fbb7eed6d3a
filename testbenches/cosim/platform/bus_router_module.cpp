#include "testbenches/cosim/platform/bus_router_module.h"

#include <utility>

#include "interconnect/packet_extension.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::testbenches {
namespace {

template <typename Party>
std::vector<std::string> names_of(const std::vector<Party>& parties) {
  std::vector<std::string> names;
  for (const auto& party : parties) {
    names.push_back(party.name);
  }
  return names;
}

/// An offset for a target, undone on the way back: the address belongs to the initiator.
class Translated {
 public:
  Translated(tlm::tlm_generic_payload& payload, std::uint64_t base)
      : payload_(payload), address_(payload.get_address()) {
    payload_.set_address(address_ - base);
  }
  Translated(const Translated&) = delete;
  Translated& operator=(const Translated&) = delete;
  ~Translated() { payload_.set_address(address_); }

 private:
  tlm::tlm_generic_payload& payload_;
  std::uint64_t address_;
};

}  // namespace

BusRouter::BusRouter(const sc_core::sc_module_name& name, const std::vector<Initiator>& initiators,
                     std::vector<Region> regions, const foundation::Services& services)
    : sc_core::sc_module(name),
      initiators_(initiators),
      regions_(std::move(regions)),
      trace_(services, this->name(), names_of(initiators_), names_of(regions_)) {
  for (std::size_t i = 0; i < initiators.size(); ++i) {
    from_.push_back(std::make_unique<TargetSocket>(("from_" + initiators[i].name).c_str()));
    from_[i]->register_b_transport(this, &BusRouter::transport, static_cast<int>(i));
    from_[i]->register_transport_dbg(this, &BusRouter::debug, static_cast<int>(i));
    from_[i]->register_get_direct_mem_ptr(this, &BusRouter::direct_memory, static_cast<int>(i));
  }
  for (std::size_t i = 0; i < regions_.size(); ++i) {
    to_.push_back(std::make_unique<InitiatorSocket>(("to_" + regions_[i].name).c_str()));
    to_[i]->register_invalidate_direct_mem_ptr(this, &BusRouter::invalidate, static_cast<int>(i));
  }
}

std::size_t BusRouter::find(int initiator, const tlm::tlm_generic_payload& payload) const {
  const bool memory_only = initiators_[static_cast<std::size_t>(initiator)].memory_only;
  const std::uint64_t address = payload.get_address();
  const std::uint64_t bytes = payload.get_data_length();
  std::size_t i = 0;
  for (; i < regions_.size(); ++i) {
    const std::uint64_t offset = address - regions_[i].base;
    if (address >= regions_[i].base && offset < regions_[i].bytes && bytes <= regions_[i].bytes - offset &&
        (regions_[i].memory || !memory_only)) {
      break;
    }
  }
  return i;
}

void BusRouter::transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::size_t target = find(initiator, payload);
  const auto begin = trace_.wanted() ? interconnect::absolute(delay) : foundation::Duration{0};
  if (target < regions_.size()) {
    const Translated translated{payload, regions_[target].base};
    (*to_[target])->b_transport(payload, delay);
  } else {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  if (trace_.wanted()) {
    trace_.accessed({.initiator = static_cast<std::size_t>(initiator),
                     .target = target,
                     .address = payload.get_address(),
                     .bytes = payload.get_data_length(),
                     .read = payload.is_read(),
                     .logged = target == regions_.size() || regions_[target].logged,
                     .begin = begin,
                     .end = interconnect::absolute(delay),
                     .response = interconnect::response_name(payload.get_response_status())});
  }
}

unsigned BusRouter::debug(int initiator, tlm::tlm_generic_payload& payload) {
  const std::size_t target = find(initiator, payload);
  if (target == regions_.size()) {
    return 0;
  }
  const Translated translated{payload, regions_[target].base};
  return (*to_[target])->transport_dbg(payload);
}

bool BusRouter::direct_memory(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& memory) {
  const std::size_t target = find(initiator, payload);
  if (target == regions_.size()) {
    memory.init();
    return false;
  }
  const std::uint64_t base = regions_[target].base;
  const Translated translated{payload, base};
  const bool given = (*to_[target])->get_direct_mem_ptr(payload, memory);
  if (given) {
    memory.set_start_address(memory.get_start_address() + base);
    memory.set_end_address(memory.get_end_address() + base);
  }
  return given;
}

void BusRouter::invalidate(int region, sc_dt::uint64 first, sc_dt::uint64 last) {
  const std::uint64_t base = regions_[static_cast<std::size_t>(region)].base;
  for (auto& socket : from_) {
    (*socket)->invalidate_direct_mem_ptr(base + first, base + last);
  }
}

}  // namespace kirchhoff::testbenches
