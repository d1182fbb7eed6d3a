#include "testbenches/compliance/socket_rules.h"

#include <algorithm>
#include <utility>

namespace kirchhoff::testbenches {

namespace {

std::string phase_name(unsigned phase) {
  switch (phase) {
    case uninitialized_phase:
      return "UNINITIALIZED_PHASE";
    case begin_request:
      return "BEGIN_REQ";
    case end_request:
      return "END_REQ";
    case begin_response:
      return "BEGIN_RESP";
    case end_response:
      return "END_RESP";
    default:
      return "extended phase " + std::to_string(phase);
  }
}

}  // namespace

void SocketRules::report(Rule rule, std::uint64_t now, std::string text) {
  session_.report({socket_, rule, now, std::move(text)});
}

SocketRules::Flight* SocketRules::find(const Transaction& transaction) {
  const auto found = flights_.find(transaction.id);
  return found == flights_.end() ? nullptr : &found->second;
}

// ---- what several calls check -------------------------------------------------------------------------

void SocketRules::check_outside_debug(const Moment& at) {
  session_.count_call();
  if (session_.in_debug()) {
    report(Rule::debug_transport, at.now, "transport within a debug call");
  }
}

void SocketRules::check_request(const Transaction& t, const Moment& at) {
  if (t.command != Command::ignore) {
    if (t.data == nullptr) {
      report(Rule::request_attributes, at.now, "a request without data pointer");
    }
    if (t.length == 0) {
      report(Rule::request_attributes, at.now, "a request of no bytes");
    }
  }
  if (t.streaming_width == 0) {
    report(Rule::request_attributes, at.now, "a request with streaming width 0");
  }
  if (t.byte_enables != nullptr && t.byte_enable_length == 0) {
    report(Rule::request_attributes, at.now, "byte enables of length 0");
  }
  if (t.status != 0) {
    report(Rule::response_status, at.now, "a request whose response status is not INCOMPLETE");
  }
  if (t.dmi_hint) {
    report(Rule::dmi_hint, at.now, "a request with the DMI hint set");
  }
  if (!session_.send_on(t.id)) {
    report(Rule::single_path, at.now, "a transaction is sent on that is on its way back from elsewhere");
  }
}

void SocketRules::check_kept(const Snapshot& before, const Transaction& t, std::uint64_t now) {
  if (const auto changes = before.changes(t); !changes.empty()) {
    report(Rule::attributes_unchanged, now, "changed: " + changes);
  }
  const bool write = before.attributes().command == Command::write;
  if ((write || t.status < 0) && !before.data_as_before(t)) {
    report(Rule::data_unchanged, now, write ? "the data of a write changed" : "a failed read changed data");
  }
}

void SocketRules::check_waited(const Call& call, const Moment& at, const char* what) {
  if (at.now != call.at.now || at.delta != call.at.delta) {
    report(Rule::non_blocking, at.now, std::string{"simulation went on within "} + what);
  }
}

void SocketRules::check_time(Flight& flight, const Moment& at) {
  if (at.effective() < flight.latest) {
    report(Rule::time_order, at.now,
           "back from " + std::to_string(flight.latest) + " ps to " + std::to_string(at.effective()) + " ps");
  }
  flight.latest = std::max(flight.latest, at.effective());
}

void SocketRules::check_managed(const Transaction& t, const Moment& at) {
  if (!t.managed) {
    report(Rule::memory_manager, at.now, "non-blocking transport without memory manager");
  } else if (t.references < 1) {
    report(Rule::memory_manager, at.now, "non-blocking transport without reference");
  }
}

/// True for a phase that is none of the base protocol's.
bool SocketRules::check_extended(const Transaction& t, unsigned phase, const Moment& at) {
  if (phase <= end_response) {
    return false;
  }
  if (!ignorable_.contains(phase)) {
    report(Rule::unexpected_phase, at.now, phase_name(phase) + ", which was not declared ignorable");
  } else if (Flight* const flight = find(t); flight == nullptr) {
    report(Rule::phase_order, at.now, phase_name(phase) + " outside of a transaction");
  } else {
    check_time(*flight, at);
    check_kept(flight->request, t, at.now);
  }
  return true;
}

// ---- blocking -----------------------------------------------------------------------------------------

SocketRules::Call SocketRules::blocking_call(const Transaction& t, const Moment& at, bool from_thread) {
  check_outside_debug(at);
  if (!from_thread) {
    report(Rule::blocking_from_thread, at.now, "b_transport from a method process");
  }
  if (find(t) != nullptr) {
    report(Rule::phase_order, at.now, "b_transport with a transaction in non-blocking transport");
  }
  if (t.managed && t.references < 1) {
    report(Rule::memory_manager, at.now, "b_transport with a memory manager and no reference");
  }
  check_request(t, at);
  ++blocking_[t.id];
  return {Snapshot{t, true}, at, uninitialized_phase};
}

void SocketRules::blocking_return(const Call& call, const Transaction& t, const Moment& at) {
  if (at.effective() < call.at.effective()) {
    report(Rule::time_order, at.now,
           "b_transport returns at " + std::to_string(at.effective()) + " ps, called for " +
               std::to_string(call.at.effective()) + " ps");
  }
  if (t.status == 0) {
    report(Rule::response_status, at.now, "b_transport returns without response status");
  }
  check_kept(call.before, t, at.now);
  const auto& before = call.before.attributes();
  if (t.managed && t.references != before.references) {
    report(Rule::references, at.now,
           std::to_string(t.references) + " references when b_transport returns, " +
               std::to_string(before.references) + " when it was called");
  }
  if (const auto found = blocking_.find(before.id); found != blocking_.end() && --found->second == 0) {
    blocking_.erase(found);
  }
  session_.turn_back(before.id);
  session_.over(before.id);
}

// ---- non-blocking -------------------------------------------------------------------------------------

void SocketRules::begin(const Transaction& t, const Moment& at) {
  if (find(t) != nullptr) {
    report(Rule::phase_order, at.now, "BEGIN_REQ with a transaction that is not over");
    end(t.id);
  }
  if (blocking_.contains(t.id)) {
    report(Rule::phase_order, at.now, "BEGIN_REQ with a transaction in blocking transport");
  }
  if (request_ != nullptr) {
    report(Rule::request_exclusion, at.now, "BEGIN_REQ while another request has not ended");
  }
  check_request(t, at);
  request_ = t.id;
  flights_[t.id] = {Snapshot{t, true}, State::requested, at.effective(), 0};
}

void SocketRules::end(const void* transaction) {
  if (request_ == transaction) {
    request_ = nullptr;
  }
  if (response_ == transaction) {
    response_ = nullptr;
  }
  flights_.erase(transaction);
  session_.over(transaction);
}

void SocketRules::respond(Flight& flight, const Transaction& t, const Moment& at) {
  if (t.status == 0) {
    report(Rule::response_status, at.now, "a response without response status");
  }
  flight.status = t.status;
  session_.turn_back(t.id);
}

/// A phase that comes from the target, by a call or by TLM_UPDATED.
void SocketRules::target_phase(const Transaction& t, unsigned phase, const Moment& at) {
  if (check_extended(t, phase, at)) {
    return;
  }
  if (phase != end_request && phase != begin_response) {
    report(Rule::unexpected_phase, at.now, phase_name(phase) + " from the target");
    return;
  }
  Flight* const flight = find(t);
  if (flight == nullptr) {
    report(Rule::phase_order, at.now,
           phase_name(phase) + " of a transaction that was not requested or is over");
    return;
  }
  check_time(*flight, at);
  check_kept(flight->request, t, at.now);
  const bool wrong =
      phase == end_request ? flight->state != State::requested : flight->state == State::responding;
  if (wrong) {
    report(Rule::phase_order, at.now, phase_name(phase) + " twice or too late");
    return;
  }
  if (request_ == t.id) {
    request_ = nullptr;
  }
  if (phase == end_request) {
    flight->state = State::request_ended;
    return;
  }
  if (response_ != nullptr) {
    report(Rule::response_exclusion, at.now, "BEGIN_RESP while another response has not ended");
  }
  response_ = t.id;
  flight->state = State::responding;
  respond(*flight, t, at);
}

/// END_RESP from the initiator, by a call or by TLM_UPDATED.
void SocketRules::end_response_phase(const Transaction& t, const Moment& at) {
  Flight* const flight = find(t);
  if (flight == nullptr || flight->state != State::responding) {
    report(Rule::phase_order, at.now, "END_RESP of a transaction that has no response");
    return;
  }
  check_time(*flight, at);
  check_kept(flight->request, t, at.now);
  if (t.status != flight->status) {
    report(Rule::response_status, at.now, "the response status changed after the response");
  }
  end(t.id);
}

SocketRules::Call SocketRules::forward_call(const Transaction& t, unsigned phase, const Moment& at) {
  check_outside_debug(at);
  check_managed(t, at);
  if (phase == begin_request) {
    begin(t, at);
  } else if (phase == end_response) {
    end_response_phase(t, at);
  } else if (!check_extended(t, phase, at)) {
    report(Rule::unexpected_phase, at.now, phase_name(phase) + " from the initiator");
  }
  return {Snapshot{t, false}, at, phase};
}

void SocketRules::forward_return(const Call& call, const Transaction& t, Answer answer, unsigned phase,
                                 const Moment& at) {
  check_waited(call, at, "nb_transport_fw");
  if (answer == Answer::accepted) {
    if (phase != call.phase || at.delay != call.at.delay) {
      report(Rule::accepted_untouched, at.now,
             "nb_transport_fw changed phase or delay and returned TLM_ACCEPTED");
    }
    return;
  }
  if (call.phase == end_response) {
    if (answer == Answer::updated) {
      report(Rule::phase_order, at.now, "TLM_UPDATED after END_RESP");
    }
    return;
  }
  if (answer == Answer::updated) {
    target_phase(t, phase, at);
    return;
  }
  Flight* const flight = find(t);
  if (flight == nullptr || flight->state == State::responding) {
    report(Rule::phase_order, at.now,
           "TLM_COMPLETED from nb_transport_fw of a transaction that is over or responding");
    return;
  }
  check_time(*flight, at);
  check_kept(flight->request, t, at.now);
  respond(*flight, t, at);
  end(t.id);
}

SocketRules::Call SocketRules::backward_call(const Transaction& t, unsigned phase, const Moment& at) {
  check_outside_debug(at);
  check_managed(t, at);
  target_phase(t, phase, at);
  return {Snapshot{t, false}, at, phase};
}

void SocketRules::backward_return(const Call& call, const Transaction& t, Answer answer, unsigned phase,
                                  const Moment& at) {
  check_waited(call, at, "nb_transport_bw");
  if (answer == Answer::accepted) {
    if (phase != call.phase || at.delay != call.at.delay) {
      report(Rule::accepted_untouched, at.now,
             "nb_transport_bw changed phase or delay and returned TLM_ACCEPTED");
    }
    return;
  }
  if (answer == Answer::updated) {
    if (check_extended(t, phase, at)) {
      return;
    }
    if (phase != end_response) {
      report(Rule::unexpected_phase, at.now, phase_name(phase) + " from the initiator");
      return;
    }
    end_response_phase(t, at);
    return;
  }
  if (call.phase != begin_response) {
    report(Rule::phase_order, at.now, "TLM_COMPLETED from nb_transport_bw after " + phase_name(call.phase));
    return;
  }
  end_response_phase(t, at);
}

// ---- debug and direct memory --------------------------------------------------------------------------

SocketRules::Call SocketRules::debug_call(const Transaction& t, const Moment& at) {
  session_.count_call();
  session_.enter_debug();
  return {Snapshot{t, t.command != Command::read}, at, uninitialized_phase};
}

void SocketRules::debug_return(const Call& call, const Transaction& t, std::uint64_t bytes,
                               const Moment& at) {
  session_.leave_debug();
  check_waited(call, at, "transport_dbg");
  const auto& before = call.before.attributes();
  if (bytes > before.length) {
    report(Rule::debug_transport, at.now,
           std::to_string(bytes) + " bytes done, " + std::to_string(before.length) + " asked for");
  }
  if (const auto changes = call.before.changes(t); !changes.empty()) {
    report(Rule::attributes_unchanged, at.now, "changed by transport_dbg: " + changes);
  }
  if (before.command != Command::read && !call.before.data_as_before(t)) {
    report(Rule::data_unchanged, at.now, "the data of a debug write changed");
  }
  if (t.managed && t.references != before.references) {
    report(Rule::references, at.now, "transport_dbg changed the number of references");
  }
}

void SocketRules::direct_memory(const Call& call, const Transaction& t, bool given, const Region& region,
                                const Moment& at) {
  session_.leave_debug();
  check_waited(call, at, "get_direct_mem_ptr");
  if (region.first > region.last) {
    report(Rule::direct_memory, at.now, "a region that ends before it begins");
  }
  const auto address = call.before.attributes().address;
  if (given &&
      (region.pointer == nullptr || !region.granted || address < region.first || address > region.last)) {
    report(Rule::direct_memory, at.now, "granted without pointer or access, or for another address");
  }
  if (const auto changes = call.before.changes(t); !changes.empty()) {
    report(Rule::attributes_unchanged, at.now, "changed by get_direct_mem_ptr: " + changes);
  }
}

void SocketRules::invalidated(std::uint64_t first, std::uint64_t last, const Moment& at) {
  if (first > last) {
    report(Rule::direct_memory, at.now, "an invalidated range that ends before it begins");
  }
}

void SocketRules::finish(std::uint64_t now) {
  if (!flights_.empty() || !blocking_.empty()) {
    report(Rule::left_in_flight, now,
           std::to_string(flights_.size() + blocking_.size()) + " transactions are not over");
  }
}

}  // namespace kirchhoff::testbenches
