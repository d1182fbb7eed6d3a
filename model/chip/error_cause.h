#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kirchhoff::model {

/// Bits of ERROR_STATUS, and of the error word of a completion record.
enum ChipError : std::uint32_t {
  error_descriptor = 1U << 0,  ///< a descriptor that the chip does not take
  error_dma = 1U << 1,         ///< host memory answered with an error
  error_network = 1U << 2,     ///< a packet was not delivered, or an example did not complete
  error_label = 1U << 3,       ///< a label beyond the classes
  error_bus = 1U << 4,         ///< a register access of the host was refused
  error_ring = 1U << 5,        ///< a doorbell or ring setting was refused
  error_self_test = 1U << 6,   ///< a self-test found something
  error_aborted = 1U << 7,     ///< the host ended a descriptor
};

/// What exactly went wrong. The upper four bits are the group, which decides the bit of ERROR_STATUS.
enum class ErrorCause : std::uint32_t {
  none = 0x00,

  unmapped_address = 0x01,
  unsupported_size = 0x02,
  burst_across_regions = 0x03,
  byte_enables = 0x04,
  read_only = 0x05,
  refused_by_node = 0x06,

  ring_size = 0x10,
  ring_overflow = 0x11,
  ring_busy = 0x12,
  ring_address = 0x13,

  operation = 0x20,
  flags = 0x21,
  node = 0x22,
  count = 0x23,
  columns = 0x24,
  stride = 0x25,
  address_overflow = 0x26,
  segments = 0x27,
  labels_missing = 0x28,
  network_settings = 0x29,
  order_index = 0x2a,
  weights_refused = 0x2b,
  register_refused = 0x2c,

  dma_read = 0x30,
  dma_write = 0x31,

  not_delivered = 0x40,

  label = 0x50,

  self_test_register = 0x60,
  self_test_receive_table = 0x61,
  self_test_route_table = 0x62,
  self_test_weights = 0x63,

  aborted = 0x70,
};

struct ErrorCauseDoc {
  ErrorCause cause;
  std::string_view name;
  std::string_view meaning;
  std::string_view address;  ///< what ERROR_ADDRESS holds; empty: nothing
};

inline constexpr std::array<ErrorCauseDoc, 33> error_cause_docs{{
    {ErrorCause::none, "NONE", "no error since ERROR_STATUS was last cleared", ""},
    {ErrorCause::unmapped_address, "UNMAPPED_ADDRESS", "no register there", "of the access"},
    {ErrorCause::unsupported_size, "UNSUPPORTED_SIZE", "an access that is not one aligned word of 32 bits",
     "of the access"},
    {ErrorCause::burst_across_regions, "BURST_ACROSS_REGIONS", "a burst that ends in another region",
     "of the access"},
    {ErrorCause::byte_enables, "BYTE_ENABLES", "an access with byte enables", "of the access"},
    {ErrorCause::read_only, "READ_ONLY", "a write to a read-only register", "of the access"},
    {ErrorCause::refused_by_node, "REFUSED_BY_NODE", "a tile or router answered with an error",
     "of the access"},
    {ErrorCause::ring_size, "RING_SIZE", "RING_ENTRIES of 1 or too large, or a doorbell without a ring",
     "of the register"},
    {ErrorCause::ring_overflow, "RING_OVERFLOW", "the ring would hold more than RING_ENTRIES - 1 descriptors",
     "of the register"},
    {ErrorCause::ring_busy, "RING_BUSY", "base or size written while the ring holds descriptors",
     "of the register"},
    {ErrorCause::ring_address, "RING_ADDRESS", "the ring runs over the end of the address space",
     "of the register"},
    {ErrorCause::operation, "OPERATION", "an operation that does not exist", "of the descriptor"},
    {ErrorCause::flags, "FLAGS", "a flag that does not exist or that the operation does not have",
     "of the descriptor"},
    {ErrorCause::node, "NODE", "a node that the chip does not have", "of the descriptor"},
    {ErrorCause::count, "COUNT", "a count of 0, or more than the chip or tile can do", "of the descriptor"},
    {ErrorCause::columns, "COLUMNS", "no columns, or more than a tile has", "of the descriptor"},
    {ErrorCause::stride, "STRIDE", "a stride shorter than a row or an example", "of the descriptor"},
    {ErrorCause::address_overflow, "ADDRESS_OVERFLOW", "data that run over the end of the address space",
     "where they begin"},
    {ErrorCause::segments, "SEGMENTS", "a segment list without end or with a bad entry, or too short",
     "of the segment, or of the list"},
    {ErrorCause::labels_missing, "LABELS_MISSING", "training without label_address", "of the descriptor"},
    {ErrorCause::network_settings, "NETWORK_SETTINGS", "the sequencer's settings make no network",
     "of the descriptor"},
    {ErrorCause::order_index, "ORDER_INDEX", "an index of the order list beyond the data set",
     "of the index"},
    {ErrorCause::weights_refused, "WEIGHTS_REFUSED", "a tile refused a row: disabled, or of another shape",
     "of the row's first cell"},
    {ErrorCause::register_refused, "REGISTER_REFUSED", "a register write of a list was refused",
     "of the register"},
    {ErrorCause::dma_read, "DMA_READ", "host memory refused a read", "of the burst"},
    {ErrorCause::dma_write, "DMA_WRITE", "host memory refused a write", "of the burst"},
    {ErrorCause::not_delivered, "NOT_DELIVERED", "a packet was not delivered, or an answer did not come", ""},
    {ErrorCause::label, "LABEL", "a label that is no class", "of the label"},
    {ErrorCause::self_test_register, "SELF_TEST_REGISTER", "a tile register does not keep a pattern",
     "of the register"},
    {ErrorCause::self_test_receive_table, "SELF_TEST_RECEIVE_TABLE",
     "an entry of the receive table does not keep a pattern", "of the entry"},
    {ErrorCause::self_test_route_table, "SELF_TEST_ROUTE_TABLE",
     "an entry of the route or reduction table does not keep a pattern", "of the entry"},
    {ErrorCause::self_test_weights, "SELF_TEST_WEIGHTS", "a weight that does not take a pattern",
     "of the cell"},
    {ErrorCause::aborted, "ABORTED", "the host wrote CONTROL.ABORT", ""},
}};

/// The bit of ERROR_STATUS of a cause; 0 for none.
constexpr std::uint32_t error_bit(ErrorCause cause) {
  switch (static_cast<std::uint32_t>(cause) >> 4) {
    case 0:
      return cause == ErrorCause::none ? 0U : std::uint32_t{error_bus};
    case 1:
      return error_ring;
    case 2:
      return error_descriptor;
    case 3:
      return error_dma;
    case 4:
      return error_network;
    case 5:
      return error_label;
    case 6:
      return error_self_test;
    default:
      return error_aborted;
  }
}

/// A cause and the address that says where.
struct Fault {
  ErrorCause cause = ErrorCause::none;
  std::uint64_t address = 0;

  [[nodiscard]] bool any() const { return cause != ErrorCause::none; }

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.cause, self.address);
  }
};

}  // namespace kirchhoff::model
