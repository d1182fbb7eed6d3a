#include "model/chip/descriptor_check.h"

#include <array>

namespace kirchhoff::model {
namespace {

constexpr std::uint32_t always_allowed =
    descriptor_operation_mask | descriptor_interrupt | descriptor_long_record;

/// Operation and flags; the flags that an operation has beside those of all.
constexpr std::array<std::uint32_t, operation_docs.size()> own_flags{
    0, descriptor_segments, descriptor_segments, descriptor_segments, descriptor_segments,
    0, descriptor_segments, descriptor_cells};

struct Range {
  std::uint64_t address;
  std::uint64_t bytes;
};

template <std::size_t Count>
Fault first_overflow(const std::array<Range, Count>& ranges) {
  for (const Range& range : ranges) {
    if (overflows(range.address, range.bytes)) {
      return {ErrorCause::address_overflow, range.address};
    }
  }
  return {};
}

Fault check_weights(const Descriptor& d, const DescriptorLimits& limits) {
  if (d.node >= limits.mesh_nodes) {
    return {ErrorCause::node, 0};
  }
  if (d.columns == 0 || d.columns > limits.tile_columns) {
    return {ErrorCause::columns, 0};
  }
  if (d.count == 0 || d.count > limits.tile_rows) {
    return {ErrorCause::count, 0};
  }
  const std::uint64_t row_bytes = std::uint64_t{d.columns} * sizeof(float);
  if (d.stride < row_bytes) {
    return {ErrorCause::stride, 0};
  }
  const bool program = d.kind() == DescriptorOperation::program_weights;
  const std::uint64_t bytes =
      d.has(descriptor_segments) ? sizeof(Segment) : (d.count - std::uint64_t{1}) * d.stride + row_bytes;
  return first_overflow(std::array{Range{program ? d.input_address : d.output_address, bytes}});
}

/// Where there is an order list, inputs and labels are checked index by index.
Fault check_examples(const Descriptor& d) {
  const bool ordered = d.order_address != 0;
  if (d.count == 0 || d.count > most_examples || (!ordered && d.columns != 0 && d.count > d.columns)) {
    return {ErrorCause::count, 0};
  }
  if (d.kind() == DescriptorOperation::train && d.label_address == 0) {
    return {ErrorCause::labels_missing, 0};
  }
  const std::uint64_t count = d.count;
  const bool listed = d.has(descriptor_segments);
  return first_overflow(
      std::array{Range{d.input_address, listed    ? sizeof(Segment)
                                        : ordered ? 1
                                                  : (count - 1) * d.stride + 1},
                 Range{d.label_address, ordered ? 1 : count * sizeof(std::uint16_t)},
                 Range{d.order_address, ordered ? count * sizeof(std::uint32_t) : 0},
                 Range{d.output_address, d.output_address != 0 ? count * sizeof(std::uint16_t) : 0}});
}

Fault check_configure(const Descriptor& d) {
  if (d.count == 0 || d.count > most_register_writes) {
    return {ErrorCause::count, 0};
  }
  const std::uint64_t bytes =
      d.has(descriptor_segments) ? sizeof(Segment) : std::uint64_t{d.count} * sizeof(RegisterEntry);
  return first_overflow(std::array{Range{d.input_address, bytes}});
}

Fault check_self_test(const Descriptor& d, const DescriptorLimits& limits) {
  if (d.node >= limits.mesh_nodes) {
    return {ErrorCause::node, 0};
  }
  if (!d.has(descriptor_cells)) {
    return {};
  }
  if (d.columns == 0 || d.columns > limits.tile_columns) {
    return {ErrorCause::columns, 0};
  }
  return d.count >= limits.tile_rows ? Fault{ErrorCause::count, 0} : Fault{};
}

Fault check_operands(const Descriptor& d, const DescriptorLimits& limits) {
  switch (d.kind()) {
    case DescriptorOperation::program_weights:
    case DescriptorOperation::read_weights:
      return check_weights(d, limits);
    case DescriptorOperation::train:
    case DescriptorOperation::infer:
      return check_examples(d);
    case DescriptorOperation::configure:
      return check_configure(d);
    case DescriptorOperation::self_test:
      return check_self_test(d, limits);
    case DescriptorOperation::nothing:
    case DescriptorOperation::transfer:
      break;
  }
  return {};
}

}  // namespace

Fault check_descriptor(const Descriptor& descriptor, const DescriptorLimits& limits) {
  const std::uint32_t operation = descriptor.operation & descriptor_operation_mask;
  if (operation >= operation_docs.size()) {
    return {ErrorCause::operation, 0};
  }
  if ((descriptor.operation & ~(always_allowed | own_flags[operation])) != 0) {
    return {ErrorCause::flags, 0};
  }
  const Fault fault = check_operands(descriptor, limits);
  if (fault.any() || descriptor.completion_address == 0) {
    return fault;
  }
  return first_overflow(std::array{Range{descriptor.completion_address, descriptor.has(descriptor_long_record)
                                                                            ? sizeof(LongCompletion)
                                                                            : sizeof(Completion)}});
}

}  // namespace kirchhoff::model
