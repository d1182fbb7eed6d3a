#include "model/chip/sequencer_core.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "foundation/ledger.h"
#include "foundation/transaction_listener.h"
#include "interconnect/packet_address.h"
#include "model/chip/descriptor_check.h"
#include "model/chip/descriptor_ring.h"
#include "model/chip/self_test.h"
#include "periphery/converter.h"
#include "periphery/delta_scaler.h"
#include "tiles/vector_codec.h"

namespace kirchhoff::model {

using foundation::Duration;
using foundation::Phase;
using interconnect::PacketHeader;
using interconnect::PacketKind;
using interconnect::VectorFormat;

namespace {

/// Indices of the order list that are fetched at a time.
constexpr std::uint32_t kOrderChunk = 256;
/// Register writes that are fetched at a time.
constexpr std::uint32_t kRegisterChunk = 64;
/// Largest example, bytes: what the row buffers of the largest mesh could hold.
constexpr std::uint32_t kMostInputs = 1U << 20;

template <typename T>
std::span<std::byte> bytes_of_object(T& object) {
  return std::as_writable_bytes(std::span{&object, 1});
}

}  // namespace

SequencerCore::SequencerCore(const SequencerParameters& parameters, SequencerPorts& ports,
                             const foundation::Services& services, std::string_view name)
    : parameters_(parameters), ports_(ports), services_(services) {
  if (services_.trace != nullptr) {
    part_ = services_.trace->declare_part(name);
  }
}

void SequencerCore::state(std::string_view name, Duration at) {
  if (services_.trace != nullptr && services_.trace->states_wanted()) {
    services_.trace->text(part_, at, name);
  }
}

void SequencerCore::show_waiting(std::uint32_t descriptors, Duration at) {
  if (services_.trace != nullptr) {
    services_.trace->queued(part_, at, static_cast<int>(descriptors) - static_cast<int>(shown_waiting_));
    shown_waiting_ = descriptors;
  }
}

// ---- descriptors ------------------------------------------------------------------------------------

Completion SequencerCore::execute(const Descriptor& descriptor, Duration& now) {
  Completion completion;
  completion.tag = descriptor.tag;
  fault_ =
      check_descriptor(descriptor, {parameters_.mesh_nodes, parameters_.tile_rows, parameters_.tile_columns});
  if (fault_.any()) {
    completion.error = error_bit(fault_.cause);
    finish(completion, now);
    return completion;
  }
  switch (descriptor.kind()) {
    case DescriptorOperation::nothing:
      break;
    case DescriptorOperation::program_weights:
      move_weights(descriptor, true, now, completion);
      break;
    case DescriptorOperation::read_weights:
      move_weights(descriptor, false, now, completion);
      break;
    case DescriptorOperation::train:
    case DescriptorOperation::infer:
      run_examples(descriptor, now, completion);
      break;
    case DescriptorOperation::transfer:
      completion.error = prepare() ? transfer(now) : fail(ErrorCause::network_settings);
      break;
    case DescriptorOperation::configure:
      configure(descriptor, now, completion);
      break;
    case DescriptorOperation::self_test:
      self_test(descriptor, now, completion);
      break;
  }
  finish(completion, now);
  return completion;
}

/// Remembers why; returns the bit of the completion record.
std::uint32_t SequencerCore::fail(ErrorCause cause, std::uint64_t address) {
  fault_ = {cause, address};
  return error_bit(cause);
}

/// Where the descriptor's data lie, its segment list read if it has one; false with the error noted.
bool SequencerCore::take_place(const Descriptor& descriptor, Phase phase, Duration& now,
                               Completion& completion) {
  const std::uint64_t address = descriptor.kind() == DescriptorOperation::read_weights
                                    ? descriptor.output_address
                                    : descriptor.input_address;
  if (!descriptor.has(descriptor_segments)) {
    data_.set_place(address);
    return true;
  }
  const Fault fault = data_.load(address, [&](std::uint64_t at, std::span<std::byte> bytes) {
    return read_host(at, bytes, phase, now);
  });
  completion.error = fault.any() ? fail(fault.cause, fault.address) : 0;
  return !fault.any();
}

void SequencerCore::finish(Completion& completion, Duration now) {
  state(foundation::TraceSink::idle_state, now);
  completion.time_ps = static_cast<std::uint64_t>(now.count());
}

void SequencerCore::move_weights(const Descriptor& descriptor, bool program, Duration& now,
                                 Completion& completion) {
  const Duration start = now;
  bytes_.resize(descriptor.columns * sizeof(float));
  if (take_place(descriptor, Phase::setup, now, completion)) {
    for (std::uint32_t row = 0; row < descriptor.count; ++row) {
      if (ports_.stopping()) {
        completion.error = fail(ErrorCause::aborted);
        break;
      }
      const std::uint64_t cells = interconnect::cell_address(descriptor.node, interconnect::CellPlane::weight,
                                                             std::uint64_t{row} * parameters_.tile_columns);
      const std::uint64_t offset = std::uint64_t{row} * descriptor.stride;
      state(program ? "PROGRAM" : "READ_WEIGHTS", now);
      bool memory_ok = true;
      bool cells_ok = true;
      if (program) {
        memory_ok = read_data(offset, bytes_, Phase::setup, now);
        cells_ok = memory_ok && ports_.write_cells(cells, bytes_, now);
      } else {
        cells_ok = ports_.read_cells(cells, bytes_, now);
        memory_ok = !cells_ok || write_data(offset, bytes_, Phase::setup, now);
      }
      if (!memory_ok || !cells_ok) {
        completion.error = memory_ok ? fail(ErrorCause::weights_refused, cells) : error_bit(fault_.cause);
        break;
      }
      ++completion.count;
      ports_.settled(now);
    }
  }
  services_.ledger.elapsed(Phase::setup) += now - start;
}

// ---- registers --------------------------------------------------------------------------------------

void SequencerCore::configure(const Descriptor& descriptor, Duration& now, Completion& completion) {
  const Duration start = now;
  std::array<RegisterEntry, kRegisterChunk> entries;
  if (take_place(descriptor, Phase::setup, now, completion)) {
    state("CONFIGURE", now);
    while (completion.count < descriptor.count && completion.error == 0) {
      const std::span part{entries.data(), std::min(kRegisterChunk, descriptor.count - completion.count)};
      if (!read_data(std::uint64_t{completion.count} * sizeof(RegisterEntry), std::as_writable_bytes(part),
                     Phase::setup, now)) {
        completion.error = error_bit(fault_.cause);
        break;
      }
      for (const RegisterEntry& entry : part) {
        if (ports_.stopping()) {
          completion.error = fail(ErrorCause::aborted);
          break;
        }
        if (!write_register(entry, now)) {
          completion.error = fail(ErrorCause::register_refused, entry.address);
          break;
        }
        ++completion.count;
      }
      ports_.settled(now);
    }
  }
  services_.ledger.elapsed(Phase::setup) += now - start;
}

/// Registers of the sequencer but for the ring, and of the nodes.
bool SequencerCore::write_register(const RegisterEntry& entry, Duration& now) {
  const std::uint64_t address = entry.address;
  if (address % sizeof(std::uint32_t) != 0) {
    return false;
  }
  if (address >= sequencer_registers_base && address < sequencer_registers_base + sequencer_registers_bytes) {
    const auto offset = static_cast<std::uint32_t>(address - sequencer_registers_base);
    return !DescriptorRing::governs(offset) && settings_.write(offset, entry.value);
  }
  return address >= interconnect::node_window_base &&
         interconnect::node_of_address(address) < parameters_.mesh_nodes &&
         ports_.write_cells(address, std::as_bytes(std::span{&entry.value, 1}), now);
}

/// A node as a self-test reaches it, over the mesh.
class SequencerCore::NodePort final : public NodeAccess {
 public:
  NodePort(SequencerPorts& ports, Duration& now) : ports_(ports), now_(now) {}

  std::optional<std::uint32_t> read(std::uint64_t address) override {
    std::uint32_t word = 0;
    return ports_.read_cells(address, bytes_of_object(word), now_) ? std::optional{word} : std::nullopt;
  }
  bool write(std::uint64_t address, std::uint32_t value) override {
    return ports_.write_cells(address, bytes_of_object(value), now_);
  }
  bool read_row(std::uint64_t address, std::span<float> weights) override {
    return ports_.read_cells(address, std::as_writable_bytes(weights), now_);
  }
  bool write_row(std::uint64_t address, std::span<const float> weights) override {
    return ports_.write_cells(address, std::as_bytes(weights), now_);
  }
  [[nodiscard]] bool stopping() const override { return ports_.stopping(); }

 private:
  SequencerPorts& ports_;
  Duration& now_;
};

void SequencerCore::self_test(const Descriptor& descriptor, Duration& now, Completion& completion) {
  const Duration start = now;
  NodePort node{ports_, now};
  SelfTest test{node,
                {.route_entries = parameters_.route_entries,
                 .receive_entries = parameters_.receive_entries,
                 .reduction_entries = parameters_.reduction_entries,
                 .tile_columns = parameters_.tile_columns},
                descriptor.node};
  state("SELF_TEST", now);
  test.registers();
  ports_.settled(now);
  test.receive_table();
  ports_.settled(now);
  test.route_table();
  ports_.settled(now);
  if (parameters_.reduction_entries != 0) {
    test.reduction_table();
    ports_.settled(now);
  }
  if (descriptor.has(descriptor_cells) && !ports_.stopping()) {
    test.cells(descriptor.count, descriptor.columns);
    ports_.settled(now);
  }
  completion.count = test.checks();
  completion.correct = test.passed();
  if (test.fault().any()) {
    completion.error = fail(test.fault().cause, test.fault().address);
  } else if (ports_.stopping()) {
    completion.error = fail(ErrorCause::aborted);
  }
  services_.ledger.elapsed(Phase::setup) += now - start;
}

// ---- state ------------------------------------------------------------------------------------------

void SequencerCore::save(foundation::StateWriter& writer) const {
  state_of(*this, writer);
}

void SequencerCore::restore(foundation::StateReader& reader) {
  state_of(*this, reader);
}

// ---- examples ---------------------------------------------------------------------------------------

/// Takes the network settings over; false where they make no sense.
bool SequencerCore::prepare() {
  inputs_ = settings_.flows(SequencerFlow::input);
  outputs_ = settings_.flows(SequencerFlow::output);
  deltas_ = settings_.flows(SequencerFlow::delta);
  const std::uint32_t inputs = settings_.get(sequencer_register::inputs);
  const std::uint32_t classes = settings_.get(sequencer_register::classes);
  input_count_ = inputs;
  class_count_ = classes;
  output_lsb_ = settings_.output_lsb();
  in_flight_ = settings_.get(sequencer_register::in_flight);
  const auto within = [](const std::vector<SequencerSettings::Flow>& flows, std::uint32_t limit) {
    return !flows.empty() &&
           std::all_of(flows.begin(), flows.end(), [&](const SequencerSettings::Flow& flow) {
             return flow.count > 0 && flow.first <= limit && flow.count <= limit - flow.first;
           });
  };
  if (inputs == 0 || inputs > kMostInputs || classes == 0 || classes > kMostInputs ||
      !within(inputs_, inputs) || !within(outputs_, classes) || !within(deltas_, classes) ||
      !std::isfinite(output_lsb_) || in_flight_ == 0 || in_flight_ > parameters_.examples_in_flight) {
    return false;
  }
  output_of_route_.assign(std::size_t{interconnect::no_route} + 1, -1);
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    output_of_route_[outputs_[i].route] = static_cast<std::int32_t>(i);
  }
  output_unit_.emplace(classes);
  codes_.resize(classes);
  values_.resize(std::max(inputs, classes));
  arriving_.resize(parameters_.examples_in_flight);
  for (Outputs& outputs : arriving_) {
    outputs.z.assign(classes, 0.0F);
    outputs.here = false;
    outputs.join.reset();
    outputs.join.expect(static_cast<std::uint32_t>(outputs_.size()));
  }
  done_join_.reset();
  done_join_.expect(settings_.get(sequencer_register::groups));
  return true;
}

void SequencerCore::run_examples(const Descriptor& descriptor, Duration& now, Completion& completion) {
  if (!prepare()) {
    completion.error = fail(ErrorCause::network_settings);
    return;
  }
  if (descriptor.count > 1 && descriptor.stride < input_count_) {
    completion.error = fail(ErrorCause::stride);
    return;
  }
  const bool training = descriptor.kind() == DescriptorOperation::train;
  if (!take_place(descriptor, training ? Phase::forward : Phase::inference, now, completion)) {
    return;
  }
  order_.clear();
  Fetched next;
  if (!fetch(descriptor, 0, now, next)) {
    completion.error = error_bit(fault_.cause);
    return;
  }
  go_on(descriptor, std::move(next), now, completion);
}

/// Works on the examples that are not counted in `completion` yet; `next` is the first of them.
void SequencerCore::go_on(const Descriptor& descriptor, Fetched next, Duration& now, Completion& completion) {
  if (descriptor.kind() == DescriptorOperation::train) {
    train(descriptor, next, now, completion);
  } else {
    infer(descriptor, next, now, completion);
  }
  ports_.end_ahead();  // whatever ended the work: `next` is not ours alone before
}

/// Error bits of an example that cannot be worked on; 0: it can.
std::uint32_t SequencerCore::refused(const Descriptor& descriptor, const Fetched& example) {
  if (!example.ok) {
    return error_bit(fault_.cause);
  }
  if (descriptor.label_address != 0 && example.label >= class_count_) {
    return fail(ErrorCause::label, example.label_address);
  }
  return 0;
}

void SequencerCore::finish_example() {
  if (services_.trace != nullptr) {
    services_.trace->example_finished();
  }
  if (services_.transactions != nullptr) {
    services_.transactions->example_finished();
  }
}

void SequencerCore::train(const Descriptor& descriptor, Fetched& next, Duration& now,
                          Completion& completion) {
  auto& ledger = services_.ledger;
  const std::uint32_t interval = settings_.get(sequencer_register::transfer_interval);
  const Duration softmax = parameters_.softmax_class * static_cast<std::int64_t>(class_count_);
  Outputs& outputs = arriving_.front();
  Fetched example;
  for (std::uint32_t number = completion.count; number < descriptor.count; ++number) {
    ports_.end_ahead();
    std::swap(example, next);  // and not moved: both keep their memory
    const Duration start = std::max(now, example.ready);
    // The bus fetches the next example while the arrays work on this one.
    next.ok = true;
    if (number + 1 < descriptor.count) {
      ahead_ = {&descriptor, number + 1, start, &next};
      if (!ports_.begin_ahead()) {
        fetch_ahead();
      }
    }
    completion.error = refused(descriptor, example);
    if (completion.error != 0) {
      break;
    }
    state("FORWARD", start);
    if (!launch(example, Phase::forward, 0, start) || !ports_.arrived(outputs.here)) {
      completion.error = fail(ErrorCause::not_delivered);
      break;
    }
    const Duration outputs_at = outputs.join.latest();
    OutputUnit::Result result{OutputUnit::predict(outputs.z), 0};
    if (descriptor.label_address != 0) {
      result = output_unit_->compare(outputs.z, example.label);
      ledger.at(ledger.host_node(), Phase::forward).softmax_values += class_count_;
      completion.correct += result.predicted == example.label ? 1 : 0;
      completion.loss += result.loss;
    }
    const Duration compared = outputs_at + softmax;
    state("OUTPUT", outputs_at);
    if (descriptor.output_address != 0) {
      auto predicted = static_cast<std::uint16_t>(result.predicted);
      Duration written = compared;
      if (!write_host(descriptor.output_address + std::uint64_t{number} * sizeof predicted,
                      bytes_of_object(predicted), Phase::forward, written)) {
        completion.error = error_bit(fault_.cause);
        break;
      }
    }
    ledger.elapsed(Phase::forward) += compared - now;
    ledger.network_elapsed(Phase::forward) += (start - now) + outputs.join.path().network;
    now = compared;
    state("BACKWARD", compared);
    if (!backward(output_unit_->delta(), compared)) {
      completion.error = fail(ErrorCause::not_delivered);
      break;
    }
    const Duration done = done_join_.latest();
    ledger.elapsed(Phase::update) += parameters_.update;
    ledger.elapsed(Phase::backward) += done - compared - parameters_.update;
    ledger.network_elapsed(Phase::backward) += done_join_.path().network;
    now = done;
    ++ledger.counters().training_examples;
    settings_.put(sequencer_register::examples, settings_.get(sequencer_register::examples) + 1);
    bool transferred = false;
    if (interval > 0 && ++since_transfer_ >= interval) {
      completion.error = transfer(now);
      transferred = true;
    }
    ++completion.count;
    if (completion.error != 0) {
      break;
    }
    if (transferred) {
      ports_.end_ahead();
      rest(descriptor, completion, next, now);
    }
    ports_.settled(now);
    finish_example();
    if (ports_.stopping() && number + 1 < descriptor.count) {
      completion.error = fail(ErrorCause::aborted);
      break;
    }
  }
}

void SequencerCore::fetch_ahead() {
  fetch(*ahead_.descriptor, ahead_.number, ahead_.at, *ahead_.into);
}

void SequencerCore::rest(const Descriptor& descriptor, const Completion& completion, const Fetched& next,
                         Duration now) {
  under_way_ = Work{descriptor, completion, next};
  ports_.at_rest(now);
  under_way_.reset();
}

Completion SequencerCore::resume(Duration& now) {
  Work work = std::move(*under_way_);
  under_way_.reset();
  Completion completion = work.completion;
  if (prepare()) {
    go_on(work.descriptor, std::move(work.next), now, completion);
  } else {
    completion.error = fail(ErrorCause::network_settings);
  }
  finish(completion, now);
  return completion;
}

void SequencerCore::reset() {
  settings_ = SequencerSettings{};
  order_.clear();
  order_first_ = 0;
  since_transfer_ = 0;
  under_way_.reset();
  fault_ = {};
}

bool SequencerCore::read_host(std::uint64_t address, std::span<std::byte> bytes, Phase phase, Duration& at) {
  book_host_bits(bytes.size(), phase);
  if (!ports_.dma_read(address, bytes, at)) {
    fail(ErrorCause::dma_read, address);
    return false;
  }
  return true;
}

bool SequencerCore::write_host(std::uint64_t address, std::span<const std::byte> bytes, Phase phase,
                               Duration& at) {
  book_host_bits(bytes.size(), phase);
  if (!ports_.dma_write(address, bytes, at)) {
    fail(ErrorCause::dma_write, address);
    return false;
  }
  return true;
}

bool SequencerCore::read_data(std::uint64_t offset, std::span<std::byte> bytes, Phase phase, Duration& at) {
  bool good = true;
  const Fault fault = data_.each_piece(offset, bytes.size(),
                                       [&](std::uint64_t address, std::uint64_t first, std::uint64_t size) {
                                         good = read_host(address, bytes.subspan(first, size), phase, at);
                                         return good;
                                       });
  if (fault.any()) {
    fail(fault.cause, fault.address);
  }
  return good && !fault.any();
}

bool SequencerCore::write_data(std::uint64_t offset, std::span<const std::byte> bytes, Phase phase,
                               Duration& at) {
  bool good = true;
  const Fault fault = data_.each_piece(offset, bytes.size(),
                                       [&](std::uint64_t address, std::uint64_t first, std::uint64_t size) {
                                         good = write_host(address, bytes.subspan(first, size), phase, at);
                                         return good;
                                       });
  if (fault.any()) {
    fail(fault.cause, fault.address);
  }
  return good && !fault.any();
}

void SequencerCore::book_host_bits(std::size_t bytes, Phase phase) {
  constexpr std::uint64_t bits_per_byte = 8;
  services_.ledger.at(services_.ledger.host_node(), phase).host_bits += bits_per_byte * bytes;
}

bool SequencerCore::fetch(const Descriptor& descriptor, std::uint32_t number, Duration at, Fetched& into) {
  const bool training = descriptor.kind() == DescriptorOperation::train;
  const Phase phase = training ? Phase::forward : Phase::inference;
  std::uint64_t index = number;
  into.ready = at;
  into.ok = false;
  if (descriptor.order_address != 0) {
    if (order_.empty() || number < order_first_ || number >= order_first_ + order_.size()) {
      order_first_ = number;
      order_.resize(std::min(kOrderChunk, descriptor.count - number));
      if (!read_host(descriptor.order_address + std::uint64_t{number} * sizeof(std::uint32_t),
                     std::as_writable_bytes(std::span{order_}), phase, into.ready)) {
        return false;
      }
    }
    index = order_[number - order_first_];
    if (descriptor.columns != 0 && index >= descriptor.columns) {
      fail(ErrorCause::order_index, descriptor.order_address + std::uint64_t{number} * sizeof(std::uint32_t));
      return false;
    }
  }
  into.input.resize(input_count_);
  if (!read_data(index * descriptor.stride, into.input, phase, into.ready)) {
    return false;
  }
  if (descriptor.label_address != 0) {
    std::uint16_t label = 0;
    into.label_address = descriptor.label_address + index * sizeof label;
    if (into.label_address < descriptor.label_address) {
      fail(ErrorCause::address_overflow, descriptor.label_address);
      return false;
    }
    if (!read_host(into.label_address, bytes_of_object(label), phase, into.ready)) {
      return false;
    }
    into.label = label;
  }
  into.ok = true;
  return true;
}

bool SequencerCore::send(PacketHeader header, const SequencerSettings::Flow& flow,
                         std::span<const float> values, Duration at) {
  if (parameters_.detail == tiles::Detail::ideal && header.format != VectorFormat::none) {
    header.format = VectorFormat::f32;
  }
  bytes_.resize(std::max(bytes_.size(), values.size() * sizeof(float)));
  const std::size_t size = tiles::encode(header.format, values, bytes_);
  return post(header, flow, values.size(), {bytes_.data(), size}, at);
}

bool SequencerCore::post(PacketHeader& header, const SequencerSettings::Flow& flow, std::size_t count,
                         std::span<const std::byte> bytes, Duration at) {
  header.route = flow.route;
  header.by_table = true;
  header.count = static_cast<std::uint32_t>(count);
  header.sent_at = at;
  ++services_.ledger.counters().packets;
  return ports_.send(header, bytes, at);
}

/// Sends an example's inputs to the tiles of the first layer, for a line buffer that is free.
bool SequencerCore::launch(const Fetched& example, Phase phase, std::uint8_t buffer, Duration start) {
  arriving_[buffer].here = false;
  PacketHeader header;
  header.kind = PacketKind::activation;
  header.format = VectorFormat::u8;
  header.element_bits = static_cast<std::uint8_t>(parameters_.dac_bits);
  header.buffer = buffer & 7U;
  header.phase = phase;
  bool delivered = true;
  if (parameters_.detail == tiles::Detail::physics && parameters_.dac_bits == 8) {  // bytes are the codes
    for (const auto& flow : inputs_) {
      delivered &=
          post(header, flow, flow.count, std::span{example.input}.subspan(flow.first, flow.count), start);
    }
    return delivered;
  }
  // Bytes are 8-bit pulse widths; a DAC with fewer bits gets the nearest of its own codes.
  const periphery::PulseWidthDac dac{parameters_.dac_bits};
  for (std::size_t i = 0; i < example.input.size(); ++i) {
    const auto byte = std::to_integer<std::int32_t>(example.input[i]);
    if (parameters_.detail == tiles::Detail::ideal) {
      values_[i] = static_cast<float>(byte) / 255.0F;
    } else {
      values_[i] = static_cast<float>(dac.code_of(byte / 255.0));
    }
  }
  for (const auto& flow : inputs_) {
    delivered &= send(header, flow, {values_.data() + flow.first, flow.count}, start);
  }
  return delivered;
}

bool SequencerCore::backward(std::span<const float> deltas, Duration start) {
  all_done_ = false;
  PacketHeader header;
  header.kind = PacketKind::delta;
  header.format = VectorFormat::s16;
  header.element_bits = static_cast<std::uint8_t>(parameters_.dac_bits + 1);
  header.phase = Phase::backward;
  header.update = updates_++;
  header.exponent = periphery::shared_exponent(periphery::largest_magnitude(deltas));
  if (parameters_.detail == tiles::Detail::ideal) {
    std::copy(deltas.begin(), deltas.end(), values_.begin());
  } else {
    const periphery::PulseWidthDac dac{parameters_.dac_bits};
    periphery::scale_deltas(deltas, header.exponent, dac.full_code, codes_);
    std::copy(codes_.begin(), codes_.end(), values_.begin());
  }
  bool delivered = true;
  for (const auto& flow : deltas_) {
    delivered &= send(header, flow, {values_.data() + flow.first, flow.count}, start);
  }
  return delivered && ports_.arrived(all_done_);
}

std::uint32_t SequencerCore::transfer(Duration& now) {
  all_done_ = false;
  since_transfer_ = 0;
  PacketHeader header;
  header.kind = PacketKind::transfer;
  header.phase = Phase::transfer;
  SequencerSettings::Flow flow;
  flow.route = static_cast<interconnect::RouteId>(settings_.get(sequencer_register::transfer_route));
  state("TRANSFER", now);
  if (!send(header, flow, {}, now) || !ports_.arrived(all_done_)) {
    return fail(ErrorCause::not_delivered);
  }
  services_.ledger.elapsed(Phase::transfer) += done_join_.latest() - now;
  services_.ledger.network_elapsed(Phase::transfer) += done_join_.path().network;
  now = done_join_.latest();
  ++services_.ledger.counters().transfers;
  settings_.put(sequencer_register::transfers, settings_.get(sequencer_register::transfers) + 1);
  return 0;
}

bool SequencerCore::receive(const PacketHeader& header, std::span<const std::byte> bytes, Duration arrival) {
  const tiles::PathTime path{header.path_network + (arrival - header.sent_at), header.path_compute};
  if (header.kind == PacketKind::done) {
    all_done_ |= done_join_.add(arrival, path);
    return true;
  }
  const std::int32_t output = header.route < output_of_route_.size() ? output_of_route_[header.route] : -1;
  if (header.kind != PacketKind::layer_output || output < 0) {
    return false;
  }
  Outputs& outputs = arriving_[header.buffer];
  const auto& flow = outputs_[static_cast<std::size_t>(output)];
  const std::span<float> z{outputs.z.data() + flow.first, flow.count};
  if (!tiles::decode(header.format, bytes, 0, z)) {
    return false;
  }
  if (parameters_.detail == tiles::Detail::physics) {
    for (float& value : z) {
      value *= output_lsb_;
    }
  }
  outputs.here |= outputs.join.add(arrival, path);
  return true;
}

}  // namespace kirchhoff::model
