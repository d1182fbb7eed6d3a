#include "testbenches/cosim/platform/ram_module.h"

#include <cstring>
#include <new>
#include <utility>

namespace kirchhoff::testbenches {
namespace {

/// Emulators map memory by pages.
constexpr std::size_t page_bytes = 4096;

}  // namespace

Ram::Ram(const sc_core::sc_module_name& name, std::size_t bytes)
    : sc_core::sc_module(name),
      bus("bus"),
      // Zeros that cost nothing until they are touched; a page more, to begin at one.
      storage_(std::calloc(1, bytes + page_bytes)) {
  if (storage_ == nullptr) {
    throw std::bad_alloc{};
  }
  void* begin = storage_.get();
  std::size_t room = bytes + page_bytes;
  bytes_ = {static_cast<std::byte*>(std::align(page_bytes, bytes, begin, room)), bytes};
  bus.register_b_transport(this, &Ram::transport);
  bus.register_transport_dbg(this, &Ram::debug);
  bus.register_get_direct_mem_ptr(this, &Ram::direct_memory);
}

bool Ram::holds(const tlm::tlm_generic_payload& payload) const {
  return payload.get_address() < bytes_.size() &&
         payload.get_data_length() <= bytes_.size() - payload.get_address();
}

void Ram::copy(tlm::tlm_generic_payload& payload) {
  std::byte* const place = &bytes_[payload.get_address()];
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), place, payload.get_data_length());
  } else if (payload.is_write()) {
    std::memcpy(place, payload.get_data_ptr(), payload.get_data_length());
    if (listener_) {
      listener_(static_cast<std::uint32_t>(payload.get_address()), payload.get_data_length());
    }
  }
}

void Ram::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  } else if (payload.get_streaming_width() < payload.get_data_length()) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else if (!holds(payload)) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  } else {
    copy(payload);
    payload.set_dmi_allowed(true);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
}

unsigned Ram::debug(tlm::tlm_generic_payload& payload) {
  if (!holds(payload)) {
    return 0;
  }
  copy(payload);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return payload.get_data_length();
}

bool Ram::direct_memory(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_dmi& memory) {
  memory.init();
  memory.set_dmi_ptr(reinterpret_cast<unsigned char*>(bytes_.data()));
  memory.set_start_address(0);
  memory.set_end_address(bytes_.size() - 1);
  memory.allow_read_write();
  return true;
}

}  // namespace kirchhoff::testbenches
