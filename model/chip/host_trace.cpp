#include "model/chip/host_trace.h"

#include <string>

namespace kirchhoff::model {

using foundation::Duration;
using foundation::TraceSink;
using foundation::Transaction;

namespace {

Transaction::Command command_of(bool read) {
  return read ? Transaction::Command::read : Transaction::Command::write;
}

}  // namespace

HostTrace::HostTrace(const foundation::Services& services, std::string_view scope)
    : sink_(services.trace), log_(services.transactions) {
  if (sink_ != nullptr) {
    dma_ = sink_->declare_part(std::string{scope} + ".dma");
    access_ = sink_->declare_part(std::string{scope} + ".access");
    interrupt_ = sink_->declare(scope, "interrupt", TraceSink::Kind::bit);
  }
  if (log_ != nullptr) {
    host_ = log_->party("host");
    host_interface_ = log_->party(scope);
  }
}

void HostTrace::accessed(std::uint64_t address, bool read, Duration begin, Duration end,
                         std::string_view response) const {
  if (sink_ != nullptr && sink_->states_wanted()) {
    sink_->served(access_, begin, begin, end, read ? "READ" : "WRITE");
  }
  if (log_ != nullptr && log_->wanted()) {
    Transaction transaction;
    transaction.initiator = host_;
    transaction.target = host_interface_;
    transaction.command = command_of(read);
    transaction.bytes = sizeof(std::uint32_t);
    transaction.begin = begin;
    transaction.end = end;
    transaction.kind = "REGISTER";
    transaction.address = address;
    transaction.response = response;
    log_->completed(transaction);
  }
}

void HostTrace::burst(std::uint64_t address, std::uint32_t bytes, bool read, Duration asked, Duration begin,
                      Duration end, std::string_view response) const {
  if (sink_ != nullptr && sink_->states_wanted()) {
    sink_->served(dma_, asked, begin, end, read ? "READ" : "WRITE");
  }
  if (log_ != nullptr && log_->wanted()) {
    constexpr double bits_per_byte = 8;
    Transaction transaction;
    transaction.initiator = host_interface_;
    transaction.target = host_;
    transaction.command = command_of(read);
    transaction.bytes = bytes;
    transaction.begin = asked;
    transaction.end = end;
    transaction.kind = "DMA";
    transaction.address = address;
    transaction.response = response;
    transaction.host_bits = bits_per_byte * bytes;
    log_->completed(transaction);
  }
}

void HostTrace::interrupt(bool level, Duration at) const {
  if (sink_ != nullptr) {
    sink_->bits(interrupt_, at, level ? 1 : 0);
  }
}

}  // namespace kirchhoff::model
