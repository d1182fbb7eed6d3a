#include "tiles/tile_core.h"

#include <algorithm>
#include <cmath>

#include "foundation/activity.h"
#include "interconnect/packet_bits.h"
#include "periphery/delta_scaler.h"
#include "tiles/bookings.h"
#include "tiles/make_synapse_array.h"
#include "tiles/update_gains.h"

namespace kirchhoff::tiles {

using foundation::Activity;
using foundation::Duration;
using foundation::Phase;
using foundation::Purpose;
using foundation::RandomStream;
using interconnect::no_route;
using interconnect::PacketHeader;
using interconnect::PacketKind;
using interconnect::VectorFormat;

namespace {

/// Whole pulses so far; the fraction is carried on.
std::uint64_t whole_part(double expected, double& carried) {
  carried += expected;
  const double whole = std::floor(carried);
  carried -= whole;
  return static_cast<std::uint64_t>(whole);
}

}  // namespace

TileCore::Constants::Constants(const TileParameters& p)
    : ideal(p.detail == Detail::ideal),
      two_phases(p.periphery.adc_two_phase_deltas),
      adc_bits(static_cast<std::uint32_t>(p.periphery.adc_bits)),
      dac_bits(static_cast<std::uint32_t>(p.periphery.dac_bits)),
      read(p.timing.read()),
      transposed(p.timing.transposed(p.periphery.adc_two_phase_deltas)),
      overlap(p.timing.overlap()),
      update(p.timing.update(p.periphery.update_slots)),
      digital_value(p.timing.digital(1)),
      g_ref_us(present_parts(p.synapse).capacitor.g_ref_us) {}

TileCore::TileCore(interconnect::NodeId node, const TileParameters& parameters,
                   periphery::SharedTrains& trains, const foundation::Services& services,
                   std::string_view name, Outbox& outbox, TileScratch* scratch)
    : node_(node),
      constants_(parameters),
      services_(services),
      outbox_(outbox),
      trains_(trains),
      own_scratch_(scratch == nullptr ? std::make_unique<TileScratch>(parameters.rows, parameters.columns)
                                      : nullptr),
      scratch_(scratch == nullptr ? *own_scratch_ : *scratch),
      dac_(parameters.periphery.dac_bits),
      style_(periphery::update_style(parameters.periphery)),
      array_(make_synapse_array(node, parameters, services.seed)),
      buffer_(parameters.rows),
      delta_(array_->weights().stride(), 0.0F),
      more_buffers_(parameters.examples_in_flight - 1, LineBuffer(parameters.rows)),
      settings_(parameters.flow_entries, parameters.route_entries),
      probe_(services, node, name, parameters.traced_cell),
      forward_noise_(RandomStream{services.seed, Purpose::forward_noise, node}, parameters.columns,
                     parameters.periphery.adc_integrator_noise),
      transposed_noise_(RandomStream{services.seed, Purpose::transposed_noise, node}, parameters.rows,
                        parameters.periphery.adc_integrator_noise),
      jitter_(RandomStream{services.seed, Purpose::duration_jitter, node},
              constants_.ideal ? 0 : parameters.duration_jitter, dac_.full_code),
      parameters_(parameters) {}

// ---- settings ---------------------------------------------------------------------------------------

Outcome TileCore::write_register(std::uint32_t offset, std::uint32_t value) {
  if (!settings_.write(offset, value)) {
    return Outcome::bad_address;
  }
  if (offset == static_cast<std::uint32_t>(TileRegister::control)) {
    enabled_ = (value & control_enable) != 0 && configure();
    if ((value & control_enable) != 0 && !enabled_) {
      settings_.raise(status_bad_setting);
    }
  }
  return Outcome::ok;
}

std::optional<std::uint32_t> TileCore::read_register(std::uint32_t offset) const {
  return settings_.read(offset);
}

bool TileCore::configure() {
  const std::uint32_t rows = settings_.get(TileRegister::rows);
  const std::uint32_t columns = settings_.get(TileRegister::columns);
  const bool bias = settings_.has(control_bias);
  const std::uint32_t kind = settings_.get(TileRegister::activation);
  const float forward_range = settings_.real(TileRegister::forward_full_scale);
  const float backward_range = settings_.real(TileRegister::backward_full_scale);
  const float output_scale = settings_.real(TileRegister::output_scale);
  input_scale_ = settings_.real(TileRegister::input_scale);
  const auto positive = [](float value) { return std::isfinite(value) && value > 0; };
  if (rows == 0 || rows > parameters_.rows || columns == 0 || columns > parameters_.columns || kind > 2 ||
      !positive(forward_range) || !positive(backward_range) || !positive(output_scale) ||
      !positive(input_scale_)) {
    return false;
  }
  const bool is_collector = settings_.has(control_collector);
  const std::uint32_t partials = settings_.get(TileRegister::partials);
  const std::uint32_t back_slots = settings_.get(TileRegister::back_slots);
  constexpr std::uint32_t kMostParts = 1024;
  if (is_collector && (partials == 0 || partials > kMostParts || back_slots > kMostParts ||
                       settings_.get(TileRegister::partial_slot) >= partials)) {
    return false;
  }
  rows_ = rows;
  columns_ = columns;
  input_rows_ = bias ? rows_ - 1 : rows_;
  array_->select(rows_, columns_);
  const auto spread = constants_.ideal ? periphery::AdcSpread{} : periphery::AdcSpread{parameters_.periphery};
  const std::int64_t adc_bits = parameters_.periphery.adc_bits;
  column_adcs_.emplace(periphery::Adc{adc_bits, static_cast<double>(forward_range)}, parameters_.columns,
                       spread, RandomStream{services_.seed, Purpose::column_adcs, node_});
  row_adcs_.emplace(periphery::Adc{adc_bits, static_cast<double>(backward_range)}, parameters_.rows, spread,
                    RandomStream{services_.seed, Purpose::row_adcs, node_});
  collector_.reset();
  if (is_collector) {
    collector_ = std::make_unique<Collector>(Collector::Shape{
        .columns = columns_,
        .partials = partials,
        .back_slots = back_slots,
        .sets = parameters_.examples_in_flight,
        .ideal = constants_.ideal,
        .kind = static_cast<periphery::ActivationKind>(kind),
        .forward_lsb = column_adcs_->adc().lsb,
        .adc_high_code = column_adcs_->adc().high_code,
        .backward_lsb = row_adcs_->adc().lsb,
        .full_code = dac_.full_code,
        .output_scale = output_scale,
    });
  }
  std::fill(delta_.begin(), delta_.end(), 0.0F);
  for_each_buffer([&](LineBuffer& buffer) {
    buffer.prepare(input_rows_, partials);
    if (bias) {  // a constant 1: the pulse that stands for it, whatever a full pulse is worth
      buffer.x[rows_ - 1] =
          constants_.ideal ? 1.0F : static_cast<float>(dac_.code_of(1.0 / static_cast<double>(input_scale_)));
    }
  });
  summed_by_routers_ = settings_.summed_by_routers();
  back_partials_.reset();
  back_partials_.expect(settings_.get(TileRegister::back_partials));
  dones_.reset();
  dones_.expect(partials);
  reports_.reset();
  reports_.expect(settings_.get(TileRegister::exponent_reports));
  largest_exponent_ = periphery::min_exponent;
  return true;
}

// ---- what every operation does ----------------------------------------------------------------------

/// Takes the array for `length` from the first instant it is free; charge decays up to there.
/// A read is `passes` of integration and conversion.
Duration TileCore::occupy(Duration from, Duration length, TileState state, int passes) {
  const Duration begin = std::max(from, busy_until_);
  busy_until_ = begin + length;
  array_->advance_to(begin);
  if (state != TileState::program) {
    array_->settle();
  }
  if (services_.trace == nullptr) {
    return busy_until_;
  }
  for (int pass = 0; pass < passes; ++pass) {
    const Duration start = begin + length / passes * pass;
    const Duration end = start + length / passes;
    probe_.busy(state, start, end);
    if (state == TileState::read || state == TileState::transposed) {
      probe_.busy(TileState::convert, start + parameters_.timing.integrate, end);
    }
  }
  return busy_until_;
}

void TileCore::send(PacketHeader header, interconnect::RouteId route, std::span<const float> values,
                    Duration at, PathTime path) {
  header.route = route;
  header.by_table = true;
  header.source = node_;
  header.summands = 1;  // whatever the packet was that caused this one
  header.count = static_cast<std::uint32_t>(values.size());
  header.sent_at = at;
  header.path_network = path.network;
  header.path_compute = path.compute;
  if (constants_.ideal && header.format != VectorFormat::none) {
    header.format = VectorFormat::f32;  // timed as the code it stands for
  }
  const std::size_t size = encode(header.format, values, scratch_.bytes);
  if (!outbox_.send(header, {scratch_.bytes.data(), size}, at)) {
    settings_.raise(status_send_failed);
  }
}

/// Currents of a read with these duties; returns the lines driven.
std::uint64_t TileCore::book_reads(Activity& activity, std::span<const float> duties, bool rows) const {
  const DrivenLines driven = rows ? array_->driven_rows(duties) : array_->driven_columns(duties);
  const double unit = 1e-6 / (constants_.ideal ? 1.0 : static_cast<double>(dac_.full_code));
  book_currents(activity, driven, unit, constants_.g_ref_us);
  return driven.lines;
}

// ---- packets ----------------------------------------------------------------------------------------

Outcome TileCore::receive(const PacketHeader& header, std::span<const std::byte> bytes, Duration arrival) {
  const ReceiveFlow* flow = settings_.flow(header.route);
  if (!enabled_ || flow == nullptr) {
    settings_.raise(status_unknown_flow);
    return Outcome::unknown_flow;
  }
  if (header.kind != flow->kind) {
    settings_.raise(status_bad_packet);
    return Outcome::bad_packet;
  }
  const PathTime path{header.path_network + (arrival - header.sent_at), header.path_compute};
  Outcome outcome = Outcome::bad_packet;
  switch (header.kind) {
    case PacketKind::activation:
      outcome = take_inputs(header, *flow, bytes, arrival, path);
      break;
    case PacketKind::partial_sum:
      if (collector_ && flow->slot < collector_->partial_slots() && flow->count == columns_ &&
          header.summands == flow->summands &&
          decode(header.format, bytes, flow->source_first, collector_->partial(flow->slot, header.buffer))) {
        waits(PacketKind::partial_sum, arrival);
        collect_partial(header, flow->slot, {}, arrival, path, flow->summands);
        outcome = Outcome::ok;
      }
      break;
    case PacketKind::delta:
      outcome = take_deltas(header, *flow, bytes, arrival, path);
      break;
    case PacketKind::back_partial:
      if (collector_ && flow->slot < collector_->back_slots() && header.summands == flow->summands &&
          flow->destination_first + flow->count <= columns_ &&
          decode(header.format, bytes, flow->source_first,
                 collector_->back_partial(flow->slot).subspan(flow->destination_first, flow->count))) {
        waits(PacketKind::back_partial, arrival);
        collect_back(header, arrival, path);
        outcome = Outcome::ok;
      }
      break;
    case PacketKind::exponent_report:
      if (collector_) {
        waits(PacketKind::exponent_report, arrival);
        collect_report(header, header.exponent, arrival, path);
        outcome = Outcome::ok;
      }
      break;
    case PacketKind::exponent:
      if (collector_) {
        emit_deltas(header, header.exponent, arrival, path);
        outcome = Outcome::ok;
      }
      break;
    case PacketKind::transfer:
      waits(PacketKind::transfer, arrival);
      transfer(header, arrival, path);
      outcome = Outcome::ok;
      break;
    case PacketKind::done:
      if (collector_) {
        waits(PacketKind::done, arrival);
        finish_transfer(header, arrival, path);
        outcome = Outcome::ok;
      }
      break;
    case PacketKind::layer_output:
    case PacketKind::access:
      break;
  }
  if (outcome == Outcome::bad_packet) {
    settings_.raise(status_bad_packet);
  }
  return outcome;
}

Outcome TileCore::take_inputs(const PacketHeader& header, const ReceiveFlow& flow,
                              std::span<const std::byte> bytes, Duration arrival, PathTime path) {
  if (flow.destination_first + std::size_t{flow.count} > input_rows_) {
    return Outcome::bad_packet;
  }
  LineBuffer& buffer = buffer_of(header);
  const std::span<float> x{buffer.x.data() + flow.destination_first, flow.count};
  if (!decode(header.format, bytes, flow.source_first, x)) {
    return Outcome::bad_packet;
  }
  if (!jitter_.is_none()) {
    jitter_.add(x);
  }
  book(header.phase).stores += flow.count;
  waits(PacketKind::activation, arrival);
  if (buffer.inputs.add(arrival, path, flow.count)) {
    forward(header);
  }
  return Outcome::ok;
}

Outcome TileCore::take_deltas(const PacketHeader& header, const ReceiveFlow& flow,
                              std::span<const std::byte> bytes, Duration arrival, PathTime path) {
  if (flow.count != columns_ || !decode(header.format, bytes, flow.source_first, {delta_.data(), columns_})) {
    return Outcome::bad_packet;
  }
  if (!jitter_.is_none()) {
    jitter_.add({delta_.data(), columns_});
  }
  book(header.phase).stores += columns_;
  waits(PacketKind::delta, arrival);
  delta_exponent_ = header.exponent;
  used(PacketKind::delta, std::max(arrival, busy_until_));
  if (!settings_.has(control_first_layer)) {
    transposed(header, arrival, path);
  }
  update(header, arrival, path);
  return Outcome::ok;
}

// ---- forward ----------------------------------------------------------------------------------------

void TileCore::forward(const PacketHeader& cause) {
  const LineBuffer& buffer = buffer_of(cause);
  const Duration from = buffer.inputs.latest();
  used(PacketKind::activation, std::max(from, busy_until_));
  PathTime path = buffer.inputs.path();
  const Duration overlap = settings_.has(control_overlap_forward) ? constants_.overlap : Duration{0};
  const Duration done = occupy(from, constants_.read, TileState::read) - overlap;
  path.compute += done - from;

  const std::span<const float> x{buffer.x.data(), rows_};
  array_->weights().forward(x, {scratch_.sums.data(), padded_columns()});

  Activity& activity = book(cause.phase);
  activity.row_drives += book_reads(activity, x, true);
  activity.driver_passes += rows_;
  activity.integrator_passes += columns_ + 1;  // and the reference column
  activity.conversions += columns_;
  activity.multiply_accumulates += rows_ * columns_;

  const std::span<float> codes{scratch_.values.data(), columns_};
  if (constants_.ideal) {
    std::copy_n(scratch_.sums.begin(), columns_, codes.begin());
  } else {
    const std::span<std::int16_t> raw{scratch_.codes.data(), columns_};
    const float scale = input_scale_ / static_cast<float>(dac_.full_code);
    const std::span<float> sums{scratch_.sums.data(), columns_};
    const bool noisy_cells = array_->forward_variance(x, {scratch_.variances.data(), columns_});
    forward_noise_.add({scratch_.variances.data(), noisy_cells ? columns_ : 0}, scale, sums);
    activity.adc_overloads += column_adcs_->convert(sums, scale, raw);
    std::copy(raw.begin(), raw.end(), codes.begin());
  }
  if (collector_) {
    const std::size_t slot = settings_.get(TileRegister::partial_slot);
    if (slot >= collector_->partial_slots()) {  // written after ENABLE has checked it
      settings_.raise(status_bad_setting);
      return;
    }
    collect_partial(cause, slot, codes, done, path);
    return;
  }
  PacketHeader header = cause;
  header.kind = PacketKind::partial_sum;
  header.format = VectorFormat::s16;
  header.element_bits = static_cast<std::uint8_t>(constants_.adc_bits);
  send(header, settings_.route(TileRegister::transmit_partial), codes, done, path);
}

/// `codes` is empty when the packet's payload already lies in the slot.
void TileCore::collect_partial(const PacketHeader& cause, std::size_t slot, std::span<const float> codes,
                               Duration at, PathTime path, std::uint32_t summands) {
  if (!codes.empty()) {
    std::copy(codes.begin(), codes.end(), collector_->partial(slot, cause.buffer).begin());
  }
  Join& partials = buffer_of(cause).partials;
  if (!partials.add(at, path, summands)) {
    return;
  }
  used(PacketKind::partial_sum, partials.latest());
  const Duration delay = constants_.digital(columns_);
  const Duration done = partials.latest() + delay;
  PathTime critical = partials.path();
  critical.compute += delay;
  Activity& activity = book(cause.phase);
  activity.sums +=
      columns_ * (partials.expected() - 1 - std::min(summed_by_routers_, partials.expected() - 1));

  PacketHeader header = cause;
  if (settings_.has(control_last_layer)) {
    header.kind = PacketKind::layer_output;
    header.format = VectorFormat::s32;
    header.element_bits =
        static_cast<std::uint8_t>(interconnect::wide_bits(constants_.adc_bits, partials.expected()));
    send(header, settings_.route(TileRegister::transmit_output), collector_->wide_sums(cause.buffer), done,
         critical);
    return;
  }
  header.kind = PacketKind::activation;
  header.format = VectorFormat::u8;
  header.element_bits = static_cast<std::uint8_t>(constants_.dac_bits);
  activity.functions += columns_;
  activity.stores += columns_;  // the derivative, kept for the way back
  send(header, settings_.route(TileRegister::transmit_output), collector_->activations(cause.buffer), done,
       critical);
}

// ---- backward ---------------------------------------------------------------------------------------

/// Leaves the codes in the scratch.
void TileCore::read_transposed(std::span<const float> deltas, Activity& activity) {
  const std::span<float> e{scratch_.row_sums.data(), input_rows_};
  const float scale = 1.0F / static_cast<float>(dac_.full_code);
  array_->weights().transposed(deltas.first(padded_columns()), e);
  const bool noisy_cells = array_->transposed_variance(deltas, {scratch_.variances.data(), input_rows_});
  transposed_noise_.add({scratch_.variances.data(), noisy_cells ? input_rows_ : 0}, scale, e);
  activity.adc_overloads += row_adcs_->convert(e, scale, {scratch_.codes.data(), input_rows_});
}

void TileCore::transposed(const PacketHeader& cause, Duration& at, PathTime& path) {
  const bool two_phases = constants_.two_phases;
  const std::uint64_t passes = two_phases ? 2 : 1;
  const Duration overlap = settings_.has(control_overlap_transposed) ? constants_.overlap : Duration{0};
  const Duration done =
      occupy(at, constants_.transposed, TileState::transposed, static_cast<int>(passes)) - overlap;
  path.compute += done - at;
  at = done;

  Activity& activity = book(cause.phase);
  activity.column_drives += book_reads(activity, {delta_.data(), columns_}, false);
  activity.driver_passes += passes * columns_;
  activity.integrator_passes += passes * (input_rows_ + 1);
  activity.conversions += passes * input_rows_;
  activity.multiply_accumulates += input_rows_ * columns_;
  activity.sums += (passes - 1) * input_rows_;  // one sign less the other

  const std::span<float> e{scratch_.values.data(), input_rows_};
  if (constants_.ideal) {
    array_->weights().transposed({delta_.data(), padded_columns()}, e);
  } else if (!two_phases) {
    read_transposed(delta_, activity);
    std::copy_n(scratch_.codes.begin(), input_rows_, e.begin());
  } else {
    std::fill(scratch_.one_sign.begin(), scratch_.one_sign.end(), 0.0F);
    for (std::size_t j = 0; j < columns_; ++j) {
      scratch_.one_sign[j] = std::max(delta_[j], 0.0F);
    }
    read_transposed(scratch_.one_sign, activity);
    std::copy_n(scratch_.codes.begin(), input_rows_, e.begin());
    for (std::size_t j = 0; j < columns_; ++j) {
      scratch_.one_sign[j] = std::max(-delta_[j], 0.0F);
    }
    read_transposed(scratch_.one_sign, activity);
    for (std::size_t i = 0; i < input_rows_; ++i) {
      e[i] -= static_cast<float>(scratch_.codes[i]);
    }
  }
  PacketHeader header = cause;
  header.kind = PacketKind::back_partial;
  header.format = VectorFormat::s16;
  header.element_bits = static_cast<std::uint8_t>(constants_.adc_bits + (two_phases ? 1 : 0));
  header.exponent = delta_exponent_;
  send(header, settings_.route(TileRegister::transmit_back), e, done, path);
}

void TileCore::collect_back(const PacketHeader& cause, Duration at, PathTime path) {
  if (!back_partials_.add(at, path)) {
    return;
  }
  used(PacketKind::back_partial, back_partials_.latest());
  const Duration delay = constants_.digital(columns_);
  PathTime critical = back_partials_.path();
  critical.compute += delay;
  const Duration done = back_partials_.latest() + delay;
  Activity& activity = book(cause.phase);
  activity.sums += columns_ * (collector_->back_slots() - 1);
  activity.functions += columns_;  // times the derivative
  const std::int32_t exponent = collector_->deltas(cause.exponent);
  const interconnect::RouteId leader = settings_.route(TileRegister::transmit_report);
  if (leader == no_route) {
    collect_report(cause, exponent, done, critical);
    return;
  }
  PacketHeader header = cause;
  header.kind = PacketKind::exponent_report;
  header.format = VectorFormat::none;
  header.element_bits = 0;
  header.exponent = exponent;
  send(header, leader, {}, done, critical);
}

void TileCore::collect_report(const PacketHeader& cause, std::int32_t exponent, Duration at, PathTime path) {
  largest_exponent_ = std::max(largest_exponent_, exponent);
  if (!reports_.add(at, path)) {
    return;
  }
  const std::int32_t shared = largest_exponent_;
  largest_exponent_ = periphery::min_exponent;
  const Duration latest = reports_.latest();
  used(PacketKind::exponent_report, latest);
  const PathTime critical = reports_.path();
  const interconnect::RouteId others = settings_.route(TileRegister::transmit_exponent);
  if (others != no_route) {
    PacketHeader header = cause;
    header.kind = PacketKind::exponent;
    header.format = VectorFormat::none;
    header.element_bits = 0;
    header.exponent = shared;
    send(header, others, {}, latest, critical);
  }
  emit_deltas(cause, shared, latest, critical);
}

void TileCore::emit_deltas(const PacketHeader& cause, std::int32_t exponent, Duration at, PathTime path) {
  PacketHeader header = cause;
  header.kind = PacketKind::delta;
  header.format = VectorFormat::s16;
  header.element_bits = static_cast<std::uint8_t>(constants_.dac_bits + 1);
  header.exponent = exponent;
  send(header, settings_.route(TileRegister::transmit_delta), collector_->scaled_deltas(exponent), at, path);
}

// ---- update and transfer ----------------------------------------------------------------------------

void TileCore::update(const PacketHeader& cause, Duration at, PathTime path) {
  const Duration done = occupy(at, constants_.update, TileState::update);
  // Not part of the path: the sequencer knows the length of an update and books it apart.
  path.compute += done - at - constants_.update;

  Activity& activity = book(Phase::update);
  const float rate = settings_.real(TileRegister::learning_rate);
  ++operation_;
  if (constants_.ideal) {
    UpdateOrder order;
    order.operation = operation_;
    order.x = {buffer_.x.data(), rows_};
    order.deltas = {delta_.data(), columns_};
    order.rate = rate;
    array_->update(order);
  } else {
    update_physics(cause, static_cast<double>(rate));
  }
  activity.update_lines += rows_ + columns_;
  activity.multiply_accumulates += rows_ * columns_;
  probe_.updated(*array_, std::uint64_t{cause.update} + 1, done);

  // The tiles of a column group get their deltas in one multicast and take the same time: the collector
  // answers for all of them. One that is still at it, because it is farther away, lets the next inputs wait.
  if (collector_) {
    send_done(cause, Phase::update, done, path);
  }
}

void TileCore::update_physics(const PacketHeader& cause, double rate) {
  const std::span<std::int16_t> row_codes{scratch_.row_codes.data(), rows_};
  const std::span<std::int16_t> column_codes{scratch_.column_codes.data(), columns_};
  encode(VectorFormat::s16, {buffer_.x.data(), rows_}, std::as_writable_bytes(row_codes));
  encode(VectorFormat::s16, {delta_.data(), columns_}, std::as_writable_bytes(column_codes));
  UpdateOrder order;
  order.operation = operation_;
  order.slots = static_cast<std::size_t>(parameters_.periphery.update_slots);
  const UpdateGains gains{rate, static_cast<double>(input_scale_), delta_exponent_, parameters_.synapse,
                          order.slots};

  Activity& activity = book(Phase::update);
  if (style_ == periphery::UpdateStyle::rounding) {
    const double full = dac_.full_code;
    const RoundedUpdate rounded{gains.wanted / (full * full), row_codes, column_codes};
    order.rounded = &rounded;
    const UpdateCount count = array_->update(order);
    activity.update_pulses += count.pulses;
    activity.set_pulses += count.set_pulses;
    activity.clipped_pulses += count.clipped;
    // No line sends anything: the energy is that of the trains that would ask for the same update.
    activity.row_update_pulses += whole_part(
        periphery::expected_pulses(order.slots, dac_.full_code, gains.row, row_codes), row_pulses_carried_);
    activity.column_update_pulses +=
        whole_part(periphery::expected_pulses(order.slots, dac_.full_code, gains.column, column_codes),
                   column_pulses_carried_);
    return;
  }
  const auto& rows =
      trains_.rows(settings_.get(TileRegister::row_generator), cause.update, gains.row, row_codes);
  const auto& columns = trains_.columns(settings_.get(TileRegister::column_generator), cause.update,
                                        gains.column, column_codes);
  order.row_trains = &rows;
  order.column_trains = &columns;
  const UpdateCount count = array_->update(order);
  activity.update_pulses += count.pulses;
  activity.set_pulses += count.set_pulses;
  activity.row_update_pulses += rows.pulses;
  activity.column_update_pulses += columns.pulses;
  activity.clipped_pulses += rows.clipped + columns.clipped;
}

void TileCore::send_done(const PacketHeader& cause, Phase phase, Duration at, PathTime path) {
  PacketHeader header = cause;
  header.kind = PacketKind::done;
  header.format = VectorFormat::none;
  header.element_bits = 0;
  header.phase = phase;
  send(header, settings_.route(TileRegister::transmit_done), {}, at, path);
}

/// One of the column group's tiles is through with its transfer, which takes as long as its cells need; when
/// all are, the collector tells the sequencer.
void TileCore::finish_transfer(const PacketHeader& cause, Duration at, PathTime path) {
  if (!collector_) {
    send_done(cause, Phase::transfer, at, path);
  } else if (dones_.add(at, path)) {
    used(PacketKind::done, dones_.latest());
    send_done(cause, Phase::transfer, dones_.latest(), dones_.path());
  }
}

void TileCore::transfer(const PacketHeader& cause, Duration at, PathTime path) {
  const Duration begin = std::max(at, busy_until_);
  used(PacketKind::transfer, begin);
  array_->advance_to(begin);
  probe_.before_transfer(*array_, begin);
  const std::uint64_t operation = ++operation_;
  std::vector<TransferCount> counts(rows_);
  Duration length{0};
  for (std::size_t row = 0; row < rows_; ++row) {
    array_->advance_to(begin + length);  // rows that wait go on losing charge
    counts[row] = array_->transfer_row(operation, row);
    length += parameters_.timing.transfer_row(counts[row]);
  }
  array_->finish_transfer();
  SaturatedCells& found = last_transfer_.emplace();
  found.cells = rows_ * columns_;
  auto& counters = services_.ledger.counters();
  for (std::size_t row = 0; row < rows_; ++row) {
    book_programming(Phase::transfer, row, counts[row]);
    counters.transfers_unconverged += counts[row].unconverged;
    counters.saturated_capacitors += counts[row].saturated_capacitors;
    counters.clipped_targets += counts[row].clipped_targets;
    found.capacitors += counts[row].saturated_capacitors;
    found.weights += counts[row].clipped_targets;
  }
  const Duration done = occupy(begin, length, TileState::transfer);
  probe_.transferred(*array_, done);
  path.compute += done - at;

  finish_transfer(cause, done, path);
}

void TileCore::book_programming(Phase phase, std::size_t row, const TransferCount& count) {
  tiles::book_programming(book(phase), count, array_->row_conductance(row), constants_.g_ref_us, columns_);
}

// ---- memory-mapped access ---------------------------------------------------------------------------

Outcome TileCore::program_row(std::size_t row, std::span<const float> targets, Duration& arrival) {
  if (!enabled_ || row >= rows_ || targets.size() != columns_) {
    return Outcome::bad_address;
  }
  const Duration begin = std::max(arrival, busy_until_);
  array_->advance_to(begin);
  const TransferCount count = array_->program_row(++operation_, row, targets);
  array_->select(rows_, columns_);
  if (row + 1 == rows_) {  // whoever programs in another order has it settled by the first read
    array_->settle();
  }
  book_programming(Phase::setup, row, count);
  arrival = occupy(begin, parameters_.timing.transfer_row(count), TileState::program);
  probe_.programmed(*array_, row, arrival);
  return Outcome::ok;
}

Outcome TileCore::read_row(std::size_t row, std::span<float> weights, Duration& arrival) {
  if (!enabled_ || row >= rows_ || weights.size() != columns_) {
    return Outcome::bad_address;
  }
  arrival = occupy(arrival, parameters_.timing.read(), TileState::read);
  for (std::size_t j = 0; j < columns_; ++j) {
    weights[j] = array_->weights().at(row, j);
  }
  TransferCount count;
  book_programming(Phase::setup, row, count);
  return Outcome::ok;
}

std::optional<float> TileCore::inspect(interconnect::CellPlane plane, std::size_t cell) const {
  if (cell >= parameters_.rows * parameters_.columns) {
    return std::nullopt;
  }
  const auto state = array_->cell(cell / parameters_.columns, cell % parameters_.columns);
  switch (plane) {
    case interconnect::CellPlane::weight:
      return state.weight;
    case interconnect::CellPlane::g_plus_us:
      return state.g_plus_us;
    case interconnect::CellPlane::g_minus_us:
      return state.g_minus_us;
    case interconnect::CellPlane::g_capacitor_us:
      return state.g_capacitor_us;
  }
  return std::nullopt;
}

}  // namespace kirchhoff::tiles
