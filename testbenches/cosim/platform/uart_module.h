#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>
#include <tlm>

namespace kirchhoff::testbenches {

/// A 16550 UART as polling drivers use it: byte registers, always ready to send, nothing ever received.
///
/// Kept: divisor latch (LCR bit 7), IER, LCR, MCR, scratch register. Not modelled: baud rate (a character is
/// sent at once), FIFO, interrupts, input.
class Uart final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Uart> bus;

  using Output = std::function<void(char)>;
  Uart(const sc_core::sc_module_name& name, Output output);

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload);
  [[nodiscard]] std::optional<std::uint8_t> read(std::uint64_t offset) const;
  tlm::tlm_response_status write(std::uint64_t offset, std::uint8_t value);
  [[nodiscard]] bool shows_divisor() const;

  Output output_;
  std::array<std::uint8_t, 8> registers_{};
  std::array<std::uint8_t, 2> divisor_{};
};

}  // namespace kirchhoff::testbenches
