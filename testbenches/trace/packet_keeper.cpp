#include "testbenches/trace/packet_keeper.h"

namespace kirchhoff::testbenches {

using foundation::Phase;
using foundation::Transaction;

Transaction::Party PacketKeeper::party(std::string_view name) {
  const auto party = next_.party(name);
  if (party >= names_.size()) {
    names_.resize(party + 1);
  }
  names_[party] = name.substr(name.rfind('.') + 1);
  return party;
}

void PacketKeeper::completed(const Transaction& transaction) {
  const bool of_example = transaction.phase && *transaction.phase != Phase::setup;
  if (!finished_ && of_example) {
    packets_.push_back({names_[transaction.initiator], names_[transaction.target], transaction.kind,
                        *transaction.phase, transaction.begin, transaction.end});
  }
  if (next_.wanted()) {
    next_.completed(transaction);
  }
}

}  // namespace kirchhoff::testbenches
