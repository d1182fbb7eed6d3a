#include "model/chip/sequencer_core.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "foundation/ledger.h"
#include "foundation/transaction_listener.h"
#include "interconnect/packet_address.h"
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
  switch (static_cast<DescriptorOperation>(descriptor.operation)) {
    case DescriptorOperation::nothing:
      break;
    case DescriptorOperation::program_weights:
      move_weights(descriptor, true, now, completion);
      break;
    case DescriptorOperation::read_weights:
      move_weights(descriptor, false, now, completion);
      break;
    case DescriptorOperation::train:
      run_examples(descriptor, true, now, completion);
      break;
    case DescriptorOperation::infer:
      run_examples(descriptor, false, now, completion);
      break;
    case DescriptorOperation::transfer:
      completion.error = prepare() ? transfer(now) : std::uint32_t{error_descriptor};
      break;
    default:
      completion.error = error_descriptor;
      break;
  }
  finish(completion, now);
  return completion;
}

void SequencerCore::finish(Completion& completion, Duration now) {
  state(foundation::TraceSink::idle_state, now);
  completion.time_ps = static_cast<std::uint64_t>(now.count());
}

void SequencerCore::move_weights(const Descriptor& descriptor, bool program, Duration& now,
                                 Completion& completion) {
  const std::size_t row_bytes = descriptor.columns * sizeof(float);
  if (descriptor.node >= parameters_.mesh_nodes || descriptor.columns == 0 ||
      descriptor.columns > parameters_.tile_columns || descriptor.stride < row_bytes) {
    completion.error = error_descriptor;
    return;
  }
  const Duration start = now;
  bytes_.resize(row_bytes);
  for (std::uint32_t row = 0; row < descriptor.count; ++row) {
    const std::uint64_t cells = interconnect::cell_address(descriptor.node, interconnect::CellPlane::weight,
                                                           std::uint64_t{row} * parameters_.tile_columns);
    const std::uint64_t offset = std::uint64_t{row} * descriptor.stride;
    state(program ? "PROGRAM" : "READ_WEIGHTS", now);
    bool memory_ok = true;
    bool cells_ok = true;
    if (program) {
      memory_ok = read_host(descriptor.input_address + offset, bytes_, Phase::setup, now);
      cells_ok = memory_ok && ports_.write_cells(cells, bytes_, now);
    } else {
      cells_ok = ports_.read_cells(cells, bytes_, now);
      memory_ok = !cells_ok || write_host(descriptor.output_address + offset, bytes_, Phase::setup, now);
    }
    completion.error |= (memory_ok ? 0U : std::uint32_t{error_dma}) |
                        (cells_ok || !memory_ok ? 0U : std::uint32_t{error_descriptor});
    if (completion.error != 0) {
      break;
    }
    ++completion.count;
    ports_.settled(now);
  }
  services_.ledger.elapsed(Phase::setup) += now - start;
}

// ---- examples ---------------------------------------------------------------------------------------

/// Takes the network settings over; false where they make no sense.
bool SequencerCore::prepare() {
  inputs_ = settings_.flows(SequencerFlow::input);
  outputs_ = settings_.flows(SequencerFlow::output);
  deltas_ = settings_.flows(SequencerFlow::delta);
  const std::uint32_t inputs = settings_.get(sequencer_register::inputs);
  const std::uint32_t classes = settings_.get(sequencer_register::classes);
  output_lsb_ = settings_.output_lsb();
  const auto within = [](const std::vector<SequencerSettings::Flow>& flows, std::uint32_t limit) {
    return !flows.empty() &&
           std::all_of(flows.begin(), flows.end(), [&](const SequencerSettings::Flow& flow) {
             return flow.count > 0 && flow.first <= limit && flow.count <= limit - flow.first;
           });
  };
  if (inputs == 0 || inputs > kMostInputs || classes == 0 || classes > kMostInputs ||
      !within(inputs_, inputs) || !within(outputs_, classes) || !within(deltas_, classes) ||
      !std::isfinite(output_lsb_)) {
    return false;
  }
  output_of_route_.assign(std::size_t{interconnect::no_route} + 1, -1);
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    output_of_route_[outputs_[i].route] = static_cast<std::int32_t>(i);
  }
  output_unit_.emplace(classes);
  z_.assign(classes, 0.0F);
  codes_.resize(classes);
  values_.resize(std::max(inputs, classes));
  output_join_.reset();
  output_join_.expect(static_cast<std::uint32_t>(outputs_.size()));
  done_join_.reset();
  done_join_.expect(settings_.get(sequencer_register::groups));
  return true;
}

void SequencerCore::run_examples(const Descriptor& descriptor, bool training, Duration& now,
                                 Completion& completion) {
  if (!prepare() || (training && descriptor.label_address == 0)) {
    completion.error = error_descriptor;
    return;
  }
  order_.clear();
  Fetched next;
  if (descriptor.count > 0 && !fetch(descriptor, 0, now, next)) {
    completion.error = error_dma;
    return;
  }
  go_on(descriptor, training, std::move(next), now, completion);
}

/// Works on the examples that are not counted in `completion` yet; `next` is the first of them.
void SequencerCore::go_on(const Descriptor& descriptor, bool training, Fetched next, Duration& now,
                          Completion& completion) {
  const bool labelled = descriptor.label_address != 0;
  auto& ledger = services_.ledger;
  const std::uint32_t classes = settings_.get(sequencer_register::classes);
  const std::uint32_t interval = settings_.get(sequencer_register::transfer_interval);
  const Duration softmax = parameters_.softmax_class * static_cast<std::int64_t>(classes);
  Fetched example;
  for (std::uint32_t number = completion.count; number < descriptor.count; ++number) {
    std::swap(example, next);  // and not moved: both keep their memory
    const Duration start = std::max(now, example.ready);
    // The bus fetches the next example while the arrays work on this one.
    next.ok = true;
    if (number + 1 < descriptor.count) {
      fetch(descriptor, number + 1, start, next);
    }
    if (!example.ok) {
      completion.error = error_dma;
      break;
    }
    if (labelled && example.label >= classes) {
      completion.error = error_label;
      break;
    }
    state("FORWARD", start);
    if (!forward(example, training, start)) {
      completion.error = error_network;
      break;
    }
    const Duration outputs_at = output_join_.latest();
    const Phase phase = training ? Phase::forward : Phase::inference;
    OutputUnit::Result result{OutputUnit::predict(z_), 0};
    if (labelled) {
      result = output_unit_->compare(z_, example.label);
      ledger.at(ledger.host_node(), phase).softmax_values += classes;
      completion.correct += result.predicted == example.label ? 1 : 0;
      completion.loss += result.loss;
    }
    const Duration compared = outputs_at + softmax;
    state("OUTPUT", outputs_at);
    if (descriptor.output_address != 0) {
      auto predicted = static_cast<std::uint16_t>(result.predicted);
      Duration written = compared;
      if (!write_host(descriptor.output_address + std::uint64_t{number} * sizeof predicted,
                      bytes_of_object(predicted), phase, written)) {
        completion.error = error_dma;
        break;
      }
    }
    bool transferred = false;
    ledger.elapsed(phase) += compared - now;
    ledger.network_elapsed(phase) += (start - now) + output_join_.path().network;
    now = compared;
    if (training) {
      state("BACKWARD", compared);
      if (!backward(output_unit_->delta(), compared)) {
        completion.error = error_network;
        break;
      }
      const Duration done = done_join_.latest();
      ledger.elapsed(Phase::update) += parameters_.update;
      ledger.elapsed(Phase::backward) += done - compared - parameters_.update;
      ledger.network_elapsed(Phase::backward) += done_join_.path().network;
      now = done;
      ++ledger.counters().training_examples;
      settings_.put(sequencer_register::examples, settings_.get(sequencer_register::examples) + 1);
      if (interval > 0 && ++since_transfer_ >= interval) {
        completion.error = transfer(now);
        transferred = true;
      }
    } else {
      ++ledger.counters().inference_examples;
    }
    ++completion.count;
    if (completion.error != 0) {
      break;
    }
    if (transferred) {
      rest(descriptor, completion, next, now);
    }
    ports_.settled(now);
    if (services_.trace != nullptr) {
      services_.trace->example_finished();
    }
    if (services_.transactions != nullptr) {
      services_.transactions->example_finished();
    }
  }
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
    go_on(work.descriptor, true, std::move(work.next), now, completion);
  } else {
    completion.error = error_descriptor;
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
}

bool SequencerCore::read_host(std::uint64_t address, std::span<std::byte> bytes, Phase phase, Duration& at) {
  book_host_bits(bytes.size(), phase);
  return ports_.dma_read(address, bytes, at);
}

bool SequencerCore::write_host(std::uint64_t address, std::span<const std::byte> bytes, Phase phase,
                               Duration& at) {
  book_host_bits(bytes.size(), phase);
  return ports_.dma_write(address, bytes, at);
}

void SequencerCore::book_host_bits(std::size_t bytes, Phase phase) {
  constexpr std::uint64_t bits_per_byte = 8;
  services_.ledger.at(services_.ledger.host_node(), phase).host_bits += bits_per_byte * bytes;
}

bool SequencerCore::fetch(const Descriptor& descriptor, std::uint32_t number, Duration at, Fetched& into) {
  const bool training = descriptor.operation == static_cast<std::uint32_t>(DescriptorOperation::train);
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
  }
  into.input.resize(settings_.get(sequencer_register::inputs));
  if (!read_host(descriptor.input_address + index * descriptor.stride, into.input, phase, into.ready)) {
    return false;
  }
  if (descriptor.label_address != 0) {
    std::uint16_t label = 0;
    if (!read_host(descriptor.label_address + index * sizeof label, bytes_of_object(label), phase,
                   into.ready)) {
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

bool SequencerCore::forward(const Fetched& example, bool training, Duration start) {
  outputs_here_ = false;
  PacketHeader header;
  header.kind = PacketKind::activation;
  header.format = VectorFormat::u8;
  header.element_bits = static_cast<std::uint32_t>(parameters_.dac_bits);
  header.training = training;
  header.phase = training ? Phase::forward : Phase::inference;
  bool delivered = true;
  if (parameters_.detail == tiles::Detail::physics && parameters_.dac_bits == 8) {  // bytes are the codes
    for (const auto& flow : inputs_) {
      delivered &=
          post(header, flow, flow.count, std::span{example.input}.subspan(flow.first, flow.count), start);
    }
    return delivered && outputs_here_;
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
  return delivered && outputs_here_;
}

bool SequencerCore::backward(std::span<const float> deltas, Duration start) {
  all_done_ = false;
  PacketHeader header;
  header.kind = PacketKind::delta;
  header.format = VectorFormat::s16;
  header.element_bits = static_cast<std::uint32_t>(parameters_.dac_bits) + 1;
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
  return delivered && all_done_;
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
  if (!send(header, flow, {}, now) || !all_done_) {
    return error_network;
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
  const auto& flow = outputs_[static_cast<std::size_t>(output)];
  const std::span<float> z{z_.data() + flow.first, flow.count};
  if (!tiles::decode(header.format, bytes, 0, z)) {
    return false;
  }
  if (parameters_.detail == tiles::Detail::physics) {
    for (float& value : z) {
      value *= output_lsb_;
    }
  }
  outputs_here_ |= output_join_.add(arrival, path);
  return true;
}

}  // namespace kirchhoff::model
