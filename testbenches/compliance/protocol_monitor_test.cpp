#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <systemc>
#include <tlm>

#include "testbenches/compliance/monitoring_binder.h"

// A small initiator and a small target that do as they are told, right or wrong, with a monitor between them.
namespace {

using namespace kirchhoff::testbenches;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using tlm::tlm_generic_payload;
using tlm::tlm_phase;

TLM_DECLARE_EXTENDED_PHASE(PROGRESS);

using NonBlocking = std::function<tlm::tlm_sync_enum(tlm_generic_payload&, tlm_phase&, sc_time&)>;

class Initiator : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  tlm::tlm_initiator_socket<> socket{"socket"};
  NonBlocking on_backward;
  std::function<void()> in_thread;
  std::function<void()> in_method;
  sc_core::sc_event start_thread;
  sc_core::sc_event start_method;

  explicit Initiator(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    socket.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
    SC_HAS_PROCESS(Initiator);
    SC_THREAD(run);
    SC_METHOD(react);
    sensitive << start_method;
    dont_initialize();
  }

 private:
  void run() {
    if (!in_thread) {
      wait(start_thread);
    }
    in_thread();
  }
  void react() { in_method(); }
  tlm::tlm_sync_enum nb_transport_bw(tlm_generic_payload& payload, tlm_phase& phase,
                                     sc_time& delay) override {
    return on_backward ? on_backward(payload, phase, delay) : tlm::TLM_ACCEPTED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 /*first*/, sc_dt::uint64 /*last*/) override {}
};

class Target : public sc_core::sc_module, private tlm::tlm_fw_transport_if<> {
 public:
  tlm::tlm_target_socket<> socket{"socket"};
  NonBlocking on_forward;
  std::function<void(tlm_generic_payload&, sc_time&)> on_blocking;
  std::function<unsigned(tlm_generic_payload&)> on_debug;
  std::function<bool(tlm_generic_payload&, tlm::tlm_dmi&)> on_direct_memory;

  explicit Target(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    socket.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
  }

 private:
  void b_transport(tlm_generic_payload& payload, sc_time& delay) override {
    if (on_blocking) {
      on_blocking(payload, delay);
    } else {
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      delay += sc_time(20, SC_NS);
    }
  }
  tlm::tlm_sync_enum nb_transport_fw(tlm_generic_payload& payload, tlm_phase& phase,
                                     sc_time& delay) override {
    return on_forward ? on_forward(payload, phase, delay) : tlm::TLM_ACCEPTED;
  }
  unsigned transport_dbg(tlm_generic_payload& payload) override {
    return on_debug ? on_debug(payload) : payload.get_data_length();
  }
  bool get_direct_mem_ptr(tlm_generic_payload& payload, tlm::tlm_dmi& dmi) override {
    dmi.init();
    return on_direct_memory && on_direct_memory(payload, dmi);
  }
};

/// Payloads that are gone once nobody holds them, so that a late look at one is caught by a sanitizer.
class Payload : public tlm_generic_payload {
 public:
  explicit Payload(tlm::tlm_command command, tlm::tlm_mm_interface* manager = nullptr)
      : tlm_generic_payload(manager) {
    set_command(command);
    set_address(0x100);
    set_data_ptr(bytes.data());
    set_data_length(4);
    set_streaming_width(4);
  }
  std::array<unsigned char, 4> bytes{1, 2, 3, 4};
  std::array<unsigned char, 4> enables{0xff, 0xff, 0, 0};
};

class Manager : public tlm::tlm_mm_interface {
 public:
  /// One reference.
  Payload& make(tlm::tlm_command command = tlm::TLM_WRITE_COMMAND) {
    auto* const payload = new Payload(command, this);  // free() deletes it
    payload->acquire();
    made_.insert(payload);
    return *payload;
  }
  void free(tlm_generic_payload* payload) override {
    made_.erase(payload);
    delete payload;
  }
  Manager() = default;
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() override {
    for (const auto* payload : made_) {
      delete payload;
    }
  }

 private:
  std::set<tlm_generic_payload*> made_;
};

/// Initiator, monitor, target; behind the target, if it likes, another such pair.
class Link {
 public:
  Link() {
    binder.bind(initiator.socket, target.socket);
    binder.bind(onward.socket, end.socket);
  }

  struct Answer {
    tlm::tlm_sync_enum status;
    tlm_phase phase;
    sc_time delay;
  };
  Answer forward(tlm_generic_payload& payload, tlm_phase phase, int delay_ns = 0) {
    sc_time delay(delay_ns, SC_NS);
    const auto status = initiator.socket->nb_transport_fw(payload, phase, delay);
    return {status, phase, delay};
  }
  Answer backward(tlm_generic_payload& payload, tlm_phase phase, int delay_ns = 0) {
    sc_time delay(delay_ns, SC_NS);
    const auto status = target.socket->nb_transport_bw(payload, phase, delay);
    return {status, phase, delay};
  }
  void respond(tlm_generic_payload& payload, int delay_ns = 0) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    backward(payload, tlm::BEGIN_RESP, delay_ns);
  }
  /// What is left of a transaction that has begun.
  void complete(tlm_generic_payload& payload) {
    respond(payload);
    forward(payload, tlm::END_RESP);
    payload.release();
  }
  sc_time blocking(tlm_generic_payload& payload, int delay_ns = 0) {
    sc_time delay(delay_ns, SC_NS);
    initiator.socket->b_transport(payload, delay);
    return delay;
  }
  unsigned debug(tlm_generic_payload& payload) { return initiator.socket->transport_dbg(payload); }
  void answer(const NonBlocking& function) { target.on_forward = function; }

  void run(const std::function<void(Link&)>& script) {
    bool ran = false;
    initiator.in_thread = [&] {
      script(*this);
      ran = true;
    };
    sc_core::sc_start();
    EXPECT_TRUE(ran);
    binder.finish();
    never.notify(SC_ZERO_TIME);  // who still waits may end
    sc_core::sc_start();
  }

  Manager manager;
  MonitoringBinder binder;
  Initiator initiator{"initiator"};
  Target target{"target"};
  Initiator onward{"onward"};
  Target end{"end"};
  sc_core::sc_event never;
};

void expect_nothing(const std::function<void(Link&)>& script) {
  Link link;
  link.run(script);
  EXPECT_EQ(link.binder.session().count(), 0U) << link.binder.session().text();
  EXPECT_GT(link.binder.session().calls(), 0U);
}

// ---- what is right ------------------------------------------------------------------------------------

TEST(ProtocolMonitor, BlockingTransportIsHandedOnAsItIs) {
  expect_nothing([](Link& link) {
    Payload write{tlm::TLM_WRITE_COMMAND};
    EXPECT_EQ(link.blocking(write, 5), sc_time(25, SC_NS));
    EXPECT_TRUE(write.is_response_ok());
    Payload read{tlm::TLM_READ_COMMAND};
    read.set_byte_enable_ptr(read.enables.data());
    read.set_byte_enable_length(4);
    link.target.on_blocking = [](tlm_generic_payload& payload, sc_time& delay) {
      payload.get_data_ptr()[0] = 77;
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      payload.set_dmi_allowed(true);
      sc_core::wait(delay + sc_time(3, SC_NS));  // the target may wait and return a smaller delay
      delay = SC_ZERO_TIME;
    };
    EXPECT_EQ(link.blocking(read, 5), SC_ZERO_TIME);
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_time(8, SC_NS));
    EXPECT_EQ(read.bytes[0], 77);
    EXPECT_TRUE(read.is_dmi_allowed());
    auto& managed = link.manager.make();
    link.target.on_blocking = {};
    link.blocking(managed);
    managed.release();
    Payload nothing{tlm::TLM_IGNORE_COMMAND};
    nothing.set_data_ptr(nullptr);
    nothing.set_data_length(0);
    link.blocking(nothing);
  });
}

TEST(ProtocolMonitor, TransactionsMayGoOnOverOtherSockets) {
  expect_nothing([](Link& link) {
    link.target.on_blocking = [&](tlm_generic_payload& payload, sc_time& delay) {
      link.onward.socket->b_transport(payload, delay);
    };
    Payload write{tlm::TLM_WRITE_COMMAND};
    link.blocking(write);
    write.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    link.blocking(write);  // used again once it is over
  });
}

TEST(ProtocolMonitor, FourPhasesInOrder) {
  expect_nothing([](Link& link) {
    auto& first = link.manager.make();
    auto& second = link.manager.make(tlm::TLM_READ_COMMAND);
    EXPECT_EQ(link.forward(first, tlm::BEGIN_REQ, 2).status, tlm::TLM_ACCEPTED);
    link.backward(first, tlm::END_REQ, 4);
    link.forward(second, tlm::BEGIN_REQ, 1);  // another transaction may have an earlier time
    link.respond(first, 9);
    link.backward(second, tlm::END_REQ, 1);
    link.forward(first, tlm::END_RESP, 9);
    first.release();
    link.respond(second, 1);
    sc_core::wait(5, SC_NS);
    link.forward(second, tlm::END_RESP);
    second.release();
  });
}

TEST(ProtocolMonitor, ShortcutsOfTheReturnPath) {
  expect_nothing([](Link& link) {
    // END_REQ, then the response, on the return path of different calls.
    auto& one = link.manager.make();
    link.answer([](tlm_generic_payload&, tlm_phase& phase, sc_time& delay) {
      phase = tlm::END_REQ;
      delay += sc_time(1, SC_NS);
      return tlm::TLM_UPDATED;
    });
    link.forward(one, tlm::BEGIN_REQ);
    link.initiator.on_backward = [](tlm_generic_payload&, tlm_phase& phase, sc_time&) {
      phase = tlm::END_RESP;
      return tlm::TLM_UPDATED;
    };
    link.respond(one, 1);
    one.release();
    // Response at once, which implies END_REQ.
    link.answer([](tlm_generic_payload& payload, tlm_phase& phase, sc_time&) {
      if (phase == tlm::END_RESP) {
        return tlm::TLM_COMPLETED;
      }
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      phase = tlm::BEGIN_RESP;
      return tlm::TLM_UPDATED;
    });
    auto& two = link.manager.make();
    link.forward(two, tlm::BEGIN_REQ);
    link.forward(two, tlm::END_RESP);
    two.release();
    // Early completion.
    link.answer([](tlm_generic_payload& payload, tlm_phase&, sc_time& delay) {
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      delay += sc_time(1, SC_NS);
      return tlm::TLM_COMPLETED;
    });
    auto& three = link.manager.make(tlm::TLM_READ_COMMAND);
    EXPECT_EQ(link.forward(three, tlm::BEGIN_REQ).status, tlm::TLM_COMPLETED);
    three.release();
    // The initiator completes, and lets go, within the target's call; early response on the backward path.
    link.answer({});
    auto& four = link.manager.make();
    link.forward(four, tlm::BEGIN_REQ);
    link.initiator.on_backward = [](tlm_generic_payload& payload, tlm_phase&, sc_time&) {
      payload.release();
      return tlm::TLM_COMPLETED;
    };
    link.respond(four);
  });
}

TEST(ProtocolMonitor, CallsWithinCalls) {
  expect_nothing([](Link& link) {
    link.answer([&](tlm_generic_payload& payload, tlm_phase& phase, sc_time&) {
      if (phase == tlm::BEGIN_REQ) {
        link.respond(payload);
      }
      return tlm::TLM_ACCEPTED;
    });
    link.initiator.on_backward = [&](tlm_generic_payload& payload, tlm_phase&, sc_time&) {
      link.forward(payload, tlm::END_RESP);
      payload.release();
      return tlm::TLM_ACCEPTED;
    };
    link.forward(link.manager.make(), tlm::BEGIN_REQ);
  });
}

TEST(ProtocolMonitor, DeclaredIgnorablePhases) {
  expect_nothing([](Link& link) {
    link.binder.monitor(0).rules().allow_ignorable(PROGRESS);
    auto& payload = link.manager.make();
    link.forward(payload, tlm::BEGIN_REQ);
    link.backward(payload, PROGRESS);
    link.backward(payload, tlm::END_REQ);
    link.forward(payload, PROGRESS);
    link.complete(payload);
  });
}

TEST(ProtocolMonitor, DebugTransportAndDirectMemory) {
  expect_nothing([](Link& link) {
    Payload payload{tlm::TLM_READ_COMMAND};
    link.target.on_debug = [](tlm_generic_payload& debug) {
      debug.get_data_ptr()[1] = 9;
      debug.set_response_status(tlm::TLM_OK_RESPONSE);
      return 3U;
    };
    EXPECT_EQ(link.debug(payload), 3U);
    EXPECT_EQ(payload.bytes[1], 9);
    tlm::tlm_dmi dmi;
    EXPECT_FALSE(link.initiator.socket->get_direct_mem_ptr(payload, dmi));
    link.target.on_direct_memory = [](tlm_generic_payload& debug, tlm::tlm_dmi& region) {
      region.set_dmi_ptr(debug.get_data_ptr());
      region.set_start_address(0x80);
      region.set_end_address(0x17f);
      region.allow_read();
      return true;
    };
    EXPECT_TRUE(link.initiator.socket->get_direct_mem_ptr(payload, dmi));
    EXPECT_EQ(dmi.get_end_address(), 0x17fU);
    link.target.socket->invalidate_direct_mem_ptr(0x80, 0x17f);
  });
}

// ---- what is wrong ------------------------------------------------------------------------------------

struct Seed {
  Rule rule;
  const char* name;
  void (*script)(Link&);
};

std::ostream& operator<<(std::ostream& out, const Seed& seed) {
  return out << name_of(seed.rule);
}

void set_ok(tlm_generic_payload& payload) {
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// A blocking transaction to a target that does this beside answering.
template <typename Misdeed>
void blocking_with(Link& link, tlm::tlm_command command, const Misdeed& misdeed) {
  link.target.on_blocking = [&](tlm_generic_payload& payload, sc_time& delay) {
    set_ok(payload);
    misdeed(payload, delay);
  };
  Payload payload{command};
  payload.set_byte_enable_ptr(payload.enables.data());
  payload.set_byte_enable_length(4);
  link.blocking(payload, 10);
}

template <typename Mistake>
void blocking_request(Link& link, const Mistake& mistake) {
  Payload payload{tlm::TLM_WRITE_COMMAND};
  mistake(payload);
  link.target.on_blocking = [](tlm_generic_payload& taken, sc_time&) { set_ok(taken); };
  link.blocking(payload);
}

const Seed seeds[] = {
    {Rule::phase_order, "EndResponseWithoutResponse",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.forward(payload, tlm::END_RESP);
       link.complete(payload);
     }},
    {Rule::phase_order, "EndRequestTwice",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.backward(payload, tlm::END_REQ);
       link.backward(payload, tlm::END_REQ);
       link.complete(payload);
     }},
    {Rule::phase_order, "EndRequestAfterTheResponse",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.respond(payload);
       link.backward(payload, tlm::END_REQ);
       link.forward(payload, tlm::END_RESP);
       payload.release();
     }},
    {Rule::phase_order, "ResponseToNoRequest",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.respond(payload);
       payload.release();
     }},
    {Rule::phase_order, "CompletedAfterEndRequest",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.initiator.on_backward = [](tlm_generic_payload&, tlm_phase&, sc_time&) {
         return tlm::TLM_COMPLETED;
       };
       link.backward(payload, tlm::END_REQ);
       link.initiator.on_backward = {};
       link.complete(payload);
     }},
    {Rule::phase_order, "UpdatedAfterEndResponse",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.answer([](tlm_generic_payload&, tlm_phase&, sc_time&) { return tlm::TLM_UPDATED; });
       link.complete(payload);
     }},
    {Rule::phase_order, "BlockingTransportOfATransactionInFlight",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.blocking(payload);
       link.complete(payload);
     }},
    {Rule::phase_order, "IgnorablePhaseOutsideOfATransaction",
     [](Link& link) {
       link.binder.monitor(0).rules().allow_ignorable(PROGRESS);
       auto& payload = link.manager.make();
       link.forward(payload, PROGRESS);
       payload.release();
     }},
    {Rule::unexpected_phase, "EndRequestFromTheInitiator",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.forward(payload, tlm::END_REQ);
       link.complete(payload);
     }},
    {Rule::unexpected_phase, "BeginRequestFromTheTarget",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.backward(payload, tlm::BEGIN_REQ);
       link.complete(payload);
     }},
    {Rule::unexpected_phase, "UpdatedWithoutAnotherPhase",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.answer([](tlm_generic_payload&, tlm_phase&, sc_time&) { return tlm::TLM_UPDATED; });
       link.forward(payload, tlm::BEGIN_REQ);
       link.answer({});
       link.complete(payload);
     }},
    {Rule::unexpected_phase, "UndeclaredExtendedPhase",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.backward(payload, PROGRESS);
       link.complete(payload);
     }},
    {Rule::request_exclusion, "TwoRequestsAtOnce",
     [](Link& link) {
       auto& first = link.manager.make();
       auto& second = link.manager.make();
       link.forward(first, tlm::BEGIN_REQ);
       link.forward(second, tlm::BEGIN_REQ);
       link.complete(first);
       link.complete(second);
     }},
    {Rule::response_exclusion, "TwoResponsesAtOnce",
     [](Link& link) {
       auto& first = link.manager.make();
       auto& second = link.manager.make();
       link.forward(first, tlm::BEGIN_REQ);
       link.backward(first, tlm::END_REQ);
       link.forward(second, tlm::BEGIN_REQ);
       link.respond(first);
       link.respond(second);
       link.forward(first, tlm::END_RESP);
       link.forward(second, tlm::END_RESP);
       first.release();
       second.release();
     }},
    {Rule::accepted_untouched, "AcceptedWithAnotherDelay",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.answer([](tlm_generic_payload&, tlm_phase& phase, sc_time& delay) {
         delay += phase == tlm::BEGIN_REQ ? sc_time(1, SC_NS) : SC_ZERO_TIME;
         return tlm::TLM_ACCEPTED;
       });
       link.forward(payload, tlm::BEGIN_REQ);
       link.complete(payload);
     }},
    {Rule::accepted_untouched, "AcceptedWithAnotherPhaseOnTheWayBack",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.initiator.on_backward = [](tlm_generic_payload&, tlm_phase& phase, sc_time&) {
         phase = tlm::END_RESP;
         return tlm::TLM_ACCEPTED;
       };
       link.complete(payload);
     }},
    {Rule::time_order, "EarlierPhaseThanTheOneBefore",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ, 10);
       link.backward(payload, tlm::END_REQ, 9);
       link.respond(payload, 10);
       link.forward(payload, tlm::END_RESP, 10);
       payload.release();
     }},
    {Rule::time_order, "SmallerDelayOnTheReturnPath",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.answer([](tlm_generic_payload& taken, tlm_phase&, sc_time& delay) {
         set_ok(taken);
         delay = SC_ZERO_TIME;
         return tlm::TLM_COMPLETED;
       });
       link.forward(payload, tlm::BEGIN_REQ, 10);
       payload.release();
     }},
    {Rule::time_order, "BlockingTransportReducesTheDelay",
     [](Link& link) {
       blocking_with(link, tlm::TLM_READ_COMMAND,
                     [](tlm_generic_payload&, sc_time& delay) { delay = sc_time(9, SC_NS); });
     }},
    {Rule::non_blocking, "WaitInNonBlockingTransport",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.answer([](tlm_generic_payload&, tlm_phase& phase, sc_time&) {
         if (phase == tlm::BEGIN_REQ) {
           sc_core::wait(1, SC_NS);
         }
         return tlm::TLM_ACCEPTED;
       });
       link.forward(payload, tlm::BEGIN_REQ);
       link.complete(payload);
     }},
    {Rule::non_blocking, "WaitForADeltaCycleInDebugTransport",
     [](Link& link) {
       link.target.on_debug = [](tlm_generic_payload& payload) {
         sc_core::wait(SC_ZERO_TIME);
         return payload.get_data_length();
       };
       Payload payload{tlm::TLM_READ_COMMAND};
       link.debug(payload);
     }},
    {Rule::blocking_from_thread, "BlockingTransportFromAMethod",
     [](Link& link) {
       link.initiator.in_method = [&] {
         Payload payload{tlm::TLM_WRITE_COMMAND};
         link.blocking(payload);
       };
       link.initiator.start_method.notify();
       sc_core::wait(1, SC_NS);
     }},
    {Rule::request_attributes, "NoDataPointer",
     [](Link& link) { blocking_request(link, [](Payload& payload) { payload.set_data_ptr(nullptr); }); }},
    {Rule::request_attributes, "NoBytes",
     [](Link& link) { blocking_request(link, [](Payload& payload) { payload.set_data_length(0); }); }},
    {Rule::request_attributes, "NoStreamingWidth",
     [](Link& link) { blocking_request(link, [](Payload& payload) { payload.set_streaming_width(0); }); }},
    {Rule::request_attributes, "ByteEnablesOfNoLength",
     [](Link& link) {
       blocking_request(link, [](Payload& payload) { payload.set_byte_enable_ptr(payload.enables.data()); });
     }},
    {Rule::response_status, "RequestWithAResponse",
     [](Link& link) { blocking_request(link, [](Payload& payload) { set_ok(payload); }); }},
    {Rule::response_status, "BlockingTransportWithoutResponse",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND, [](tlm_generic_payload& payload, sc_time&) {
         payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
       });
     }},
    {Rule::response_status, "BeginResponseWithoutResponse",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.backward(payload, tlm::BEGIN_RESP);
       link.forward(payload, tlm::END_RESP);
       payload.release();
     }},
    {Rule::response_status, "ResponseChangedAfterwards",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       link.respond(payload);
       payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
       link.forward(payload, tlm::END_RESP);
       payload.release();
     }},
    {Rule::attributes_unchanged, "AddressOfAnotherHop",
     [](Link& link) {
       blocking_with(link, tlm::TLM_READ_COMMAND,
                     [](tlm_generic_payload& payload, sc_time&) { payload.set_address(0); });
     }},
    {Rule::attributes_unchanged, "Command",
     [](Link& link) {
       blocking_with(link, tlm::TLM_READ_COMMAND, [](tlm_generic_payload& payload, sc_time&) {
         payload.set_command(tlm::TLM_IGNORE_COMMAND);
       });
     }},
    {Rule::attributes_unchanged, "DataPointer",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND,
                     [](tlm_generic_payload& payload, sc_time&) { payload.set_data_ptr(nullptr); });
     }},
    {Rule::attributes_unchanged, "DataLength",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND,
                     [](tlm_generic_payload& payload, sc_time&) { payload.set_data_length(2); });
     }},
    {Rule::attributes_unchanged, "StreamingWidth",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND,
                     [](tlm_generic_payload& payload, sc_time&) { payload.set_streaming_width(2); });
     }},
    {Rule::attributes_unchanged, "ByteEnablePointer",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND,
                     [](tlm_generic_payload& payload, sc_time&) { payload.set_byte_enable_ptr(nullptr); });
     }},
    {Rule::attributes_unchanged, "ByteEnables",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND,
                     [](tlm_generic_payload& payload, sc_time&) { payload.get_byte_enable_ptr()[3] = 0xff; });
     }},
    {Rule::attributes_unchanged, "LengthBetweenPhases",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       payload.set_data_length(3);
       link.complete(payload);
     }},
    {Rule::attributes_unchanged, "AddressInDebugTransport",
     [](Link& link) {
       link.target.on_debug = [](tlm_generic_payload& payload) {
         payload.set_address(7);
         return 0U;
       };
       Payload payload{tlm::TLM_READ_COMMAND};
       link.debug(payload);
     }},
    {Rule::data_unchanged, "WriteChangesItsData",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND,
                     [](tlm_generic_payload& payload, sc_time&) { payload.get_data_ptr()[2] = 0; });
     }},
    {Rule::data_unchanged, "FailedReadChangesData",
     [](Link& link) {
       blocking_with(link, tlm::TLM_READ_COMMAND, [](tlm_generic_payload& payload, sc_time&) {
         payload.get_data_ptr()[2] = 0;
         payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
       });
     }},
    {Rule::data_unchanged, "WriteChangesItsDataBetweenPhases",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       payload.bytes[0] = 0;
       link.complete(payload);
     }},
    {Rule::data_unchanged, "DebugWriteChangesItsData",
     [](Link& link) {
       link.target.on_debug = [](tlm_generic_payload& payload) {
         payload.get_data_ptr()[0] = 0;
         return 4U;
       };
       Payload payload{tlm::TLM_WRITE_COMMAND};
       link.debug(payload);
     }},
    {Rule::dmi_hint, "RequestWithTheHint",
     [](Link& link) { blocking_request(link, [](Payload& payload) { payload.set_dmi_allowed(true); }); }},
    {Rule::direct_memory, "GrantedForAnotherAddress",
     [](Link& link) {
       link.target.on_direct_memory = [](tlm_generic_payload& payload, tlm::tlm_dmi& region) {
         region.set_dmi_ptr(payload.get_data_ptr());
         region.set_start_address(0x104);
         region.allow_read_write();
         return true;
       };
       Payload payload{tlm::TLM_READ_COMMAND};
       tlm::tlm_dmi dmi;
       link.initiator.socket->get_direct_mem_ptr(payload, dmi);
     }},
    {Rule::direct_memory, "GrantedWithoutPointer",
     [](Link& link) {
       link.target.on_direct_memory = [](tlm_generic_payload&, tlm::tlm_dmi& region) {
         region.allow_read();
         return true;
       };
       Payload payload{tlm::TLM_READ_COMMAND};
       tlm::tlm_dmi dmi;
       link.initiator.socket->get_direct_mem_ptr(payload, dmi);
     }},
    {Rule::direct_memory, "InvalidRange",
     [](Link& link) { link.target.socket->invalidate_direct_mem_ptr(8, 7); }},
    {Rule::debug_transport, "MoreBytesThanAskedFor",
     [](Link& link) {
       link.target.on_debug = [](tlm_generic_payload&) { return 5U; };
       Payload payload{tlm::TLM_READ_COMMAND};
       link.debug(payload);
     }},
    {Rule::debug_transport, "TransportWithinDebugTransport",
     [](Link& link) {
       link.target.on_debug = [&](tlm_generic_payload&) {
         Payload inner{tlm::TLM_READ_COMMAND};
         sc_time delay;
         link.onward.socket->b_transport(inner, delay);
         return 4U;
       };
       Payload payload{tlm::TLM_READ_COMMAND};
       link.debug(payload);
     }},
    {Rule::single_path, "OneTransactionForTwoTargets",
     [](Link& link) {
       blocking_with(link, tlm::TLM_WRITE_COMMAND, [&](tlm_generic_payload& payload, sc_time& delay) {
         for (int branch = 0; branch < 2; ++branch) {
           payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
           link.onward.socket->b_transport(payload, delay);
         }
       });
     }},
    {Rule::memory_manager, "NonBlockingTransportWithoutManager",
     [](Link& link) {
       link.answer([](tlm_generic_payload& payload, tlm_phase&, sc_time&) {
         set_ok(payload);
         return tlm::TLM_COMPLETED;
       });
       Payload payload{tlm::TLM_WRITE_COMMAND};
       link.forward(payload, tlm::BEGIN_REQ);
     }},
    {Rule::memory_manager, "NoReference",
     [](Link& link) {
       Payload payload{tlm::TLM_WRITE_COMMAND, &link.manager};
       link.blocking(payload);
     }},
    {Rule::references, "TargetKeepsAReference",
     [](Link& link) {
       link.target.on_blocking = [](tlm_generic_payload& payload, sc_time&) {
         set_ok(payload);
         payload.acquire();
       };
       auto& payload = link.manager.make();
       link.blocking(payload);
       payload.release();
       payload.release();
     }},
    {Rule::references, "NeverReleased", [](Link& link) { link.blocking(link.manager.make()); }},
    {Rule::references, "DestroyedWhileReferenced",
     [](Link& link) {
       Payload payload{tlm::TLM_WRITE_COMMAND, &link.manager};
       payload.acquire();
       link.blocking(payload);
     }},
    {Rule::left_in_flight, "RequestWithoutResponse",
     [](Link& link) {
       auto& payload = link.manager.make();
       link.forward(payload, tlm::BEGIN_REQ);
       payload.release();
     }},
    {Rule::left_in_flight, "BlockingTransportThatNeverReturns",
     [](Link& link) {
       link.onward.in_thread = [&] {
         Payload payload{tlm::TLM_WRITE_COMMAND};
         sc_time delay;
         link.onward.socket->b_transport(payload, delay);
       };
       link.end.on_blocking = [&](tlm_generic_payload& payload, sc_time&) {
         sc_core::wait(link.never);
         set_ok(payload);
       };
       link.onward.start_thread.notify();
       sc_core::wait(1, SC_NS);
     }},
};

class SeededViolation : public testing::TestWithParam<Seed> {};

TEST_P(SeededViolation, IsFoundAndNothingElse) {
  Link link;
  link.run(GetParam().script);
  const auto& session = link.binder.session();
  EXPECT_GT(session.count(GetParam().rule), 0U) << "not found";
  EXPECT_EQ(session.count(GetParam().rule), session.count()) << session.text();
}

INSTANTIATE_TEST_SUITE_P(Rules, SeededViolation, testing::ValuesIn(seeds),
                         [](const auto& seed) { return std::string{seed.param.name}; });

TEST(ProtocolMonitor, EveryRuleHasASeededViolation) {
  std::set<Rule> seeded;
  for (const auto& seed : seeds) {
    seeded.insert(seed.rule);
  }
  EXPECT_EQ(seeded.size(), rule_count);
}

TEST(ProtocolMonitor, ViolationsSayWhereWhenAndWhat) {
  Link link;
  link.run([](Link& on) {
    sc_core::wait(3, SC_NS);
    for (std::size_t i = 0; i < ComplianceSession::kept + 10; ++i) {
      blocking_request(on, [](Payload& payload) { payload.set_streaming_width(0); });
    }
  });
  const auto& session = link.binder.session();
  ASSERT_EQ(session.violations().size(), ComplianceSession::kept);
  EXPECT_EQ(to_string(session.violations()[0]),
            "3000 ps initiator.socket: request_attributes: a request with streaming width 0");
  EXPECT_EQ(session.count(), ComplianceSession::kept + 10);
  EXPECT_NE(session.text().find("and 10 more"), std::string::npos);
}

}  // namespace
