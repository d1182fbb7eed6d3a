#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// What host and chip exchange in host memory, little-endian and without padding.
namespace kirchhoff::model {

/// Low byte of the first word of a descriptor.
enum class DescriptorOperation : std::uint32_t {
  nothing = 0,          ///< a barrier: all before it is done when its record is written
  program_weights = 1,  ///< host memory -> one tile; count rows of `columns` floats, `stride` bytes apart
  read_weights = 2,     ///< one tile -> host memory, the same layout, at output_address
  train = 3,            ///< count examples, in the order given or as they lie
  infer = 4,            ///< the same without learning
  transfer = 5,         ///< move the charge into the PCM now
  configure = 6,        ///< count register writes, RegisterEntry each, at input_address
  self_test = 7,        ///< registers and tables of one node, and with flag CELLS row `count` of its cells
};

/// Bits 8 up of the first word. Others must be 0.
enum DescriptorFlag : std::uint32_t {
  descriptor_interrupt = 1U << 8,     ///< INTERRUPT_STATUS.DESCRIPTOR when it is done
  descriptor_segments = 1U << 9,      ///< input_address (read_weights: output_address) is of a segment list
  descriptor_long_record = 1U << 10,  ///< the completion record is a LongCompletion
  descriptor_cells = 1U << 11,        ///< self_test may program a row and program it back
};
inline constexpr std::uint32_t descriptor_operation_mask = 0xff;

/// Examples of one descriptor.
inline constexpr std::uint32_t most_examples = 1U << 24;
/// Register writes of one descriptor.
inline constexpr std::uint32_t most_register_writes = 1U << 16;
/// Segments of one list.
inline constexpr std::uint32_t most_segments = 1024;

/// A descriptor as it lies in the ring: 64 bytes.
struct Descriptor {
  std::uint32_t operation = 0;
  std::uint32_t tag = 0;
  std::uint32_t count = 0;
  std::uint32_t node = 0;
  std::uint64_t input_address = 0;
  std::uint64_t label_address = 0;
  std::uint64_t order_address = 0;
  std::uint64_t output_address = 0;
  std::uint64_t completion_address = 0;
  std::uint32_t stride = 0;
  std::uint32_t columns = 0;

  [[nodiscard]] DescriptorOperation kind() const {
    return static_cast<DescriptorOperation>(operation & descriptor_operation_mask);
  }
  [[nodiscard]] bool has(DescriptorFlag flag) const { return (operation & flag) != 0; }

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive.block(std::span{&self, 1});
  }
};
static_assert(sizeof(Descriptor) == 64);

/// What the chip writes back when a descriptor is done: 32 bytes.
struct Completion {
  std::uint32_t tag = 0;
  std::uint32_t error = 0;
  std::uint32_t count = 0;
  std::uint32_t correct = 0;
  double loss = 0;
  std::uint64_t time_ps = 0;

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive.block(std::span{&self, 1});
  }
};
static_assert(sizeof(Completion) == 32);

/// The same with the cause of the error: 64 bytes.
struct LongCompletion {
  Completion completion;
  std::uint32_t cause = 0;
  std::uint32_t reserved_0 = 0;
  std::uint64_t error_address = 0;
  std::uint64_t reserved_1 = 0;
  std::uint64_t reserved_2 = 0;
};
static_assert(sizeof(LongCompletion) == 64);

enum SegmentFlag : std::uint32_t {
  segment_last = 1U << 0,   ///< the list ends with this one
  segment_chain = 1U << 1,  ///< no data: the list goes on at `address`
};

/// A piece of what a descriptor reads or writes. The pieces follow one another as if they lay in one place:
/// an example or a row may begin in one and end in the next.
struct Segment {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t flags = 0;
};
static_assert(sizeof(Segment) == 16);

/// A register write of a `configure` descriptor: sequencer or node window.
struct RegisterEntry {
  std::uint32_t address = 0;
  std::uint32_t value = 0;
};
static_assert(sizeof(RegisterEntry) == 8);

// ---- for header and manual --------------------------------------------------------------------------

struct MemberDoc {
  std::size_t offset;
  unsigned bits;  ///< 32, 64; 0: a double
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::array<MemberDoc, 11> descriptor_members{{
    {offsetof(Descriptor, operation), 32, "operation", "operation (7:0) and flags (31:8)"},
    {offsetof(Descriptor, tag), 32, "tag", "comes back in the completion record and in ERROR_TAG"},
    {offsetof(Descriptor, count), 32, "count", "rows, examples, register writes; self-test: the row"},
    {offsetof(Descriptor, node), 32, "node", "weights, self-test: the tile"},
    {offsetof(Descriptor, input_address), 64, "input_address",
     "examples (bytes), weights (floats) or register writes, or their segment list"},
    {offsetof(Descriptor, label_address), 64, "label_address",
     "16-bit labels, one per example of the data set; infer: 0: none"},
    {offsetof(Descriptor, order_address), 64, "order_address",
     "32-bit indices into inputs and labels; 0: 0, 1, 2 ..."},
    {offsetof(Descriptor, output_address), 64, "output_address",
     "16-bit predicted classes, 0: none; read_weights: the rows, or their segment list"},
    {offsetof(Descriptor, completion_address), 64, "completion_address",
     "where the completion record goes; 0: none"},
    {offsetof(Descriptor, stride), 32, "stride", "bytes from example to example, or from row to row"},
    {offsetof(Descriptor, columns), 32, "columns",
     "weights, self-test of cells: columns in use of the tile; examples: how many the data set has, 0: not "
     "stated"},
}};
inline constexpr std::array<MemberDoc, 6> completion_members{{
    {offsetof(Completion, tag), 32, "tag", "of the descriptor"},
    {offsetof(Completion, error), 32, "error", "bits of ERROR_STATUS, 0: well done"},
    {offsetof(Completion, count), 32, "count", "examples, rows or writes done; self-test: checks made"},
    {offsetof(Completion, correct), 32, "correct",
     "examples whose largest output was the label's, before learning from it; self-test: checks passed"},
    {offsetof(Completion, loss), 0, "loss", "sum of the cross-entropies, nat"},
    {offsetof(Completion, time_ps), 64, "time_ps", "simulated time of completion"},
}};
inline constexpr std::array<MemberDoc, 5> long_completion_members{{
    {offsetof(LongCompletion, cause), 32, "cause", "of the error, as in ERROR_CAUSE"},
    {offsetof(LongCompletion, reserved_0), 32, "reserved_0", "0"},
    {offsetof(LongCompletion, error_address), 64, "error_address", "as in ERROR_ADDRESS"},
    {offsetof(LongCompletion, reserved_1), 64, "reserved_1", "0"},
    {offsetof(LongCompletion, reserved_2), 64, "reserved_2", "0"},
}};
inline constexpr std::array<MemberDoc, 3> segment_members{{
    {offsetof(Segment, address), 64, "address", "of the piece, or of the list's next part"},
    {offsetof(Segment, bytes), 32, "bytes", "of the piece"},
    {offsetof(Segment, flags), 32, "flags", "LAST, CHAIN"},
}};
inline constexpr std::array<MemberDoc, 2> register_entry_members{{
    {offsetof(RegisterEntry, address), 32, "address", "of a register of the sequencer or of a node"},
    {offsetof(RegisterEntry, value), 32, "value", "to be written"},
}};

struct ValueDoc {
  std::uint32_t value;
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::array<ValueDoc, 8> operation_docs{{
    {0, "BARRIER", "all before it is done when its record is written"},
    {1, "PROGRAM_WEIGHTS", "host memory to one tile: `count` rows of `columns` floats, `stride` bytes apart"},
    {2, "READ_WEIGHTS", "one tile to host memory, the same layout, at `output_address`"},
    {3, "TRAIN", "`count` examples, in the order given or as they lie"},
    {4, "INFER", "the same without learning"},
    {5, "TRANSFER", "moves the charge into the PCM now"},
    {6, "CONFIGURE", "`count` register writes (address, value) at `input_address`: sequencer and nodes"},
    {7, "SELF_TEST", "registers and tables of `node`, and with flag CELLS row `count` of its cells"},
}};
inline constexpr std::array<ValueDoc, 4> descriptor_flag_docs{{
    {descriptor_interrupt, "INTERRUPT", "INTERRUPT_STATUS.DESCRIPTOR when it is done"},
    {descriptor_segments, "SEGMENTS",
     "`input_address` (READ_WEIGHTS: `output_address`) is of a segment list"},
    {descriptor_long_record, "LONG_RECORD", "the completion record has 64 bytes, with the cause"},
    {descriptor_cells, "CELLS", "SELF_TEST may program a row and program it back"},
}};
inline constexpr std::array<ValueDoc, 2> segment_flag_docs{{
    {segment_last, "LAST", "the list ends with this segment"},
    {segment_chain, "CHAIN", "no data: the list goes on at `address`"},
}};

}  // namespace kirchhoff::model
