#include "traces/transaction_writer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "foundation/error.h"

namespace kirchhoff::traces {

using foundation::Activity;
using foundation::Duration;
using foundation::Transaction;

namespace {

constexpr std::size_t flush_bytes = 1U << 16;

/// Of one unit of a count; energy is linear in each. The phase says what energy is booked as, not how much.
double price_of_one(const foundation::EnergyModel& prices, std::uint64_t Activity::*count) {
  Activity one;
  one.*count = 1;
  return prices.price(one, foundation::Phase::forward).total();
}

template <typename Number>
void append_number(std::string& text, Number number, int base = 10) {
  std::array<char, 24> digits;
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr);
}

}  // namespace

TransactionWriter::TransactionWriter(const std::filesystem::path& path, const Recording& recording,
                                     const foundation::EnergyModel& prices)
    : file_(path),
      examples_(recording.examples),
      begin_(recording.begin),
      end_(recording.end),
      bit_hop_j_(price_of_one(prices, &Activity::bit_hops)),
      router_flit_j_(price_of_one(prices, &Activity::router_flits)),
      host_bit_j_(price_of_one(prices, &Activity::host_bits)),
      buffer_("id,initiator,target,command,bytes,begin_s,end_s,energy_j,kind,phase,address,response\n") {}

Transaction::Party TransactionWriter::party(std::string_view name) {
  const auto [found, fresh] =
      party_of_.try_emplace(std::string{name}, static_cast<Transaction::Party>(parties_.size()));
  if (fresh) {
    parties_.emplace_back(name);
  }
  return found->second;
}

void TransactionWriter::completed(const Transaction& transaction) {
  if (transaction.end >= begin_ && transaction.begin <= end_) {
    pending_.push_back(transaction);
  }
}

void TransactionWriter::settle(Duration time) {
  settled_ = std::max(settled_, time);
  if (failure_ != nullptr) {
    pending_.clear();
    return;
  }
  try {
    write_until(time);
  } catch (const foundation::InputError&) {
    failure_ = std::current_exception();
  }
}

void TransactionWriter::close() {
  if (failure_ != nullptr) {
    std::rethrow_exception(failure_);
  }
  write_until(Duration{std::numeric_limits<std::int64_t>::max()});
  file_.write(buffer_);
  file_.commit();
}

void TransactionWriter::write_until(Duration time) {
  batch_.clear();
  std::size_t open = 0;
  for (const Transaction& transaction : pending_) {
    if (transaction.begin < time) {
      batch_.push_back(transaction);
    } else {
      pending_[open++] = transaction;
    }
  }
  pending_.resize(open);
  std::stable_sort(batch_.begin(), batch_.end(), [](const Transaction& a, const Transaction& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  for (const Transaction& transaction : batch_) {
    append(transaction);
  }
  if (buffer_.size() > flush_bytes) {
    file_.write(buffer_);
    buffer_.clear();
  }
}

void TransactionWriter::append(const Transaction& transaction) {
  append_number(buffer_, ++written_);
  buffer_ += ',';
  buffer_ += parties_[transaction.initiator];
  buffer_ += ',';
  buffer_ += parties_[transaction.target];
  buffer_ += transaction.command == Transaction::Command::read ? ",READ," : ",WRITE,";
  append_number(buffer_, transaction.bytes);
  buffer_ += ',';
  append_seconds(transaction.begin);
  buffer_ += ',';
  append_seconds(transaction.end);
  buffer_ += ',';
  buffer_ += price_of(transaction);
  buffer_ += ',';
  buffer_ += transaction.kind;
  buffer_ += ',';
  if (transaction.phase) {
    buffer_ += foundation::phase_names[foundation::index_of(*transaction.phase)];
  }
  buffer_ += ',';
  if (transaction.address) {
    buffer_ += "0x";
    append_number(buffer_, *transaction.address, 16);
  }
  buffer_ += ',';
  buffer_ += transaction.response;
  buffer_ += '\n';
}

/// Seconds to the picosecond: all twelve decimals, exact.
void TransactionWriter::append_seconds(Duration time) {
  constexpr std::int64_t per_second = 1'000'000'000'000;
  constexpr std::size_t decimals = 12;
  append_number(buffer_, time.count() / per_second);
  std::array<char, 24> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), per_second + time.count() % per_second).ptr;
  digits[0] = '.';  // in place of the leading 1 that keeps zeros
  buffer_.append(end - decimals - 1, decimals + 1);
}

const std::string& TransactionWriter::price_of(const Transaction& transaction) {
  const std::uint64_t mixed = (std::bit_cast<std::uint64_t>(transaction.bit_hops) * 3 ^
                               std::bit_cast<std::uint64_t>(transaction.router_flits) * 5 ^
                               std::bit_cast<std::uint64_t>(transaction.host_bits)) *
                              0x9e3779b97f4a7c15U;
  Price& known = prices_[mixed >> 55U];
  if (known.text.empty() || known.bit_hops != transaction.bit_hops ||
      known.router_flits != transaction.router_flits || known.host_bits != transaction.host_bits) {
    known = {transaction.bit_hops, transaction.router_flits, transaction.host_bits, {}};
    constexpr int digits = 9;
    std::array<char, 40> text;
    const double joules = transaction.bit_hops * bit_hop_j_ + transaction.router_flits * router_flit_j_ +
                          transaction.host_bits * host_bit_j_;
    known.text.assign(text.data(), std::to_chars(text.data(), text.data() + text.size(), joules,
                                                 std::chars_format::general, digits)
                                       .ptr);
  }
  return known.text;
}

}  // namespace kirchhoff::traces
