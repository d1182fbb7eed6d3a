#include "testbenches/cosim/debug_session.h"

#include <string>
#include <string_view>

#include "testbenches/cosim/gdb/register_monitor.h"
#include "testbenches/explore/stop_request.h"
#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {

DebugSession::DebugSession(TcpLine& line, CosimPlatform& platform)
    : target_(platform), server_(line, target_, &commands_, [] { return StopRequest::came(); }) {
  commands_.add("registers", "registers [host|sequencer|tile N|router N|NAME]",
                "the accelerator's registers, read without side effects", [this](std::string_view which) {
                  return registers_text(target_, platform_map::accelerator_base, which);
                });
  commands_.add("time", "time", "simulated time and instructions so far", [&platform](std::string_view) {
    const RiscvHart& hart = platform.hart();
    return fixed(1e6 * foundation::to_seconds(hart.local_time()), 3) + " us, " +
           grouped(hart.core().executed()) + " instructions\n";
  });
}

}  // namespace kirchhoff::testbenches
