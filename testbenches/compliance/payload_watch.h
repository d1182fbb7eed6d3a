#pragma once

#include <memory>
#include <string>
#include <tlm>
#include <unordered_set>

#include "testbenches/compliance/compliance_session.h"

namespace kirchhoff::testbenches {

class PayloadWatch;

/// The payloads with a memory manager that were seen and still exist.
class PayloadBook : public std::enable_shared_from_this<PayloadBook> {
 public:
  explicit PayloadBook(ComplianceSession& session) : session_(session) {}
  PayloadBook(const PayloadBook&) = delete;
  PayloadBook& operator=(const PayloadBook&) = delete;
  ~PayloadBook() = default;

  /// Notes a payload, once.
  void watch(tlm::tlm_generic_payload& payload, const std::string& socket);
  /// Reports payloads that somebody still holds; from then on nothing is reported any more.
  void finish(std::uint64_t now);

 private:
  friend class PayloadWatch;

  ComplianceSession& session_;
  bool finished_ = false;
  std::unordered_set<PayloadWatch*> living_;
};

/// Sticky extension that learns of the end of its payload.
class PayloadWatch final : public tlm::tlm_extension<PayloadWatch> {
 public:
  PayloadWatch(const tlm::tlm_generic_payload& payload, std::string socket, std::weak_ptr<PayloadBook> book)
      : payload_(payload), socket_(std::move(socket)), book_(std::move(book)) {}

  /// A copy of a payload is another one.
  [[nodiscard]] tlm_extension_base* clone() const override { return nullptr; }
  void copy_from(const tlm_extension_base& /*other*/) override {}
  void free() override;

  [[nodiscard]] const tlm::tlm_generic_payload& payload() const { return payload_; }
  [[nodiscard]] const std::string& socket() const { return socket_; }

 private:
  const tlm::tlm_generic_payload& payload_;
  std::string socket_;  ///< where it was seen first
  std::weak_ptr<PayloadBook> book_;
};

}  // namespace kirchhoff::testbenches
