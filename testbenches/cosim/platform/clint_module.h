#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <optional>
#include <systemc>
#include <tlm>

#include "foundation/duration.h"

namespace kirchhoff::testbenches {

/// Core-local interruptor of one hart: simulated time, timer and software interrupt (layout of SiFive's, as
/// in QEMU's virt machine: msip at 0, mtimecmp at 0x4000, mtime at 0xbff8; 32-bit accesses).
///
/// mtime counts simulated time at 10 MHz and cannot be written. The timer line is high while mtime >=
/// mtimecmp, which is all ones at first.
class Clint final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Clint> bus;
  sc_core::sc_out<bool> timer_interrupt;
  sc_core::sc_out<bool> software_interrupt;

  explicit Clint(const sc_core::sc_module_name& name);

  static constexpr foundation::Duration tick{100'000};

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload);
  [[nodiscard]] std::optional<std::uint32_t> read(std::uint64_t offset, foundation::Duration now) const;
  tlm::tlm_response_status write(std::uint64_t offset, std::uint32_t value, const sc_core::sc_time& delay);
  void drive();

  std::uint64_t compare_ = ~std::uint64_t{0};
  std::uint32_t software_ = 0;
  sc_core::sc_event changed_;
};

}  // namespace kirchhoff::testbenches
