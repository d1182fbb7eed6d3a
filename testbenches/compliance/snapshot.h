#pragma once

#include <string>
#include <vector>

#include "testbenches/compliance/transaction.h"

namespace kirchhoff::testbenches {

/// A transaction as it was requested, with copies of its data and byte enables.
class Snapshot {
 public:
  Snapshot() = default;
  Snapshot(const Transaction& transaction, bool with_data);

  [[nodiscard]] const Transaction& attributes() const { return attributes_; }

  /// Names of the attributes that have changed, separated by commas; empty if none. The status and the DMI
  /// hint are the target's to set.
  [[nodiscard]] std::string changes(const Transaction& now) const;
  /// False where the data differ from what was requested; true where they cannot be compared.
  [[nodiscard]] bool data_as_before(const Transaction& now) const;

 private:
  Transaction attributes_;
  std::vector<unsigned char> data_;
  std::vector<unsigned char> byte_enables_;
};

}  // namespace kirchhoff::testbenches
