#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <systemc>
#include <tlm>

namespace kirchhoff::testbenches {

/// The platform's memory: zeros at first, any access in no time (whoever reaches it over a bus pays there),
/// by pointer too. No byte enables.
class Ram final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Ram> bus;

  /// Told of what is written over the socket, by offset: those who keep something of its contents, such as
  /// translated code. Who writes by pointer tells nobody.
  using WriteListener = std::function<void(std::uint32_t offset, std::uint32_t bytes)>;

  Ram(const sc_core::sc_module_name& name, std::size_t bytes);

  void set_write_listener(WriteListener listener) { listener_ = std::move(listener); }
  [[nodiscard]] std::span<std::byte> bytes() { return bytes_; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload);
  bool direct_memory(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& memory);
  [[nodiscard]] bool holds(const tlm::tlm_generic_payload& payload) const;
  void copy(tlm::tlm_generic_payload& payload);

  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Free> storage_;
  std::span<std::byte> bytes_;
  WriteListener listener_;
};

}  // namespace kirchhoff::testbenches
