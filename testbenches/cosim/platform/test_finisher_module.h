#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>

namespace kirchhoff::testbenches {

/// Ends the simulation when the program says so (SiFive's test finisher, as in QEMU's virt machine): a word
/// at offset 0, 0x5555 for a pass, code << 16 | 0x3333 for a failure. Any other word is refused.
class TestFinisher final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<TestFinisher> bus;

  /// Code 0: pass.
  using Finish = std::function<void(std::uint32_t code)>;
  TestFinisher(const sc_core::sc_module_name& name, Finish finish);

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_response_status write(std::uint64_t offset, std::uint32_t value);

  Finish finish_;
};

}  // namespace kirchhoff::testbenches
