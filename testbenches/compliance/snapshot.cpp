#include "testbenches/compliance/snapshot.h"

#include <algorithm>

namespace kirchhoff::testbenches {

Snapshot::Snapshot(const Transaction& transaction, bool with_data) : attributes_(transaction) {
  if (with_data && transaction.data != nullptr) {
    data_.assign(transaction.data, transaction.data + transaction.length);
  }
  if (transaction.byte_enables != nullptr) {
    byte_enables_.assign(transaction.byte_enables, transaction.byte_enables + transaction.byte_enable_length);
  }
}

std::string Snapshot::changes(const Transaction& now) const {
  std::string names;
  const auto changed = [&](bool differs, const char* name) {
    if (differs) {
      names += names.empty() ? name : std::string{", "} + name;
    }
  };
  const auto& before = attributes_;
  changed(now.command != before.command, "command");
  changed(now.address != before.address, "address");
  changed(now.data != before.data, "data pointer");
  changed(now.length != before.length, "data length");
  changed(now.streaming_width != before.streaming_width, "streaming width");
  const bool same_enables =
      now.byte_enables == before.byte_enables && now.byte_enable_length == before.byte_enable_length;
  changed(now.byte_enables != before.byte_enables, "byte enable pointer");
  changed(now.byte_enable_length != before.byte_enable_length, "byte enable length");
  changed(same_enables && !std::equal(byte_enables_.begin(), byte_enables_.end(), now.byte_enables),
          "byte enables");
  return names;
}

bool Snapshot::data_as_before(const Transaction& now) const {
  return now.data != attributes_.data || now.length != attributes_.length ||
         std::equal(data_.begin(), data_.end(), now.data);
}

}  // namespace kirchhoff::testbenches
