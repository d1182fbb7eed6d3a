#include "testbenches/cosim/platform/bus_trace.h"

namespace kirchhoff::testbenches {

using foundation::TraceSink;
using foundation::Transaction;

namespace {

constexpr unsigned address_bits = 32;

}  // namespace

BusTrace::BusTrace(const foundation::Services& services, std::string_view scope,
                   const std::vector<std::string>& initiators, const std::vector<std::string>& targets)
    : sink_(services.trace), log_(services.transactions) {
  for (const std::string& name : initiators) {
    Signals signals;
    const std::string part = std::string{scope} + '.' + name;
    if (sink_ != nullptr) {
      signals.state = sink_->declare_part(part);
      signals.address = sink_->declare(part, "address", TraceSink::Kind::vector, address_bits);
    }
    if (log_ != nullptr) {
      signals.party = log_->party(name);
    }
    initiators_.push_back(signals);
  }
  if (log_ != nullptr) {
    for (const std::string& name : targets) {
      targets_.push_back(log_->party(name));
    }
    targets_.push_back(log_->party("nobody"));
  }
}

void BusTrace::accessed(const Access& access) const {
  const Signals& initiator = initiators_[access.initiator];
  if (sink_ != nullptr) {
    sink_->bits(initiator.address, access.begin, access.address);
    sink_->served(initiator.state, access.begin, access.begin, access.end, access.read ? "READ" : "WRITE");
  }
  if (log_ != nullptr && access.logged && log_->wanted()) {
    Transaction transaction;
    transaction.initiator = initiator.party;
    transaction.target = targets_[access.target];
    transaction.command = access.read ? Transaction::Command::read : Transaction::Command::write;
    transaction.bytes = access.bytes;
    transaction.begin = access.begin;
    transaction.end = access.end;
    transaction.kind = "REGISTER";
    transaction.address = access.address;
    transaction.response = access.response;
    log_->completed(transaction);
  }
}

}  // namespace kirchhoff::testbenches
