#include "testbenches/explore/training_session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <systemc>

#include "foundation/error.h"
#include "foundation/rest_listener.h"
#include "interconnect/packet_time.h"
#include "model/network/frozen_network.h"
#include "model/network/program.h"
#include "testbenches/host/hosted_chip.h"

namespace kirchhoff::testbenches {

using Clock = std::chrono::steady_clock;
using foundation::Duration;

namespace {

double percent_right(model::FrozenNetwork& network, const Examples& examples) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < examples.count(); ++i) {
    right += network.classify(examples.input(i)) == examples.labels[i] ? 1 : 0;
  }
  return examples.count() == 0 ? 0
                               : 100.0 * static_cast<double>(right) / static_cast<double>(examples.count());
}

Duration kernel_time() {
  return interconnect::to_duration(sc_core::sc_time_stamp());
}

}  // namespace

TrainingSession::TrainingSession(const model::Configuration& configuration, tiles::Detail detail,
                                 const DataSet& data, const std::vector<Matrix>& initial_weights,
                                 foundation::CodingStyle style)
    : configuration_(configuration),
      detail_(detail),
      data_(data),
      initial_weights_(initial_weights),
      learning_rate_(data.kind == DataSet::Kind::images ? configuration.network.image_learning_rate
                                                        : configuration.network.feature_learning_rate),
      network_(model::make_network(configuration.network, configuration.periphery, data.input_count,
                                   data.class_count, data.kind == DataSet::Kind::images)),
      mapping_(model::map_network(network_, model::mapping_target(configuration))),
      power_(configuration.power_off, static_cast<std::uint64_t>(configuration.network.transfer_interval),
             data.train.count() * static_cast<std::uint64_t>(configuration.network.epochs)),
      chip_(model::describe_chip(configuration, detail, style)),
      ledger_(mapping_.topology.node_count()) {}

namespace {

model::ChipDescription traced(model::ChipDescription description, bool traces_cell) {
  if (!traces_cell) {
    description.traced_tile.reset();
  }
  return description;
}

}  // namespace

/// What exists while the simulation runs: the chip, its host, and the host's program.
class TrainingSession::Run final : private foundation::RestListener, private Moment {
 public:
  Run(TrainingSession& session, const Listeners& listeners, const Callbacks& callbacks,
      foundation::StateReader* saved);

  /// False: ended before its end.
  bool run();

 private:
  void at_rest(Duration now) override;
  [[nodiscard]] std::uint64_t examples() const override;
  void save(foundation::StateWriter& writer) const override;

  void program(ChipDriver& driver, MemoryMap& memory);
  void reserve(MemoryMap& memory);
  void restore();
  void train_epoch();
  void train_batch(std::uint32_t count);
  void infer(MemoryMap& memory);
  void lose_power(const PowerSchedule::Event& event);
  void look(int epoch);
  /// True where the run is to end here.
  bool offer_to_save(Duration now);
  double test_percent();
  [[nodiscard]] double learning_rate() const;
  [[nodiscard]] std::vector<model::RegisterWrite> registers() const;
  void set_transfer_interval(std::uint32_t interval);
  [[nodiscard]] std::uint64_t trained_before_batch() const {
    return std::uint64_t{record_.epoch} * train_count_ + record_.done;
  }

  TrainingSession& session_;
  const Callbacks& callbacks_;
  foundation::StateReader* saved_;
  TrainingRecord& record_;
  const model::NetworkParameters& training_;
  std::uint32_t train_count_;
  model::ChipDescription description_;
  foundation::Services services_;
  model::FrozenNetwork frozen_;
  const interconnect::SocketBinder direct_;
  const interconnect::SocketBinder& sockets_;
  HostedChip hosted_;

  ChipDriver* driver_ = nullptr;
  MemoryMap* memory_ = nullptr;
  ChipDriver::Batch batch_;  ///< the whole epoch
  Clock::time_point batch_began_{};
  Duration saved_at_{0};
  bool ended_ = false;
};

TrainingSession::Run::Run(TrainingSession& session, const Listeners& listeners, const Callbacks& callbacks,
                          foundation::StateReader* saved)
    : session_(session),
      callbacks_(callbacks),
      saved_(saved),
      record_(session.record_),
      training_(session.configuration_.network),
      train_count_(static_cast<std::uint32_t>(session.data_.train.count())),
      description_(traced(session.chip_, listeners.traces_cell)),
      services_{session.ledger_,
                listeners.trace,
                static_cast<std::uint64_t>(training_.seed),
                listeners.synapses,
                callbacks.can_save ? this : nullptr,
                listeners.transactions},
      frozen_(session.network_, session.mapping_, session.configuration_.periphery, session.detail_,
              services_.seed),
      sockets_(listeners.sockets == nullptr ? direct_ : *listeners.sockets),
      hosted_(
          description_, services_, [this](ChipDriver& driver, MemoryMap& memory) { program(driver, memory); },
          sockets_) {
  if (listeners.trace != nullptr) {
    listeners.trace->end_of_declarations();
  }
}

bool TrainingSession::Run::run() {
  run_host(hosted_.host);
  if (ended_) {
    return false;
  }
  sockets_.finish();
  session_.ledger_.counters().out_of_order_reservations = hosted_.chip.out_of_order_reservations();
  session_.saturated_.assign(session_.network_.layers.size(), {});
  for (const auto& tile : session_.mapping_.tiles) {
    const auto& core = hosted_.chip.tile(tile.node).core();
    const auto wires = core.array().wires();
    session_.wires_.left = std::min(session_.wires_.left, wires.left);
    session_.wires_.trusted = session_.wires_.trusted && wires.trusted;
    session_.saturated_[tile.layer] += core.saturated();
  }
  return true;
}

// ---- the host's program -----------------------------------------------------------------------------

void TrainingSession::Run::program(ChipDriver& driver, MemoryMap& memory) {
  driver_ = &driver;
  memory_ = &memory;
  reserve(memory);
  if (saved_ != nullptr) {
    restore();
  } else {
    driver.start();
    driver.write_registers(registers());
    driver.load_weights(session_.mapping_, session_.initial_weights_);
    look(0);
    if (offer_to_save(kernel_time())) {
      return;
    }
  }
  while (record_.epoch < static_cast<std::uint32_t>(training_.epochs)) {
    train_epoch();
    if (offer_to_save(kernel_time())) {
      return;
    }
  }
  if (session_.infers_) {
    infer(memory);
  }
  session_.final_weights_ = driver.read_weights(session_.network_, session_.mapping_);
}

/// The same addresses in every process: a descriptor that is under way keeps its own.
void TrainingSession::Run::reserve(MemoryMap& memory) {
  driver_->reserve();
  batch_.inputs = memory.attach(session_.data_.train.inputs);
  batch_.labels = memory.attach(session_.data_.train.labels);
  batch_.count = train_count_;
  batch_.stride = static_cast<std::uint32_t>(session_.data_.input_count);
  batch_.order = memory.allocate(train_count_ * sizeof(std::uint32_t));
}

void TrainingSession::Run::train_epoch() {
  const auto order = epoch_order(train_count_, services_.seed, record_.epoch);
  const auto bytes = std::as_bytes(std::span{order});
  std::copy(bytes.begin(), bytes.end(), memory_->writable(batch_.order, bytes.size()).begin());
  if (record_.epoch > 0 && record_.done == 0 && !record_.under_way) {
    driver_->write_registers(model::learning_rate_program(session_.mapping_, learning_rate()));
  }
  while (record_.done < train_count_) {
    const std::uint64_t before = trained_before_batch();
    const std::uint64_t end = before + (train_count_ - record_.done);
    const auto* event = session_.power_.next_after(before);
    if (event == nullptr || event->example > end) {
      train_batch(train_count_ - record_.done);
      continue;
    }
    auto count = static_cast<std::uint32_t>(event->example - before);
    if (event->before_transfer) {  // the last example must not bring the transfer
      if (count > 1) {
        train_batch(count - 1);
      }
      set_transfer_interval(0);
      count = 1;
    }
    train_batch(count);
    lose_power(*event);
  }
  EpochResult result;
  result.wall_s = record_.wall_s;
  result.epoch = static_cast<int>(record_.epoch) + 1;
  result.train_percent = 100.0 * record_.correct / std::max(1U, record_.done);
  result.mean_loss = record_.loss / std::max(1U, record_.done);
  result.simulated_s = foundation::to_seconds(kernel_time());
  result.test_percent = test_percent();
  look(result.epoch);
  record_.epochs.push_back(result);
  ++record_.epoch;
  record_.done = record_.correct = 0;
  record_.loss = record_.wall_s = 0;
  if (callbacks_.epoch_done) {
    callbacks_.epoch_done(result);
  }
}

/// The next examples of the epoch; those of a restored run may be under way already.
void TrainingSession::Run::train_batch(std::uint32_t count) {
  const auto idle = [&] {
    if (callbacks_.trained) {
      callbacks_.trained(examples(), static_cast<int>(record_.epoch) + 1);
    }
  };
  batch_began_ = Clock::now();
  model::Completion completion;
  if (record_.under_way) {
    completion = driver_->wait_done(idle);
  } else {
    record_.under_way = true;
    auto batch = batch_;
    batch.order += std::uint64_t{record_.done} * sizeof(std::uint32_t);
    batch.count = count;
    completion = driver_->train(batch, idle);
  }
  record_.under_way = false;
  record_.wall_s += std::chrono::duration<double>(Clock::now() - batch_began_).count();
  record_.done += completion.count;
  record_.correct += completion.correct;
  record_.loss += completion.loss;
}

void TrainingSession::Run::infer(MemoryMap& memory) {
  const Examples& examples = session_.data_.test;
  ChipDriver::Batch batch;
  batch.inputs = memory.attach(examples.inputs);
  batch.labels = memory.attach(examples.labels);
  batch.outputs = memory.allocate(examples.count() * sizeof(std::uint16_t));
  batch.count = static_cast<std::uint32_t>(examples.count());
  batch.stride = batch_.stride;
  session_.inferred_ = driver_->infer(batch);
}

void TrainingSession::Run::lose_power(const PowerSchedule::Event& event) {
  TrainingRecord::PowerOff off;
  off.example = event.example;
  off.before_transfer = event.before_transfer;
  off.before_percent = test_percent();
  hosted_.chip.power_down();
  driver_->sleep(foundation::from_seconds(session_.configuration_.power_off.duration_s));
  hosted_.chip.power_up();
  const Duration on = kernel_time();
  driver_->start();
  const auto writes = registers();
  driver_->write_registers(writes);
  off.register_writes = writes.size();
  off.setup_s = foundation::to_seconds(kernel_time() - on);
  off.after_percent = test_percent();
  record_.power_offs.push_back(off);
  record_.examples_before_count = trained_before_batch();
}

void TrainingSession::Run::look(int epoch) {
  if (callbacks_.at_rest) {
    callbacks_.at_rest({epoch, *driver_, kernel_time()});
  }
}

double TrainingSession::Run::test_percent() {
  for (std::size_t tile = 0; tile < session_.mapping_.tiles.size(); ++tile) {
    frozen_.set_tile(tile, driver_->peek_tile(session_.mapping_.tiles[tile], description_.tile.columns));
  }
  return percent_right(frozen_, session_.data_.test);
}

double TrainingSession::Run::learning_rate() const {
  return learning_rate_of_epoch(session_.learning_rate_, training_.learning_rate_decay, record_.epoch);
}

std::vector<model::RegisterWrite> TrainingSession::Run::registers() const {
  return model::make_program(session_.network_, session_.mapping_,
                             model::program_options(session_.configuration_, learning_rate()));
}

void TrainingSession::Run::set_transfer_interval(std::uint32_t interval) {
  const std::array<model::RegisterWrite, 1> write{
      {{model::sequencer_registers_base + model::sequencer_register::transfer_interval, interval}}};
  driver_->write_registers(write);
}

// ---- saving and going on ----------------------------------------------------------------------------

std::uint64_t TrainingSession::Run::examples() const {
  return record_.examples_before_count + driver_->peek_examples();
}

/// Within a batch: the sequencer's thread, while the host's waits.
void TrainingSession::Run::at_rest(Duration now) {
  if (ended_) {
    return;
  }
  const double earlier_s = record_.wall_s;
  record_.wall_s += std::chrono::duration<double>(Clock::now() - batch_began_).count();
  try {
    if (offer_to_save(now)) {
      hosted_.host.stop();
    }
  } catch (...) {
    ended_ = true;
    hosted_.host.stop(std::current_exception());
  }
  record_.wall_s = earlier_s;
}

bool TrainingSession::Run::offer_to_save(Duration now) {
  saved_at_ = now;
  ended_ = callbacks_.can_save && !callbacks_.can_save(*this);
  return ended_;
}

void TrainingSession::Run::save(foundation::StateWriter& writer) const {
  writer.section("host", 1);
  writer(saved_at_, record_, *driver_);
  writer.section("ledger", 2);
  writer(session_.ledger_);
  hosted_.chip.save(writer);
}

/// The kernel jumps to the moment at which the state was saved: nothing happens on the way.
void TrainingSession::Run::restore() {
  saved_->section("host", 1);
  (*saved_)(saved_at_, record_, *driver_);
  driver_->sleep(saved_at_ - kernel_time());
  saved_->section("ledger", 2);
  (*saved_)(session_.ledger_);
  hosted_.chip.restore(*saved_);
  saved_->finish();
}

bool TrainingSession::run(const Listeners& listeners, const Callbacks& callbacks,
                          foundation::StateReader* saved) {
  return Run{*this, listeners, callbacks, saved}.run();
}

}  // namespace kirchhoff::testbenches
