#include "testbenches/compliance/payload_watch.h"

#include <systemc>
#include <utility>

namespace kirchhoff::testbenches {

void PayloadBook::watch(tlm::tlm_generic_payload& payload, const std::string& socket) {
  if (payload.has_mm() && payload.get_extension<PayloadWatch>() == nullptr) {
    auto* const watch = new PayloadWatch(payload, socket, weak_from_this());  // the payload's, see free()
    payload.set_extension(watch);
    living_.insert(watch);
  }
}

void PayloadBook::finish(std::uint64_t now) {
  finished_ = true;
  for (const PayloadWatch* watch : living_) {
    if (watch->payload().get_ref_count() != 0) {
      session_.report({watch->socket(), Rule::references, now,
                       "a payload that passed here still has " +
                           std::to_string(watch->payload().get_ref_count()) + " references at the end"});
    }
  }
}

void PayloadWatch::free() {
  if (const auto book = book_.lock()) {
    book->living_.erase(this);
    if (!book->finished_ && payload_.get_ref_count() != 0) {
      book->session_.report({socket_, Rule::references, sc_core::sc_time_stamp().value(),
                             "a payload is destroyed that still has " +
                                 std::to_string(payload_.get_ref_count()) + " references"});
    }
  }
  delete this;
}

}  // namespace kirchhoff::testbenches
