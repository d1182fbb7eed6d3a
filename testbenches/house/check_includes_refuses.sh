#!/usr/bin/env bash
# Plants one violation after another in a copy of the tree; .ci/check-includes must name each.
#   check_includes_refuses.sh PROJECT_ROOT SCRATCH_FOLDER
set -euo pipefail

source_tree=$1
scratch=$2
rm -rf "$scratch"
mkdir -p "$scratch"
trap 'rm -rf "$scratch"' EXIT
cp -r "$source_tree"/{foundation,traces,periphery,interconnect,tiles,model,testbenches} "$scratch"
failures=0

check() { "$source_tree/.ci/check-includes" "$scratch" 2>&1; }

# refused FILE LINE MESSAGE: a new file with this line is refused, with its place and this message.
refused() {
  local file=$1 line=$2 message=$3 output status=0
  printf '// planted\n%s\n' "$line" >"$scratch/$file"
  output=$(check) || status=$?
  rm "$scratch/$file"
  if ((status != 1)) || [[ $output != "$file:2: "*"$message"* ]]; then
    printf 'not refused as expected (exit %d): %s with %s\n  said: %s\n' "$status" "$file" "$line" "$output"
    failures=$((failures + 1))
  fi
}

# accepted FILE LINE: no violation.
accepted() {
  local file=$1 line=$2 output
  printf '%s\n' "$line" >"$scratch/$file"
  if ! output=$(check); then
    printf 'refused, but allowed: %s with %s\n  said: %s\n' "$file" "$line" "$output"
    failures=$((failures + 1))
  fi
  rm "$scratch/$file"
}

accepted model/network/planted.h '// using namespace std; #include <systemc>'

# Floors.
refused foundation/planted.h '#include "traces/vcd_writer.h"' 'foundation/ may not include'
refused foundation/planted.cpp '#include "tiles/pcm_device.h"' 'foundation/ may not include'
refused traces/planted.cpp '#include "periphery/converter.h"' 'traces/ may not include'
refused periphery/planted.h '#include "interconnect/packet.h"' 'periphery/ may not include'
refused interconnect/planted.cpp '#include "tiles/tile_core.h"' 'interconnect/ may not include'
refused interconnect/planted.h '#include "periphery/converter.h"' 'interconnect/ may not include'
refused tiles/planted.cpp '#include "interconnect/link.h"' 'tiles/ may not include'
refused tiles/planted.h '#  include <model/chip/address_map.h>' 'tiles/ may not include'
refused tiles/planted.cpp '#include "traces/vcd_writer.h"' 'tiles/ may not include'
refused model/chip/planted.cpp '#include "testbenches/host/data_set.h"' 'model/ may not include'
accepted tiles/planted.cpp '#include "interconnect/packet_address.h"'
accepted model/chip/planted.cpp '#include "interconnect/topology.h"'
accepted model/chip/planted.cpp '#include "traces/vcd_writer.h"'
accepted testbenches/host/planted.cpp '#include "tiles/tile_core.h"'

# SystemC.
refused model/network/planted.cpp '#include <systemc>' 'model/network includes no SystemC'
refused model/network/planted_module.cpp '#include <tlm>' 'model/network includes no SystemC'
refused model/network/planted.h '#include "model/chip/chip.h"' 'model/network includes no SystemC'
refused tiles/planted.h '#include <tlm_utils/simple_target_socket.h>' 'without SystemC'
refused interconnect/planted.cpp '#include <systemc.h>' 'without SystemC'
refused model/chip/planted.cpp '#include "interconnect/mesh.h"' 'without SystemC'
refused tiles/planted.cpp '#include "interconnect/packet_pool.h"' 'without SystemC'
accepted model/chip/planted_module.h '#include <systemc>'
accepted tiles/planted_module.cpp '#include "interconnect/packet_pool.h"'

# Style that the floors depend on.
refused periphery/planted.cpp '#include "converter.h"' 'from the project root'
refused tiles/planted.h '#include "../foundation/math.h"' 'from the project root'
refused periphery/planted.h 'using namespace std;' 'using namespace'
accepted periphery/planted.cpp 'using namespace std::chrono_literals;'

exit $((failures > 0))
