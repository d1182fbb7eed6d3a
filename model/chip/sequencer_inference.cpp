#include <algorithm>
#include <vector>

#include "foundation/ledger.h"
#include "model/chip/sequencer_core.h"

namespace kirchhoff::model {

using foundation::Duration;
using foundation::Phase;

/// Examples follow one another through the layers, as many at a time as IN_FLIGHT says. One that takes the
/// line buffer of an earlier one waits until that has been compared, and its prediction is written meanwhile.
/// All else that they share (arrays, links, the host bus) has queues of its own; they come out as they went
/// in.
void SequencerCore::infer(const Descriptor& descriptor, Fetched& next, Duration& now,
                          Completion& completion) {
  std::vector<Flight> flights(in_flight_);
  Fetched example;
  Duration compared = now;  // the last one; `now` may be the caller's clock, which settled() sets
  Duration written = now;
  std::uint32_t launched = 0;
  std::uint32_t collected = 0;
  bool broken = false;  // what is under way is not counted any more
  while (launched < descriptor.count && completion.error == 0) {
    ports_.end_ahead();
    std::swap(example, next);  // and not moved: both keep their memory
    completion.error = refused(descriptor, example);
    if (completion.error != 0) {
      break;
    }
    Flight& place = flights[launched % in_flight_];
    Flight earlier = place;
    const bool full = launched >= in_flight_;
    if (full && !collect(descriptor, earlier, compared, completion)) {
      broken = true;
      break;
    }
    collected += full ? 1 : 0;
    place = {.number = launched, .label = example.label, .start = std::max(compared, example.ready)};
    if (in_flight_ == 1 || launched == 0) {
      state(in_flight_ == 1 ? "FORWARD" : "INFER", place.start);
    }
    if (!launch(example, Phase::inference, buffer_of(place), place.start)) {
      completion.error = fail(ErrorCause::not_delivered);
      break;
    }
    ++launched;
    const bool more = launched < descriptor.count;
    next.ok = true;
    ahead_ = {&descriptor, launched, place.start, &next};
    const bool helped = more && ports_.begin_ahead();
    if (full) {
      written = place.start;
      broken = !hand_over(descriptor, earlier, written, completion);
    }
    if (more && !helped) {
      fetch_ahead();
    }
    ports_.settled(place.start);
    if (ports_.stopping() && more && completion.error == 0) {
      completion.error = fail(ErrorCause::aborted);
    }
  }

  ports_.end_ahead();
  const std::uint32_t error = completion.error;
  const Fault fault = fault_;
  for (; collected < launched; ++collected) {
    Flight& flight = flights[collected % in_flight_];
    if (broken) {
      ports_.arrived(arriving_[buffer_of(flight)].here);
      continue;
    }
    broken = !collect(descriptor, flight, compared, completion);
    written = std::max(written, compared);
    broken = broken || !hand_over(descriptor, flight, written, completion);
  }
  if (error != 0) {  // the first one counts
    completion.error = error;
    fault_ = fault;
  }
  now = std::max(compared, written);
  ports_.settled(now);
}

/// Waits for the outputs of the example that is longest under way, and compares them; `now` becomes the
/// instant that is done. False if they do not come.
bool SequencerCore::collect(const Descriptor& descriptor, Flight& flight, Duration& now,
                            Completion& completion) {
  Outputs& outputs = arriving_[buffer_of(flight)];
  if (!ports_.arrived(outputs.here)) {
    completion.error = fail(ErrorCause::not_delivered);
    return false;
  }
  auto& ledger = services_.ledger;
  OutputUnit::Result result{OutputUnit::predict(outputs.z), 0};
  if (descriptor.label_address != 0) {
    result = output_unit_->compare(outputs.z, flight.label);
    ledger.at(ledger.host_node(), Phase::inference).softmax_values += class_count_;
    completion.correct += result.predicted == flight.label ? 1 : 0;
    completion.loss += result.loss;
  }
  flight.predicted = static_cast<std::uint16_t>(result.predicted);
  const Duration begin = std::max(outputs.join.latest(), now);  // the output unit takes one after the other
  const Duration compared = begin + parameters_.softmax_class * static_cast<std::int64_t>(class_count_);
  if (in_flight_ == 1) {
    state("OUTPUT", begin);
  }
  // Of the time since the last example came out, the network's part is that of this example's own way.
  const Duration passed = compared - now;
  const Duration latency = compared - flight.start;
  const Duration network = outputs.join.path().network;
  ledger.elapsed(Phase::inference) += passed;
  ledger.network_elapsed(Phase::inference) +=
      flight.start >= now ? flight.start - now + network : network * passed.count() / latency.count();
  ledger.counters().inference_latency_ps += static_cast<std::uint64_t>(latency.count());
  ++ledger.counters().inference_examples;
  now = compared;
  finish_example();
  return true;
}

/// Writes what was predicted; the example is done then.
bool SequencerCore::hand_over(const Descriptor& descriptor, const Flight& flight, Duration& at,
                              Completion& completion) {
  const std::uint64_t offset = std::uint64_t{flight.number} * sizeof flight.predicted;
  if (descriptor.output_address != 0 &&
      !write_host(descriptor.output_address + offset, std::as_bytes(std::span{&flight.predicted, 1}),
                  Phase::inference, at)) {
    completion.error = error_bit(fault_.cause);
    return false;
  }
  ++completion.count;
  return true;
}

}  // namespace kirchhoff::model
