# Writes the version of the source tree into a header, touching it only when it changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --tags
                OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(version "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [=[
#pragma once

namespace kirchhoff::testbenches {

inline constexpr const char* git_version = "@version@";

}  // namespace kirchhoff::testbenches
]=] @ONLY)
